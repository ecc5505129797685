"""What was decided about a candidate, in one word and a reason, and what may be decided at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mem.consolidation.reconciling.book import Book, NewStatement
from mem.consolidation.reconciling.conflicts import Segment, Standing
from mem.consolidation.reconciling.normal import subject_key
from mem.core.memory import Candidate, Memory, MemoryKind
from mem.store.memory.rows import StoredMemory

_DECISIONS = {
    Standing.CURRENT: ("supersede", "newer statement of the same thing"),
    Standing.CONTESTED: ("conflict", "newer but less trusted"),
    Standing.PAST: ("insert-superseded", "older than what is known"),
    Standing.OVERRIDDEN: ("insert-superseded", "older than what is known"),
    Standing.RIVAL: ("conflict", "equal date and trust"),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a candidate: `action` is one of add, merge, supersede, insert-superseded,
    conflict, propose, quarantine, known (nothing new) or refused; `reason` holds no text of it.
    """

    action: str
    reason: str
    memory_pk: int | None = None


def outcome_of(
    segments: Sequence[Segment], owners: Sequence[int], book: Book, new: NewStatement | None
) -> Outcome:
    """What a settling meant for the candidate."""
    if new is not None and not book.new_keys:
        return Outcome("known", "the same words of the same source")
    for segment, owner in zip(segments, owners, strict=True):
        if new is None or not any(one.key in book.new_keys for one in segment.statements):
            continue
        if owner in book.by_pk:
            return Outcome("merge", "restated", owner)
        rival = any(other.standing is Standing.RIVAL for other in segments)
        if rival and segment.standing in (Standing.RIVAL, Standing.CURRENT):
            return Outcome("conflict", "equal date and trust", owner)
        action, reason = _DECISIONS[segment.standing]
        if segment.standing is Standing.CURRENT and len(segments) == 1:
            action, reason = "add", "new"
        return Outcome(action, reason, owner)
    return Outcome("settle", "settled again")


def is_event(row: StoredMemory | None, new: NewStatement | None) -> bool:
    """Whether the statement is of something that happened; that has a time, not a validity."""
    one = row.memory if row is not None else new.candidate if new is not None else None
    return one is not None and one.kind is MemoryKind.EVENT and not one.exclusive


def compatible(memory: Memory, candidate: Candidate, user_names: frozenset[str]) -> bool:
    """Whether two statements can be one: of one subject and polarity, and of one time if events."""
    if memory.negated != candidate.negated or (memory.kind is MemoryKind.EVENT) != (
        candidate.kind is MemoryKind.EVENT
    ):
        return False
    if subject_key(memory.subject, user_names) != subject_key(candidate.subject, user_names):
        return False
    if candidate.kind is not MemoryKind.EVENT:
        return True
    if memory.happened_from is None or candidate.happened_from is None:
        return memory.said_at == candidate.said_at
    return memory.happened_from < (
        candidate.happened_to or candidate.happened_from
    ) and candidate.happened_from < (memory.happened_to or memory.happened_from)
