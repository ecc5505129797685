"""A verified candidate meets what is known: code decides, and journals each decision.

What it adds to the history of one thing is worked out and written by `settling`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime

from mem.consolidation.reconciling import links
from mem.consolidation.reconciling.admission import Admission, admit
from mem.consolidation.reconciling.book import NewStatement
from mem.consolidation.reconciling.consequences import (
    Consequences,
    Touched,
    denial_of,
    moment_of,
)
from mem.consolidation.reconciling.decisions import Outcome, compatible
from mem.consolidation.reconciling.duplicates import NEAR, says_the_same
from mem.consolidation.reconciling.naming import entities_of
from mem.consolidation.reconciling.neighbours import Neighbours
from mem.consolidation.reconciling.normal import slot_of, subject_key, user_keys
from mem.consolidation.reconciling.phrases import named_in
from mem.consolidation.reconciling.settling import SETTLED, Settler
from mem.core.memory import Candidate, Memory, MemoryKind, MemoryStatus, Relation
from mem.store.memory.changes import Changes
from mem.store.memory.entities import Entities
from mem.store.memory.memories import Memories
from mem.store.memory.operation import Operation
from mem.store.memory.rows import StoredMemory, time_text

_DUPLICATES_LOOKED_AT = 8


class Reconciler(Settler):
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
        super().__init__(changes, memories, utc)
        self._user_names = user_keys(user_names)
        self._consequences = Consequences(memories, SETTLED)
        self.entities = entities
        self.neighbours = neighbours

    def take(
        self, new: NewStatement, *, actor: str, forgotten: bool = False, vouched: bool = False
    ) -> Outcome:
        """Decide about one candidate and write the outcome, in the caller's batch.

        `vouched` by the user's own hand passes review.
        """
        candidate = new.candidate
        admission = admit(
            candidate,
            rejected=not vouched and self._rejected(candidate),
            forgotten=forgotten,
        )
        if admission.status is None:
            return Outcome("refused", admission.reason)
        new, slot, value, others = self._placed(new)
        candidate = new.candidate
        held = list(self.memories.by_pks(self.memories.memories_of_spans(new.spans)).values())
        if self._known(held, candidate.fingerprint, slot, value):
            return Outcome("known", "the same words of the same source")
        if admission.status is not MemoryStatus.ACTIVE and not vouched:
            return self._wait(new, admission, slot, value, actor)
        near = None if self.memories.has_slot(slot) else self._near(candidate, slot)
        if near is not None:
            slot, value = near.slot, near.value
        with self.changes.operation(actor, "remember") as operation:
            outcome = self._settle(operation, slot, value, new)
            self._end(operation, new, slot, value)
            self._deny(operation, new, others)
            operation.detail |= {"decision": outcome.action, "reason": outcome.reason}
            if outcome.memory_pk is not None:
                operation.subject = self.id_of(outcome.memory_pk)
                self._connect(operation, outcome, candidate)
        return outcome

    def _rejected(self, candidate: Candidate) -> bool:
        """Whether the user rejected this statement, in these or in other words.

        What a memory in use says as well is not kept from being said again.
        """
        if self.memories.is_rejected(candidate.fingerprint):
            return True
        if not self.memories.has_rejected():
            return False
        slot, value = self.slot_of(candidate)
        if value in self.memories.values_of(slot, SETTLED):
            return False
        mine = self.both_keys(candidate)
        if any(mine & self.both_keys(one.memory) for one in self.memories.rejected_of_value(value)):
            return True
        return self._near(candidate, slot, among=(MemoryStatus.REJECTED,)) is not None

    def _placed(self, new: NewStatement) -> tuple[NewStatement, str, str, list[Touched]]:
        """The statement with its slot and value, and what else it ends.

        An event or denial that ends, takes up again or replaces what holds stands in its history.
        """
        candidate = new.candidate
        slot, value = self.slot_of(candidate)
        touched, beside = self._consequences.touched_by(candidate, slot)
        if not touched:
            return new, slot, value, beside
        (first, value), *others = touched
        at = moment_of(candidate)
        rows = tuple(replace(row, valid_from=at) for row in new.rows)
        placed = replace(candidate, exclusive=True, valid_from=at)
        return NewStatement(placed, rows), first.slot, value, others

    def placed_version(self, version: Memory) -> tuple[Memory, str, str]:
        """A corrected memory with its slot and value, as `_placed`."""
        slot, value = self.slot_of_memory(version)
        touched, _ = self._consequences.touched_by(version, slot)
        if not touched:
            return version, slot, value
        first, value = touched[0]
        return replace(version, exclusive=True, valid_from=moment_of(version)), first.slot, value

    def _deny(self, operation: Operation, new: NewStatement, touched: Sequence[Touched]) -> None:
        """Let a statement end further things, by a memory of each that they are over."""
        for one, value in touched:
            if value.startswith("-"):
                self._settle(operation, one.slot, value, _denial(new, one.memory))

    def _end(self, operation: Operation, new: NewStatement, slot: str, value: str) -> None:
        """Let what was told of before end, take up again or replace what is said now."""
        candidate = new.candidate
        if candidate.negated or not value.startswith("+"):
            return
        moved = False
        for one, given, beside in self._consequences.touching(candidate, value):
            if one.slot == slot:
                continue
            own, _ = self.slot_of_memory(one.memory)
            rows = self.memories.evidence_rows([one.pk])
            at = time_text(moment_of(one.memory))
            if one.slot == own and not beside:
                operation.update("memory", [one.pk], {"slot": slot, "value": given, "exclusive": 1})
                for row in rows:
                    operation.update("evidence", [row.pk], {"valid_from": at})
                moved = True
            elif given.startswith("-"):
                told = NewStatement(one.memory.candidate(), tuple(rows))
                self._settle(operation, slot, given, _denial(told, candidate))
        if moved:
            self.resettle(operation, slot)

    def slot_of_memory(self, memory: Memory) -> tuple[str, str]:
        """(slot, value) of a memory by its present words."""
        return self._keys(memory, exclusive=memory.exclusive)

    def both_keys(self, candidate: Candidate | Memory) -> set[tuple[str, str]]:
        """(slot, value) of a statement whether or not its subject has one such object at a time."""
        return {self._keys(candidate, exclusive=one) for one in (False, True)}

    def _keys(self, candidate: Candidate | Memory, *, exclusive: bool) -> tuple[str, str]:
        dated = not isinstance(candidate, Candidate) or candidate.dated
        said_at = candidate.said_at if dated else None
        return slot_of(
            candidate.kind,
            candidate.text,
            candidate.subject,
            candidate.predicate,
            candidate.object,
            exclusive=exclusive,
            negated=candidate.negated,
            day=candidate.happened_from or said_at,
            user_names=self._user_names,
        )

    def slot_of(self, candidate: Candidate) -> tuple[str, str]:
        """(slot, value) of a candidate.

        The end or denial of what a subject has one of belongs to the history of that one thing.
        """
        slot, value = self._keys(candidate, exclusive=candidate.exclusive)
        ended = candidate.negated or candidate.valid_to is not None
        if not candidate.exclusive and ended and candidate.kind is not MemoryKind.EVENT:
            other_slot, other_value = self._keys(candidate, exclusive=True)
            if self.memories.has_slot(other_slot):
                return other_slot, other_value
        return slot, value

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
        if value in self.memories.values_of(slot, tuple(MemoryStatus)):
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

    def _near(
        self, candidate: Candidate, slot: str, *, among: Collection[MemoryStatus] = SETTLED
    ) -> StoredMemory | None:
        """A memory of those states that says the same in other words of the same subject."""
        vector = self.neighbours.embed(candidate.text)
        found = self.neighbours.near(vector, least=NEAR, limit=_DUPLICATES_LOOKED_AT)
        stored = self.memories.by_pks([pk for pk, _ in found])
        for pk, cosine in found:
            one = stored.get(pk)
            if one is None or one.memory.status not in among:
                continue
            if not one.slot and one.memory.status in SETTLED:
                continue
            if one.slot != slot and compatible(one.memory, candidate, self._user_names):
                same = says_the_same(
                    one.memory.text, candidate.text, cosine, related=self.neighbours.related
                )
                if same:
                    return one
        return None

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
    """The subject, where it names somebody, or tells of kin by name."""
    subject = candidate.subject.strip()
    if subject_key(subject) == "user":
        return ()
    return (subject,) if subject[:1].isupper() or named_in(subject).kin else ()


def _denial(new: NewStatement, memory: Candidate | Memory) -> NewStatement:
    """That something is over, on the words that end it."""
    at = moment_of(new.candidate)
    told = replace(
        new.candidate,
        kind=MemoryKind.FACT if memory.kind is MemoryKind.EVENT else memory.kind,
        text=denial_of(memory),
        subject=memory.subject,
        predicate=memory.predicate,
        object=memory.object,
        negated=True,
        exclusive=True,
        valid_from=at,
    )
    return NewStatement(told, tuple(replace(row, valid_from=at) for row in new.rows))
