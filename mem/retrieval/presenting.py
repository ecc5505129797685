"""Ranked candidates as the hits that a person sees: score, signals, and highlighted words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mem.core.query import Hit, HitSource
from mem.retrieval.confidence import confidence
from mem.retrieval.fusion import INPUTS, Weights, logistic
from mem.retrieval.parse import ParsedQuestion
from mem.retrieval.ranking import Ranked
from mem.retrieval.rerank import Place
from mem.store.chunks import Chunks
from mem.store.fulltext import Fulltext

if TYPE_CHECKING:
    from collections.abc import Mapping

_WORD = re.compile(r"\w+")
_ALWAYS = ("lexical", "cosine", "coverage")


class Presenter:
    """Makes hits of places."""

    def __init__(self, chunks: Chunks, fulltext: Fulltext, weights: Weights) -> None:
        self._chunks = chunks
        self._fulltext = fulltext
        self._weights = weights

    def hits(self, question: ParsedQuestion, ranked: Ranked, *, explain: bool) -> tuple[Hit, ...]:
        """One hit a place, in their order."""
        texts = [place.stored.chunk.text for place in ranked.places]
        marked = self._highlights(question, texts)
        return tuple(
            self._hit(place, spans, explain=explain)
            for place, spans in zip(ranked.places, marked, strict=True)
        )

    def confidence(self, ranked: Ranked) -> float:
        """The chance that the store holds an answer; 0 where nothing was found."""
        return confidence(ranked.known, self._weights.confidence) if ranked.known else 0.0

    def _hit(
        self,
        place: Place,
        spans: tuple[tuple[int, int], ...],
        *,
        explain: bool,
    ) -> Hit:
        stored, chunk = place.stored, place.stored.chunk
        return Hit(
            id=chunk.id,
            kind="chunk",
            text=chunk.text,
            score=self._weights.probability(place.score),
            source=HitSource(stored.uri, stored.title, chunk.locator),
            document_id=chunk.document_id,
            speaker=chunk.speaker,
            role=chunk.role,
            said_at=chunk.said_at,
            said_at_origin=stored.said_at_origin,
            message_id=chunk.message_id,
            session_id=chunk.session_id,
            signals=self._signals(place, explain=explain),
            highlights=spans,
        )

    def _signals(self, place: Place, *, explain: bool) -> Mapping[str, float]:
        names = INPUTS if explain else _ALWAYS
        shown = {name: round(float(place.inputs[INPUTS.index(name)]), 4) for name in names}
        if place.moved:
            shown["recency"] = place.moved
        if place.relevance is not None:
            shown["reranker"] = round(logistic(place.relevance), 4)
        if explain:
            shown["sum"] = round(place.score, 4)
        return shown

    def _highlights(
        self, question: ParsedQuestion, texts: list[str]
    ) -> list[tuple[tuple[int, int], ...]]:
        """Spans of each text whose stems are among those of the question."""
        sought = {stem for stems in self._fulltext.stems(question.words) for stem in stems}
        if not sought:
            return [() for _ in texts]
        words = sorted({word.lower() for text in texts for word in _WORD.findall(text)})
        stems = dict(zip(words, self._fulltext.stems(words), strict=True))
        matching = {word for word, found in stems.items() if sought.intersection(found)}
        return [
            tuple(
                match.span() for match in _WORD.finditer(text) if match.group().lower() in matching
            )
            for text in texts
        ]
