"""Recognises the kinds of value that answer a kind of question: amounts, counts, names, places.

Every function is pure and looks at one statement; spelling decides, not meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from mem.answer.context import Statement
from mem.answer.question import Asked, Wanted
from mem.answer.words import STOP, WORD, word_set

Span = tuple[int, int]

_MONEY: Final = re.compile(
    r"[£$€¥₹]\s?\d[\d,.]*(?:\s?(?:k|m|million|thousand))?|\b\d[\d,.]*\s?(?:dollars?|bucks|pounds?"
    r"|euros?|quid|cents?|pence|francs?|crowns?|kron(?:er|or|e|a)|yen|rupees?|zloty|usd|gbp|eur|chf)\b",
    re.IGNORECASE,
)
_BARE_AMOUNT: Final = re.compile(
    r"\b\d{1,3}(?:,\d{3})+\b|\b\d+\.\d\d\b|\b(?!(?:19|20)\d\d\b)\d{3,6}\b(?!\s?(?:%|°|lumen|km|kg|g\b|ml|mm))"
)
_NUMBER_WORD: Final = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|"
    "sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|hundred|thousand|million|"
    "dozen|couple|several|half|twice|once"
)
_NUMBER: Final = re.compile(rf"\d|[½¼¾]|\b(?:{_NUMBER_WORD})\b", re.IGNORECASE)
_DURATION: Final = re.compile(
    rf"(?:\d+|\b(?:{_NUMBER_WORD}|a|an|few))(?:\s+\w+)?[\s-]*(?:seconds?|minutes?|mins?|hours?|hrs?"
    r"|days?|nights?|weeks?|months?|years?|yrs?|decades?)\b|\bsince\b",
    re.IGNORECASE,
)
_CODE: Final = re.compile(r"\b\d{3,}\b")
_IDENTIFIER: Final = re.compile(r"\b(?=[A-Z0-9-]*\d)[A-Z0-9][A-Z0-9-]{4,}\b|\b\d[\d -]{5,}\d\b")
_ADDRESS: Final = re.compile(
    r"\b\d+[a-z]?\s+(?:[A-Z][\w'’]*\s+){1,3}(?:Street|St|Road|Rd|Row|Lane|Ln|Avenue|Ave|Drive|"
    r"Close|Court|Place|Square|Terrace|Way|Gardens|Crescent|Hill|Boulevard|Blvd)\b"
)
_PLACE: Final = re.compile(
    r"\b(?:in|at|to|from|near|around|behind|under|inside|outside|on)\s+"
    r"(?:(?:the|a|my|her|his|our)\s+)?[A-Za-z]\w+"
)
#: A name that stands where a place does.
_PLACED: Final = re.compile(r"\b(?:in|at|from|near|to)\s+(?:the\s+)?[A-Z]\w+")
#: Asks for a place that a map names.
_OF_MAP: Final = re.compile(r"\b(?:what|which) (?:city|country|town|state)\b", re.IGNORECASE)
_COMMAND: Final = re.compile(
    r"`[^`]+`|^\s*\$ |\b(?:sudo|make|git|pip|npm|docker|rsync|ssh)\s+\S+", re.MULTILINE
)
#: Numbers that count nothing: of dates, times of day and addresses.
_DATED: Final = re.compile(
    r"\b(?:19|20)\d\d(?:-\d\d){1,2}(?:T[\d:]+)?\b|\b\d{1,2}:\d\d\b|\b\w+://\S+|\b\d+(?:\.\d+){3}\b"
    r"|\b(?:year|date|created|last|start|end|published):\s*[\d-]+"
)
#: How units are written beside a number, by the stem of their name.
_UNITS: Final = {
    "gram": r"\bg\b|grams?",
    "kilogram": r"kg|kilos?",
    "kilo": r"kg|kilos?",
    "litr": r"\bl\b|lit(?:er|re)s?",
    "liter": r"\bl\b|lit(?:er|re)s?",
    "millilitr": r"ml",
    "kilometr": r"km",
    "metr": r"\bm\b|met(?:er|re)s?",
    "minut": r"\bmin(?:ute)?s?\b",
    "hour": r"\bh(?:ou)?rs?\b",
    "percent": r"%|percent",
    "mil": r"miles?",
    "degre": r"°|degrees?",
    "pound": r"lbs?|pounds?|£",
    "centimetr": r"cm",
    "millimetr": r"mm",
}
_INNER: Final = re.compile(r"(?<=[\w,;)] )(?<![.!?] )([A-Z][a-zà-ÿ]+)\b")
#: What a note links to by a name of several words: "[[Ridley Scott]]".
_LINKED: Final = re.compile(r"\[\[((?:[A-Z][\w.'-]*)(?: [A-Z][\w.'-]*)+)\]\]")
_CALENDAR: Final = word_set(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may "
    "june july august september october november december jan feb mar apr jun jul aug sep sept "
    "oct nov dec mon tue wed thu fri sat sun"
)
_COLOUR: Final = re.compile(
    r"\b(?:(?:light|dark|pale|deep|bright|navy|sage|olive|sky)[ -])?(?:red|orange|yellow|green|blue"
    r"|purple|violet|pink|brown|black|white|gr[ae]y|beige|cream|ivory|turquoise|teal|lilac|lavender"
    r"|maroon|crimson|scarlet|gold(?:en)?|silver|bronze|copper|burgundy|khaki|magenta|indigo|ochre"
    r"|mint|peach|coral|tan)(?:ish)?\b",
    re.IGNORECASE,
)
_WEEKDAY: Final = re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b", re.IGNORECASE)
#: Kinds of value with a spelling of their own.
_SPELLING: Final = {
    Wanted.WEEKDAY: _WEEKDAY,
    Wanted.DURATION: re.compile(rf"{_DURATION.pattern}|\b(?:19|20)\d\d\b", re.IGNORECASE),
    Wanted.MONEY: re.compile(f"{_MONEY.pattern}|{_BARE_AMOUNT.pattern}", re.IGNORECASE),
    Wanted.NUMBER: re.compile(f"{_IDENTIFIER.pattern}|{_CODE.pattern}"),
    Wanted.ADDRESS: _ADDRESS,
    Wanted.COMMAND: _COMMAND,
    Wanted.PLACE: _PLACE,
    Wanted.COLOUR: _COLOUR,
}


def found_values(
    asked: Asked, statement: Statement, *, dated: Sequence[Span], people: frozenset[str]
) -> list[Span]:
    """Where the statement holds values of the kind asked for, as spans of its text.

    `dated` are its time expressions; `people` are the names that occur in the hits. A kind without
    a recognisable spelling is held by the whole.
    """
    text = statement.text
    if asked.wanted in (Wanted.DATE, Wanted.AGO):
        return list(dated)
    if asked.wanted is Wanted.COUNT:
        return _counts(asked, text)
    if asked.wanted in (Wanted.PERSON, Wanted.NAME):
        return _named_others(asked, text, people)
    if asked.wanted is Wanted.PLACE and _OF_MAP.search(asked.text):
        return [match.span() for match in _PLACED.finditer(text)]
    pattern = _SPELLING.get(asked.wanted)
    if pattern is None or (asked.wanted is Wanted.COMMAND and statement.code):
        return [(0, len(text))]
    found = [match.span() for match in pattern.finditer(text)]
    if asked.wanted is Wanted.MONEY:
        found = _counting(text, found)
    return [*found, *dated] if asked.wanted is Wanted.WEEKDAY else found


def _named_others(asked: Asked, text: str, people: frozenset[str]) -> list[Span]:
    """People and, where a name is asked for, whatever is called something."""
    found = [
        match.span()
        for match in WORD.finditer(text)
        if match.group()[0].isupper()
        and match.group().lower().replace("’", "'").removesuffix("'s") in people - {*asked.names}
    ]
    if asked.wanted is Wanted.PERSON:
        return found
    placed = {match.end() for match in _PLACED.finditer(text)}
    return [span for span in found if span[1] not in placed]


def has_unit(asked: Asked, text: str) -> bool:
    """Whether a number stands with the unit that "how many …" names, spelt out or short."""
    unit = _UNITS.get(asked.unit or "")
    return unit is not None and re.search(rf"\d\s?(?:{unit})", text, re.IGNORECASE) is not None


def names_in(text: str) -> frozenset[str]:
    """Capitalised words, lower-case and without "'s"; those that begin a sentence too."""
    return frozenset(
        match.group().lower().replace("’", "'").removesuffix("'s")
        for match in WORD.finditer(text)
        if match.group()[0].isupper()
    )


def people_of(texts: Iterable[str], speakers: Iterable[str]) -> frozenset[str]:
    """Words that are probably names: capitalised inside a sentence somewhere, or of a speaker."""
    found = {name for speaker in speakers for name in names_in(speaker)}
    for text in texts:
        for match in _INNER.finditer(text):
            found.add(match.group(1).lower())
        found.update(name.lower() for link in _LINKED.findall(text) for name in link.split())
    return frozenset(one for one in found - STOP - _CALENDAR if one.rstrip("s") not in _CALENDAR)


def values(text: str) -> frozenset[str]:
    """The numbers, amounts and weekdays of a text: what differs when a fact has changed."""
    numbers = re.findall(r"\d[\d,.:]*\d|\d", text)
    days = [match.group().lower().rstrip("s") for match in _WEEKDAY.finditer(text)]
    return frozenset([*(number.rstrip(".,:") for number in numbers), *days])


def _counts(asked: Asked, text: str) -> list[Span]:
    unit = _UNITS.get(asked.unit or "")
    pattern = re.compile(rf"\d\s?(?:{unit})", re.IGNORECASE) if unit else _NUMBER
    return _counting(text, [match.span() for match in pattern.finditer(text)])


def _counting(text: str, found: Sequence[Span]) -> list[Span]:
    """Without the numbers of dates, times of day and addresses."""
    dated = [match.span() for match in _DATED.finditer(text)]
    return [one for one in found if not any(start <= one[0] < end for start, end in dated)]
