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
from mem.consolidation.reconciling.decisions import Outcome, compatible
from mem.consolidation.reconciling.duplicates import NEAR, says_the_same
from mem.consolidation.reconciling.endings import ENDED, ends
from mem.consolidation.reconciling.naming import entities_of
from mem.consolidation.reconciling.neighbours import Neighbours
from mem.consolidation.reconciling.normal import object_key, subject_key
from mem.consolidation.reconciling.settling import SETTLED, Settler
from mem.core.memory import Candidate, Memory, MemoryKind, MemoryStatus, Relation
from mem.store.changes import Changes
from mem.store.entities import Entities
from mem.store.memories import Memories
from mem.store.memory_rows import StoredMemory, time_text
from mem.store.operation import Operation

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
        super().__init__(changes, memories, utc, user_names)
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
        new, slot, value = self._placed(new)
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
            self._end(operation, candidate, slot, value)
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

    def _placed(self, new: NewStatement) -> tuple[NewStatement, str, str]:
        """The statement with its slot and value; an event that ends what holds denies it."""
        candidate = new.candidate
        for slot, value in self._ended_by(candidate):
            if f"+{value[1:]}" in self.memories.values_of(slot, SETTLED):
                at = candidate.happened_from
                rows = tuple(replace(row, valid_from=at) for row in new.rows)
                denial = replace(candidate, exclusive=True, valid_from=at)
                return NewStatement(denial, rows), slot, value
        return new, *self.slot_of(candidate)

    def placed_version(self, version: Memory) -> tuple[Memory, str, str]:
        """A corrected memory with its slot and value, as `_placed`."""
        for slot, value in self._ended_by(version):
            if f"+{value[1:]}" in self.memories.values_of(slot, SETTLED):
                at = version.happened_from or version.valid_from
                return replace(version, exclusive=True, valid_from=at), slot, value
        return version, *self.slot_of_memory(version)

    def _ended_by(self, one: Candidate | Memory) -> list[tuple[str, str]]:
        """(slot, value) of the denials that an event amounts to."""
        if one.kind is not MemoryKind.EVENT or one.negated:
            return []
        return [
            self._keys(replace(one, predicate=predicate, object=what, negated=True), exclusive=True)
            for predicate, what in ends(one.predicate, one.object)
        ]

    def _end(self, operation: Operation, candidate: Candidate, slot: str, value: str) -> None:
        """Let events that were told of before end what has been said now."""
        if not candidate.exclusive or candidate.negated or candidate.predicate not in ENDED:
            return
        record = self.entities.by_key(object_key(candidate.object))
        about = self.memories.of_entity(record.pk) if record is not None else []
        denial = (slot, f"-{value[1:]}")
        found = [
            one
            for one in about
            if one.slot not in ("", slot)
            and one.memory.status in SETTLED
            and denial in self._ended_by(one.memory)
        ]
        for one in found:
            at = time_text(one.memory.happened_from)
            operation.update("memory", [one.pk], {"slot": slot, "value": denial[1], "exclusive": 1})
            for row in self.memories.evidence_rows([one.pk]):
                operation.update("evidence", [row.pk], {"valid_from": at})
        if found:
            self.resettle(operation, slot)

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
    """The subject, where it is a name."""
    subject = candidate.subject.strip()
    return (subject,) if subject[:1].isupper() and subject_key(subject) != "user" else ()
