"""Answers with the words of memory itself: the best statements, quoted and cited.

Invariant: every sentence of an answer carries a citation whose quote stands verbatim in a hit or
in a chunk beside one; where the evidence does not answer, the answer is empty and abstained.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from mem.answer import abstention, conflicts, dates
from mem.answer.citations import Citations, joined, reported
from mem.answer.context import Statement, led_to, plain, statements
from mem.answer.question import Asked, Wanted, clauses
from mem.answer.reading import READ, Reading, sure_of, worth_reading
from mem.answer.scoring import Scored
from mem.answer.words import content_stems
from mem.core.answer import Answer, Sentence
from mem.core.chunk import Chunk
from mem.core.query import Hit, HitSource, SearchResult

if TYPE_CHECKING:
    from mem.core.protocols import Embedder, Vectors

#: Hits whose neighbours are read too, statements that are embedded.
WIDENED: Final = 6
EMBEDDED: Final = 24
#: Statements of which it is looked up whether they are out of date.
LOOKED_UP: Final = 12
#: How strongly what a statement stands under counts in its vector.
CONTEXT_SHARE: Final = 0.4
#: Further evidence may score this much below the best.
SLACK: Final = 2.0
DATED_SLACK: Final = 0.8
NEAREST: Final = 3
#: Cosine with the question from which a statement without any of its words is told beside others.
FURTHER: Final = 0.4
#: A year makes a question one about another time.
_YEAR: Final = re.compile(r"\b(?:19|20)\d\d\b")
#: Questions for a way to do something.
_HOW: Final = re.compile(
    r"how (?:do|did|can|could|should|would|to)\b|what(?:'s| is| are) the (?:way|steps|recipe)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The ranked statements for one question, with their vectors and the rarity of its words.

    `replaced` are the places of those that something newer took the place of.
    """

    asked: Asked
    ranked: tuple[Scored, ...]
    vectors: Sequence[Vectors]
    weights: dict[str, float]
    replaced: frozenset[int] = frozenset()


class ExtractiveAnswerer:
    """Answers without a language model; stands behind `mem.answer.protocol.Answerer`."""

    mode = "extractive"

    def __init__(
        self,
        *,
        embedder: Embedder,
        neighbours: Callable[[str], Sequence[Chunk]] | None = None,
        search: Callable[[str], SearchResult] | None = None,
        replaced: Callable[[Sequence[tuple[str, int, int]]], Collection[int]] | None = None,
    ) -> None:
        """`neighbours(chunk_id)` gives the chunks around one.

        `search` looks for one part of a question that asks several things; `replaced` says of
        spans (chunk id, start, end) which ones, by position, hold only what is out of date.
        """
        self._embedder = embedder
        self._neighbours = neighbours
        self._search = search
        self._replaced = replaced

    def answer(
        self, question: str, result: SearchResult, *, asked_at: datetime, sentences: int = 3
    ) -> Answer:
        """The best evidence for `question` as cited sentences, or an abstention.

        `sentences` bounds the statements quoted for each part of the question.
        """
        began = time.perf_counter()
        found, sure = self.weigh(question, result)
        confidence = round(min(sure), 3)
        if confidence < abstention.THRESHOLD:
            return _abstained(question, result, confidence, began)
        book, said, notices = Citations(), [], list(result.notices)
        for one in found:
            told, warned = _tell(
                one, asked_at, max(min(2, sentences), sentences // len(found)), book
            )
            said += told
            notices += warned
        return Answer(
            question=question,
            answer=joined(tuple(said)),
            abstained=False,
            confidence=confidence,
            mode=self.mode,
            sentences=tuple(said),
            citations=book.found,
            nearest=tuple(result.hits[:NEAREST]),
            elapsed_ms=_since(began),
            notices=tuple(notices),
        )

    def weigh(self, question: str, result: SearchResult) -> tuple[list[Evidence], list[float]]:
        """The evidence for each part of the question that has any, and how sure each part is.

        A part without any evidence is 0.0 sure.
        """
        parts = clauses(question)
        several = len(parts) > 1
        found, sure = [], []
        for part in parts:
            one = self.evidence(part, self._results(part, result) if several else result)
            if one is not None:
                found.append(one)
            sure.append(sure_of(part, one.ranked, one.weights, result) if one is not None else 0.0)
        return found, sure

    def evidence(self, asked: Asked, result: SearchResult) -> Evidence | None:
        """The statements of the hits ranked for one question; None where there are none."""
        hits = worth_reading(result.hits)
        around, beside = self._widened(hits)
        reading = Reading.of(asked, hits, around)
        rough = reading.ranked(beside)[:EMBEDDED]
        if not rough:
            return None
        query = self._embedder.embed_query(asked.text)
        bare, vectors = self._vectors([one.statement for one in rough])
        alike = zip((vectors @ query).tolist(), (bare @ query).tolist(), strict=True)
        final = [
            (reading.scored(one.statement, cosines), vector)
            for one, cosines, vector in zip(rough, alike, vectors, strict=True)
        ]
        final.sort(key=lambda pair: pair[0].order)
        ranked = tuple(scored for scored, _ in final)
        old = self._out_of_date(asked, ranked)
        return Evidence(asked, ranked, [vector for _, vector in final], reading.weights, old)

    def _out_of_date(self, asked: Asked, ranked: Sequence[Scored]) -> frozenset[int]:
        """Places of what is out of date, where the question is not about the past."""
        if self._replaced is None or asked.past or _YEAR.search(asked.text):
            return frozenset()
        first = [one.statement for one in ranked[:LOOKED_UP]]
        return frozenset(self._replaced([(one.hit.id, one.start, one.end) for one in first]))

    def _vectors(self, pool: Sequence[Statement]) -> tuple[Vectors, Vectors]:
        """Twice (len(pool), dimensions) unit rows: the words alone, and the words in context."""
        import numpy as np

        contexts = [_context(one) for one in pool]
        distinct = sorted(set(contexts))
        rows = self._embedder.embed([*(plain(one.text) or one.text for one in pool), *distinct])
        place = {text: len(pool) + i for i, text in enumerate(distinct)}
        mixed = rows[: len(pool)] + CONTEXT_SHARE * rows[[place[text] for text in contexts]]
        scaled: Vectors = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
        return rows[: len(pool)], scaled

    def _results(self, part: Asked, whole: SearchResult) -> SearchResult:
        """What was found for one part of the question, with what was found for the whole."""
        if self._search is None:
            return whole
        own = self._search(part.text)
        seen = {hit.id for hit in own.hits[: READ // 2]}
        rest = [hit for hit in whole.hits if hit.id not in seen]
        return replace(own, hits=(*own.hits[: READ // 2], *rest))

    def _widened(self, hits: Sequence[Hit]) -> tuple[dict[str, frozenset[str]], list[Statement]]:
        """For the best chat hits: the stems of the messages around, and their statements."""
        around: dict[str, frozenset[str]] = {}
        beside: list[Statement] = []
        seen = {hit.id for hit in hits}
        if self._neighbours is None:
            return around, beside
        for rank, hit in enumerate(hits[:WIDENED]):
            if hit.message_id is None:
                continue
            chunks = self._neighbours(hit.id)
            around[hit.id] = content_stems(" ".join(chunk.text for chunk in chunks))
            for chunk in chunks:
                if chunk.id not in seen and not chunk.variant:
                    seen.add(chunk.id)
                    near = _as_hit(chunk, hit)
                    around[chunk.id] = content_stems(hit.text)
                    beside += statements(near, rank=rank, neighbour=True)
        return around, beside


def _as_hit(chunk: Chunk, beside: Hit) -> Hit:
    source = HitSource(beside.source.uri, beside.source.title, chunk.locator)
    return replace(
        beside,
        id=chunk.id,
        text=chunk.text,
        source=source,
        speaker=chunk.speaker,
        role=chunk.role,
        said_at=chunk.said_at,
        session_id=chunk.session_id,
        message_id=chunk.message_id,
        highlights=(),
    )


def _context(statement: Statement) -> str:
    """What a statement stands under, or who says it."""
    title, above = statement.hit.source.title, plain(statement.above)
    return statement.hit.speaker or (above if title in above else f"{title} {above}".strip())


def _tell(
    found: Evidence, asked_at: datetime, most: int, book: Citations
) -> tuple[list[Sentence], list[str]]:
    """The sentences for one question, and notices on what newer statements replaced."""
    settled = conflicts.settle(found.ranked, found.vectors, found.asked, found.replaced)
    best = settled.best
    said: list[Sentence] = []
    n = book.number(best.statement)
    dated = dates.wants_date(found.asked) and found.asked.wanted is not Wanted.WEEKDAY
    lead = _date_lead(found.asked, best.statement, asked_at) if dated else None
    years = dates.age(found.asked, best.statement, asked_at)
    if years is not None:
        lead = f"{years} years old."
    if lead is not None:
        said.append(Sentence(lead, (n,)))
    said.append(Sentence(reported(best.statement, dated=bool(settled.earlier)), (n,)))
    shown = _steps(found.asked, best.statement) if most > 1 else []
    further = [one.statement for one in _further(found, settled, most - 1)]
    shown += [one for one in further if one not in shown]
    said += [
        Sentence(reported(other, dated=False), (book.number(other),))
        for other in shown[: max(0, most - 1)]
    ]
    notices = [
        f"Earlier: {reported(one.statement, dated=True)} [{book.number(one.statement)}]"
        for one in settled.earlier
    ]
    return said, notices


def _steps(asked: Asked, best: Statement) -> list[Statement]:
    """For a how-to question: what the best statement's passage then shows, as code or as a list.

    A note says what is to be done and then "this worked:"; the first alone is no answer.
    """
    if not _HOW.match(asked.text) or led_to(best) > best.end:
        return []
    following = statements(best.hit, rank=best.rank, neighbour=best.neighbour)
    return [one for one in following if one.start >= best.end and led_to(one) > one.end][:1]


def _date_lead(asked: Asked, statement: Statement, asked_at: datetime) -> str | None:
    found = dates.pick(asked, statement, dates.mentions(statement))
    if found is None:
        return None
    told = found.words(clock=asked.clock)
    if asked.wanted is Wanted.AGO and found.span.start <= asked_at:
        unit = asked.unit if asked.unit in ("day", "week", "month", "year") else None
        return f"{dates.since(found.span.start, asked_at, unit).capitalize()}: {told}."
    return f"{told[0].upper()}{told[1:]}."


def _further(found: Evidence, settled: conflicts.Settled, most: int) -> list[Scored]:
    """More evidence that is good and new: not what is already said, nor what is replaced."""
    taken = [settled.best]
    closed = {id(one) for one in (settled.best, *settled.earlier)}
    index = {id(one): i for i, one in enumerate(found.ranked)}
    picked: list[Scored] = []
    # A date is one thing: what else is said of it must be nearly as good.
    slack = DATED_SLACK if dates.wants_date(found.asked) else SLACK
    while len(picked) < most:
        options = [
            (
                other.score + _gain(found, taken, other) - 2.5 * _alike(found, index, taken, other),
                other,
            )
            for other in found.ranked[:12]
            if id(other) not in closed
            and _is_of_it(found, other)
            and other.score >= settled.best.score - slack
        ]
        if not options:
            break
        value, other = max(options, key=lambda pair: pair[0])
        if value < settled.best.score - slack - 1.5:
            break
        closed.add(id(other))
        taken.append(other)
        picked.append(other)
    return picked


def _is_of_it(found: Evidence, other: Scored) -> bool:
    """Whether a statement has to do with what is asked, not only with whom it is asked of."""
    names = {one for name in found.asked.names for one in content_stems(name)}
    sought = found.asked.stems - names
    if other.barred:
        return False
    return not sought or bool(other.covered & sought) or other.feature("cosine") >= FURTHER


def _gain(found: Evidence, taken: Iterable[Scored], other: Scored) -> float:
    """Worth of the question's words that the statement adds."""
    had = frozenset(one for scored in taken for one in scored.covered)
    whole = sum(found.weights.values()) or 1.0
    return 3.0 * sum(found.weights[one] for one in other.covered - had) / whole


def _alike(found: Evidence, index: dict[int, int], taken: Iterable[Scored], other: Scored) -> float:
    """The greatest cosine with a statement already taken."""
    mine = found.vectors[index[id(other)]]
    return max(float(mine @ found.vectors[index[id(one)]]) for one in taken)


def _abstained(question: str, result: SearchResult, confidence: float, began: float) -> Answer:
    return Answer(
        question=question,
        answer="",
        abstained=True,
        confidence=confidence,
        mode=ExtractiveAnswerer.mode,
        sentences=(),
        citations=(),
        nearest=tuple(result.hits[:NEAREST]),
        elapsed_ms=_since(began),
        notices=result.notices,
    )


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000.0
