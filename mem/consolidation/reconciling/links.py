"""How a new memory stands to those near it: on the same topic, or saying more of the same thing.

Derived links say nothing that is not in the memories; an undo drops and restores them silently.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from mem.consolidation.reconciling.conflicts import Segment, Standing
from mem.consolidation.reconciling.normal import object_key, subject_key
from mem.core.memory import Candidate, MemoryStatus, Relation
from mem.store.memory.operation import Operation
from mem.store.memory.rows import StoredMemory

SAME_TOPIC = 0.70
LOOKED_AT = 12
_MOST_LINKS = 3


def put(
    operation: Operation, source: int, target: int, relation: Relation, weight: float = 1.0
) -> None:
    """Write a link unless it stands already."""
    if source != target and not operation.exists("link", [source, target, relation.value]):
        operation.insert(
            "link",
            {
                "source_pk": source,
                "target_pk": target,
                "relation": relation.value,
                "weight": weight,
            },
        )


def write(
    operation: Operation,
    segments: Sequence[Segment],
    owners: Sequence[int],
    stored: Sequence[StoredMemory],
) -> None:
    """Supersedes from each segment to the one before; contradicts from rivals to the current."""
    held = [
        owner
        for segment, owner in zip(segments, owners, strict=True)
        if segment.standing in (Standing.CURRENT, Standing.PAST)
    ]
    pk_of = {one.memory.id: one.pk for one in stored}
    present: set[tuple[int, int, Relation]] = {
        (pk_of[link.source], pk_of[link.target], link.relation)
        for one in stored
        for link in one.memory.links
        if link.source in pk_of
        and link.target in pk_of
        and link.relation in (Relation.SUPERSEDES, Relation.CONTRADICTS)
    }
    ever_held = set(held)
    over = {
        target: source
        for source, target, relation in sorted(present)
        if relation is Relation.SUPERSEDES and source in ever_held
    }
    wanted: set[tuple[int, int, Relation]] = {
        (newer, older, Relation.SUPERSEDES) for older, newer in pairwise(held)
    }
    for segment, owner in zip(segments, owners, strict=True):
        if segment.standing in (Standing.RIVAL, Standing.CONTESTED):
            wanted.add((owner, held[-1], Relation.CONTRADICTS))
        elif segment.standing is Standing.OVERRIDDEN and held:
            # What stood over it once stands over it still, whatever has taken its place since.
            wanted.add((over.get(owner, held[-1]), owner, Relation.SUPERSEDES))
    alive = set(owners)
    for source, target, relation in sorted(present - wanted):
        if source in alive and target in alive:
            operation.delete("link", [source, target, relation.value])
    for source, target, relation in sorted(wanted - present):
        put(operation, source, target, relation)


def between(
    candidate: Candidate,
    near: Sequence[tuple[int, float]],
    stored: Mapping[int, StoredMemory],
) -> list[tuple[int, Relation, float]]:
    """(key, relation, weight) of the links from a new memory, the strongest few."""
    found: list[tuple[int, Relation, float]] = []
    for pk, cosine in near:
        one = stored.get(pk)
        if one is None or one.memory.status not in (MemoryStatus.ACTIVE, MemoryStatus.SUPERSEDED):
            continue
        relation = Relation.EXTENDS if _extends(candidate, one) else Relation.SAME_TOPIC
        found.append((pk, relation, round(cosine, 4)))
    return found[:_MOST_LINKS]


def _extends(candidate: Candidate, one: StoredMemory) -> bool:
    """Whether the new one says more of what the other one introduced."""
    subject, other = subject_key(candidate.subject), subject_key(one.memory.subject)
    what, known = object_key(candidate.object), object_key(one.memory.object)
    return bool(subject and known and subject == known) or bool(
        what and subject == other and what == known
    )
