"""The history of one thing, settled anew from all statements about it, and written as memories.

The result does not depend on the order of arrival. Nothing is deleted: what no longer holds is
closed and kept.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime

from mem.consolidation.reconciling import links
from mem.consolidation.reconciling.book import Book, NewStatement, span_of
from mem.consolidation.reconciling.conflicts import Segment, Standing, settle
from mem.consolidation.reconciling.decisions import Outcome, is_event, outcome_of
from mem.core.clock import format_time
from mem.core.ids import memory_id
from mem.core.memory import Candidate, Memory, MemoryStatus, Relation
from mem.store.memory.changes import Changes
from mem.store.memory.memories import Memories
from mem.store.memory.operation import Operation
from mem.store.memory.rows import EvidenceRow, StoredMemory, memory_row, time_text

SETTLED = (
    MemoryStatus.ACTIVE,
    MemoryStatus.SUPERSEDED,
    MemoryStatus.PROPOSED,
    MemoryStatus.ARCHIVED,
)
_STATUS = {
    Standing.CURRENT: MemoryStatus.ACTIVE,
    Standing.RIVAL: MemoryStatus.ACTIVE,
    Standing.CONTESTED: MemoryStatus.PROPOSED,
    Standing.PAST: MemoryStatus.SUPERSEDED,
    Standing.OVERRIDDEN: MemoryStatus.SUPERSEDED,
}
_RESTATED_WEIGHT = 0.5


class Settler:
    """Writes histories; every write goes through the change log."""

    def __init__(
        self,
        changes: Changes,
        memories: Memories,
        utc: Callable[[], datetime],
    ) -> None:
        self.changes = changes
        self.memories = memories
        self._utc = utc
        self.fresh: dict[int, str] = {}  # texts of new memories that have no vector yet

    def stamp(self) -> str:
        """Now, in UTC, as the store writes it."""
        return format_time(self._utc())

    def id_of(self, pk: int) -> str:
        """The public id of a memory."""
        return self.memories.by_pks([pk])[pk].memory.id

    def resettle(self, operation: Operation, slot: str) -> None:
        """Settle one thing's history again after a memory of it came, went or changed."""
        if slot:
            self._settle(operation, slot, "", None)

    def settle_left(self, slots: Collection[str]) -> None:
        """Settle those histories after some of what was said in them has been forgotten."""
        if slots:
            with self.changes.operation("forget", "settle") as operation:
                self.resettle_all(operation, slots)

    def resettle_all(self, operation: Operation, slots: Collection[str]) -> None:
        """Settle several histories again."""
        for slot in sorted(slots):
            self.resettle(operation, slot)

    def _settle(
        self, operation: Operation, slot: str, value: str, new: NewStatement | None
    ) -> Outcome:
        stored = [one for one in self.memories.of_slot(slot) if one.memory.status in SETTLED]
        book = Book(stored, self.memories.evidence_rows([one.pk for one in stored]))
        if new is not None:
            book.add(value, new)
        segments = settle(book.statements)
        owners: list[int] = []
        taken: set[int] = set()
        for segment in segments:
            owner = book.owner(segment, taken)
            if owner is None:
                owner = self._new_owner(operation, slot, segment, book, new)
            taken.add(owner)
            owners.append(owner)
            self._write(operation, owner, segment, book, new)
        for one in stored:
            if one.pk not in taken:
                self._retire(operation, one, segments, owners, book)
        links.write(operation, segments, owners, stored)
        return outcome_of(segments, owners, book, new)

    def _new_owner(
        self,
        operation: Operation,
        slot: str,
        segment: Segment,
        book: Book,
        new: NewStatement | None,
    ) -> int:
        """A new memory for a segment: the candidate's, or the same again after an interruption."""
        model = book.model(segment)
        if new is not None and any(one.key in book.new_keys for one in segment.statements):
            memory = self.memory_of(new.candidate, MemoryStatus.ACTIVE)
            document: str | None = new.rows[0].document_id
        else:
            assert model is not None
            document = model.document_id
            memory = replace(
                model.memory,
                id=self.free_id(model.memory.fingerprint),
                recorded_at=self.stamp(),
                expired_at=None,
                pinned=False,
            )
        return self.insert(operation, memory, slot, segment.value, document)

    def _write(
        self,
        operation: Operation,
        owner: int,
        segment: Segment,
        book: Book,
        new: NewStatement | None,
    ) -> None:
        """Bring one memory's row and evidence in line with its segment."""
        row = book.by_pk.get(owner)
        restated = any(one.key in book.new_keys for one in segment.statements)
        status = _STATUS[segment.standing]
        if row is not None and row.memory.status is MemoryStatus.ARCHIVED and not restated:
            status = MemoryStatus.ARCHIVED
        values: dict[str, object] = {
            "status": status.value,
            "valid_from": time_text(segment.start),
            "valid_to": time_text(segment.end),
            "trust": max(int(one.trust) for one in segment.statements),
        }
        if is_event(row, new):
            del values["valid_from"], values["valid_to"]
        held = status in (MemoryStatus.ACTIVE, MemoryStatus.PROPOSED)
        if held:
            values["expired_at"] = None
        elif row is None or row.memory.expired_at is None:
            values["expired_at"] = self.stamp()
        if row is not None and restated and new is not None:
            unsure = 1 - _RESTATED_WEIGHT * new.candidate.confidence
            values["confidence"] = 1 - (1 - row.memory.confidence) * unsure
            values["importance"] = max(row.memory.importance, new.candidate.importance)
        operation.update("memory", [owner], values)
        wanted = book.rows_of(segment)
        self.put_evidence(operation, owner, wanted, among=book.evidence.get(owner, ()))
        spans = {span_of(one) for one in wanted}
        for old in book.evidence.get(owner, ()):
            if span_of(old) not in spans:
                operation.delete("evidence", [old.pk])

    def _retire(
        self,
        operation: Operation,
        one: StoredMemory,
        segments: Sequence[Segment],
        owners: Sequence[int],
        book: Book,
    ) -> None:
        """A memory whose statements now stand behind another one of the same value."""
        for old in book.evidence.get(one.pk, ()):
            operation.delete("evidence", [old.pk])
        values: dict[str, object] = {"slot": "", "status": MemoryStatus.SUPERSEDED.value}
        if one.memory.expired_at is None:
            values["expired_at"] = self.stamp()
        operation.update("memory", [one.pk], values)
        heir = next(
            owner
            for segment, owner in zip(segments, owners, strict=True)
            if segment.value == one.value
        )
        links.put(operation, heir, one.pk, Relation.SUPERSEDES)

    def put_evidence(
        self,
        operation: Operation,
        pk: int,
        rows: Sequence[EvidenceRow],
        *,
        among: Sequence[EvidenceRow] | None = None,
    ) -> None:
        """Give a memory those statements; the ones it has are left."""
        known = among if among is not None else self.memories.evidence_rows([pk])
        spans = {span_of(one) for one in known}
        for row in rows:
            if row.chunk_pk and span_of(row) not in spans:
                spans.add(span_of(row))
                operation.insert(
                    "evidence",
                    {
                        "memory_pk": pk,
                        "chunk_pk": row.chunk_pk,
                        "start": row.start,
                        "end": row.end,
                        "said_at": time_text(row.said_at),
                        "valid_from": time_text(row.valid_from),
                        "valid_to": time_text(row.valid_to),
                        "trust": int(row.trust),
                    },
                )

    def insert(
        self,
        operation: Operation,
        memory: Memory,
        slot: str,
        value: str,
        document_id: str | None,
    ) -> int:
        """Write a new memory's own row; returns its key."""
        pk = operation.insert("memory", memory_row(memory, slot, value, document_id))
        self.fresh[pk] = memory.text
        return pk

    def memory_of(self, candidate: Candidate, status: MemoryStatus) -> Memory:
        """The memory that a candidate makes, as yet without evidence."""
        return Memory(
            id=self.free_id(candidate.fingerprint),
            kind=candidate.kind,
            text=candidate.text,
            subject=candidate.subject,
            predicate=candidate.predicate,
            object=candidate.object,
            status=status,
            confidence=candidate.confidence,
            importance=candidate.importance,
            trust=candidate.trust,
            origin=candidate.origin,
            said_at=candidate.said_at,
            happened_from=candidate.happened_from,
            happened_to=candidate.happened_to,
            valid_from=candidate.valid_from,
            valid_to=candidate.valid_to,
            recorded_at=self.stamp(),
            expired_at=None,
            strength=1.0,
            last_recalled_at=None,
            recall_count=0,
            pinned=False,
            exclusive=candidate.exclusive,
            negated=candidate.negated,
            fingerprint=candidate.fingerprint,
        )

    def free_id(self, fingerprint: str) -> str:
        """The id of the next version of a statement: one that no memory has."""
        attempt = 0
        while self.memories.get(memory_id(fingerprint, attempt)) is not None:
            attempt += 1
        return memory_id(fingerprint, attempt)
