"""Memories of another store, whose evidence stands in this one, become memories here: one act.

Each goes the way of any other statement: duplicates add evidence, histories are settled by time and
trust, what was rejected or forgotten here stays so. None gets more trust than it had.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from mem.consolidation.person import Correction, Person
from mem.consolidation.reconciling import links
from mem.consolidation.reconciling.book import NewStatement
from mem.consolidation.reconciling.decisions import Outcome
from mem.consolidation.reconciling.naming import entities_of
from mem.consolidation.reconciling.normal import name_key
from mem.consolidation.reconciling.reconciler import Reconciler
from mem.core.memory import MemoryStatus, Relation, Trust
from mem.store.memory.operation import Operation
from mem.store.memory.rows import StoredMemory

ACTOR = "user"
# What settling a history makes.
_SETTLED_LINKS = (Relation.CONTRADICTS, Relation.SUPERSEDES)
ADDED = frozenset({"add", "supersede", "insert-superseded", "conflict", "propose", "quarantine"})


@dataclass(frozen=True, slots=True)
class CarriedMemory:
    """A memory of another store; `id` is its id there.

    One that is `closed` is a version that another one took the place of. `forgotten` says that
    this store has a mark against it.
    """

    id: str
    statement: NewStatement
    status: MemoryStatus
    closed: bool = False
    pinned: bool = False
    forgotten: bool = False


@dataclass(frozen=True, slots=True)
class CarriedLink:
    """A link between two memories of another store, by their ids there."""

    source: str
    target: str
    relation: Relation
    weight: float = 1.0


@dataclass(slots=True)
class MergeReport:
    """What became of the memories of another store; `refused` by reason, `change` the journal's
    number of the one act, None where nothing changed.
    """

    seen: int = 0
    added: int = 0
    merged: int = 0
    known: int = 0
    history: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    change: int | None = None


def absorb(
    reconciler: Reconciler,
    memories: Sequence[CarriedMemory],
    found_links: Sequence[CarriedLink],
    names: Sequence[Collection[str]],
    report: MergeReport,
) -> MergeReport:
    """Take those memories in as one operation; `names` are the names of one entity each.

    Raises StoreLocked, StoreFull.
    """
    with reconciler.changes.as_one(ACTOR, "merge-bundle") as operation:
        here: dict[str, int] = {}
        replaced_by = {
            link.target: link.source for link in found_links if link.relation is Relation.SUPERSEDES
        }
        fresh: set[str] = set()
        # A version that was replaced meets what replaced it.
        for one in sorted(memories, key=lambda one: one.closed):
            report.seen += 1
            before = report.added + report.history
            if one.closed:
                heir = here.get(replaced_by.get(one.id, ""))
                pk = _keep_version(reconciler, operation, one, heir, report)
            else:
                pk = _take(reconciler, operation, one, report)
            if pk is not None:
                here[one.id] = pk
            if report.added + report.history > before:
                fresh.add(one.id)
        for link in found_links:
            _link(operation, here, link, fresh)
        for several in names:
            _name(reconciler, operation, several)
        operation.subject = ""
        counts = (report.added, report.merged, report.history)
        operation.detail = dict(zip(("added", "merged", "history"), counts, strict=True))
    report.change = operation.number
    return report


def _take(
    reconciler: Reconciler, operation: Operation, one: CarriedMemory, report: MergeReport
) -> int | None:
    """Take one memory in; its key here, None where it is refused."""
    candidate = one.statement.candidate
    worded = _worded_otherwise(reconciler, one)
    if worded is not None:
        return _correct(reconciler, worded, one, report)
    outcome = reconciler.take(one.statement, actor=ACTOR, forgotten=one.forgotten)
    if outcome.action == "refused":
        report.refused[outcome.reason] += 1
        return None
    pk = _pk_of(reconciler, outcome, candidate.fingerprint)
    if outcome.action in ADDED:
        report.added += 1
        if pk is not None and one.status is MemoryStatus.ARCHIVED:
            values = {"status": one.status.value, "expired_at": reconciler.stamp()}
            operation.update("memory", [pk], values)
    elif outcome.action == "merge":
        report.merged += 1
    else:
        report.known += 1
        return pk
    if pk is not None and one.pinned:
        operation.update("memory", [pk], {"pinned": 1})
    return pk


def _pk_of(reconciler: Reconciler, outcome: Outcome, fingerprint: str) -> int | None:
    if outcome.memory_pk is not None:
        return outcome.memory_pk
    same = reconciler.memories.of_fingerprint(fingerprint)
    return same[-1].pk if same else None


def _worded_otherwise(reconciler: Reconciler, one: CarriedMemory) -> StoredMemory | None:
    """What stands here of a statement that the user has put in other words there, but not here."""
    candidate = one.statement.candidate
    if candidate.trust < Trust.TYPED or one.forgotten:
        return None
    held = reconciler.memories.by_pks(
        reconciler.memories.memories_of_spans(one.statement.spans)
    ).values()
    same = [
        old
        for old in held
        if old.slot
        and old.memory.fingerprint == candidate.fingerprint
        and old.memory.text != candidate.text
        and old.memory.trust < Trust.TYPED
    ]
    return same[0] if same else None


def _correct(
    reconciler: Reconciler, old: StoredMemory, one: CarriedMemory, report: MergeReport
) -> int:
    """Make the user's words a version here, too."""
    candidate = one.statement.candidate
    correction = Correction(
        text=candidate.text,
        kind=candidate.kind,
        subject=candidate.subject,
        predicate=candidate.predicate,
        object=candidate.object,
        valid_from=candidate.valid_from,
        valid_to=candidate.valid_to,
    )
    report.merged += 1
    return Person(reconciler, reconciler.stamp()).edit(old, correction)


def _keep_version(
    reconciler: Reconciler,
    operation: Operation,
    one: CarriedMemory,
    heir: int | None,
    report: MergeReport,
) -> int | None:
    """Keep a version that was replaced as what it is: history, which takes no part in deciding.

    Where it is in use here by a machine's reading alone, it makes room for what replaced it.
    """
    candidate = one.statement.candidate
    if one.forgotten or reconciler.memories.is_rejected(candidate.fingerprint):
        report.refused["forgotten" if one.forgotten else "rejected before"] += 1
        return None
    same = [
        known
        for known in reconciler.memories.of_fingerprint(candidate.fingerprint)
        if known.memory.text == candidate.text
    ]
    if same:
        report.known += 1
        known = same[-1]
        if heir is not None and known.slot and known.memory.trust < Trust.TYPED:
            values = {"status": MemoryStatus.SUPERSEDED.value, "slot": ""}
            operation.update("memory", [known.pk], {**values, "expired_at": reconciler.stamp()})
            reconciler.resettle(operation, known.slot)
        return known.pk
    memory = reconciler.memory_of(candidate, MemoryStatus.SUPERSEDED)
    pk = reconciler.insert(operation, memory, "", "", one.statement.rows[0].document_id)
    operation.update("memory", [pk], {"expired_at": reconciler.stamp()})
    reconciler.put_evidence(operation, pk, one.statement.rows)
    entities = reconciler.entities
    entities.mention(operation, pk, entities_of(operation, entities, candidate.entities))
    report.history += 1
    return pk


def _link(
    operation: Operation, here: dict[str, int], link: CarriedLink, fresh: Collection[str]
) -> None:
    """Keep a link between two memories that are here.

    Which holds over which is decided here, unless both came just so.
    """
    source, target = here.get(link.source), here.get(link.target)
    if source is None or target is None or source == target:
        return
    if link.relation not in _SETTLED_LINKS or {link.source, link.target} <= set(fresh):
        links.put(operation, source, target, link.relation, link.weight)


def _name(reconciler: Reconciler, operation: Operation, names: Collection[str]) -> None:
    """Give an entity that is here under one of its names the others, where no other has them."""
    entities = reconciler.entities
    keys = {name_key(one): one for one in names if name_key(one)}
    known = {key: one.pk for key in keys if (one := entities.by_key(key)) is not None}
    if len(set(known.values())) != 1:
        return
    (pk,) = set(known.values())
    for key, name in sorted(keys.items()):
        if key not in known:
            entities.add_alias(operation, pk, key, name)
