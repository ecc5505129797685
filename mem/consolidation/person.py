"""What a person does to memories: correct, pin, accept, reject, merge, archive.

The user's word has the highest trust. Nothing is overwritten: a correction is a new memory, and
every act is one operation of the change log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mem.consolidation.entity_edits import names_said
from mem.consolidation.reconciling import links
from mem.consolidation.reconciling.duplicates import contradiction_signal
from mem.consolidation.reconciling.naming import entities_of
from mem.consolidation.reconciling.reconciler import Reconciler
from mem.core.memory import Candidate, Memory, MemoryKind, MemoryStatus, Relation, Trust
from mem.core.secrets.redactor import Redactor
from mem.core.times.spans import find_mentions
from mem.errors import NotAllowed
from mem.store.memory.operation import Operation
from mem.store.memory.rows import StoredMemory
from mem.store.secrets import SecretPlace

ACTOR = "user"


@dataclass(frozen=True, slots=True)
class Correction:
    """What to change of a memory; None leaves a part as it is."""

    text: str | None = None
    kind: MemoryKind | None = None
    subject: str | None = None
    predicate: str | None = None
    object: str | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None

    @property
    def empty(self) -> bool:
        return self == Correction()

    @property
    def is_text_alone(self) -> bool:
        """Whether what it is about and what it says are to be taken from a text."""
        return self.text is not None and (self.subject, self.predicate, self.object) == (None,) * 3


def without_secrets(
    correction: Correction, redactor: Redactor, memory: str
) -> tuple[Correction, tuple[SecretPlace, ...]]:
    """The correction with placeholders, and what stood in it; `memory` is the corrected one's id.

    Each secret is noted once, under the id of the memory.
    """
    found: dict[str, SecretPlace] = {}

    def cleaned(text: str | None) -> str | None:
        if text is None:
            return None
        done = redactor.redact(text)
        for one in done.replaced:
            found[one.mark] = SecretPlace(one.mark, one.kind, f"memory {memory}")
        return done.text

    changed = replace(
        correction,
        text=cleaned(correction.text),
        subject=cleaned(correction.subject),
        predicate=cleaned(correction.predicate),
        object=cleaned(correction.object),
    )
    return changed, tuple(found.values())


class Person:
    """The user's acts on memories that were found by id."""

    def __init__(self, reconciler: Reconciler, now: str) -> None:
        """`now` is the time in UTC as the store writes it."""
        self._reconciler = reconciler
        self._memories = reconciler.memories
        self._changes = reconciler.changes
        self._now = now

    def edit(
        self, old: StoredMemory, correction: Correction, *, read: Candidate | None = None
    ) -> int:
        """A new version with the highest trust; the old one is kept. Returns the new key.

        `read` is what an extractor makes of the corrected text. Raises NotAllowed for one that is
        history already.
        """
        if not old.slot and old.memory.status is MemoryStatus.SUPERSEDED:
            raise NotAllowed(old.memory.id, "it was replaced already; edit its newer version")
        version, slot, value = self._reconciler.placed_version(
            self._version(old.memory, correction, read)
        )
        with self._changes.operation(ACTOR, "edit", subject=old.memory.id) as operation:
            pk = self._reconciler.insert(operation, version, slot, value, old.document_id)
            rows = [
                replace(
                    row,
                    trust=Trust.TYPED,
                    valid_from=version.valid_from or row.valid_from,
                    valid_to=version.valid_to,
                )
                for row in self._memories.evidence_rows([old.pk])
            ]
            self._reconciler.put_evidence(operation, pk, rows)
            names = read.entities if read is not None else ()
            self._mention(operation, pk, old, version, names)
            self._close(operation, old, MemoryStatus.SUPERSEDED)
            links.put(operation, pk, old.pk, Relation.SUPERSEDES)
            operation.detail["version"] = version.id
            self._reconciler.resettle(operation, slot)
            if old.slot != slot:
                self._reconciler.resettle(operation, old.slot)
        return pk

    def _mention(
        self,
        operation: Operation,
        pk: int,
        old: StoredMemory,
        version: Memory,
        names: Sequence[str],
    ) -> None:
        """A version is about whom its words name, and about whom the old words named not."""
        entities = self._reconciler.entities
        kept = []
        for one in entities.of_memory(old.pk):
            keys = [key for key, _ in entities.names_of(one)]
            if names_said(version, keys) or not names_said(old.memory, keys):
                kept.append(one)
        entities.mention(operation, pk, [*kept, *entities_of(operation, entities, names)])

    def _version(self, memory: Memory, correction: Correction, read: Candidate | None) -> Memory:
        text = _corrected_text(memory, correction)
        if read is None:
            version = replace(memory, text=text)
            if correction.is_text_alone:
                version = _reworded(version, memory)
            happened = _happened(text, memory)
        else:
            version = _as_read(replace(memory, text=text), read)
            happened = _happened(text, memory)
            if happened == (None, None):
                happened = read.happened_from, read.happened_to
        version = replace(
            version,
            kind=correction.kind or version.kind,
            happened_from=happened[0],
            happened_to=happened[1],
            subject=_or(correction.subject, version.subject),
            predicate=_or(correction.predicate, version.predicate),
            object=_or(correction.object, version.object),
            status=MemoryStatus.ACTIVE,
            confidence=1.0,
            trust=Trust.TYPED,
            origin="user",
            valid_from=correction.valid_from or version.valid_from,
            valid_to=correction.valid_to or version.valid_to,
            recorded_at=self._now,
            expired_at=None,
            evidence=(),
            links=(),
        )
        fingerprint = version.candidate().fingerprint
        return replace(version, fingerprint=fingerprint, id=self._reconciler.free_id(fingerprint))

    def pin(self, one: StoredMemory, *, on: bool = True) -> bool:
        """Keep from fading, or no longer; False where it was so already."""
        action = "pin" if on else "unpin"
        with self._changes.operation(ACTOR, action, subject=one.memory.id) as operation:
            return operation.update("memory", [one.pk], {"pinned": int(on)})

    def archive(
        self, those: Sequence[StoredMemory], *, actor: str = ACTOR, reason: str = ""
    ) -> int:
        """Leave them out of default results; returns how many were not archived before."""
        subject = those[0].memory.id if len(those) == 1 else ""
        with self._changes.operation(actor, "archive", reason, subject=subject) as operation:
            return sum(
                operation.update(
                    "memory",
                    [one.pk],
                    {"status": MemoryStatus.ARCHIVED.value, "expired_at": self._now},
                )
                for one in those
            )

    def reject(self, one: StoredMemory) -> None:
        """Not true, or not wanted: it goes out of use, and extraction does not bring it back."""
        with self._changes.operation(ACTOR, "reject", subject=one.memory.id) as operation:
            self._close(operation, one, MemoryStatus.REJECTED)
            if not self._memories.is_rejected(one.memory.fingerprint):
                operation.insert(
                    "rejected", {"fingerprint": one.memory.fingerprint, "at": self._now}
                )
            self._reconciler.resettle(operation, one.slot)

    def accept(self, one: StoredMemory) -> None:
        """The user vouches for it: it counts as typed, over what it is in conflict with."""
        with self._changes.operation(ACTOR, "accept", subject=one.memory.id) as operation:
            slot, value = one.slot, one.value
            if not slot:
                slot, value = self._reconciler.slot_of_memory(one.memory)
            if self._memories.is_rejected(one.memory.fingerprint):
                operation.delete("rejected", [one.memory.fingerprint])
            for row in self._memories.evidence_rows([one.pk]):
                operation.update("evidence", [row.pk], {"trust": int(Trust.TYPED)})
            operation.update(
                "memory",
                [one.pk],
                {
                    "slot": slot,
                    "value": value,
                    "trust": int(Trust.TYPED),
                    "status": MemoryStatus.ACTIVE.value,
                    "expired_at": None,
                },
            )
            self._reconciler.resettle(operation, slot)

    def merge(self, target: StoredMemory, others: Sequence[StoredMemory]) -> None:
        """One memory instead of several that say the same; it has all of their evidence."""
        with self._changes.operation(ACTOR, "merge", subject=target.memory.id) as operation:
            for one in others:
                rows = self._memories.evidence_rows([one.pk])
                for row in rows:
                    operation.delete("evidence", [row.pk])
                self._reconciler.put_evidence(operation, target.pk, rows)
                entities = self._reconciler.entities
                entities.mention(operation, target.pk, entities.of_memory(one.pk))
                self._close(operation, one, MemoryStatus.SUPERSEDED)
                links.put(operation, target.pk, one.pk, Relation.SUPERSEDES)
            for slot in dict.fromkeys([target.slot, *(one.slot for one in others)]):
                self._reconciler.resettle(operation, slot)

    def _close(self, operation: Operation, one: StoredMemory, status: MemoryStatus) -> None:
        """Take a memory out of use and out of reconciling."""
        values: dict[str, object] = {"status": status.value, "slot": ""}
        if one.memory.expired_at is None:
            values["expired_at"] = self._now
        operation.update("memory", [one.pk], values)


def _happened(text: str, memory: Memory) -> tuple[datetime | None, datetime | None]:
    """When what a corrected text says happened: the one date it states in full, else as before."""
    before = memory.happened_from, memory.happened_to
    if memory.happened_from is None or text == memory.text:
        return before
    stated = [one for one in find_mentions(text, said_at=memory.happened_from) if not one.relative]
    if len(stated) != 1 or stated[0].span.start == datetime.min:
        return before
    return stated[0].span.start, stated[0].span.end


def _or(given: str | None, otherwise: str) -> str:
    return given if given is not None else otherwise


def _corrected_text(memory: Memory, correction: Correction) -> str:
    """The text given; else the old one, with a new object where it names the old one once."""
    if correction.text is not None:
        return correction.text
    if correction.object and memory.object and memory.text.count(memory.object) == 1:
        return memory.text.replace(memory.object, correction.object)
    return memory.text


def _reworded(version: Memory, memory: Memory) -> Memory:
    """The version with what can be told of its text without reading it."""
    subject, predicate, obj = _parts_still_in(version.text, memory)
    denied = contradiction_signal(version.text, memory.text) == "negation"
    return replace(
        version,
        subject=subject,
        predicate=predicate,
        object=obj,
        negated=memory.negated != denied,
    )


def _as_read(memory: Memory, read: Candidate) -> Memory:
    """The memory with what was read of its text: what it is about, what it says, since when."""
    turned = (read.kind is MemoryKind.EVENT) != (memory.kind is MemoryKind.EVENT)
    return replace(
        memory,
        kind=read.kind if turned else memory.kind,
        subject=read.subject,
        predicate=read.predicate,
        object=read.object,
        exclusive=read.exclusive,
        negated=read.negated,
        valid_from=read.valid_from or memory.valid_from,
        valid_to=read.valid_to or memory.valid_to,
    )


def _parts_still_in(text: str, memory: Memory) -> tuple[str, str, str]:
    """Subject, predicate and object after only the text was rewritten.

    An object that the new text no longer has is what stands where it stood; where that cannot be
    told, the statement is known by its text alone.
    """
    if memory.object and memory.object.lower() in text.lower():
        return memory.subject, memory.predicate, memory.object
    place = memory.text.lower().find(memory.object.lower()) if memory.object else -1
    before, after = memory.text[:place], memory.text[place + len(memory.object) :]
    if place >= 0 and text.startswith(before) and text.endswith(after):
        middle = text[len(before) : len(text) - len(after)].strip()
        if middle:
            return memory.subject, memory.predicate, middle
    return memory.subject, "", text
