"""A verified candidate meets what is known: code decides, and journals each decision.

The history of one thing is settled anew from all statements about it, so that the result does not
depend on the order of arrival. Nothing is deleted: what no longer holds is closed and kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from mem.consolidation import links
from mem.consolidation.admission import Admission, admit
from mem.consolidation.book import Book, NewStatement, span_of
from mem.consolidation.conflicts import Segment, Standing, settle
from mem.consolidation.decisions import Outcome, compatible, is_event, outcome_of
from mem.consolidation.duplicates import NEAR, says_the_same
from mem.consolidation.naming import entities_of
from mem.consolidation.neighbours import Neighbours
from mem.consolidation.normal import slot_of, subject_key
from mem.core.clock import format_time
from mem.core.ids import memory_id
from mem.core.memory import Candidate, Memory, MemoryKind, MemoryStatus, Relation
from mem.store.changes import Changes
from mem.store.entities import Entities
from mem.store.memories import EvidenceRow, Memories, StoredMemory, memory_row, time_text
from mem.store.operation import Operation

_SETTLED = (
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
_DUPLICATES_LOOKED_AT = 8
_RESTATED_WEIGHT = 0.5


class Reconciler:
    """Decides about candidates; every write goes through the change log."""

    def __init__(
        self,
        changes: Changes,
        memories: Memories,
        entities: Entities,
        neighbours: Neighbours,
        utc: Callable[[], datetime],
        user_names: Sequence[str] = (),
    ) -> None:
        self.changes = changes
        self.memories = memories
        self.entities = entities
        self.neighbours = neighbours
        self._utc = utc
        self._user_names = frozenset(name.lower() for name in user_names)
        self.fresh: dict[int, str] = {}  # texts of new memories that have no vector yet

    def take(
        self, new: NewStatement, *, actor: str, forgotten: bool = False, vouched: bool = False
    ) -> Outcome:
        """Decide about one candidate and write the outcome, in the caller's batch.

        `vouched` by the user's own hand passes review.
        """
        candidate = new.candidate
        admission = admit(
            candidate,
            rejected=not vouched and self.memories.is_rejected(candidate.fingerprint),
            forgotten=forgotten,
        )
        if admission.status is None:
            return Outcome("refused", admission.reason)
        slot, value = self.slot_of(candidate)
        held = list(self.memories.by_pks(self.memories.memories_of_spans(new.spans)).values())
        if self._known(held, candidate.fingerprint, slot, value):
            return Outcome("known", "the same words of the same source")
        if admission.status is not MemoryStatus.ACTIVE and not vouched:
            return self._wait(new, admission, slot, value, actor)
        near = None if self.memories.of_slot(slot) else self._near(candidate, slot)
        if near is not None:
            slot, value = near.slot, near.value
        with self.changes.operation(actor, "remember") as operation:
            outcome = self._settle(operation, slot, value, new)
            operation.detail |= {"decision": outcome.action, "reason": outcome.reason}
            if outcome.memory_pk is not None:
                operation.subject = self.id_of(outcome.memory_pk)
                self._connect(operation, outcome, candidate)
        return outcome

    def stamp(self) -> str:
        """Now, in UTC, as the store writes it."""
        return format_time(self._utc())

    def slot_of(self, candidate: Candidate) -> tuple[str, str]:
        """(slot, value) of a candidate.

        The end or denial of what a subject has one of belongs to the history of that one thing.
        """
        slot, value = self._keys(candidate, exclusive=candidate.exclusive)
        ended = candidate.negated or candidate.valid_to is not None
        if not candidate.exclusive and ended and candidate.kind is not MemoryKind.EVENT:
            other_slot, other_value = self._keys(candidate, exclusive=True)
            if self.memories.of_slot(other_slot):
                return other_slot, other_value
        return slot, value

    def _keys(self, candidate: Candidate | Memory, *, exclusive: bool) -> tuple[str, str]:
        return slot_of(
            candidate.kind,
            candidate.text,
            candidate.subject,
            candidate.predicate,
            candidate.object,
            exclusive=exclusive,
            negated=candidate.negated,
            day=candidate.happened_from or candidate.said_at,
            user_names=self._user_names,
        )

    def _known(self, held: Sequence[StoredMemory], fingerprint: str, slot: str, value: str) -> bool:
        """Whether a memory of these words stands already, or took its place when merged."""
        for one in held:
            if one.memory.fingerprint == fingerprint or (one.slot, one.value) == (slot, value):
                return True
            replaced = {
                link.target
                for link in one.memory.links
                if link.relation is Relation.SUPERSEDES and link.source == one.memory.id
            }
            same = self.memories.of_fingerprint(fingerprint)
            if any(other.memory.id in replaced and not other.slot for other in same):
                return True
        return False

    def _wait(
        self, new: NewStatement, admission: Admission, slot: str, value: str, actor: str
    ) -> Outcome:
        """Keep for review what may not count by itself; it takes no part in reconciling."""
        assert admission.status is not None
        candidate = new.candidate
        if any(one.value == value for one in self.memories.of_slot(slot)):
            return Outcome("known", "known already from a better source")
        waiting = [
            one
            for one in self.memories.of_fingerprint(candidate.fingerprint)
            if not one.slot and one.memory.status is admission.status
        ]
        action = "propose" if admission.status is MemoryStatus.PROPOSED else "quarantine"
        with self.changes.operation(actor, action, admission.reason) as operation:
            if waiting:
                pk = waiting[0].pk
            else:
                pk = self.insert(
                    operation,
                    self.memory_of(candidate, admission.status),
                    "",
                    "",
                    new.rows[0].document_id,
                )
            self.put_evidence(operation, pk, new.rows)
            operation.subject = self.id_of(pk)
        return Outcome(action, admission.reason, pk)

    def _near(self, candidate: Candidate, slot: str) -> StoredMemory | None:
        """A memory in use that says the same in other words of the same subject."""
        vector = self.neighbours.embed(candidate.text)
        found = self.neighbours.near(vector, least=NEAR, limit=_DUPLICATES_LOOKED_AT)
        stored = self.memories.by_pks([pk for pk, _ in found])
        for pk, cosine in found:
            one = stored.get(pk)
            if one is None or not one.slot or one.memory.status not in _SETTLED:
                continue
            if one.slot != slot and compatible(one.memory, candidate, self._user_names):
                same = says_the_same(
                    one.memory.text, candidate.text, cosine, related=self.neighbours.related
                )
                if same:
                    return one
        return None

    def id_of(self, pk: int) -> str:
        """The public id of a memory."""
        return self.memories.by_pks([pk])[pk].memory.id

    def resettle(self, operation: Operation, slot: str) -> None:
        """Settle one thing's history again after a memory of it came, went or changed."""
        if slot:
            self._settle(operation, slot, "", None)

    def _settle(
        self, operation: Operation, slot: str, value: str, new: NewStatement | None
    ) -> Outcome:
        stored = [one for one in self.memories.of_slot(slot) if one.memory.status in _SETTLED]
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
                id=self._free_id(model.memory.fingerprint),
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
            id=self._free_id(candidate.fingerprint),
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

    def slot_of_memory(self, memory: Memory) -> tuple[str, str]:
        """(slot, value) of a memory by its present words."""
        return self._keys(memory, exclusive=memory.exclusive)

    def _free_id(self, fingerprint: str) -> str:
        attempt = 0
        while self.memories.get(memory_id(fingerprint, attempt)) is not None:
            attempt += 1
        return memory_id(fingerprint, attempt)

    def _connect(self, operation: Operation, outcome: Outcome, candidate: Candidate) -> None:
        """Entities of the memory, and links to what it has to do with."""
        assert outcome.memory_pk is not None
        names = (*candidate.entities, *_named_subject(candidate))
        pks = entities_of(operation, self.entities, names)
        self.entities.mention(operation, outcome.memory_pk, pks)
        text = self.fresh.pop(outcome.memory_pk, None)
        if text is None:
            return
        vector = self.neighbours.embed(text)
        near = self.neighbours.near(vector, least=links.SAME_TOPIC, limit=links.LOOKED_AT)
        stored = self.memories.by_pks([pk for pk, _ in near])
        own = self.memories.by_pks([outcome.memory_pk])[outcome.memory_pk].slot
        stored = {pk: one for pk, one in stored.items() if one.slot != own}
        for link in links.between(candidate, near, stored):
            links.put(operation, outcome.memory_pk, link[0], link[1], link[2])
        self.neighbours.put(outcome.memory_pk, vector)


def _named_subject(candidate: Candidate) -> tuple[str, ...]:
    """The subject, where it is a name."""
    subject = candidate.subject.strip()
    return (subject,) if subject[:1].isupper() and subject_key(subject) != "user" else ()
