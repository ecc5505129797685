"""Memories among the hits of a search: derived statements beside the passages they stand on.

A message or passage never comes back twice within the limit: a memory whose evidence is among the
hits is noted on that hit, one whose evidence was missed takes the place that its score earns, and
what is left of the limit lists the noted ones as hits of their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from mem.core.chunk import locator_at
from mem.core.query import Drawn, Hit, HitSource, SearchResult
from mem.retrieval.fusion import logistic
from mem.retrieval.lexical import idf
from mem.retrieval.parse import ParsedQuestion, parse
from mem.store.surroundings import speakers

if TYPE_CHECKING:
    from mem.core.protocols import Embedder
    from mem.store.chunks import Chunks, StoredChunk
    from mem.store.fulltext import Fulltext
    from mem.store.memory.search import MemoryRow, MemorySearch

#: Memories that each of words and vectors brings in.
SEEDS: Final = 40
#: A logistic regression of "an evidence message of the question is evidence of the memory" on
#: cosine, share of the question's words held, and whether it is about who is named (1, -1, or 0).
COSINE: Final = 3.7
COVERAGE: Final = 3.4
ABOUT: Final = 1.4
OFFSET: Final = -6.5
#: What use has taught moves the log-odds by at most this, either way.
UTILITY: Final = 0.5
#: A memory whose passages the search itself ranked below the limit is seldom what was meant: of
#: those scored 0.3 to 0.5 by the above one in nine was. Its log-odds are lowered by this.
MISSED: Final = 2.3
#: Chances below this are not worth showing.
LEAST: Final = 0.05
#: Memories noted on one hit.
NOTED: Final = 3

_WORD = re.compile(r"\w+")

Message = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Scored:
    """A memory that matches, with the passages it stands on; the first is where it was drawn."""

    row: MemoryRow
    odds: float
    score: float
    signals: dict[str, float]
    highlights: tuple[tuple[int, int], ...]
    evidence: tuple[StoredChunk, ...] = ()

    @property
    def noted(self) -> Drawn:
        return Drawn(self.row.id, self.row.text, self.score, self.row.conflicts)

    @property
    def messages(self) -> list[Message]:
        return [
            _message(
                one.chunk.id, one.chunk.document_id, one.chunk.session_id, one.chunk.message_id
            )
            for one in self.evidence
        ]


class MemoryFinder:
    """Adds what memory holds in statements to what it holds verbatim."""

    def __init__(
        self, *, memories: MemorySearch, chunks: Chunks, fulltext: Fulltext, embedder: Embedder
    ) -> None:
        self._memories = memories
        self._chunks = chunks
        self._fulltext = fulltext
        self._embedder = embedder

    def add(self, result: SearchResult, *, limit: int, asked_at: datetime) -> SearchResult:
        """`result` with the active memories that match its query, still at most `limit` hits.

        A filter that excludes the passage a memory was drawn from excludes the memory; a scope does
        where it excludes any of its passages.
        """
        with self._fulltext.database.snapshot():
            question = parse(
                result.query, speakers=speakers(self._fulltext.database), asked_at=asked_at
            )
            matching = [one for one in self._scored(question) if one.score >= LEAST]
            matching = self._standing(matching, result)
        matching.sort(key=lambda one: (-one.score, one.row.pk))
        return replace(result, hits=tuple(_merged(result.hits, matching, limit)))

    def _scored(self, question: ParsedQuestion) -> list[_Scored]:
        vector = self._embedder.embed_query(question.rest)
        worded = self._memories.by_words(question.words, limit=SEEDS)
        cosines = self._memories.near(vector, limit=SEEDS, also=worded)
        rows = self._memories.rows({*worded, *cosines})
        words = sorted({word.lower() for row in rows for word in _WORD.findall(row.text)})
        stems = dict(zip(words, map(frozenset, self._fulltext.stems(words)), strict=True))
        weights = self._weights(question)
        return [_score(row, question, cosines.get(row.pk, 0.0), weights, stems) for row in rows]

    def _weights(self, question: ParsedQuestion) -> dict[str, float]:
        """How much each stem of the question tells, by its rarity among passages."""
        stems = {stem for found in self._fulltext.stems(question.words) for stem in found}
        known = self._fulltext.frequencies(stems)
        chunks = max(1, self._chunks.count())
        return {stem: idf(known.get(stem, 0), chunks) for stem in stems}

    def _standing(self, scored: Sequence[_Scored], result: SearchResult) -> list[_Scored]:
        """Those whose first passage is there and passes the filters, with their passages."""
        scope = result.filters.scope
        if not scope.everything:
            within = self._memories.within({one.row.pk for one in scored}, scope)
            scored = [one for one in scored if one.row.pk in within]
        keys = {key for one in scored for key in one.row.chunks}
        passing = self._memories.passing(keys, result.filters)
        stored = self._chunks.by_keys(passing)
        return [
            replace(one, evidence=tuple(stored[key] for key in one.row.chunks if key in stored))
            for one in scored
            if (one.row.chunks[0] in stored if one.row.chunks else result.filters.empty)
        ]


def _score(
    row: MemoryRow,
    question: ParsedQuestion,
    cosine: float,
    weights: dict[str, float],
    stems: dict[str, frozenset[str]],
) -> _Scored:
    words = [(match.span(), stems[match.group().lower()]) for match in _WORD.finditer(row.text)]
    held = {stem for _, found in words for stem in found}
    total = sum(weights.values())
    coverage = (
        sum(weight for stem, weight in weights.items() if stem in held) / total if total else 0.0
    )
    about = _about(row, question)
    odds = COSINE * cosine + COVERAGE * coverage + ABOUT * about + OFFSET + UTILITY * row.utility
    signals = {"cosine": round(cosine, 4), "coverage": round(coverage, 4)}
    if row.utility:
        signals["utility"] = round(row.utility, 4)
    if row.conflicts:
        signals["conflict"] = 1.0
    marked = tuple(span for span, found in words if found & weights.keys())
    return _Scored(row, odds, logistic(odds), signals, marked)


def _about(row: MemoryRow, question: ParsedQuestion) -> float:
    """1 where the memory names a speaker that the question names, -1 where it names none."""
    if not question.speakers:
        return 0.0
    told = f"{row.subject} {row.text}".lower()
    return 1.0 if any(name.lower() in told for name in question.speakers) else -1.0


def _merged(hits: Sequence[Hit], matching: Sequence[_Scored], limit: int) -> list[Hit]:
    """The hits with the memories, which come best first."""
    merged = list(hits)
    places = {_message(hit.id, hit.document_id, hit.session_id, hit.message_id) for hit in hits}
    noted: dict[Message, list[_Scored]] = {}
    for one in matching:
        among = [message for message in one.messages if message in places]
        if among:
            noted.setdefault(among[0], []).append(one)
            continue
        hit = _as_hit(replace(one, score=logistic(one.odds - MISSED)))
        if len(merged) >= limit and hit.score <= merged[limit - 1].score:
            continue
        places.add(_message(hit.id, hit.document_id, hit.session_id, hit.message_id))
        at = max((n for n, other in enumerate(merged, 1) if other.score >= hit.score), default=0)
        merged.insert(at, hit)
    merged = [_with_notes(hit, noted) for hit in merged[:limit]]
    spare = [one for one in matching if any(one in held for held in noted.values())]
    return merged + [_as_hit(one) for one in spare[: limit - len(merged)]]


def _with_notes(hit: Hit, noted: dict[Message, list[_Scored]]) -> Hit:
    message = _message(hit.id, hit.document_id, hit.session_id, hit.message_id)
    found = noted.get(message)
    return replace(hit, derived=tuple(one.noted for one in found[:NOTED])) if found else hit


def _message(identity: str, document: str, session: str | None, message: str | None) -> Message:
    """Equal for the pieces of one message; a passage of a note is itself."""
    return (document, session or "", message) if message is not None else (identity,)


def _as_hit(one: _Scored) -> Hit:
    hit = Hit(
        id=one.row.id,
        kind="memory",
        text=one.row.text,
        score=one.score,
        source=HitSource(f"mem:memory/{one.row.id}", "", ""),
        document_id="",
        happened_at=one.row.happened_at,
        signals=one.signals,
        highlights=one.highlights,
    )
    if not one.evidence:
        return hit
    stored, chunk = one.evidence[0], one.evidence[0].chunk
    return replace(
        hit,
        source=HitSource(
            stored.uri, stored.title, locator_at(chunk.locator, chunk.text, one.row.start)
        ),
        document_id=chunk.document_id,
        speaker=chunk.speaker,
        role=chunk.role,
        said_at=chunk.said_at,
        said_at_origin=stored.said_at_origin,
        message_id=chunk.message_id,
        session_id=chunk.session_id,
    )
