"""The slow work: chunks that no extractor has been through become memories, a batch at a time.

Each batch is one transaction with the marks of its chunks, so that work stops and goes on anywhere
and doing it twice changes nothing. What has lost its source goes out of use.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from mem.consolidation.book import NewStatement, evidence_rows_of
from mem.consolidation.decisions import Outcome
from mem.consolidation.reconcile import Reconciler
from mem.core.memory import Candidate, MemoryStatus
from mem.extraction import echo
from mem.extraction.evidence import verify
from mem.store.chunks import Chunks, StoredChunk
from mem.store.database import Database

BATCH = 256
_CONTEXT = 8
ACTOR = "consolidate"


class Extractor(Protocol):
    """Draws candidate memories from chunks of one document, in order. Stateless."""

    @property
    def fingerprint(self) -> str:
        """Names the extractor and its version; chunks are gone through once for each."""
        ...

    def extract(self, chunks: Sequence[StoredChunk]) -> Sequence[Candidate]: ...


@dataclass(slots=True)
class Report:
    """What a run did: chunks gone through, candidates, and how many had each outcome.

    `echoes` were drawn from text that `mem` itself had printed, and left out.
    """

    chunks: int = 0
    candidates: int = 0
    unsupported: int = 0
    echoes: int = 0
    source_gone: int = 0
    pending: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)

    def note(self, outcome: Outcome) -> None:
        self.candidates += 1
        self.outcomes[outcome.action] = self.outcomes.get(outcome.action, 0) + 1


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

    def pending_count(self) -> int:
        """Chunks that wait for this extractor."""
        rows = self._database.rows(
            f"SELECT count(*) FROM chunk {_PENDING}", (self._extractor.fingerprint,)
        )
        return int(str(rows[0][0]))

    def run(
        self,
        *,
        limit: int | None = None,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> Report:
        """Go through pending chunks (at most `limit`). Raises StoreLocked, StoreFull."""
        report, total = Report(), self.pending_count()
        todo = total if limit is None else min(limit, total)
        while report.chunks < todo:
            keys = self._next(min(BATCH, todo - report.chunks))
            if not keys:
                break
            self._batch(keys, report)
            if on_progress is not None:
                on_progress(report.chunks, todo)
        report.pending = self.pending_count()
        report.source_gone = self.expire_unsupported()
        return report

    def _next(self, limit: int) -> list[int]:
        """Keys of the next pending chunks, all of one document, in order."""
        rows = self._database.rows(
            f"SELECT pk, document_id FROM chunk {_PENDING} ORDER BY said_at, document_id, seq "
            "LIMIT ?",
            (self._extractor.fingerprint, limit),
        )
        first = rows[0][1] if rows else None
        keys = []
        for pk, document in rows:
            if document != first:
                break
            keys.append(int(str(pk)))
        return keys

    def _batch(self, keys: Sequence[int], report: Report) -> None:
        found = self._chunks.by_keys(keys)
        stored = [found[key] for key in keys if key in found]
        candidates = self._draw(stored)
        self._reconciler.neighbours.prepare([one.text for one in candidates])
        texts = {one.chunk.id: one.chunk.text for one in stored}
        with self._reconciler.changes.batch() as connection:
            marked = connection.executemany(
                "INSERT OR IGNORE INTO extraction (chunk_pk, extractor) "
                "SELECT pk, ? FROM chunk WHERE pk = ?",
                [(self._extractor.fingerprint, key) for key in keys],
            )
            if marked.rowcount:
                self._take(candidates, texts, _places(stored), report)
        report.chunks += len(keys)

    def _draw(self, stored: Sequence[StoredChunk]) -> list[Candidate]:
        """Candidates of pending chunks; the document's first ones show who takes part in it."""
        if not stored:
            return []
        pending = {one.chunk.id for one in stored}
        opening = self._chunks.around(stored[0].chunk.document_id, 0, reach=_CONTEXT)
        context = self._chunks.by_keys([pk for pk, chunk in opening if chunk.id not in pending])
        seen = [context[pk] for pk in sorted(context, key=lambda pk: context[pk].chunk.seq)]
        drawn = self._extractor.extract([*seen, *stored])
        return [one for one in drawn if {part.chunk_id for part in one.evidence} <= pending]

    def _take(
        self,
        candidates: Sequence[Candidate],
        texts: dict[str, str],
        places: Mapping[str, tuple[int, str, int]],
        report: Report,
    ) -> None:
        printed = {chunk: found for chunk, text in texts.items() if (found := echo.spans(text))}
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


def _places(stored: Collection[StoredChunk]) -> dict[str, tuple[int, str, int]]:
    return {one.chunk.id: (one.pk, one.chunk.document_id, one.chunk.seq) for one in stored}


# Branches of a conversation that were left are not drawn from, nor what is gone from its source.
_PENDING = (
    "WHERE variant = 0 AND document_id IN (SELECT id FROM document WHERE state = 'active') "
    "AND NOT EXISTS (SELECT 1 FROM extraction "
    "WHERE chunk_pk = chunk.pk AND extractor = ?)"
)
