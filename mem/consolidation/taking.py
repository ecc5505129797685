"""How memories come in: drawn from what waits, typed by the user, or handed over by others.

Every one of them goes through the reconciler; one whose quote is not in its chunk is refused.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mem.consolidation import fading
from mem.consolidation.reader import MemoryReader
from mem.consolidation.reconciling.book import NewStatement, evidence_rows_of
from mem.consolidation.reconciling.decisions import Outcome
from mem.consolidation.reconciling.reconciler import Reconciler
from mem.core.clock import Clock
from mem.core.memory import Candidate, Memory, MemoryKind
from mem.core.protocols import Embedder
from mem.errors import UnknownId, WasForgotten, WasRejected
from mem.extraction.proposing.evidence import verify
from mem.store.erasing.tombstones import Tombstones
from mem.store.memory.vectors import MemoryVectors
from mem.store.store import Store

if TYPE_CHECKING:
    from mem.consolidation.absorbing import CarriedLink, CarriedMemory, MergeReport
    from mem.consolidation.reports import Budget, Report, Spent, SummaryReport
    from mem.consolidation.summaries.summariser import Summariser
    from mem.consolidation.summaries.writing import SummaryWriter
    from mem.consolidation.worker import Extractor, Worker
    from mem.extraction.proposing.model import ModelExtractor
    from mem.store.chunks import StoredChunk


class MemoryTaker(MemoryReader):
    """The memories of one home, and the ways in. Writing raises StoreLocked and StoreFull."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        embedder: Callable[[], Embedder],
        *,
        extractor: Callable[[], Extractor],
        cut_episodes: Callable[[], int],
        summariser: Callable[[], Summariser],
        backups: Path,
        user_names: Sequence[str] = (),
        redact: bool = True,
        more_extractors: Callable[[], Sequence[Extractor]] = tuple,
        model_extractor: Callable[[], ModelExtractor | None] = lambda: None,
        summary_writer: Callable[[], SummaryWriter | None] = lambda: None,
    ) -> None:
        """`more_extractors` are those of plugins; no `model_extractor` where no model is set up.

        Secrets in what is typed are replaced unless `redact` is False.
        """
        super().__init__(store, clock, user_names)
        self._embedder = embedder
        self._extractor = extractor
        self._more_extractors = more_extractors
        self._model_extractor = model_extractor
        self._summary_writer = summary_writer
        self._cut_episodes = cut_episodes
        self._summariser = summariser
        self._backups = backups
        self._redact = redact
        self._uses = fading.Uses(store.database)

    @cached_property
    def _reconciler(self) -> Reconciler:
        from mem.consolidation.reconciling.neighbours import Neighbours

        embedder = self._embedder()
        vectors = MemoryVectors(self._store.database, embedder.fingerprint, embedder.dimensions)
        return Reconciler(
            self.changes,
            self._memories,
            self._entities,
            Neighbours(vectors, embedder),
            self._clock.utc,
            self._user_names,
        )

    def consolidate(
        self,
        *,
        limit: int | None = None,
        on_progress: Callable[[int, int], None] | None = None,
        budget: Budget | None = None,
        retry: bool = False,
        on_call: Callable[[Spent], None] | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> Report:
        """Cut what waits into episodes, draw memories, reconcile them, and summarise.

        The rules and the extractors of plugins go through at most `limit` chunks each. When the
        rules are through, the language model follows with a `budget`, where one is set up; what
        its memories leave of that is for summaries. `retry` has it try batches again that were
        given up. `stop` is asked all the while; what is done is kept.
        """
        from mem.consolidation.worker import consolidated

        episodes = self._cut_episodes()
        report = consolidated(
            self._worker, self._extractors, limit=limit, on_progress=on_progress, stop=stop
        )
        report.episodes = episodes
        begun = time.monotonic()
        if budget is not None and not report.pending and not stop():
            from mem.consolidation.modelwork import run_model

            run_model(
                self._store.database,
                self._worker,
                self._model_extractor,
                budget,
                report,
                retry=retry,
                on_progress=on_call,
                stop=stop,
            )
        self.embed_pending()
        minutes = (time.monotonic() - begun) / 60
        report.summaries = self._summarise(budget, report, minutes, stop)
        return report

    def _summarise(
        self,
        budget: Budget | None,
        report: Report,
        minutes: float,
        stop: Callable[[], bool],
    ) -> SummaryReport:
        """Without a model what has changed; with the one that was used what its budget allows.

        `minutes` of the budget are spent.
        """
        summariser = self._summariser()
        made = summariser.refresh(stop=stop)
        used = report.model
        if budget is None or used is None or used.unusable or used.pending or stop():
            return made
        writer = self._summary_writer()
        if writer is not None:
            left = budget.less(used.calls, used.tokens, minutes)
            summariser.write(writer, left, made, stop=stop)
        return made

    def _extractors(self) -> Sequence[Extractor]:
        return [self._extractor(), *self._more_extractors()]

    def _worker(self, extractor: Extractor) -> Worker:
        from mem.consolidation.worker import Worker

        return Worker(
            self._store.database,
            self._store.chunks,
            self._reconciler,
            extractor,
            self._is_forgotten,
        )

    def take(
        self, candidates: Sequence[Candidate], *, actor: str = "user", vouched: bool = False
    ) -> list[Outcome]:
        """Reconcile candidates from elsewhere; one whose quote is not in its chunk is refused."""
        self._reconciler.neighbours.prepare([one.text for one in candidates])
        with self.changes.batch():
            return [self._take(one, actor, vouched) for one in candidates]

    def absorb(
        self,
        memories: Sequence[CarriedMemory],
        links: Sequence[CarriedLink],
        names: Sequence[Collection[str]],
        report: MergeReport,
    ) -> MergeReport:
        """Take memories of another store in as one act, in the caller's transaction.

        See `mem.consolidation.absorbing`; `prepare` comes before, `embed_pending` after it.
        """
        from mem.consolidation.absorbing import absorb

        marked = [
            replace(one, forgotten=self._is_forgotten(one.statement.candidate)) for one in memories
        ]
        return absorb(self._reconciler, marked, links, names, report)

    def prepare(self, texts: Sequence[str]) -> None:
        """Make the vectors of texts that are taken in next, before anyone has to wait for them."""
        self._reconciler.neighbours.prepare(texts)

    def drop_prepared(self) -> None:
        """Let go of what a transaction had put in before it was taken back."""
        self._reconciler.neighbours.forget()
        self._reconciler.fresh.clear()

    def remember(
        self,
        document: str,
        kind: MemoryKind,
        *,
        happened: tuple[datetime, datetime] | None = None,
    ) -> Memory:
        """A memory of a typed document's words, with the highest trust and all of it as evidence.

        `happened` is the half-open time at which an event happened. Raises UnknownId.
        """
        from mem.consolidation.typed import typed_candidate

        candidate = typed_candidate(self._chunks_of(document), kind, self._extractor(), happened)
        (outcome,) = self.take([candidate], vouched=True)
        if outcome.memory_pk is None:
            return self._said_by(candidate, document)
        return self._settled(outcome.memory_pk, document)

    def _said_by(self, candidate: Candidate, document: str) -> Memory:
        """The memory that says what is known already, or stands on the same words."""
        held = self._memories.of_fingerprint(candidate.fingerprint)
        if not held:
            keys = self._store.chunks.keys_of([one.chunk_id for one in candidate.evidence])
            spans = [(keys[one.chunk_id], one.start, one.end) for one in candidate.evidence]
            held = list(self._memories.by_pks(self._memories.memories_of_spans(spans)).values())
        if not held:
            raise UnknownId(document)
        return max(held, key=lambda one: (bool(one.slot), one.pk)).memory

    def _take(self, candidate: Candidate, actor: str, vouched: bool) -> Outcome:
        keys = self._store.chunks.keys_of([one.chunk_id for one in candidate.evidence])
        stored = self._store.chunks.by_keys(keys.values())
        texts = {one.chunk.id: one.chunk.text for one in stored.values()}
        evidence = verify(candidate.evidence, texts)
        if evidence is None:
            return Outcome("refused", "the quote is not in its source")
        places = {
            one.chunk.id: (one.pk, one.chunk.document_id, one.chunk.seq) for one in stored.values()
        }
        new = NewStatement(candidate, evidence_rows_of(candidate, evidence, places))
        forgotten = not vouched and self._is_forgotten(candidate)
        return self._reconciler.take(new, actor=actor, forgotten=forgotten, vouched=vouched)

    def refuse_received(self, text: str, kind: MemoryKind) -> None:
        """Raises WasForgotten, WasRejected where the user wants no memory of these words."""
        from mem.consolidation.typed import received_statement

        candidate = received_statement(text, kind)
        if self._is_forgotten(candidate):
            raise WasForgotten
        if self._memories.is_rejected(candidate.fingerprint):
            raise WasRejected

    def propose(self, document: str, kind: MemoryKind, *, sender: str) -> Memory:
        """A memory of what the program `sender` said, which waits for review.

        Raises UnknownId where the document is gone.
        """
        from mem.consolidation.typed import received_candidate

        candidate = received_candidate(self._chunks_of(document), kind, sender)
        (outcome,) = self.take([candidate], actor=f"mcp:{sender}")
        if outcome.memory_pk is None:
            held = self._memories.of_fingerprint(candidate.fingerprint)
            if not held:
                raise UnknownId(document)
            return held[-1].memory
        return self._settled(outcome.memory_pk, document)

    def _chunks_of(self, document: str) -> list[StoredChunk]:
        """A document's chunks in order. Raises UnknownId where there are none."""
        pks = self._store.chunks.keys_of(
            [chunk.id for chunk in self._store.chunks.of_document(document)]
        )
        stored = sorted(
            self._store.chunks.by_keys(pks.values()).values(), key=lambda one: one.chunk.seq
        )
        if not stored:
            raise UnknownId(document)
        return stored

    def _is_forgotten(self, candidate: Candidate) -> bool:
        keys = self._reconciler.both_keys(candidate)
        return any(
            marks.holds(mark)
            for marks in Tombstones.every(self._store.database)
            for mark in (
                marks.of_memory(candidate.fingerprint),
                *(marks.of_statement(slot, value) for slot, value in keys),
            )
        )

    def embed_pending(self) -> int:
        """Make the vectors that are missing; returns how many."""
        embedder = self._embedder()
        vectors = MemoryVectors(self._store.database, embedder.fingerprint, embedder.dimensions)
        pending = vectors.pending()
        if pending:
            rows = embedder.embed([text for _, text in pending])
            made = {pk: row for (pk, _), row in zip(pending, rows, strict=True)}
            with self._store.database.transaction():
                vectors.put(made)
            self._reconciler.neighbours.forget()
        return len(pending)

    def _settled(self, pk: int, given: str) -> Memory:
        """A memory after an act on it, with its vector made.

        Raises UnknownId for what was given where another process has destroyed it meanwhile.
        """
        stored = self._memories.by_pks([pk]).get(pk)
        if stored is None:
            raise UnknownId(given)
        self.embed_pending()
        return stored.memory
