"""Of statements that differ only in what they claim, the newest comes first.

Two statements conflict when one speaker says both, in two messages or two notes, they begin or
end alike, the words of the question stand in what is alike, and each says something else in the
rest. Only their order among themselves changes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from mem.retrieval.lexical import Lexical
from mem.retrieval.parse import Asks, ParsedQuestion
from mem.store.chunks import StoredChunk

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

Stemmed = Callable[[Sequence[str]], list[list[str]]]

# Hits that are compared with each other, and the sentences read of each.
COMPARED = 12
MAX_SENTENCES = 12
MAX_WORDS = 40
# Share of the question's weight that a statement must hold, and share of the shorter of two
# statements that must be alike.
LEAST_COVERAGE = 0.3
LEAST_ALIKE = 0.5
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?]+(?=\w)[^.!?\n]*)*")


@dataclass(frozen=True, slots=True)
class Place:
    """One hit: its row in the table, its score, and the (len(INPUTS),) signals behind it.

    `relevance` are the log-odds that a reranker gave it, None where none has read it.
    """

    row: int
    score: float
    stored: StoredChunk
    inputs: Floats
    moved: float = 0.0
    relevance: float | None = None


@dataclass(frozen=True, slots=True)
class _Statement:
    """The sentence of a hit that says most about the question."""

    words: tuple[str, ...]
    held: frozenset[str]
    speaker: str | None
    note: str | None
    newness: tuple[datetime, int]


def newest_first(
    question: ParsedQuestion, lexical: Lexical, places: list[Place], stemmed: Stemmed
) -> list[Place]:
    """The places with conflicting statements among the first few put in order of time.

    Questions about how something went over time keep the order of relevance.
    """
    if Asks.HISTORY in question.asks or len(places) < 2:
        return places
    weights = {stem: term.idf for term in lexical.terms for stem in term.stems}
    if not weights:
        return places
    statements = _statements(places[:COMPARED], weights, lexical.total, stemmed)
    ordered = list(places)
    settled: set[int] = set()
    for first, one in enumerate(statements):
        if one is None or first in settled:
            continue
        group = [first] + [
            other
            for other, another in enumerate(statements)
            if other > first
            and other not in settled
            and another is not None
            and _conflict(one, another)
        ]
        settled.update(group)
        by_time = sorted(group, key=lambda at: _newness(statements[at]), reverse=True)
        for at, newest in zip(group, by_time, strict=True):
            if at != newest:
                ordered[at] = replace(places[newest], moved=float(newest - at))
    return ordered


def _newness(statement: _Statement | None) -> tuple[datetime, int]:
    assert statement is not None
    return statement.newness


def _statements(
    places: list[Place], weights: dict[str, float], total: float, stemmed: Stemmed
) -> list[_Statement | None]:
    """The telling sentence of each place, None where it says too little about the question."""
    sentences = [
        (at, sentence)
        for at, place in enumerate(places)
        for sentence in _SENTENCE.findall(place.stored.chunk.text)[:MAX_SENTENCES]
    ]
    found: list[_Statement | None] = [None] * len(places)
    best = [LEAST_COVERAGE] * len(places)
    for (at, _), stems in zip(
        sentences, stemmed([sentence for _, sentence in sentences]), strict=True
    ):
        held = weights.keys() & set(stems)
        coverage = sum(weights[stem] for stem in held) / (total or 1.0)
        if coverage < best[at] or len(stems) > MAX_WORDS:
            continue
        best[at] = coverage
        chunk = places[at].stored.chunk
        note = chunk.document_id if chunk.message_id is None else None
        newness = ((chunk.said_at or datetime.min).replace(tzinfo=None), chunk.seq)
        found[at] = _Statement(tuple(stems), frozenset(held), chunk.speaker, note, newness)
    return found


def _conflict(one: _Statement, other: _Statement) -> bool:
    if one.speaker != other.speaker or not one.held or one.words == other.words:
        return False
    if one.note is not None and one.note == other.note:
        return False
    shorter = min(len(one.words), len(other.words))
    begins = _alike(one.words, other.words, shorter)
    ends = _alike(one.words[::-1], other.words[::-1], shorter - begins)
    if begins + ends < LEAST_ALIKE * shorter or begins + ends == shorter:
        return False
    frame = {*one.words[:begins], *one.words[len(one.words) - ends :]}
    return one.held <= frame and other.held <= frame


def _alike(one: Sequence[str], other: Sequence[str], most: int) -> int:
    """How many words the two have in common at their beginning, at most `most`."""
    for at in range(most):
        if one[at] != other[at]:
            return at
    return most
