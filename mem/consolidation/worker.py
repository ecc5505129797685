"""The slow work: chunks that no extractor has been through become memories, a batch at a time.

Each batch is one transaction with the marks of its chunks, so that work stops and goes on anywhere
and doing it twice changes nothing. What has lost its source goes out of use.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import groupby
from typing import Protocol

from mem.consolidation.causes import leads_to
from mem.consolidation.reconciling import links
from mem.consolidation.reconciling.book import NewStatement, evidence_rows_of
from mem.consolidation.reconciling.reconciler import Reconciler
from mem.consolidation.reports import Report
from mem.core.memory import Candidate, MemoryStatus, Relation
from mem.errors import PluginFailed
from mem.extraction.proposing.evidence import verify
from mem.extraction.speaking import echo
from mem.store.chunks import Chunks, StoredChunk, changed_since, holding
from mem.store.database import Database
from mem.store.work.waiting import PENDING, WaitingChunks

BATCH = 256
_PLANNED = 32 * BATCH  # chunks that are looked up at once
_CONTEXT = 8
ACTOR = "consolidate"


class Extractor(Protocol):
    """Draws candidate memories from chunks of one document, in order. Stateless."""

    @property
    def fingerprint(self) -> str:
        """Names the extractor and its version; chunks are gone through once for each."""
        ...

    def extract(self, chunks: Sequence[StoredChunk]) -> Sequence[Candidate]: ...


class Worker:
    """Runs an extractor over what is pending and reconciles what it draws."""

    def __init__(
        self,
        database: Database,
        chunks: Chunks,
        reconciler: Reconciler,
        extractor: Extractor,
        forgotten: Callable[[Candidate], bool],
    ) -> None:
        self._database = database
        self._chunks = chunks
        self._reconciler = reconciler
        self._extractor = extractor
        self._forgotten = forgotten
        self._waiting = WaitingChunks(database, extractor.fingerprint)

    def pending_count(self) -> int:
        """Chunks that wait for this extractor."""
        rows = self._database.rows(
            f"SELECT count(*) FROM chunk {PENDING}", (self._extractor.fingerprint,)
        )
        return int(str(rows[0][0]))

    def run(
        self,
        report: Report,
        *,
        limit: int | None = None,
        on_progress: Callable[[int, int], None] | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> int:
        """Go through pending chunks (at most `limit`); returns how many there were.

        Raises StoreLocked, StoreFull, and what the extractor raises.
        """
        total = self.pending_count()
        todo = total if limit is None else min(limit, total)
        done = 0
        while done < todo and (batches := self._next(todo - done)):
            for keys in batches:
                if stop():
                    return done
                self._batch(keys, report)
                done += len(keys)
                if on_progress is not None:
                    on_progress(done, todo)
        return done

    def _next(self, limit: int) -> list[list[int]]:
        """Keys of the next pending chunks, in order: batches of one document each."""
        waiting = self._waiting.next(min(limit, _PLANNED))
        found = [[pk for pk, _ in group] for _, group in groupby(waiting, lambda one: one[1])]
        return [keys[at : at + BATCH] for keys in found for at in range(0, len(keys), BATCH)]

    def _batch(self, keys: Sequence[int], report: Report) -> None:
        stored = self.stored(keys)
        pending = {one.chunk.id for one in stored}
        before = self._before(stored)
        known = pending | {one.chunk.id for one in before}
        shown = {one.pk: one for one in [*self.context(stored), *before, *stored]}
        ordered = sorted(shown.values(), key=lambda one: one.chunk.seq)
        drawn = self._extractor.extract(ordered) if stored else []
        own = [
            one
            for one in drawn
            if one.evidence[0].chunk_id in pending
            and {part.chunk_id for part in one.evidence} <= known
        ]
        self.store(keys, [*before, *stored], own, report)

    def _before(self, stored: Sequence[StoredChunk]) -> list[StoredChunk]:
        """The chunks just before those, without those: what a pronoun in them may stand for."""
        given = {one.chunk.seq for one in stored}
        found: dict[int, StoredChunk] = {}
        for one in stored:
            if one.chunk.seq and one.chunk.seq - 1 not in given:
                near = self._chunks.around(one.chunk.document_id, one.chunk.seq - 1, reach=1)
                found |= self._chunks.by_keys([pk for pk, chunk in near if chunk.seq not in given])
        return sorted(found.values(), key=lambda one: one.chunk.seq)

    def stored(self, keys: Sequence[int]) -> list[StoredChunk]:
        """The chunks of those keys that still exist, in their order."""
        found = self._chunks.by_keys(keys)
        return [found[key] for key in keys if key in found]

    def context(self, stored: Sequence[StoredChunk]) -> list[StoredChunk]:
        """The first chunks of the same document, without those: they show who takes part in it."""
        if not stored:
            return []
        given = {one.chunk.id for one in stored}
        opening = self._chunks.around(stored[0].chunk.document_id, 0, reach=_CONTEXT)
        found = self._chunks.by_keys([pk for pk, chunk in opening if chunk.id not in given])
        return sorted(found.values(), key=lambda one: one.chunk.seq)

    def store(
        self,
        keys: Sequence[int],
        stored: Sequence[StoredChunk],
        candidates: Sequence[Candidate],
        report: Report,
        *,
        also: Callable[[sqlite3.Connection], None] = lambda connection: None,
    ) -> None:
        """Reconcile what was drawn, with the marks of its chunks and what `also` writes.

        What was drawn from a chunk that has gone or changed since it was read is dropped.
        """
        self._reconciler.neighbours.prepare([one.text for one in candidates])
        with self._reconciler.changes.batch() as connection:
            also(connection)
            changed = changed_since(connection, stored)
            marked = connection.executemany(
                "INSERT OR IGNORE INTO extraction (chunk_pk, extractor) "
                "SELECT pk, ? FROM chunk WHERE pk = ?",
                [(self._extractor.fingerprint, key) for key in keys if key not in changed],
            )
            same = [one for one in stored if one.pk not in changed]
            texts = {one.chunk.id: one.chunk.text for one in same}
            own = [
                one for one in candidates if all(part.chunk_id in texts for part in one.evidence)
            ]
            if marked.rowcount:
                self._take(own, texts, _printed(connection, same), _places(same), report)

    def _take(
        self,
        candidates: Sequence[Candidate],
        texts: dict[str, str],
        printed: Mapping[str, list[echo.Span]],
        places: Mapping[str, tuple[int, str, int]],
        report: Report,
    ) -> None:
        before: tuple[Candidate, int] | None = None
        for candidate in candidates:
            if any(
                echo.touches(printed.get(part.chunk_id, []), part.start, part.end)
                for part in candidate.evidence
            ):
                report.echoes += 1
                continue
            evidence = verify(candidate.evidence, texts)
            if evidence is None:
                report.unsupported += 1
                continue
            new = NewStatement(candidate, evidence_rows_of(candidate, evidence, places))
            outcome = self._reconciler.take(new, actor=ACTOR, forgotten=self._forgotten(candidate))
            report.note(outcome)
            if outcome.memory_pk is not None:
                if before is not None:
                    self._link_cause(before, (candidate, outcome.memory_pk))
                before = candidate, outcome.memory_pk

    def _link_cause(self, first: tuple[Candidate, int], second: tuple[Candidate, int]) -> None:
        """Link two statements that follow each other where one is said to cause the other."""
        forward = leads_to(first[0], second[0])
        if forward is None:
            return
        cause, effect = (first[1], second[1]) if forward else (second[1], first[1])
        with self._reconciler.changes.operation(ACTOR, "link", "said to be the cause") as operation:
            links.put(operation, cause, effect, Relation.CAUSES)

    def expire_unsupported(self) -> int:
        """Archive what has lost every passage it came from; returns how many."""
        lost = self._reconciler.memories.unsupported()
        now = self._reconciler.stamp()
        for one in lost:
            with self._reconciler.changes.operation(
                ACTOR, "archive", "source gone", subject=one.memory.id
            ) as operation:
                operation.update(
                    "memory",
                    [one.pk],
                    {"status": MemoryStatus.ARCHIVED.value, "expired_at": now},
                )
        return len(lost)


def consolidated(
    worker: Callable[[Extractor], Worker],
    extractors: Callable[[], Sequence[Extractor]],
    *,
    limit: int | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Report:
    """Run each extractor over what it has not gone through; the first one's chunks are counted.

    One of a plugin that breaks down is noted, and its chunks wait for the next run. Raises
    StoreLocked, StoreFull.
    """
    report = Report()
    for place, extractor in enumerate(extractors()):
        one = worker(extractor)
        try:
            done = one.run(report, limit=limit, on_progress=on_progress, stop=stop)
        except PluginFailed as error:
            report.problems.append(str(error))
            done = 0
        if place == 0:
            report.chunks, report.pending = done, one.pending_count()
            report.source_gone = one.expire_unsupported()
    return report


def _printed(
    connection: sqlite3.Connection, stored: Collection[StoredChunk]
) -> dict[str, list[echo.Span]]:
    """What `mem` printed, by chunk; a note goes on with an export of it from where that begins."""
    begins: dict[str, tuple[int, int]] = {}
    documents = {one.chunk.document_id for one in stored}
    for document, seq, text in holding(connection, documents, "%*% · %· <%>*%"):
        at = echo.export_in(text)
        if at is not None:
            begins.setdefault(document, (seq, at))
    found = {one.chunk.id: echo.spans(one.chunk.text) for one in stored}
    for one in stored:
        seq, at = begins.get(one.chunk.document_id, (one.chunk.seq + 1, 0))
        if one.chunk.seq >= seq:
            start = at if one.chunk.seq == seq else 0
            found[one.chunk.id].append((start, len(one.chunk.text)))
    return found


def _places(stored: Collection[StoredChunk]) -> dict[str, tuple[int, str, int]]:
    return {one.chunk.id: (one.pk, one.chunk.document_id, one.chunk.seq) for one in stored}
