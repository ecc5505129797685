"""From a question to ranked hits: words and vectors find candidates, signals rank them.

A message or passage comes back once, by its best piece; what a filter excludes never does. The
same store gives the same hits whichever index finds the neighbours, since all scores are exact.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from mem.core.protocols import Embedder, VectorIndex
from mem.core.query import Filters, SearchResult
from mem.errors import EmptyQuery
from mem.retrieval.akin import WordVectors
from mem.retrieval.candidates import REACH, Table, build
from mem.retrieval.effort import DEPTH, NEAREST, further_looks, joined
from mem.retrieval.fusion import shipped
from mem.retrieval.lexical import Lexical, look_up
from mem.retrieval.parse import ParsedQuestion, parse
from mem.retrieval.presenting import Presenter
from mem.retrieval.ranking import Found, Ranked, Shortlist, rank, shortlist
from mem.retrieval.rerank import Place, newest_first
from mem.retrieval.reread import Reread, Rereading, reread
from mem.retrieval.signals import TextPatterns, compute
from mem.store.chunks import Chunks
from mem.store.embeddings import Embeddings
from mem.store.fulltext import Fulltext
from mem.store.surroundings import speakers, surroundings

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from mem.core.protocols import Vectors

    Keys = npt.NDArray[np.int64]

# Chunks that each of words and vectors brings in, and at least so many per wanted hit.
SEEDS = 100
SEEDS_PER_HIT = 3


class Retriever:
    """Search over one store; may be shared by threads."""

    def __init__(
        self,
        *,
        chunks: Chunks,
        fulltext: Fulltext,
        stored: Embeddings,
        index: VectorIndex,
        embedder: Embedder,
        rereading: Rereading | None = None,
    ) -> None:
        """`rereading` is what a deep search has read again by a reranker, None for nothing."""
        self._chunks = chunks
        self._fulltext = fulltext
        self._stored = stored
        self._index = index
        self._embedder = embedder
        self._weights = shipped()
        self._rereading = rereading
        self._patterns = TextPatterns()
        self._words = WordVectors(embedder.embed_words)
        self._presenter = Presenter(chunks, fulltext, self._weights)

    def search(
        self,
        query: str,
        *,
        filters: Filters = Filters(),  # noqa: B008  (frozen)
        limit: int = 10,
        asked_at: datetime,
        explain: bool = False,
        deep: bool = False,
        rerank: bool = True,
    ) -> SearchResult:
        """Up to `limit` hits, best first. Raises EmptyQuery.

        `asked_at` is the moment that "yesterday" in the query refers to; `explain` puts every
        signal into the hits; `deep` looks again from what the first look opened, and has the first
        hits read by a reranker where there is one and `rerank` allows, which takes several times as
        long.
        """
        started = time.perf_counter()
        rereading = self._rereading if deep and rerank else None
        # One state of the store throughout, whatever an import does meanwhile.
        with self._fulltext.database.snapshot():
            found = self.find(query, filters=filters, limit=limit, asked_at=asked_at)
            most = max(limit, rereading.hits) if rereading is not None else limit
            ranked = self._joined(found, filters, most) if deep else self.order(found, limit=limit)
        # A reranker takes seconds, in which nobody shall have to wait for the store.
        again = Reread(list(ranked.places))
        if rereading is not None:
            again = reread(found.question.text, again.places, rereading)
        if deep:
            ranked = self._settled(found, ranked, again.places, limit)
        hits = self._presenter.hits(found.question, ranked, explain=explain)
        prior = self._presenter.confidence(ranked)
        return SearchResult(
            query=query,
            filters=filters,
            hits=hits,
            elapsed_ms=(time.perf_counter() - started) * 1000,
            confidence=prior,
            notices=(*_notices(found.table), *filter(None, [again.notice])),
            deep=deep,
            reranked=again.done,
            prior=prior,
        )

    def find(self, query: str, *, filters: Filters, limit: int, asked_at: datetime) -> Found:
        """The candidates with their signals, in no order. Raises EmptyQuery."""
        if not query.strip():
            raise EmptyQuery
        question = parse(query, speakers=speakers(self._fulltext.database), asked_at=asked_at)
        return self._find(question, None, self._allowed(filters), limit)

    def _find(
        self,
        question: ParsedQuestion,
        vector: Vectors | None,
        allowed: Collection[int] | None,
        limit: int,
    ) -> Found:
        """`vector` is what to seek by in place of the question's own."""
        database = self._fulltext.database
        lexical = look_up(self._fulltext, question.words, chunks=max(1, self._chunks.count()))
        if vector is None:
            vector = self._embedder.embed_query(question.rest)
        seeds = self._seeds(lexical, vector, allowed, max(SEEDS, SEEDS_PER_HIT * limit))
        rows = surroundings(database, seeds, reach=REACH)
        table = build(rows, stored=self._stored, query=vector, allowed=allowed)
        return Found(question, lexical, table, compute(question, lexical, table))

    def _joined(self, found: Found, filters: Filters, most: int) -> Ranked:
        """The places of several looks; what is known of the result is the first one's."""
        depth = max(DEPTH, most)
        first = self.order(found, limit=depth)
        looks = further_looks(
            found.question,
            first,
            vector=found.table.query,
            nearest=found.table.vectors[[place.row for place in first.places[:NEAREST]]],
            speakers=speakers(self._fulltext.database),
        )
        allowed = self._allowed(filters)
        others = [
            (self.order(self._find(one.question, one.vector, allowed, depth), limit=depth), one)
            for one in looks
        ]
        places = joined(first, [(ranked, one.weight) for ranked, one in others])
        return Ranked(tuple(places), first.known)

    def _settled(self, found: Found, ranked: Ranked, places: list[Place], limit: int) -> Ranked:
        """The best `limit` of a deep search, of contradicting statements the newest first."""
        places = newest_first(found.question, found.lexical, places, self._fulltext.stems)
        return Ranked(tuple(places[:limit]), ranked.known)

    def shortlist(self, found: Found, *, limit: int) -> Shortlist:
        """The candidates that are read for `limit` hits, with all their signals."""
        return shortlist(
            found, chunks=self._chunks, limit=limit, words=self._words, patterns=self._patterns
        )

    def order(self, found: Found, *, limit: int) -> Ranked:
        """The best `limit` of the candidates, a message once."""
        return rank(
            found,
            weights=self._weights,
            chunks=self._chunks,
            stemmed=self._fulltext.stems,
            limit=limit,
            words=self._words,
            patterns=self._patterns,
        )

    def _allowed(self, filters: Filters) -> set[int] | None:
        """Keys that pass; None without filters, when what is gone is left out later."""
        return None if filters.empty else self._chunks.allowed(filters)

    def _seeds(
        self, lexical: Lexical, vector: Vectors, allowed: Collection[int] | None, count: int
    ) -> set[int]:
        import numpy as np

        keys, scores = lexical.ranked()
        if allowed is not None and len(keys):
            passing = np.isin(keys, np.fromiter(allowed, np.int64, len(allowed)))
            keys, scores = keys[passing], scores[passing]
        best = keys[np.lexsort((keys, -scores))[:count]]
        near = self._index.search(vector, limit=count, allowed=allowed)
        return {int(key) for key in best} | {key for key, _ in near}


def _notices(table: Table) -> tuple[str, ...]:
    """What a person should know of the result."""
    missing = int((~table.embedded).sum())
    if not missing:
        return ()
    notice = (
        f"{missing} of {len(table)} passages compared have no vector yet; "
        "they were found by their words only."
    )
    return (notice,)
