"""Words and stems of English text, for comparing a question with evidence.

Everything here is pure: the same text gives the same stems, with their character positions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def word_set(text: str) -> frozenset[str]:
    """The words of a space-separated list."""
    return frozenset(text.split())


#: Words that say nothing about what is asked.
STOP: Final = word_set(
    "a about after again ago all also am an and any anybody anyone are as at be because been "
    "before being both but by can could current currently d day days did do does doing done down "
    "during each ever few first for from further get go got had has have having he her here hers "
    "herself him himself his how i if in into is it its itself just kind let ll m many may me "
    "mention mentioned more most much must my myself name need no nor not now of off on once only "
    "or other our ours out over own please re s said same say says she should so some such t tell "
    "than that the their them then there these they thing things this those through time to today "
    "too type under until up us ve very was we were what when where which while who whom whose "
    "why will with would you your yours don doesn didn isn wasn weren aren won couldn wouldn "
    "shouldn i'm i've i'd i'll it's that's what's don't doesn't didn't isn't wasn't can't won't "
    "he's she's there's let's they're we're you're nowadays date weekday specific specifically "
    "remind recall remember"
)

_IRREGULAR: Final = dict(
    pair.split(":")
    for pair in word_set(
        "fell:fall fallen:fall went:go gone:go bought:buy brought:bring began:begin begun:begin "
        "came:come took:take taken:take made:make gave:give given:give found:find met:meet "
        "saw:see seen:see said:say told:tell thought:think knew:know known:know left:leave "
        "felt:feel kept:keep held:hold lost:lose paid:pay sold:sell sent:send spent:spend "
        "built:build wrote:write written:write read:read ran:run sang:sing swam:swim "
        "drove:drive driven:drive rode:ride ridden:ride flew:fly flown:fly grew:grow grown:grow "
        "drew:draw drawn:draw ate:eat eaten:eat drank:drink drunk:drink broke:break broken:break "
        "chose:choose chosen:choose spoke:speak spoken:speak taught:teach caught:catch won:win "
        "wore:wear worn:wear slept:sleep stood:stand understood:understand became:become "
        "got:get gotten:get hurt:hurt led:lead meant:mean shot:shoot sat:sit threw:throw "
        "woke:wake heard:hear hid:hide rang:ring rung:ring stuck:stick struck:strike "
        "children:child people:person men:man women:woman feet:foot teeth:tooth mice:mouse "
        "wives:wife knives:knife mum:mother mom:mother dad:father kids:child kid:child"
    )
)
#: Everyday words that mean much the same when a question meets its evidence; the first stands for
#: all. Given as written, compared as stems.
_GROUPS: Final = (
    "pay buy purchase cost price spend",
    "start begin",
    "born birth birthday",
    "boss manager supervisor",
    "break fail die dead broken",
    "movie film",
    "flat apartment",
    "holiday vacation",
    "photo picture",
    "shop store",
    "gift present",
    "doctor gp physician",
    "eat food cook meal",
    "job position",
    "ill sick",
    "bike bicycle",
    "wedding marry marriage married",
    "sign signed signature",
    "favourite favorite",
    "colour color",
)
#: Words too common to tell much, although they say something.
_COMMON: Final = (
    "take go make get use work come give find put try want like look think see feel help start "
    "talk tell ask show call keep plan time year month week day way lot people person new good "
    "great big old first last next best different many much really thing"
)
_VOWEL: Final = re.compile(r"[aeiouyà-ÿ]")
_DOUBLED: Final = re.compile(r"([bdgklmnprt])\1$")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text: its stem, and where it stands."""

    stem: str
    low: str
    start: int
    end: int


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """One form for a word's inflections ("moved", "moving") and its everyday synonyms."""
    bare = _bare_stem(word)
    return _synonyms().get(bare, bare)


@lru_cache(maxsize=1)
def common_stems() -> frozenset[str]:
    """Stems of content words that tell little."""
    return frozenset(stem(word) for word in _COMMON.split())


@lru_cache(maxsize=1)
def _synonyms() -> dict[str, str]:
    groups = [[_bare_stem(word) for word in group.split()] for group in _GROUPS]
    return {one: group[0] for group in groups for one in group}


def _bare_stem(word: str) -> str:
    low = word.lower().replace("’", "'")
    low = low.removesuffix("'s").removesuffix("'")
    if low in _IRREGULAR:
        return _mended(_IRREGULAR[low], "")
    for suffix, least in (("ings", 4), ("ing", 4), ("ied", 3), ("ies", 3), ("ed", 3), ("es", 4)):
        root = low.removesuffix(suffix)
        # "Shed" and "king" are whole.
        if root != low and len(root) >= least - 1 and _VOWEL.search(root):
            return _mended(root, suffix)
    if low.endswith("s") and not low.endswith(("ss", "us", "is")) and len(low) > 3:
        return _mended(low[:-1], "s")
    return _mended(low, "")


def _mended(root: str, suffix: str) -> str:
    """The stem's common form after a suffix was cut: "stopp" → "stop", "mov" and "move" → "mov"."""
    if suffix in ("ied", "ies"):
        return root + "i"
    if suffix in ("ing", "ings", "ed"):
        root = _DOUBLED.sub(r"\1", root)
    if root.endswith("e") and len(root) > 3:
        return root[:-1]
    if root.endswith("y") and len(root) > 2 and root[-2] not in "aeiou":
        return root[:-1] + "i"
    return _DOUBLED.sub(r"\1", root) if len(root) > 4 else root


def words(text: str) -> list[Word]:
    """The words of `text` in order, function words included."""
    return [
        Word(stem(match.group()), match.group().lower().replace("’", "'"), *match.span())
        for match in WORD.finditer(text)
    ]


def content_stems(text: str) -> frozenset[str]:
    """The stems of the words of `text` that say something."""
    return frozenset(word.stem for word in words(text) if word.low not in STOP)
