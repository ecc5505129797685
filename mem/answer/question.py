"""Reads a question: what kind of thing it asks for, about whom, with which words.

Invariant: only the question's own text decides; nothing is looked up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from mem.answer.words import STOP, WORD, Word, stem, word_set, words


class Wanted(Enum):
    """The kind of thing a question asks for."""

    DATE = "date"
    AGO = "ago"
    WEEKDAY = "weekday"
    DURATION = "duration"
    COUNT = "count"
    MONEY = "money"
    PERSON = "person"
    PLACE = "place"
    ADDRESS = "address"
    NUMBER = "number"
    COMMAND = "command"
    YES_NO = "yes_no"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question (or one clause of it), read.

    `terms` are the content words; `focus` the stems of what the answer must be a value of ("which
    hospital", "passport number"). `names` are lower-case, and `subjects` those of them whom or
    whose the question is about ("Ana's dog", "did Ana"); `event` is the stem of what is dated
    ("When did Ana fall"). `user` says that the asker's own life is asked about, `current` that the
    present state is; `past` and `future` are the question's tense where it is plain. `told` asks
    for what an assistant said, `clock` for a time of day; `unit` is the counted noun's stem.
    """

    text: str
    wanted: Wanted
    terms: tuple[Word, ...]
    focus: frozenset[str]
    names: tuple[str, ...]
    subjects: tuple[str, ...]
    event: str | None
    user: bool
    current: bool
    future: bool
    past: bool = False
    told: bool = False
    clock: bool = False
    unit: str | None = None

    @property
    def stems(self) -> frozenset[str]:
        """The distinct stems of the content words."""
        return frozenset(term.stem for term in self.terms)


_UNIT: Final = r"(?:days?|weeks?|months?|years?)"
_SPENT: Final = r"(?:pay|paid|costs?|spend|spent|earn|price|rent|save|worth)"
_DO: Final = r"(?:did|do|does|was|is|are|were|will|has|have)"
#: The first that matches the question in lower case decides.
_RULES: Final = (
    (Wanted.AGO, rf"\bhow (?:long|many {_UNIT}) (?:ago|has passed|have passed|has it been)\b"),
    (Wanted.WEEKDAY, r"\b(?:which|what) (?:week)?day (?:of the week )?(?:is|are|do|does)\b"),
    (Wanted.WEEKDAY, r"\bweekdays?\b"),
    (Wanted.DATE, rf"^(?:and |so |since |until |by )?when\b|[,:;] when {_DO}\b"),
    (Wanted.DATE, r"\b(?:what|which) (?:\w+ )?(?:date|day|month|year|time)\b"),
    (Wanted.DURATION, rf"\bhow (?:long|many (?:{_UNIT}|hours?|minutes?))\b"),
    (Wanted.MONEY, rf"\bhow much\b.*\b(?:money|{_SPENT})\b"),
    (Wanted.MONEY, r"\b(?:what|which)\b.{0,30}\b(?:price|rent|salary|budget|cost|fee|deposit)\b"),
    (Wanted.COUNT, r"\bhow (?:many|much|often|old|tall|far|big|heavy|large)\b"),
    (
        Wanted.NUMBER,
        r"\b(?:phone|passport|account|registration|licen[cs]e|flight|order|serial) number\b",
    ),
    (Wanted.NUMBER, r"\b(?:reference|insurance|model|room|security|pin|door) (?:number|code)\b"),
    (Wanted.ADDRESS, r"\b(?:what|which)\b.*\baddress\b|\bwhere do(?:es)? \w+ live\b"),
    (Wanted.COMMAND, r"\b(?:which|what) (?:shell )?command\b"),
    (Wanted.PERSON, r"\bwho(?:m|se)?\b"),
    (Wanted.PLACE, r"\bwhere\b|\b(?:which|what) (?:city|country|town|place|street|state)\b"),
    (Wanted.PLACE, r"\b(?:which|what) (?:hospital|restaurant|shop|store|school|hotel)\b"),
    (Wanted.YES_NO, rf"^(?:{_DO}|am|had|can|could|would|should|may)\b"),
)
_OPENERS: Final = word_set(
    "what which who whom whose when where why how is are am was were do does did has have had can "
    "could will would should may in on at for from to by with of after before during since until "
    "the a an my our your his her their i according given considering if and or but please tell "
    "remind list name describe summarize compare as based"
)
_NOT_NAMES: Final = word_set(
    "i i'm i've i'd i'll january february march april may june july august september october "
    "november december monday tuesday wednesday thursday friday saturday sunday"
)
_AUXILIARY: Final = word_set(
    "is are was were do does did has have had can could will would should must may might am"
)
_STOPPERS: Final = word_set(
    "for in on at of with from by to about that when who during after before"
)
_USER: Final = re.compile(r"\b(?:i|me|my|mine|myself|we|our|us|i'm|i've|i'd)\b", re.IGNORECASE)
_CURRENT: Final = re.compile(
    r"\b(?:current|currently|now|nowadays|these days|still|at the moment|today|latest|most recent"
    r"|most recently|recently|presently|at present)\b",
    re.IGNORECASE,
)
_FUTURE: Final = re.compile(
    r"\b(?:will|going to|planning|plan to|next|upcoming|scheduled)\b", re.IGNORECASE
)
_PAST: Final = re.compile(r"\b(?:did|was|were|had)\b", re.IGNORECASE)
_BOTH: Final = re.compile(r"\bboth ([A-Z]\w+) and ([A-Z]\w+)\b")
_SUBJECT: Final = re.compile(
    r"\b([A-Z]\w+)['’]s?\b|\b(?:did|does|do|is|was|are|were|has|have|had|can|could|will|would|for|and)"
    r"\s+([A-Z]\w+)\b(?!\s+[A-Z])"
)
_EVENT: Final = re.compile(
    r"\b(?:did|does|do|will|was|is|were|has|have|had)\s+(?:I|we|you|he|she|they|my|our|the|[A-Z]\w+(?:'s)?)"
    r"\s+(?:first |last )?([a-z]+)"
)
_TOLD: Final = re.compile(
    r"\b(?:remind me|you(?:r|'ve)?|our (?:previous|last|earlier) (?:chat|conversation))\b",
    re.IGNORECASE,
)
_CLAUSE: Final = re.compile(
    r"(?:,\s*|;\s*|\s+)and\s+(?=(?:who|what|when|where|which|how|why)\b)", re.IGNORECASE
)


def read(question: str) -> Asked:
    """The question as one whole."""
    text = question.strip()
    low = text.lower()
    found = words(text)
    wanted = next((kind for kind, rule in _RULES if re.search(rule, low)), Wanted.OTHER)
    terms = tuple(word for word in found if word.low not in STOP and len(word.stem) > 1)
    return Asked(
        text=text,
        wanted=wanted,
        terms=terms or tuple(found),
        focus=_focus(text, wanted),
        names=_names(text),
        subjects=_subjects(text),
        event=_event(text, wanted),
        user=_USER.search(text) is not None,
        current=_CURRENT.search(text) is not None,
        future=_FUTURE.search(text) is not None,
        past=_PAST.search(text) is not None,
        told=_TOLD.search(text) is not None,
        clock=re.search(r"\b(?:what time|at which time|time of day)\b", low) is not None,
        unit=_unit(low),
    )


def clauses(question: str) -> list[Asked]:
    """The questions that stand in one sentence; usually one.

    "Who …, and when …?" are two, and so is one about "both Ana and Ben".
    """
    parts = [part.strip() for part in _CLAUSE.split(question.strip()) if part.strip()]
    both = _BOTH.search(question)
    if len(parts) == 1 and both:
        parts = [question[: both.start()] + name + question[both.end() :] for name in both.groups()]
    found = [read(part) for part in parts]
    return found if len(found) > 1 and all(one.terms for one in found) else [read(question)]


def _names(text: str) -> tuple[str, ...]:
    """Capitalised words that do not merely begin the sentence, lower-case, without "'s"."""
    found: dict[str, None] = {}
    for match in WORD.finditer(text):
        word = match.group().replace("’", "'")
        low = word.lower()
        first = match.start() == 0 or text[: match.start()].rstrip()[-1:] in ".?!:"
        if not word[0].isupper() or low in _NOT_NAMES or (first and low in _OPENERS):
            continue
        found.setdefault(low.removesuffix("'s"))
    return tuple(found)


def _subjects(text: str) -> tuple[str, ...]:
    """Names that own something, follow the first auxiliary verb, or are cooked, bought, … for."""
    names = set(_names(text))
    found = [match.group(1) or match.group(2) for match in _SUBJECT.finditer(text)]
    return tuple(dict.fromkeys(name.lower() for name in found if name.lower() in names))


def _event(text: str, wanted: Wanted) -> str | None:
    if wanted not in (Wanted.DATE, Wanted.AGO):
        return None
    match = _EVENT.search(text)
    low = match.group(1).lower() if match else ""
    return stem(low) if low and low not in STOP else None


def _unit(low: str) -> str | None:
    match = re.search(r"\bhow many (?:different |total |more |new )?([a-z]+)", low)
    return stem(match.group(1)) if match else None


def _focus(text: str, wanted: Wanted) -> frozenset[str]:
    """Stems of the noun whose value is asked for; empty where the kind of question says it all."""
    if wanted in (Wanted.DATE, Wanted.WEEKDAY, Wanted.AGO, Wanted.ADDRESS, Wanted.COMMAND):
        return frozenset()
    found = [word for word in words(text) if not word.low.startswith("'")]
    at = next((i for i, word in enumerate(found) if word.low in ("what", "which", "what's")), None)
    if at is None:
        return frozenset()
    rest = found[at + 1 :]
    if rest and rest[0].low in _AUXILIARY:
        noun = _noun_after_be(rest[1:]) if rest[0].low in ("is", "are", "was", "were") else []
    else:
        noun = _until(rest, _AUXILIARY | _STOPPERS)
    return frozenset(word.stem for word in noun if word.low not in STOP)


def _noun_after_be(rest: list[Word]) -> list[Word]:
    """The noun of "what is …": "the name of Ana's dog" → dog, "my passport number" → both words."""
    noun = _until(rest, _STOPPERS)
    label = len(noun) <= 2 and bool(noun) and noun[-1].low in ("name", "title")
    if label and len(noun) < len(rest) and rest[len(noun)].low == "of":
        noun = _until(rest[len(noun) + 1 :], _STOPPERS)
    owned = [i for i, word in enumerate(noun) if word.low.endswith("'s")]
    return noun[owned[-1] + 1 :] if owned else noun


def _until(found: list[Word], stoppers: frozenset[str]) -> list[Word]:
    taken: list[Word] = []
    for word in found:
        if word.low in stoppers:
            break
        taken.append(word)
    return taken[:6]
