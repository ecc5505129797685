"""Memories read from the store with their evidence and links; written through the change log.

A quote is cut from its chunk when it is read, so that it is always what stands there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from mem.core.document import SaidAtOrigin
from mem.core.memory import Evidence, Link, Memory, MemoryKind, MemoryStatus, Relation, Trust
from mem.store.chunks import batches
from mem.store.database import Database
from mem.store.memory.rows import (
    NAMES,
    EvidencePlace,
    EvidenceRow,
    StoredMemory,
    evidence_of,
    memory_of,
    time_of,
)


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

    def lasting_that_say(
        self, words: Collection[str], statuses: Collection[MemoryStatus]
    ) -> list[StoredMemory]:
        """What holds for a time, affirmed, in those states, and has all of the words."""
        query = " ".join(f'"{word.replace(chr(34), "")}"' for word in sorted(words))
        return self._lasting(
            "memory.pk IN (SELECT rowid FROM memory_fts WHERE memory_fts MATCH ?)", query, statuses
        )

    def lasting_about(
        self, subjects: Collection[str], statuses: Collection[MemoryStatus]
    ) -> list[StoredMemory]:
        """What holds for a time, affirmed, in those states, of subjects with one of those names."""
        where = "EXISTS (SELECT 1 FROM json_each(?) WHERE instr(lower(memory.subject), value) > 0)"
        return self._lasting(where, json.dumps(sorted(subjects)), statuses)

    def _lasting(
        self, where: str, parameter: str, statuses: Collection[MemoryStatus]
    ) -> list[StoredMemory]:
        return self._select(
            f"{where} AND memory.slot != '' AND NOT memory.negated "
            "AND (memory.kind != 'event' OR memory.exclusive) "
            "AND memory.status IN (SELECT value FROM json_each(?))",
            (parameter, json.dumps([one.value for one in statuses])),
            tail="ORDER BY memory.pk",
        )

    def telling_ends(self, after: int) -> list[StoredMemory]:
        """What happened and what is denied, of the rows after a key: it may end something."""
        return self._select(
            "memory.pk > ? AND (memory.kind = 'event' OR memory.negated "
            "OR memory.predicate IN ('be', 'have relationship status', 'work at', 'work as'))",
            (after,),
            tail="ORDER BY memory.pk",
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
                "evidence.said_at, valid_from, valid_to, trust, document_id, seq, "
                "document.said_at_origin IS NOT ? FROM evidence JOIN chunk ON chunk.pk = chunk_pk "
                f"JOIN document ON document.id = document_id WHERE memory_pk IN ({marks})",
                [SaidAtOrigin.FILE_TIME.value, *batch],
            )
            found += [evidence_of(row) for row in rows]
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

    def replaced_spans(self, spans: Sequence[tuple[str, int, int]]) -> set[int]:
        """Which of those (chunk id, start, end) say nothing but what newer memories replaced.

        By position. One that no memory stands on is not among them.
        """
        rows = self._database.rows(
            "SELECT wanted.key FROM json_each(?) AS wanted "
            "CROSS JOIN chunk ON chunk.id = json_extract(wanted.value, '$[0]') "
            "CROSS JOIN evidence ON chunk_pk = chunk.pk "
            """AND evidence."start" < json_extract(wanted.value, '$[2]') """
            """AND evidence."end" > json_extract(wanted.value, '$[1]') """
            "CROSS JOIN memory ON memory.pk = memory_pk "
            "GROUP BY wanted.key HAVING min(memory.status = 'superseded')",
            (json.dumps(spans),),
        )
        return {int(str(place)) for (place,) in rows}

    def places(self, memory_pk: int, *, around: int = 160) -> list[EvidencePlace]:
        """A memory's evidence with up to `around` characters before and after each quote."""
        rows = self._database.rows(
            'SELECT chunk.id, evidence."start", evidence."end", chunk.text, document.uri, '
            "document.title, chunk.locator, chunk.speaker, chunk.said_at, chunk.message_id, "
            "document.said_at_origin FROM evidence JOIN chunk ON chunk.pk = chunk_pk "
            "JOIN document ON document.id = chunk.document_id "
            "WHERE memory_pk = ? ORDER BY evidence.pk",
            (memory_pk,),
        )
        found = []
        for chunk, start, end, text, uri, title, locator, speaker, said_at, message, origin in rows:
            words, first, last = str(text), int(str(start)), int(str(end))
            found.append(
                EvidencePlace(
                    Evidence(str(chunk), first, last, words[first:last]),
                    str(uri),
                    str(title),
                    str(locator),
                    None if speaker is None else str(speaker),
                    time_of(said_at),
                    _before(words, first, around),
                    _after(words, last, around),
                    None if message is None else str(message),
                    SaidAtOrigin(str(origin)) if origin else None,
                )
            )
        return found

    def from_rows(self, rows: Sequence[Mapping[str, object]]) -> list[StoredMemory]:
        """Values of rows that were read elsewhere (as they stood at another time), evidence too."""
        return self._values([tuple(row[name] for name in NAMES) for row in rows])

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
        columns = ", ".join(f"memory.{name}" for name in NAMES)
        rows = self._database.rows(
            f"SELECT {columns} FROM memory WHERE {where} {tail}", tuple(parameters)
        )
        return self._values(rows)

    def _values(self, rows: Sequence[Sequence[object]]) -> list[StoredMemory]:
        pks = [int(str(row[0])) for row in rows]
        evidence, links, uses = self._evidence(pks), self._links(pks), self._uses(pks)
        now = self._now()
        return [
            memory_of(row, evidence.get(pk, ()), links.get(pk, ()), uses.get(pk), now)
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


def _before(text: str, place: int, around: int) -> str:
    """Up to `around` characters before a place, from the beginning of a word where there is one."""
    start = place - around
    if start <= 0:
        return text[:place]
    return text[max(start, text.find(" ", start - 1, place) + 1) : place]


def _after(text: str, place: int, around: int) -> str:
    """Up to `around` characters after a place, to the end of a word where there is one."""
    end = place + around
    if end >= len(text):
        return text[place:]
    space = text.rfind(" ", place, end + 1)
    return text[place : space if space > place else end]
