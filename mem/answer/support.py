"""Checks a sentence that a model wrote against the passages it cites.

Invariant: a sentence is supported only by passages that hold every name and number of it (the
question, a heading or a date that the passage's words resolve to may hold them too), that deny
what it denies, in which nobody says "I" of what it says of somebody else, and that are at least
`FLOOR` like it: the mean of the cosine with their nearest statement and of the share of its words
that they hold. `FLOOR` and `CLEAR` were chosen from the figures of scripts/calibrate_support.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Final

from mem.answer import dates
from mem.answer.context import Statement, plain, says_something, statements
from mem.answer.prompts import Passage, Written, heading
from mem.answer.question import Wanted, read
from mem.answer.words import STOP, WORD, common_stems, content_stems, stem, word_set
from mem.core.times.spans import describe

if TYPE_CHECKING:
    from mem.core.protocols import Embedder, Vectors

#: How like a sentence a passage that it cites is at least.
FLOOR: Final = 0.45
#: How like it a passage is at least that is cited for it although the model did not.
CLEAR: Final = 0.6
#: What a word counts that tells little, such as "time" or "new".
COMMON: Final = 0.4

_SPELT: Final = (
    "zero:0 two:2 three:3 four:4 five:5 six:6 seven:7 eight:8 nine:9 ten:10 eleven:11 twelve:12 "
    "thirteen:13 fourteen:14 fifteen:15 sixteen:16 seventeen:17 eighteen:18 nineteen:19 twenty:20 "
    "thirty:30 forty:40 fifty:50 sixty:60 seventy:70 eighty:80 ninety:90 hundred:100 thousand:1000"
)
_COUNTED: Final = dict(pair.split(":") for pair in word_set(_SPELT))
_NUMBER: Final = re.compile(r"\d+(?:[.,:]\d+)*")
#: Words that begin a sentence and name nothing, beyond those that say nothing anywhere.
_OPENERS: Final = word_set(
    "according additionally although based besides finally however instead later earlier "
    "meanwhile moreover neither nevertheless nobody none nothing originally previously recently "
    "since someone something sometimes still therefore though thus together unfortunately yes yet"
)
_MONTH_MAY: Final = re.compile(r"\bMay(?=,? \d)|(?<=\d )May\b")
_DENIAL: Final = re.compile(
    r"\b(?:not|never|no|none|nobody|nothing|neither|nor|without|cannot|no longer)\b|n['’]t\b",
    re.IGNORECASE,
)
_I: Final = re.compile(r"\b(?:I|me|my|mine)\b|\bI['’]\w+", re.IGNORECASE)
_WE: Final = re.compile(r"\b(?:we|us|ours?)\b|\bwe['’]\w+", re.IGNORECASE)
_SECOND_PERSON: Final = re.compile(r"\byou(?:r|rs|['’]\w+)?\b", re.IGNORECASE)
#: How somebody is spoken to: the name that follows is not what is spoken of.
_CALLED: Final = (
    r"(?:^|[.!?,]\s*|\b(?:hey|hi|hello|wow|thanks|thank you|yeah|yes|no|congrats|so|oh)\s*,?\s*)"
)


class Reason(Enum):
    """Why a sentence is left out."""

    NAME = "name"
    NUMBER = "number"
    DENIAL = "denial"
    SPEAKER = "speaker"
    UNLIKE = "unlike"
    UNCITED = "uncited"


@dataclass(frozen=True, slots=True)
class Support:
    """The statements that a sentence stands on, best first; without any, why not."""

    statements: tuple[Statement, ...]
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class _Ground:
    """A passage as it is compared with: the words it holds, those who are present where it stands
    (whom "you" may mean), its numbers, and its statements with their vectors.
    """

    held: frozenset[str]
    present: frozenset[str]
    numbers: frozenset[str]
    statements: tuple[Statement, ...]
    vectors: Vectors


class Checker:
    """Checks the sentences of one answer. The passages are embedded once."""

    def __init__(
        self, embedder: Embedder, question: str, passages: Sequence[Passage], asked_at: datetime
    ) -> None:
        self._embedder = embedder
        self._asked = held_words(question)
        self._asked_numbers = numbers(question)
        counted = read(question).wanted in (Wanted.AGO, Wanted.DURATION)
        cut = [_statements(passage, rank) for rank, passage in enumerate(passages)]
        rows = embedder.embed([_embedded(one) for found in cut for one in found])
        self._speakers = {one.hit.speaker for one in passages if one.hit.speaker}
        self._grounds: dict[int, _Ground] = {}
        at = 0
        for passage, found in zip(passages, cut, strict=True):
            told = _resolved(found, asked_at if counted else None)
            words = "\n".join([passage.hit.text, heading(passage.hit), *passage.notes, told])
            self._grounds[passage.n] = _Ground(
                held_words(words),
                held_words(" ".join(_present(passage, passages))),
                numbers(words),
                tuple(found),
                rows[at : at + len(found)],
            )
            at += len(found)

    def check(self, written: Written) -> Support:
        """What of the passages supports a sentence.

        Passages that it cites must do so; where they do not, or it cites none, another one that
        clearly does is taken.
        """
        vector = self._embedder.embed([written.text])[0]
        alike = {n: self.likeness(n, written.text, vector) for n in self._grounds}
        cited = [n for n in written.cited if alike.get(n, 0.0) >= FLOOR]
        reason = self._objection(written.text, vector, cited)
        if reason is not None:
            for n in sorted(alike, key=lambda n: -alike[n]):
                if alike[n] >= CLEAR and self._objection(written.text, vector, [n]) is None:
                    return Support((self.best(n, written.text, vector),))
            return Support((), reason if written.cited else Reason.UNCITED)
        return Support(tuple(self.best(n, written.text, vector) for n in cited))

    def likeness(self, n: int, text: str, vector: Vectors) -> float:
        """How like a sentence passage `n` is, in [0, 1]; `vector` is the sentence's."""
        ground = self._grounds[n]
        weights = {
            one: COMMON if one in common_stems() else 1.0
            for one in content_stems(text) - names(text)
        }
        share = (
            sum(weight for one, weight in weights.items() if one in ground.held)
            / sum(weights.values())
            if weights
            else 1.0
        )
        return (max(0.0, float((ground.vectors @ vector).max())) + share) / 2

    def best(self, n: int, text: str, vector: Vectors) -> Statement:
        """The statement of passage `n` nearest to the sentence, names and numbers counted."""
        ground = self._grounds[n]
        wanted = names(text) | numbers(text)

        def worth(place: int) -> float:
            one = ground.statements[place]
            share = len(wanted & (held_words(one.text) | numbers(one.text))) / (len(wanted) or 1)
            return float(ground.vectors[place] @ vector) + 0.3 * share

        return ground.statements[max(range(len(ground.statements)), key=worth)]

    def _objection(self, text: str, vector: Vectors, cited: Sequence[int]) -> Reason | None:
        """Why the passages `cited`, all alike enough, do not support the sentence together."""
        if not cited:
            return Reason.UNLIKE
        grounds = [self._grounds[n] for n in cited]
        held = self._asked.union(*(one.held | one.present for one in grounds))
        if not names(text) <= held:
            return Reason.NAME
        if not numbers(text) <= self._asked_numbers.union(*(one.numbers for one in grounds)):
            return Reason.NUMBER
        best = [self.best(n, text, vector) for n in cited]
        if denies(text) and not any(denies(one.text) for one in best):
            return Reason.DENIAL
        if all(_of_another(text, one, self._speakers) for one in best):
            return Reason.SPEAKER
        return None


def names(text: str) -> frozenset[str]:
    """Stems of the capitalised words of a sentence, except those that merely begin it.

    A first word counts as a name unless it is a common opener.
    """
    found = set()
    for match in WORD.finditer(text):
        word = match.group()
        if not any(letter.isupper() for letter in word) or word.lower() in STOP:
            continue
        if text[: match.start()].strip(" \"'“‘(") == "" and word.lower() in _OPENERS:
            continue
        found.add(stem(word))
    if _MONTH_MAY.search(text):
        found.add(stem("May"))
    return frozenset(found)


def numbers(text: str) -> frozenset[str]:
    """The numbers of a text as digits without separators; "one" is no number."""
    digits = {match.group().replace(",", "") for match in _NUMBER.finditer(text)}
    spelt = {_COUNTED[low] for word in WORD.findall(text) if (low := word.lower()) in _COUNTED}
    return frozenset(one.rstrip("0").rstrip(".") if "." in one else one for one in digits | spelt)


def held_words(text: str) -> frozenset[str]:
    """The stems of all words of a text."""
    return frozenset(stem(match.group()) for match in WORD.finditer(text))


def denies(text: str) -> bool:
    """Whether a sentence says that something is not so."""
    return _DENIAL.search(text) is not None


def _of_another(text: str, statement: Statement, speakers: Iterable[str]) -> bool:
    """Whether a sentence says of one person what another says in the statement of themselves.

    That is so where the statement says "I" or "we", the sentence does not name who says it but
    another speaker (or "you", where the user is not who says it; "we" may mean the user too), and
    the statement does not speak of that one. What an assistant says is taken for nobody's own.
    """
    hit = statement.hit
    singular, plural = _I.search(statement.text), _WE.search(statement.text)
    if not hit.speaker or hit.role == "assistant" or not (singular or plural):
        return False
    named, told_of_user = names(text), _SECOND_PERSON.search(text) is not None
    if names(hit.speaker) & named or (hit.role == "user" and told_of_user):
        return False
    others = [one for one in speakers if one != hit.speaker and names(one) & named]
    spoken_of = any(_speaks_of(statement.text, one) for one in others)
    if told_of_user:
        return not plural and not spoken_of and not _SECOND_PERSON.search(statement.text)
    return bool(others) and not spoken_of


def _speaks_of(text: str, name: str) -> bool:
    """Whether a text speaks of somebody, not merely to them."""
    called = re.sub(rf"{_CALLED}{re.escape(name)}(?=[,.!?]|$)", "", text, flags=re.IGNORECASE)
    return any(re.search(rf"\b{re.escape(part)}\b", called, re.IGNORECASE) for part in name.split())


def _statements(passage: Passage, rank: int) -> list[Statement]:
    found = [one for one in statements(passage.hit, rank=rank) if says_something(one)]
    return found or [Statement(passage.hit, 0, len(passage.hit.text), rank)]


def _present(passage: Passage, passages: Sequence[Passage]) -> list[str]:
    """Who speaks in the passage's conversation, as far as the passages show."""
    return [
        one.hit.speaker
        for one in passages
        if one.hit.speaker and one.hit.document_id == passage.hit.document_id
    ]


def _embedded(statement: Statement) -> str:
    """A statement as it is compared: whoever says "I" stands before it."""
    text = plain(statement.text) or statement.text
    return f"{statement.hit.speaker}: {text}" if statement.hit.speaker else text


def _resolved(found: Sequence[Statement], asked_at: datetime | None) -> str:
    """The dates that statements resolve to; with `asked_at`, how long before it they are too."""
    spans = [mention.span for one in found for mention in dates.mentions(one)]
    spans += [dates.day_of(said) for one in found[:1] if (said := one.hit.said_at) is not None]
    spans = [span for span in spans if span.start > datetime.min and span.end < datetime.max]
    told = [f"{describe(span)} {span.start:%A}" for span in spans]
    if asked_at is not None:
        told += [
            dates.length(span.start, asked_at, unit)
            for span in spans
            for unit in ("day", "week", "month", "year")
            if span.start <= asked_at
        ]
    return "\n".join(told)
