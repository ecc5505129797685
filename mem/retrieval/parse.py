"""A question is read once: what it asks for, about whom, and about which time.

Everything found here is a soft signal; only filters that the person gave exclude anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mem.core.times.spans import TimeMention, find_mentions
from mem.retrieval.asked import asked_in
from mem.store.fulltext import STOPWORDS, content_words

# Labels that name a part in a chat, not a person.
ROLE_LABELS = frozenset(
    {"user", "assistant", "system", "tool", "other", "human", "ai", "bot", "me", "you", "unknown"}
    | {"model", "chatgpt", "claude"}
)
_QUOTED = re.compile("\"([^\"]{2,80})\"|“([^”]{2,80})”|(?<!\\w)'([^']{2,80})'(?!\\w)")
_CAPITAL = re.compile(r"(?<![\w'’])[A-Z][\w]*(?:[ \-'’][A-Z]\w*)*")
_WORD = re.compile(r"\w+")
_FIRST_PERSON = re.compile(
    r"\b(i|i'm|i've|i'd|i’m|i’ve|me|my|mine|myself|we|our|us)\b", re.IGNORECASE
)
_ADDRESSED = re.compile(r"\b(you|your|yours)\b", re.IGNORECASE)
# Words that begin many questions and are names as well.
_NAMES_TOO = STOPWORDS | {"may", "mark", "will"}
_MIN_NICKNAME = 3
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
_GREETING = re.compile(
    r"^\W*(hi|hello|hey|good (morning|afternoon|evening)|thanks|thank you|ok(ay)?)\b", re.IGNORECASE
)
_TOGETHER = re.compile(
    r"\b(let's|let’s|next step|last time|as discussed|we (talked|discussed|agreed|made|planned))\b",
    re.IGNORECASE,
)


class Asks(StrEnum):
    """What form of answer the question wants, or how it looks at time."""

    WHEN = "when"
    WHO = "who"
    WHERE = "where"
    COUNT = "count"
    LIST = "list"
    YES_NO = "yes_no"
    CURRENT = "current"
    HISTORY = "history"


_ASKS: dict[Asks, re.Pattern[str]] = {
    Asks.WHEN: re.compile(
        r"\bwhen\b|\b(what|which) (day|date|month|year|time|week|season|order)\b"
        r"|\bhow (long|soon)\b|\bhow many (days|weeks|months|years|hours)\b",
        re.IGNORECASE,
    ),
    Asks.WHO: re.compile(r"\bwho(m|se)?\b", re.IGNORECASE),
    Asks.WHERE: re.compile(
        r"\bwhere\b|\b(what|which) (place|city|country|town|street|state)\b", re.IGNORECASE
    ),
    Asks.COUNT: re.compile(
        r"\bhow (many|much|often|old|far|big|tall)\b|\b(number|amount|total) of\b", re.IGNORECASE
    ),
    Asks.LIST: re.compile(
        r"\b(list|summari[sz]e|summary|overview)\b|\ball (the|of|my)\b"
        r"|\b(what|which) (are|were|kinds?|types?|sorts?)\b"
        r"|\b(what|which) \w+s (do|does|did|has|have|are|were)\b",
        re.IGNORECASE,
    ),
    Asks.YES_NO: re.compile(
        r"^\W*(is|are|was|were|do|does|did|has|have|had|can|could|will|would)\b", re.IGNORECASE
    ),
    Asks.CURRENT: re.compile(
        r"\b(current(ly)?|now(adays)?|at the moment|these days|still|latest|today)\b", re.IGNORECASE
    ),
    Asks.HISTORY: re.compile(
        r"\b(chang\w+|evol\w+|progress\w*|over time|history|used to|before|previous(ly)?|so far"
        r"|throughout|initially|originally)\b",
        re.IGNORECASE,
    ),
}


@dataclass(frozen=True, slots=True)
class ParsedQuestion:
    """The question with what was read out of it.

    `rest` is the question without the speakers' names: what its vector is made of. `words` are
    the distinct carrying words of `rest`, `speakers` names as the store has them, `names`
    capitalised words or runs of them that are no speakers, `phrases` what stands in quotes.
    A question is `continuing` when it reads like the next message of a conversation rather than a
    look back at all of it.
    """

    text: str
    rest: str
    words: tuple[str, ...]
    phrases: tuple[str, ...]
    names: tuple[str, ...]
    speakers: tuple[str, ...]
    times: tuple[TimeMention, ...]
    asks: frozenset[Asks]
    first_person: bool
    addressed: bool
    continuing: bool
    asked_at: datetime


def parse(text: str, *, speakers: Iterable[str], asked_at: datetime) -> ParsedQuestion:
    """Read a question; `asked_at` is what "yesterday" refers to.

    `speakers` are those of the store; labels such as "user" are not looked for. Of a text that is
    longer than questions are, what it asks is read (`asked_in`).
    """
    read = asked_in(text)
    named, spans = _named_speakers(read, speakers)
    rest = _without(read, spans)
    return ParsedQuestion(
        text=read,
        rest=rest,
        words=tuple(content_words(rest)),
        phrases=tuple(next(part for part in found if part) for found in _QUOTED.findall(read)),
        names=tuple(_names(rest)),
        speakers=tuple(named),
        times=tuple(find_mentions(read, said_at=asked_at)),
        asks=frozenset(asks for asks, pattern in _ASKS.items() if pattern.search(read)),
        first_person=bool(_FIRST_PERSON.search(read)),
        addressed=bool(_ADDRESSED.search(read)),
        continuing=_continues(read),
        asked_at=asked_at,
    )


def _named_speakers(text: str, speakers: Iterable[str]) -> tuple[list[str], list[tuple[int, int]]]:
    """Speakers that the text names, and where.

    A capitalised word matches a part of a speaker's name, or begins it (a short form); where the
    text has no capitals at all, a word matches only whole.
    """
    parts = _name_parts(speakers)
    if not parts:
        return [], []
    capitals = any(letter.isupper() for letter in text)
    named: dict[str, None] = {}
    spans: list[tuple[int, int]] = []
    for match in _WORD.finditer(text):
        word = match.group()
        if capitals and not word[0].isupper():
            continue
        if word.lower() in _NAMES_TOO and not text[: match.start()].strip(" \"'“("):
            continue
        found = _bearers(word.lower(), parts, short_forms=capitals)
        if found:
            named.update(dict.fromkeys(found))
            spans.append(match.span())
    return list(named), spans


def _name_parts(speakers: Iterable[str]) -> dict[str, list[str]]:
    """Lower-case parts of names, each with the speakers that bear it."""
    parts: dict[str, list[str]] = {}
    for speaker in sorted(set(speakers)):
        if speaker.lower() in ROLE_LABELS:
            continue
        for part in _WORD.findall(speaker.lower()):
            if len(part) > 1 and not part.isdigit() and part not in ROLE_LABELS:
                parts.setdefault(part, []).append(speaker)
    return parts


def _bearers(word: str, parts: dict[str, list[str]], *, short_forms: bool) -> list[str]:
    if word in parts and not (word in STOPWORDS and not short_forms):
        return parts[word]
    if not short_forms or len(word) < _MIN_NICKNAME or word in STOPWORDS:
        return []
    return [
        speaker
        for part, bearers in parts.items()
        if part.startswith(word) and len(part) - len(word) >= 2
        for speaker in bearers
    ]


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text without the spans and their possessive endings; whole where no word is left."""
    kept: list[str] = []
    at = 0
    for start, end in spans:
        kept.append(text[at:start])
        at = end + 2 if text[end : end + 2].lower() in ("'s", "’s") else end
    kept.append(text[at:])
    rest = " ".join("".join(kept).split())
    carries = any(word not in STOPWORDS for word in _WORD.findall(rest.lower()))
    return rest if carries else " ".join(text.split())


def _continues(text: str) -> bool:
    """Greets, speaks of what was done together, or tells more than it asks."""
    sentences = [found.strip() for found in _SENTENCE.findall(text) if found.strip()]
    told = sum(not one.endswith("?") for one in sentences)
    return bool(_GREETING.search(text)) or bool(_TOGETHER.search(text)) or told >= 2


def _names(text: str) -> list[str]:
    """Capitalised words, and runs of them, that do not merely begin a sentence."""
    found: dict[str, None] = {}
    for match in _CAPITAL.finditer(text):
        begins = not text[: match.start()].rstrip(" \"'“(") or text[: match.start()].rstrip()[
            -1:
        ] in (".", "!", "?", ":")
        name = match.group()
        if begins and " " not in name:
            continue
        if name.lower() not in STOPWORDS:
            found[name] = None
    return list(found)
