"""What another home has forgotten is destroyed in this store: found by the marks that it left.

For a store that comes out of a backup, before it is put in place: nothing is found by resemblance,
only what an import would leave out for the same marks.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import groupby

from mem.core.chunk import Chunk
from mem.store.chunks import COLUMNS, chunk_of
from mem.store.database import Database
from mem.store.erasing.erase import Resettle, delete_documents
from mem.store.erasing.memories import destroy, forget_ids, forget_names, slots_of
from mem.store.erasing.named import LABELS, Named, Names
from mem.store.erasing.passages import (
    cascade_of,
    delete_passages,
    documents_of,
    forget_actors,
    forget_hashes,
    relabel,
)
from mem.store.erasing.tombstones import Tombstones, keys_of, put_marks
from mem.store.journal import write_entry


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of a home, digest to the time they were left, and the keys they are made with."""

    keys: tuple[str, ...]
    digests: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StayedForgotten:
    """How much of a store was destroyed since another home had forgotten it."""

    documents: int = 0
    passages: int = 0
    memories: int = 0


def marks_left(database: Database) -> Marks:
    """All marks of a home."""
    rows = database.rows("SELECT digest, at FROM tombstone")
    return Marks(tuple(keys_of(database)), {str(digest): str(at) for digest, at in rows})


def erase_marked(
    database: Database,
    marks: Marks,
    *,
    sources: Collection[str],
    at: datetime,
    resettle: Resettle,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
) -> StayedForgotten:
    """Destroy what the marks stand for, and keep the marks; `sources` are the uris of that home's.

    Marks that the store has itself are left alone: it holds nothing of theirs. `resettle` is told
    of what the memories spoke of; whoever calls scrubs the file. Raises StoreFull.
    """
    own = marks_left(database)
    fresh = {digest: when for digest, when in marks.digests.items() if digest not in own.digests}
    if not fresh:
        return StayedForgotten()
    looking = _Looking(database, marks.keys, fresh)
    named = looking.find(on_progress)
    with database.transaction() as connection:
        cascade = cascade_of(database, named)
        supplied = _supplied(connection)
        slots = slots_of(connection, cascade.memories)
        gone = destroy(connection, cascade.memories)
        _forget_undone(connection, looking)
        forget_names(connection, looking.called)
        forget_actors(connection, looking.called)
        delete_documents(connection, cascade.documents, None)
        touched = documents_of(connection, cascade.passages)
        # Of those that go, the passages went with their documents.
        inside = _counted(connection, cascade.passages)
        delete_passages(connection, cascade.passages)
        relabel(connection, named.labelled, looking)
        _forget_sources(connection, supplied, sources)
        # What gave no document is looked at anew: its name or the reason may be what is forgotten.
        connection.execute("DELETE FROM file WHERE pk NOT IN (SELECT file_pk FROM file_document)")
        forget_hashes(connection, touched | named.labelled)
        put_marks(connection, marks.keys, fresh)
        done = StayedForgotten(len(cascade.documents), inside, gone)
        detail = {"documents": done.documents, "chunks": done.passages, "memories": gone}
        write_entry(
            connection, at=at, actor="restore", action="forget", subject="marks", detail=detail
        )
        forget_ids(connection, cascade.documents)
        resettle(slots)
    return done


class _Called:
    """Tells by marks whether a name is forgotten."""

    def __init__(self, every: Sequence[Tombstones], fresh: Collection[str]) -> None:
        self._every = every
        self._fresh = fresh

    def within(self, text: str | None) -> bool:
        return bool(text) and any(one.of_called(text or "") in self._fresh for one in self._every)


class _Looking:
    """Finds by marks: each text is hashed under every key."""

    def __init__(self, database: Database, keys: Sequence[str], fresh: Collection[str]) -> None:
        self._database = database
        self._every = [Tombstones(database, key) for key in keys]
        self._fresh = frozenset(fresh)

    def find(self, on_progress: Callable[[int, int], None]) -> Named:
        """Documents, passages, labels and memories."""
        named = Named()
        connection = self._database.connection
        heads = {
            str(row[0]): (str(row[1]), [str(row[2]), *_labels(row[3:])])
            for row in connection.execute(
                f"SELECT id, uri, title, {', '.join(LABELS)} FROM document"
            )
        }
        (total,) = connection.execute("SELECT count(*) FROM chunk").fetchone()
        rows = connection.execute(f"SELECT pk, {COLUMNS} FROM chunk ORDER BY document_id, seq")
        read = ((int(row[0]), chunk_of(row[1:])) for row in rows)
        done = 0
        for document, group in groupby(read, lambda one: one[1].document_id):
            chunks = list(group)
            self._document(named, document, heads[document][0], chunks)
            done += len(chunks)
            on_progress(done, int(total))
        for document, (uri, labels) in heads.items():
            if any(self.within(label) for label in labels):
                named.labelled.add(document)
            if any(one.of_uri(uri) in self._fresh for one in self._every):
                named.documents.add(document)
        for pk, *said in connection.execute("SELECT pk, fingerprint, slot, value FROM memory"):
            if self.is_memory(*map(str, said)):
                named.memories.add(int(pk))
        return named

    def _document(
        self, named: Named, document: str, uri: str, chunks: Sequence[tuple[int, Chunk]]
    ) -> None:
        texts = [chunk.text for _, chunk in chunks]
        if any(one.of_texts(texts) in self._fresh for one in self._every):
            named.documents.add(document)
            return
        for pk, chunk in chunks:
            if any(not self._fresh.isdisjoint(one.against(chunk, uri)) for one in self._every):
                named.passages[pk] = []

    @cached_property
    def called(self) -> Names:
        """Tells what nobody is to be called."""
        return _Called(self._every, self._fresh)

    def within(self, text: str | None) -> bool:
        """Whether a label is one that is forgotten."""
        return bool(text) and any(one.of_label(text or "") in self._fresh for one in self._every)

    def is_memory(self, fingerprint: str, slot: str, value: str) -> bool:
        """Whether a memory is forgotten that says so, or says it in other words."""
        return any(
            one.of_memory(fingerprint) in self._fresh
            or (bool(slot) and one.of_statement(slot, value) in self._fresh)
            for one in self._every
        )


def _labels(lists: Sequence[object]) -> list[str]:
    return [str(label) for one in lists for label in json.loads(str(one))]


def _counted(connection: sqlite3.Connection, passages: Collection[int]) -> int:
    (count,) = connection.execute(
        "SELECT count(*) FROM chunk WHERE pk IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(passages)),),
    ).fetchone()
    return int(count)


def _forget_undone(connection: sqlite3.Connection, looking: _Looking) -> None:
    """Destroy what the change log keeps of memories whose making was taken back."""
    rows = connection.execute(
        "SELECT memory_pk, before ->> '$.fingerprint', before ->> '$.slot', before ->> '$.value' "
        "FROM change WHERE tbl = 'memory' AND after IS NULL"
    ).fetchall()
    found = {int(pk) for pk, *said in rows if looking.is_memory(*map(str, said))}
    destroy(connection, found)


def _supplied(connection: sqlite3.Connection) -> Counter[str]:
    """How many documents each source supplies."""
    rows = connection.execute(
        "SELECT source_id, count(*) FROM file JOIN file_document ON file_pk = file.pk GROUP BY 1"
    )
    return Counter({str(source): int(count) for source, count in rows})


def _forget_sources(
    connection: sqlite3.Connection, before: Counter[str], kept: Collection[str]
) -> None:
    """Delete sources that the other home does not have, and all of whose documents went."""
    left = _supplied(connection)
    for source, uri in connection.execute("SELECT id, uri FROM source").fetchall():
        if uri not in kept and before[source] and not left[source]:
            connection.execute("DELETE FROM source WHERE id = ?", (source,))
            forget_ids(connection, [str(source)])
