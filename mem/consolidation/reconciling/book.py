"""Everything said of one thing: statements, whose they are now, and to whom they should belong.

A statement is known by its span and its value, so that two memories may stand on the same words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mem.consolidation.reconciling.conflicts import Segment, Statement
from mem.core.memory import Candidate, Evidence, MemoryStatus, Trust
from mem.store.memory.rows import EvidenceRow, StoredMemory

Span = tuple[int, int, int]  # chunk key, start, end


@dataclass(frozen=True, slots=True)
class NewStatement:
    """A candidate whose evidence has been verified, with its place in the store."""

    candidate: Candidate
    rows: tuple[EvidenceRow, ...]

    @property
    def spans(self) -> set[Span]:
        return {span_of(row) for row in self.rows}


class Book:
    """Everything said of one thing: statements by span and value, and whose they are now."""

    def __init__(self, stored: Sequence[StoredMemory], rows: Sequence[EvidenceRow]) -> None:
        self.by_pk = {one.pk: one for one in stored}
        self.evidence: dict[int, list[EvidenceRow]] = {one.pk: [] for one in stored}
        self.statements: list[Statement] = []
        self.new_keys: set[int] = set()
        self._rows: dict[int, EvidenceRow] = {}
        self._keys: dict[tuple[Span, str], int] = {}
        self._holders: dict[int, set[int]] = {}
        for row in rows:
            self.evidence[row.memory_pk].append(row)
        for one in stored:
            for row in self.evidence[one.pk] or [own_statement(one)]:
                self._note(row, one.value, one.pk)

    def add(self, value: str, new: NewStatement) -> None:
        """Add the statements of a candidate."""
        before = len(self.statements)
        keys = {self._note(row, value, None) for row in new.rows}
        self.new_keys = {key for key in keys if key > before}

    def _note(self, row: EvidenceRow, value: str, holder: int | None) -> int:
        key = self._keys.setdefault((span_of(row), value), len(self._keys) + 1)
        if key not in self._rows:
            self._rows[key] = row
            self._holders[key] = set()
            self.statements.append(
                Statement(
                    key,
                    value,
                    row.said_at,
                    row.valid_from,
                    row.valid_to,
                    row.trust,
                    (row.document_id, row.seq),
                    row.dated or row.valid_from is not None,
                )
            )
        if holder is not None:
            self._holders[key].add(holder)
        return key

    def owner(self, segment: Segment, taken: set[int]) -> int | None:
        """The memory that holds most of the segment's statements, the oldest of equals."""
        votes: dict[int, int] = {}
        for one in segment.statements:
            for holder in self._holders[one.key] - taken:
                votes[holder] = votes.get(holder, 0) + 1
        return min(votes, key=lambda pk: (-votes[pk], pk), default=None)

    def model(self, segment: Segment) -> StoredMemory | None:
        """A memory of the segment's value."""
        holders = [pk for one in segment.statements for pk in self._holders[one.key]]
        return self.by_pk[min(holders)] if holders else None

    def rows_of(self, segment: Segment) -> list[EvidenceRow]:
        return [self._rows[one.key] for one in segment.statements]


def own_statement(one: StoredMemory) -> EvidenceRow:
    """The statement of a memory without a passage: what its own row says."""
    memory = one.memory
    ended = memory.status is MemoryStatus.SUPERSEDED
    return EvidenceRow(
        -one.pk,
        one.pk,
        0,
        one.pk,
        one.pk,
        memory.said_at,
        memory.valid_from,
        None if ended else memory.valid_to,
        memory.trust,
        "",
        0,
    )


def span_of(row: EvidenceRow) -> Span:
    """Where a statement stands."""
    return (row.chunk_pk, row.start, row.end)


def evidence_rows_of(
    candidate: Candidate,
    evidence: Sequence[Evidence],
    places: Mapping[str, tuple[int, str, int]],
) -> tuple[EvidenceRow, ...]:
    """Rows for verified evidence; `places` is (chunk key, document, position) by chunk id.

    All are said where the first one stands: what a pronoun of it stands for may be named before.
    """
    _, document, position = places[evidence[0].chunk_id]
    return tuple(
        EvidenceRow(
            0,
            0,
            places[one.chunk_id][0],
            one.start,
            one.end,
            candidate.said_at,
            candidate.valid_from,
            candidate.valid_to,
            Trust(candidate.trust),
            document,
            position,
            candidate.dated,
        )
        for one in evidence
    )
