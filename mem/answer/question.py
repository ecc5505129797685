"""Reads a question: what kind of thing it asks for, about whom, with which words.

Invariant: only the question's own text decides; nothing is looked up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from mem.answer.words import (
    STOP,
    WORD,
    Word,
    common_stems,
    content_stems,
    stem,
    word_set,
    words,
)
from mem.extraction.vocabulary.people import ROLE


class Wanted(Enum):
    """The kind of thing a question asks for."""

    DATE = "date"
    AGO = "ago"
    WEEKDAY = "weekday"
    DURATION = "duration"
    COUNT = "count"
    MONEY = "money"
    PERSON = "person"
    NAME = "name"
    COLOUR = "colour"
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
    ("When did Ana fall"), `deed` that of the verb of any question ("Did Ana move"), `why` that it
    asks for a reason. `user` says that the asker's own life is asked about, `current` that the
    present state is; `past` and `future` are the question's tense where it is plain. `told` asks
    for what an assistant said, `clock` for a time of day; `unit` is the counted noun's stem. `kin`
    are the relatives asked about ("my father"), `agent` says that the asker did or does something,
    `mine` that the question has an "I" or "my" besides those relatives.
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
    kin: tuple[str, ...] = ()
    agent: bool = False
    mine: bool = False
    deed: str | None = None
    why: bool = False

    @property
    def stems(self) -> frozenset[str]:
        """The distinct stems of the content words."""
        return frozenset(term.stem for term in self.terms)


_UNIT: Final = r"(?:days?|weeks?|months?|years?)"
_SPENT: Final = (
    r"(?:pay|paid|costs?|spend|spent|earn|price|rent|save|worth|charged?|fees?|salary|wage|deposit"
    r"|budget|fine|bill)"
)
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
    (Wanted.MONEY, rf"\bwhat {_DO}\b.*\b(?:pay|paid|cost|spend|charge|earn)\b"),
    (Wanted.MONEY, r"\b(?:what|which)\b.{0,30}\b(?:price|rent|salary|budget|cost|fee|deposit)\b"),
    (Wanted.COUNT, r"\bhow (?:many|much|often|old|tall|far|big|heavy|large)\b"),
    (
        Wanted.COUNT,
        r"\b(?:what|which)\b.{0,12}\b(?:total|average|percentage|distance|number of|amount)\b",
    ),
    (Wanted.COLOUR, r"\b(?:what|which) (?:\w+ )?colou?r"),
    (
        Wanted.NUMBER,
        r"\b(?:phone|passport|account|registration|licen[cs]e|flight|order|serial) number\b",
    ),
    (Wanted.NUMBER, r"\b(?:reference|insurance|model|room|security|pin|door) (?:number|code)\b"),
    (Wanted.NUMBER, r"\b(?:what|which)\b.*\b(?:code|pin|password|iban|postcode|combination)\b"),
    (Wanted.ADDRESS, r"\b(?:what|which)\b.*\baddress\b"),
    (Wanted.COMMAND, r"\b(?:which|what) (?:shell )?command\b"),
    (Wanted.NAME, r"\bwhat(?: is|'s| are| was) (?:the )?(?:\w+'s )?names?\b"),
    (Wanted.NAME, rf"\bwhat {_DO}\b.*\b(?:called|named)\b"),
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
#: Words that ask, for whose answer a value is looked for.
_ASKING: Final = word_set("what which what's who whom who's when where how")
_DETERMINERS: Final = word_set("the a an my our your his her its their this that")
_ATTRIBUTES: Final = frozenset(
    stem(word)
    for word in word_set(
        "colour color brand make percentage amount number total sum average distance size length "
        "height weight width speed age kind sort type money city town country"
    )
)
PAID: Final = frozenset(stem(word) for word in ("pay", "cost", "earn", "charge", "worth"))
#: Stems of words that only say what form an answer has, or who gave it.
FORM: Final = (
    _ATTRIBUTES
    | PAID
    | frozenset(
        stem(word)
        for word in word_set("large tall big heavy far old long recommend suggest advise propose")
    )
)
_STOPPERS: Final = word_set(
    "for in on at of with from by to about that when who during after before behind between since "
    "into until"
)
_USER: Final = re.compile(r"\b(?:i|me|my|mine|myself|we|our|us|i'm|i've|i'd)\b", re.IGNORECASE)
#: Asks for work, not for where somebody lives.
_LIVING: Final = re.compile(
    r"\b(do(?:es|ing)?) for (?:a|his|her|my|their|our) living\b", re.IGNORECASE
)
_AGENT: Final = re.compile(r"\b(?:I|we)\b", re.IGNORECASE)
_KIN: Final = re.compile(rf"\b(?:my|our)\s+(?:[a-z-]+\s+)?({ROLE})\b", re.IGNORECASE)
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
    r"\b([A-Z]\w+)['’]s?\b|\b(?i:did|does|do|is|was|are|were|has|have|had|can|could|will|would|for|and)"
    r"\s+([A-Z]\w+)\b(?!\s+[A-Z])"
)
_EVENT: Final = re.compile(
    r"\b(?:did|does|do|will|was|is|were|has|have|had)\s+(?:I|we|you|he|she|they|my|our|the|[A-Z]\w+(?:'s)?)"
    r"\s+(?:first |last )?([a-z]+)"
)
#: The verb of "Why did Ian Bell move …?", "Has my sister sold …?".
_DEED: Final = re.compile(
    r"\b(?i:did|does|do|will|has|have|had)\s+(?:(?:my|our|the|his|her|their)\s+)?(?:[A-Z][\w.'’-]*|[a-z]+)"
    r"(?:\s+[A-Z][\w.'’-]*)*\s+(?:(?:and\s+I|first|last|ever|already|also|really)\s+)?([a-z]+)"
)
_OWNED: Final = re.compile(r"\b[A-Z]\w+['’]s (\w+)")
_TOLD: Final = re.compile(
    r"\b(?:remind me|you(?:r|'ve)?|our (?:previous|last|earlier) (?:chat|conversation))\b",
    re.IGNORECASE,
)
_CLAUSE: Final = re.compile(
    r"(?:,\s*|;\s*|\s+)and\s+(?=(?:who|what|when|where|which|how|why)\b)", re.IGNORECASE
)


def read(question: str) -> Asked:
    """The question as one whole."""
    text, for_work = _LIVING.subn(r"\1 for work", question.strip())
    low = text.lower()
    found = words(text)
    wanted = next((kind for kind, rule in _RULES if re.search(rule, low)), Wanted.OTHER)
    terms = tuple(word for word in found if word.low not in STOP and len(word.stem) > 1)
    return Asked(
        text=text,
        wanted=wanted,
        terms=terms or tuple(found),
        focus=frozenset((stem("work"),)) if for_work else _focus(text, wanted),
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
        kin=tuple(dict.fromkeys(match.group(1).lower() for match in _KIN.finditer(text))),
        agent=_AGENT.search(text) is not None,
        mine=_USER.search(_KIN.sub(" ", text)) is not None,
        deed=_deed(text),
        why=re.search(r"\bwhy\b", low) is not None,
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
    """Capitalised words that do not merely begin the sentence, lower-case, without "'s".

    "ONLY" is no name but stress.
    """
    found: dict[str, None] = {}
    for match in WORD.finditer(text):
        word = match.group().replace("’", "'")
        low = word.lower()
        first = match.start() == 0 or text[: match.start()].rstrip()[-1:] in ".?!:"
        loud = low in STOP and (first or (len(word) > 2 and word.isupper()))
        if not word[0].isupper() or loud or low in _NOT_NAMES or (first and low in _OPENERS):
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


def _deed(text: str) -> str | None:
    match = _DEED.search(text)
    low = match.group(1) if match else ""
    return stem(low) if low and low not in STOP and stem(low) not in common_stems() else None


def _unit(low: str) -> str | None:
    if re.search(r"\b(?:what|which) (?:\w+ )?percentage\b", low):
        return "percent"
    match = re.search(r"\bhow many (?:different |total |more |new )?([a-z]+)", low)
    return stem(match.group(1)) if match else None


def _focus(text: str, wanted: Wanted) -> frozenset[str]:
    """Stems of what a value is asked of: "what … ?", "whose rent", "where does she work".

    Empty where the kind of question says it all, or an event is dated (`event`).
    """
    if wanted in (Wanted.AGO, Wanted.ADDRESS, Wanted.COMMAND):
        return frozenset()
    found = [word for word in words(text) if not word.low.startswith("'")]
    at = next((i for i, word in enumerate(found) if word.low in _ASKING), None)
    if at is None:
        return frozenset()
    names = {one for name in _names(text) for one in content_stems(name)}
    noun = _told_of(_slot(found[at].low, found[at + 1 :], wanted))
    focus = frozenset(word.stem for word in noun if word.low not in STOP) - names
    # "The new roof" is told as "the roof", too.
    return (focus - common_stems() or focus) or _owned(text) - names


def _owned(text: str) -> frozenset[str]:
    """Stems of what a named one has: "Ana's sister" → sister."""
    found = (words(match.group(1)) for match in _OWNED.finditer(text))
    return frozenset(word.stem for told in found for word in _told_of(told) if word.low not in STOP)


def _told_of(noun: list[Word]) -> list[Word]:
    """Without the nouns whose values stand without them: "what colour" is answered by "green"."""
    return [word for word in noun if word.stem not in _ATTRIBUTES]


def _slot(asking: str, rest: list[Word], wanted: Wanted) -> list[Word]:
    """The words whose value is asked for, after the word that asks."""
    dated = wanted in (Wanted.DATE, Wanted.WEEKDAY) and asking != "when"
    if wanted is Wanted.MONEY and _slot_of_amount(rest):
        return _slot_of_amount(rest)
    if asking == "how":
        counted = [word.low for word in rest]
        named = wanted is Wanted.COUNT and "of" in counted
        return _until(rest[counted.index("of") + 1 :], _STOPPERS | _AUXILIARY) if named else []
    if rest and rest[0].low in ("is", "are", "was", "were") and not dated:
        return _noun_after_be(rest[1:])
    if rest and rest[0].low in _AUXILIARY:
        return _verb_after_do(rest[1:]) if asking == "where" else []
    if dated or asking in ("who", "whom", "when", "where"):
        return []
    noun = _until(rest, _AUXILIARY | _STOPPERS | _DETERMINERS)
    verb = next((at for at, word in enumerate(noun) if at and word.low.endswith("ed")), len(noun))
    return noun[:verb]


def _slot_of_amount(rest: list[Word]) -> list[Word]:
    """What is paid: "how much rent does she pay" → rent, "what did the red lamp cost" → lamp."""
    if rest and rest[0].low == "much":
        rest = rest[1:]
    told = [word.low for word in rest]
    if rest and rest[0].low not in _AUXILIARY:
        noun = _until(rest, _AUXILIARY | _STOPPERS)
    elif "for" in told:
        noun = _until(rest[told.index("for") + 1 :], _STOPPERS)
    else:
        noun = [word for word in _noun_after_be(rest[1:]) if word.stem not in PAID]
    return noun[-1:]


def _verb_after_do(rest: list[Word]) -> list[Word]:
    """The verb of "where does Ana work": the first word that is no name, pronoun or article."""
    told = _until(rest, _STOPPERS)
    verbs = [word for word in told if word.low not in STOP and not word.low.endswith("'s")]
    return verbs[-1:] if len(verbs) <= 2 else []


def _noun_after_be(rest: list[Word]) -> list[Word]:
    """The noun of "what is …": "the name of Ana's dog" → dog, "my passport number" → both words."""
    noun = _until(rest, _STOPPERS)
    label = bool(noun) and (
        (len(noun) <= 2 and noun[-1].low in ("name", "title"))
        or all(word.stem in _ATTRIBUTES or word.low in STOP for word in noun)
    )
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
