"""Memories leave a store: those in use and their history, with the documents they stand on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import IO, Any

from mem.assistant import Assistant
from mem.carrying.bundle import (
    BundledLink,
    BundledMemory,
    CarriedDocument,
    CarriedPassage,
    Quote,
    document_fields,
    header,
    link_fields,
    memory_fields,
)
from mem.core.clock import format_time
from mem.core.memory import MemoryStatus, Relation
from mem.core.version import __version__
from mem.store.chunks import Chunks
from mem.store.database import Database
from mem.store.documents import Documents
from mem.store.memory.entities import Entities, EntityRecord
from mem.store.memory.memories import Memories
from mem.store.memory.rows import EvidenceRow

# What was rejected or is suspected of giving orders is not handed on.
GIVEN = (
    MemoryStatus.ACTIVE,
    MemoryStatus.SUPERSEDED,
    MemoryStatus.PROPOSED,
    MemoryStatus.ARCHIVED,
)


def give(assistant: Assistant, target: IO[bytes]) -> dict[str, int]:
    """Write the memories of a home as a bundle; how many documents, memories, links, entities.

    Raises OSError.
    """
    database = assistant.store.database
    with database.snapshot():
        giver = _Giver(database, assistant)
        made_at = format_time(assistant.clock.utc())
        _write(target, header(made_at, __version__, giver.counts))
        for document in giver.documents():
            _write(target, {"document": document_fields(document)})
        for memory in giver.memories():
            _write(target, {"memory": memory_fields(memory)})
        for link in giver.links:
            _write(target, {"link": link_fields(link)})
        for entity in giver.entities:
            _write(target, {"entity": {"names": [entity.name, *entity.aliases]}})
    return giver.counts


def _write(target: IO[bytes], line: Mapping[str, Any]) -> None:
    target.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")


class _Giver:
    """What is given, read from one state of the store."""

    def __init__(self, database: Database, assistant: Assistant) -> None:
        self._database = database
        self._chunks = Chunks(database)
        found = Memories(database, assistant.clock.now)
        stored = sorted(found.select(statuses=GIVEN), key=lambda one: one.pk)
        self._rows: dict[int, list[EvidenceRow]] = {}
        for row in found.evidence_rows([one.pk for one in stored]):
            self._rows.setdefault(row.memory_pk, []).append(row)
        # One without a passage has no quote that another store could look for.
        self._stored = [one for one in stored if one.pk in self._rows]
        self._documents = sorted({row.document_id for rows in self._rows.values() for row in rows})
        places = self._chunks.by_keys({r.chunk_pk for rows in self._rows.values() for r in rows})
        self._places = {pk: (one.uri, one.chunk.seq, one.chunk.text) for pk, one in places.items()}
        self._seqs = {one: self._order(one) for one in self._documents}
        self._document_of = {pk: one.chunk.document_id for pk, one in places.items()}
        self.links = self._links()
        self._entities = Entities(database)
        self.entities = self._named()
        self.counts = {
            "documents": len(self._documents),
            "memories": len(self._stored),
            "links": len(self.links),
            "entities": len(self.entities),
        }

    def _order(self, document: str) -> dict[int, int]:
        """The place from 0 of each passage of a document, by its `seq`."""
        rows = self._database.rows(
            "SELECT seq FROM chunk WHERE document_id = ? ORDER BY seq", (document,)
        )
        return {int(str(row[0])): place for place, row in enumerate(rows)}

    def documents(self) -> Iterator[CarriedDocument]:
        """The documents that evidence stands in, whole."""
        records = Documents(self._database)
        for identity in self._documents:
            record = records.get(identity)
            assert record is not None
            done = self._extracted(identity)
            passages = tuple(
                CarriedPassage(chunk, tuple(done.get(chunk.id, ())))
                for chunk in self._chunks.of_document(identity)
            )
            yield CarriedDocument(record.head(), passages)

    def _extracted(self, document: str) -> dict[str, list[str]]:
        """The extractors that have gone through each chunk of a document."""
        rows = self._database.rows(
            "SELECT chunk.id, extractor FROM extraction JOIN chunk ON chunk.pk = chunk_pk "
            "WHERE document_id = ? ORDER BY extractor",
            (document,),
        )
        found: dict[str, list[str]] = {}
        for chunk, extractor in rows:
            found.setdefault(str(chunk), []).append(str(extractor))
        return found

    def memories(self) -> Iterator[BundledMemory]:
        """The memories, the first known first."""
        for one in self._stored:
            memory = one.memory
            yield BundledMemory(
                id=memory.id,
                candidate=memory.candidate(entities=self._names(one.pk)),
                status=memory.status,
                closed=not one.slot and memory.status is MemoryStatus.SUPERSEDED,
                pinned=memory.pinned,
                recorded_at=memory.recorded_at,
                quotes=tuple(self._quote(row) for row in self._rows[one.pk]),
            )

    def _names(self, pk: int) -> tuple[str, ...]:
        records = [self._entities.get(one) for one in self._entities.of_memory(pk)]
        return tuple(one.name for one in records if one is not None)

    def _quote(self, row: EvidenceRow) -> Quote:
        uri, seq, text = self._places[row.chunk_pk]
        return Quote(
            uri=uri,
            passage=self._seqs[self._document_of[row.chunk_pk]][seq],
            start=row.start,
            end=row.end,
            quote=text[row.start : row.end],
            said_at=row.said_at,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            trust=row.trust,
        )

    def _links(self) -> list[BundledLink]:
        ids = {one.memory.id for one in self._stored}
        found = {
            (link.source, link.target, link.relation): link.weight
            for one in self._stored
            for link in one.memory.links
            if {link.source, link.target} <= ids
        }
        return [
            BundledLink(source, target, Relation(relation), min(max(weight, 0.0), 1.0))
            for (source, target, relation), weight in sorted(found.items())
        ]

    def _named(self) -> list[EntityRecord]:
        """Entities of several names that the memories given mention."""
        pks = {pk for one in self._stored for pk in self._entities.of_memory(one.pk)}
        records = [self._entities.get(pk) for pk in sorted(pks)]
        return [one for one in records if one is not None and one.aliases]
