"""A quote counts only where it stands in its source, word for word.

White space and the kinds of quotation marks, dashes and apostrophes may differ; what is returned
is always the exact span of the source's own characters. What is stated on the strength of a quote
may name and number nothing that neither it nor its immediate context does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from mem.core.memory import Evidence
from mem.core.times.words import NUMBER_WORDS
from mem.extraction.vocabulary import words

_LOOKALIKES = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛`´′", "'"),
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
    }
)
#: A number with its marks, or a word of letters and digits.
_UNIT = re.compile(r"\d+(?:[.,:]\d+)*(?=\W|$)|[^\W_]+(?:['’]s\b)?")
_OPENS = re.compile(r"(?:^|[.!?]\s)\W*$")
_NUMBERS = {word: str(value) for word, value in NUMBER_WORDS.items() if 2 <= value <= 20}
_DENIAL = re.compile(
    r"\b(?:not|never|no|none|nobody|nothing|nowhere|neither|nor|cannot|without|hardly|barely|"
    r"stopped|quit)\b|n't\b",
    re.IGNORECASE,
)


def find_quote(quote: str, text: str, *, near: int = 0) -> tuple[int, int] | None:
    """The span of `text` that `quote` stands for, the one that begins nearest to `near`.

    None where it does not stand there; an empty quote stands nowhere.
    """
    exact = text.find(quote, near, near + len(quote)) if quote.strip() else -1
    if exact == near:
        return exact, exact + len(quote)
    wanted, _ = _plain(quote)
    wanted = wanted.strip()
    if not wanted:
        return None
    plain, places = _plain(text)
    found = []
    at = plain.find(wanted)
    while at >= 0:
        found.append((places[at], places[at + len(wanted) - 1] + 1))
        at = plain.find(wanted, at + 1)
    return min(found, key=lambda span: abs(span[0] - near), default=None)


def verify(evidence: Sequence[Evidence], texts: dict[str, str]) -> tuple[Evidence, ...] | None:
    """The evidence with exact spans and the source's own words, or None where any is not there.

    `texts` by chunk id.
    """
    verified = []
    for one in evidence:
        text = texts.get(one.chunk_id)
        span = find_quote(one.quote, text, near=one.start) if text is not None else None
        if span is None or text is None:
            return None
        verified.append(Evidence(one.chunk_id, *span, text[slice(*span)]))
    return tuple(verified) or None


def _plain(text: str) -> tuple[str, list[int]]:
    """Text with every run of white space as one space and plain marks; where each was.

    An ellipsis is three full stops.
    """
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if character.isspace():
            if characters and characters[-1] == " ":
                continue
            character = " "  # noqa: PLW2901
        for part in "..." if character == "…" else character.translate(_LOOKALIKES):
            characters.append(part)
            places.append(place)
    return "".join(characters), places


def unsupported(statement: str, grounds: Sequence[str]) -> tuple[str, ...]:
    """The names and numbers of a statement that stand in none of its grounds.

    `grounds` are the quote and its immediate context: the passage, who speaks around it, dates.
    A name is a word with a capital, without regard to case in the grounds; a word that merely
    opens a sentence and is an ordinary one is no name. Figures and number words are the same.
    """
    known = {word for ground in grounds for word in _units(ground)}
    missing = []
    for match in _UNIT.finditer(unicodedata.normalize("NFKC", statement)):
        (unit,) = _units(match[0]) or ("",)
        number = any(letter.isdigit() for letter in unit)
        name = match[0] != match[0].lower()
        if not (number or name) or unit in known:
            continue
        opens = _OPENS.search(statement[: match.start()]) is not None
        if number or not (opens and _is_ordinary(unit)):
            missing.append(match[0])
    return tuple(missing)


def said_share(statement: str, grounds: Sequence[str]) -> float:
    """The share of a statement's content words that its grounds have in any form, in [0, 1].

    0 for a statement without content.
    """
    wanted = [_stem(word) for word in words.content_words(statement)]
    wanted += [unit for unit in _units(statement) if unit.isdigit()]
    said = {_stem(word) for ground in grounds for word in words.WORD.findall(ground.lower())}
    said |= {unit for ground in grounds for unit in _units(ground)}
    return sum(word in said for word in wanted) / len(wanted) if wanted else 0.0


def denies(text: str) -> bool:
    """Whether a text says that something is not so."""
    return _DENIAL.search(text.replace("’", "'")) is not None


def _units(text: str) -> list[str]:
    """Words and numbers as they are compared: case folded, no possessive, figures without marks."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    found = []
    for match in _UNIT.finditer(plain):
        unit = match[0].replace("'", "’").removesuffix("’s")
        unit = unit.replace(",", "") if unit[:1].isdigit() else unit
        found.append(_NUMBERS.get(unit, unit))
    return found


def _is_ordinary(word: str) -> bool:
    """Whether a lower-case word is one of the language's own, and so no name."""
    return not words.content_words(word) or bool(words.readings(word))


def _stem(word: str) -> str:
    """A word's base, short enough to be that of its other forms."""
    return words.lemma(word.replace("’", "'").removesuffix("'s"))[:5]
