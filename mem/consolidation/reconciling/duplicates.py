"""Whether two texts say the same: near in meaning, and nothing in their words speaks against it.

Nearness alone is not agreement: "is open" and "is not open" are near. A difference in negation,
numbers, names or opposites keeps two texts apart however near their vectors are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from mem.consolidation.reconciling.normal import words_of
from mem.core.times.words import NUMBER_WORDS

# Measured on the SICK pairs: see `NEAR` in the tests of this module.
NEAR = 0.90
_RELATED_WORDS = 0.60
_NUMBERS = {
    "zero": "0",
    **{word: str(value) for word, value in NUMBER_WORDS.items() if value <= 10},
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NEGATIONS = _words(
    "no not never none nobody nothing nowhere neither nor without cannot hardly barely "
    "isn't aren't wasn't weren't don't doesn't didn't won't can't couldn't shouldn't "
    "wouldn't haven't hasn't hadn't stopped quit former formerly "
)
_STOP = _words(
    "a an the is are was were be been being am of in on at to for with by from and or that "
    "this these those there it its as into onto over up down out off i my me we our you "
    "your he she they his her their them him who which while some has have had do does did "
    "will would can very really just also now "
)
_OPPOSITES = (
    "love/hate like/dislike like/hate love/dislike enjoy/hate start/stop begin/end open/close "
    "open/shut up/down in/out on/off inside/outside indoors/outdoors buy/sell win/lose come/go "
    "arrive/leave arrive/depart enter/leave increase/decrease rise/fall gain/lose accept/reject "
    "agree/disagree allow/forbid before/after above/below over/under left/right front/back "
    "first/last early/late always/never often/rarely more/less most/least many/few big/small "
    "large/small tall/short long/short high/low fast/slow quick/slow hot/cold warm/cool wet/dry "
    "clean/dirty full/empty rich/poor old/young old/new good/bad best/worst happy/sad true/false "
    "right/wrong alive/dead married/single married/divorced vegan/omnivore day/night man/woman "
    "boy/girl men/women boys/girls male/female husband/wife father/mother son/daughter "
    "brother/sister sit/stand sitting/standing lie/stand walk/run asleep/awake sleep/wake "
    "black/white light/dark push/pull remember/forget morning/evening summer/winter north/south "
    "east/west cheap/expensive easy/difficult easy/hard hard/soft near/far loud/quiet thick/thin "
    "heavy/light strong/weak healthy/sick public/private positive/negative add/remove "
    "bring/take lend/borrow teach/learn ask/answer put/take on/off with/without together/apart "
    "crowded/empty upstairs/downstairs adult/child adults/children"
)
_CAPITALISED = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][^\W\d_]+")


@cache
def _opposites() -> frozenset[tuple[str, str]]:
    pairs = [tuple(pair.split("/")) for pair in _OPPOSITES.split()]
    return frozenset((a, b) for one, other in pairs for a, b in ((one, other), (other, one)))


def contradiction_signal(one: str, other: str) -> str | None:
    """What keeps two texts apart; None for nothing.

    One of `negation`, `numbers`, `opposites`, `roles` (who does it to whom), `names`.
    """
    a, b = words_of(one), words_of(other)
    if _negations(a) != _negations(b):
        return "negation"
    if _numbers(a) != _numbers(b):
        return "numbers"
    only_a = {*a, *_stems(a)} - {*b, *_stems(b)}
    only_b = {*b, *_stems(b)} - {*a, *_stems(a)}
    opposite = _opposites()
    if any((x, y) in opposite or _reversed(x, y) for x in only_a for y in only_b):
        return "opposites"
    if _swapped(a, b):
        return "roles"
    names_a, names_b = set(_CAPITALISED.findall(one)), set(_CAPITALISED.findall(other))
    lower_a, lower_b = set(a), set(b)
    if any(name.lower() not in lower_b for name in names_a) and any(
        name.lower() not in lower_a for name in names_b
    ):
        return "names"
    return None


def says_the_same(
    one: str,
    other: str,
    cosine: float,
    *,
    related: Callable[[str, str], float] | None = None,
    near: float = NEAR,
) -> bool:
    """Whether two texts may be merged.

    Args:
        one, other: the texts.
        cosine: of their unit vectors.
        related: cosine of two single words, asked only where each text has words of its own.
        near: the least cosine of the texts.
    """
    if cosine < near or contradiction_signal(one, other) is not None:
        return False
    own, others = _content_only(one, other), _content_only(other, one)
    if not own or not others or related is None:
        return True
    # A word replaced by an unrelated one changes what is said.
    smaller, larger = sorted((own, others), key=len)
    return all(max(related(x, y) for y in larger) >= _RELATED_WORDS for x in smaller)


def _content_only(one: str, other: str) -> list[str]:
    """Content words of `one` that `other` lacks, in any form."""
    theirs = set(_stems(words_of(other)))
    return [
        word
        for word in dict.fromkeys(words_of(one))
        if word not in _STOP and _stem(word) not in theirs
    ]


def _negations(words: list[str]) -> int:
    """How many words deny."""
    return sum(word in _NEGATIONS for word in words)


def _reversed(one: str, other: str) -> bool:
    """Whether x undoes y by its first syllable: "fold" and "unfold"."""
    return any(
        a.removeprefix(prefix) == b and a != b
        for prefix in ("un", "dis", "non", "in", "im", "ir")
        for a, b in ((one, other), (other, one))
    )


def _swapped(a: list[str], b: list[str]) -> bool:
    """Whether the first and the last thing named have changed places, without a passive."""
    one = [_stem(word) for word in a if word not in _STOP]
    other = [_stem(word) for word in b if word not in _STOP]
    if ("by" in a) != ("by" in b) or len(one) < 2 or len(other) < 2:
        return False
    return one[0] == other[-1] and one[-1] == other[0] and one[0] != one[-1]


def _numbers(words: list[str]) -> set[str]:
    return {
        _NUMBERS.get(word, word)
        for word in words
        if word != "one" and (word in _NUMBERS or any(letter.isdigit() for letter in word))
    }


def _stems(words: list[str]) -> list[str]:
    return [_stem(word) for word in words]


def _stem(word: str) -> str:
    """A word without its commonest endings; enough to find two forms of one word."""
    for ending in ("'s", "ing", "ies", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    if len(word) > 3 and word[-1] == word[-2]:
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word[-1] in "ey" else word
