"""Rows of `memory` with their evidence and links, read as values; written through the change log.

A quote is cut from its chunk when it is read, so that it is always what stands there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from mem.core.clock import format_time, parse_time
from mem.core.forgetting import strength_at
from mem.core.memory import Evidence, Link, Memory, MemoryKind, MemoryStatus, Relation, Trust
from mem.store.chunks import batches
from mem.store.database import Database

COLUMNS = (
    "pk, id, kind, text, subject, predicate, object, slot, value, status, confidence, importance, "
    "trust, origin, said_at, happened_from, happened_to, valid_from, valid_to, recorded_at, "
    "expired_at, pinned, exclusive, negated, fingerprint, document_id"
)
_NAMES = tuple(column.strip() for column in COLUMNS.split(","))
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
    """One statement behind a memory: a span of a chunk, when and by whom it was said."""

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


class Memories:
    """Reads of memories; `now` (naive local time) is when strength is looked at."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def by_pks(self, pks: Collection[int]) -> dict[int, StoredMemory]:
        """Those that exist, with evidence and links."""
        found: dict[int, StoredMemory] = {}
        for batch in batches(sorted(pks)):
            marks = ",".join("?" * len(batch))
            found |= {one.pk: one for one in self._select(f"memory.pk IN ({marks})", batch)}
        return found

    def get(self, identity: str) -> StoredMemory | None:
        found = self._select("memory.id = ?", (identity,))
        return found[0] if found else None

    def by_ids(self, ids: Collection[str]) -> dict[str, Memory]:
        """Those that exist, by id."""
        where = "memory.id IN (SELECT value FROM json_each(?))"
        return {
            one.memory.id: one.memory for one in self._select(where, (json.dumps(sorted(ids)),))
        }

    def matching(self, beginning: str) -> list[StoredMemory]:
        """Memories whose id starts so; at most 50."""
        return self._select(
            "substr(memory.id, 1, ?) = ?", (len(beginning), beginning), tail="LIMIT 50"
        )

    def of_slot(self, slot: str) -> list[StoredMemory]:
        """Everything said of one thing, oldest row first."""
        return self._select("memory.slot = ?", (slot,), tail="ORDER BY memory.pk") if slot else []

    def has_slot(self, slot: str) -> bool:
        """Whether anything is said of that thing."""
        return bool(slot) and bool(
            self._database.rows("SELECT 1 FROM memory WHERE slot = ? LIMIT 1", (slot,))
        )

    def values_of(self, slot: str, statuses: Collection[MemoryStatus]) -> set[str]:
        """What memories of those statuses say of one thing."""
        rows = self._database.rows(
            "SELECT DISTINCT value FROM memory WHERE slot = ? AND slot != '' "
            "AND status IN (SELECT value FROM json_each(?))",
            (slot, json.dumps([one.value for one in statuses])),
        )
        return {str(value) for (value,) in rows}

    def of_fingerprint(self, fingerprint: str) -> list[StoredMemory]:
        return self._select("memory.fingerprint = ?", (fingerprint,), tail="ORDER BY memory.pk")

    def rejected_of_value(self, value: str) -> list[StoredMemory]:
        """What was rejected and gives that answer, whatever it is about."""
        return self._select("memory.status = 'rejected' AND memory.value = ?", (value,))

    def has_rejected(self) -> bool:
        """Whether any memory is rejected."""
        return bool(self._database.rows("SELECT 1 FROM memory WHERE status = 'rejected' LIMIT 1"))

    def of_entity(self, entity_pk: int) -> list[StoredMemory]:
        """Memories that mention an entity, oldest said first."""
        return self._select(
            "memory.pk IN (SELECT memory_pk FROM mention WHERE entity_pk = ?)",
            (entity_pk,),
            tail="ORDER BY coalesce(happened_from, valid_from, memory.said_at), memory.pk",
        )

    def select(
        self,
        *,
        statuses: Collection[MemoryStatus],
        kind: MemoryKind | None = None,
        limit: int | None = None,
        oldest_first: bool = False,
    ) -> list[StoredMemory]:
        """Memories of those statuses, by time of saying."""
        marks = ",".join("?" * len(statuses))
        where = f"memory.status IN ({marks})" + (" AND memory.kind = ?" if kind else "")
        parameters: list[object] = [status.value for status in statuses]
        if kind:
            parameters.append(kind.value)
        order = "ASC" if oldest_first else "DESC"
        tail = f"ORDER BY memory.said_at {order}, memory.pk {order}"
        if limit is not None:
            tail += " LIMIT ?"
            parameters.append(limit)
        return self._select(where, parameters, tail=tail)

    def unsupported(self) -> list[StoredMemory]:
        """In use, not typed, and without a passage behind them any more.

        One that gave its evidence to another one which says the same has lost nothing.
        """
        return self._select(
            "memory.status IN ('active', 'proposed', 'superseded', 'quarantined') "
            "AND memory.trust < ? AND NOT (memory.status = 'superseded' AND memory.slot = '') "
            "AND NOT EXISTS (SELECT 1 FROM evidence WHERE memory_pk = memory.pk)",
            (int(Trust.TYPED),),
        )

    def evidence_rows(self, memory_pks: Collection[int]) -> list[EvidenceRow]:
        """Every statement behind those memories, in the order they were taken in."""
        found: list[EvidenceRow] = []
        for batch in batches(sorted(memory_pks)):
            marks = ",".join("?" * len(batch))
            rows = self._database.rows(
                'SELECT evidence.pk, memory_pk, chunk_pk, evidence."start", evidence."end", '
                "evidence.said_at, valid_from, valid_to, trust, document_id, seq FROM evidence "
                f"JOIN chunk ON chunk.pk = chunk_pk WHERE memory_pk IN ({marks})",
                batch,
            )
            found += [_evidence_row(row) for row in rows]
        return sorted(found, key=lambda row: row.pk)

    def memories_of_spans(self, spans: Collection[tuple[int, int, int]]) -> set[int]:
        """Keys of memories with evidence that overlaps any of those (chunk key, start, end)."""
        found: set[int] = set()
        for chunk, start, end in spans:
            rows = self._database.rows(
                'SELECT memory_pk FROM evidence WHERE chunk_pk = ? AND "start" < ? AND "end" > ?',
                (chunk, end, start),
            )
            found.update(int(str(row[0])) for row in rows)
        return found

    def places(self, memory_pk: int, *, around: int = 160) -> list[EvidencePlace]:
        """A memory's evidence with up to `around` characters before and after each quote."""
        rows = self._database.rows(
            'SELECT chunk.id, evidence."start", evidence."end", chunk.text, document.uri, '
            "document.title, chunk.locator, chunk.speaker, chunk.said_at, chunk.message_id "
            "FROM evidence JOIN chunk ON chunk.pk = chunk_pk "
            "JOIN document ON document.id = chunk.document_id "
            "WHERE memory_pk = ? ORDER BY evidence.pk",
            (memory_pk,),
        )
        found = []
        for chunk, start, end, text, uri, title, locator, speaker, said_at, message in rows:
            words, first, last = str(text), int(str(start)), int(str(end))
            found.append(
                EvidencePlace(
                    Evidence(str(chunk), first, last, words[first:last]),
                    str(uri),
                    str(title),
                    str(locator),
                    None if speaker is None else str(speaker),
                    _time(said_at),
                    words[max(0, first - around) : first],
                    words[last : last + around],
                    None if message is None else str(message),
                )
            )
        return found

    def from_rows(self, rows: Sequence[Mapping[str, object]]) -> list[StoredMemory]:
        """Values of rows that were read elsewhere (as they stood at another time), evidence too."""
        return self._values([tuple(row[name] for name in _NAMES) for row in rows])

    def count(self) -> dict[str, int]:
        """How many memories of each status."""
        rows = self._database.rows("SELECT status, count(*) FROM memory GROUP BY status")
        return {str(status): int(str(count)) for status, count in rows}

    def is_rejected(self, fingerprint: str) -> bool:
        return bool(
            self._database.rows("SELECT 1 FROM rejected WHERE fingerprint = ?", (fingerprint,))
        )

    def _select(
        self, where: str, parameters: Sequence[object], *, tail: str = ""
    ) -> list[StoredMemory]:
        columns = ", ".join(f"memory.{name}" for name in _NAMES)
        rows = self._database.rows(
            f"SELECT {columns} FROM memory WHERE {where} {tail}", tuple(parameters)
        )
        return self._values(rows)

    def _values(self, rows: Sequence[Sequence[object]]) -> list[StoredMemory]:
        pks = [int(str(row[0])) for row in rows]
        evidence, links, uses = self._evidence(pks), self._links(pks), self._uses(pks)
        now = self._now()
        return [
            _stored(row, evidence.get(pk, ()), links.get(pk, ()), uses.get(pk), now)
            for pk, row in zip(pks, rows, strict=True)
        ]

    def _evidence(self, pks: Sequence[int]) -> dict[int, tuple[Evidence, ...]]:
        found: dict[int, tuple[Evidence, ...]] = {}
        rows = self._database.rows(
            'SELECT memory_pk, chunk.id, evidence."start", evidence."end", chunk.text '
            "FROM json_each(?) AS wanted CROSS JOIN evidence ON memory_pk = wanted.value "
            "CROSS JOIN chunk ON chunk.pk = chunk_pk ORDER BY evidence.pk",
            (json.dumps(pks),),
        )
        for pk, chunk, start, end, text in rows:
            first, last = int(str(start)), int(str(end))
            one = Evidence(str(chunk), first, last, str(text)[first:last])
            found[int(str(pk))] = (*found.get(int(str(pk)), ()), one)
        return found

    def _links(self, pks: Sequence[int]) -> dict[int, tuple[Link, ...]]:
        found: dict[int, tuple[Link, ...]] = {}
        for column in ("source_pk", "target_pk"):
            rows = self._database.rows(
                f"SELECT {column}, source.id, target.id, relation, weight "
                f"FROM json_each(?) AS wanted CROSS JOIN link ON {column} = wanted.value "
                "CROSS JOIN memory AS source ON source.pk = source_pk "
                "CROSS JOIN memory AS target ON target.pk = target_pk "
                "ORDER BY source_pk, target_pk, relation",
                (json.dumps(pks),),
            )
            for pk, source, target, relation, weight in rows:
                link = Link(str(source), str(target), Relation(str(relation)), float(str(weight)))
                found[int(str(pk))] = (*found.get(int(str(pk)), ()), link)
        return found

    def _uses(self, pks: Sequence[int]) -> dict[int, tuple[float, str, int]]:
        rows = self._database.rows(
            "SELECT memory_pk, stability, last_recalled_at, recall_count "
            "FROM json_each(?) AS wanted CROSS JOIN memory_use ON memory_pk = wanted.value",
            (json.dumps(pks),),
        )
        return {
            int(str(pk)): (float(str(stability)), str(last), int(str(count)))
            for pk, stability, last, count in rows
        }


def _stored(
    row: Sequence[object],
    evidence: tuple[Evidence, ...],
    links: tuple[Link, ...],
    use: tuple[float, str, int] | None,
    now: datetime,
) -> StoredMemory:
    values = dict(zip(_NAMES, row, strict=True))
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
        said_at=_time(values["said_at"]),
        happened_from=_time(values["happened_from"]),
        happened_to=_time(values["happened_to"]),
        valid_from=_time(values["valid_from"]),
        valid_to=_time(values["valid_to"]),
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


def _time(value: object) -> datetime | None:
    return None if value is None else parse_time(str(value))


def _evidence_row(row: Sequence[object]) -> EvidenceRow:
    pk, memory, chunk, start, end, said_at, valid_from, valid_to, trust, document, seq = row
    return EvidenceRow(
        int(str(pk)),
        int(str(memory)),
        int(str(chunk)),
        int(str(start)),
        int(str(end)),
        _time(said_at),
        _time(valid_from),
        _time(valid_to),
        Trust(int(str(trust))),
        str(document),
        int(str(seq)),
    )
