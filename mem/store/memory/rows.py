"""Memories and their evidence as rows of the store, and back.

`NAMES` are the columns that `memory_of` reads, in order; `memory_row` writes all but the key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from mem.core.clock import format_time, parse_time
from mem.core.document import SaidAtOrigin
from mem.core.forgetting import strength_at
from mem.core.memory import Evidence, Link, Memory, MemoryKind, MemoryStatus, Trust

_COLUMNS = (
    "pk, id, kind, text, subject, predicate, object, slot, value, status, confidence, importance, "
    "trust, origin, said_at, happened_from, happened_to, valid_from, valid_to, recorded_at, "
    "expired_at, pinned, exclusive, negated, fingerprint, document_id"
)
NAMES = tuple(_COLUMNS.split(", "))
INITIAL_STABILITY = 8.2956  # days; FSRS 6 for a first review rated "easy"
INITIAL_DIFFICULTY = 1.0


@dataclass(frozen=True, slots=True)
class StoredMemory:
    """A memory with its keys: `slot` is what it speaks of, `value` what it says of it.

    An empty slot takes no part in reconciling. `document_id` is where it was first read.
    """

    pk: int
    slot: str
    value: str
    memory: Memory
    document_id: str | None = None


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One statement behind a memory: a span of a chunk, when and by whom it was said.

    It is not `dated` where `said_at` is only the time of the file it stands in.
    """

    pk: int
    memory_pk: int
    chunk_pk: int
    start: int
    end: int
    said_at: datetime | None
    valid_from: datetime | None
    valid_to: datetime | None
    trust: Trust
    document_id: str
    seq: int
    dated: bool = True


@dataclass(frozen=True, slots=True)
class EvidencePlace:
    """Evidence with its surroundings, for a person to check."""

    evidence: Evidence
    uri: str
    title: str
    locator: str
    speaker: str | None
    said_at: datetime | None
    before: str
    after: str
    message_id: str | None = None
    said_at_origin: SaidAtOrigin | None = None


def memory_of(
    row: Sequence[object],
    evidence: tuple[Evidence, ...],
    links: tuple[Link, ...],
    use: tuple[float, str, int] | None,
    now: datetime,
) -> StoredMemory:
    """The value of a row of `NAMES`, with what other tables hold of it.

    `use` is stability in days, when it was last recalled (ISO 8601) and how often, None where it
    never was; `now` (naive local time) is when strength is looked at.
    """
    values = dict(zip(NAMES, row, strict=True))
    stability, last, recalls = use or (INITIAL_STABILITY, None, 0)
    since = last or str(values["recorded_at"])
    memory = Memory(
        id=str(values["id"]),
        kind=MemoryKind(str(values["kind"])),
        text=str(values["text"]),
        subject=str(values["subject"]),
        predicate=str(values["predicate"]),
        object=str(values["object"]),
        status=MemoryStatus(str(values["status"])),
        confidence=float(str(values["confidence"])),
        importance=float(str(values["importance"])),
        trust=Trust(int(str(values["trust"]))),
        origin=str(values["origin"]),
        said_at=time_of(values["said_at"]),
        happened_from=time_of(values["happened_from"]),
        happened_to=time_of(values["happened_to"]),
        valid_from=time_of(values["valid_from"]),
        valid_to=time_of(values["valid_to"]),
        recorded_at=str(values["recorded_at"]),
        expired_at=None if values["expired_at"] is None else str(values["expired_at"]),
        strength=strength_at(_utc(now), _utc(datetime.fromisoformat(since)), stability),
        last_recalled_at=last if recalls else None,
        recall_count=recalls,
        pinned=bool(values["pinned"]),
        exclusive=bool(values["exclusive"]),
        negated=bool(values["negated"]),
        fingerprint=str(values["fingerprint"]),
        evidence=evidence,
        links=links,
    )
    document = values["document_id"]
    return StoredMemory(
        int(str(values["pk"])),
        str(values["slot"]),
        str(values["value"]),
        memory,
        None if document is None else str(document),
    )


def memory_row(memory: Memory, slot: str, value: str, document_id: str | None) -> dict[str, object]:
    """The columns of a memory; its evidence, links and use stand in their own tables."""
    return {
        "id": memory.id,
        "kind": memory.kind.value,
        "text": memory.text,
        "subject": memory.subject,
        "predicate": memory.predicate,
        "object": memory.object,
        "slot": slot,
        "value": value,
        "status": memory.status.value,
        "confidence": memory.confidence,
        "importance": memory.importance,
        "trust": int(memory.trust),
        "origin": memory.origin,
        "said_at": time_text(memory.said_at),
        "happened_from": time_text(memory.happened_from),
        "happened_to": time_text(memory.happened_to),
        "valid_from": time_text(memory.valid_from),
        "valid_to": time_text(memory.valid_to),
        "recorded_at": memory.recorded_at,
        "expired_at": memory.expired_at,
        "pinned": int(memory.pinned),
        "exclusive": int(memory.exclusive),
        "negated": int(memory.negated),
        "fingerprint": memory.fingerprint,
        "document_id": document_id,
    }


def time_text(moment: datetime | None) -> str | None:
    """As the store writes it."""
    return format_time(moment) if moment is not None else None


def _utc(moment: datetime) -> datetime:
    """A naive local time as UTC; one with a zone in UTC."""
    return moment.astimezone(UTC)


def time_of(value: object) -> datetime | None:
    """As the store wrote it."""
    return None if value is None else parse_time(str(value))


def evidence_of(row: Sequence[object]) -> EvidenceRow:
    """The value of a row with the columns of EvidenceRow, in order."""
    pk, memory, chunk, start, end, said_at, valid_from, valid_to, trust, document, seq, dated = row
    return EvidenceRow(
        int(str(pk)),
        int(str(memory)),
        int(str(chunk)),
        int(str(start)),
        int(str(end)),
        time_of(said_at),
        time_of(valid_from),
        time_of(valid_to),
        Trust(int(str(trust))),
        str(document),
        int(str(seq)),
        bool(dated),
    )
