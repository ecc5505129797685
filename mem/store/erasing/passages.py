"""Forgetting what names something, wherever it stands, and no more than that.

Passages go out of documents that stay; a document that has nothing left goes whole. The marks that
remain are keyed hashes: an import of the same file leaves exactly those passages out.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mem.core.document import DocumentKind
from mem.core.mentions import Mentions, Span
from mem.store.chunks import batches
from mem.store.database import Database
from mem.store.erasing.erase import Receipt, Resettle, count_of, delete_documents, marks_of, settle
from mem.store.erasing.memories import (
    called,
    destroy,
    forget_ids,
    forget_names,
    memories_of,
    slots_of,
    with_versions,
)
from mem.store.erasing.named import LABELS, Named, Names, chunks_by_key, own_address
from mem.store.erasing.owed import owe
from mem.store.erasing.tombstones import Tombstones, headings, leave_marks
from mem.store.journal import write_entry


@dataclass(frozen=True, slots=True)
class Cascade:
    """What goes with something named: whole documents, passages of others, and memories."""

    documents: tuple[str, ...]
    passages: Mapping[int, Sequence[Span]]
    memories: frozenset[int]


def cascade_of(database: Database, named: Named) -> Cascade:
    """Everything that goes with what was found. Writes nothing."""
    connection = database.connection
    held = dict(
        connection.execute(
            "SELECT document_id, count(*) FROM chunk GROUP BY document_id"
        ).fetchall()
    )
    chunks = chunks_by_key(connection, named.passages)
    taken = Counter(chunk.document_id for chunk in chunks.values())
    emptied = {document for document, count in taken.items() if held[document] == count}
    documents = named.documents | emptied
    passages = {
        pk: spans
        for pk, spans in named.passages.items()
        if pk in chunks and chunks[pk].document_id not in named.documents
    }
    drawn = memories_of(connection, named.documents) | _drawn_from(connection, passages)
    memories = with_versions(connection, drawn | named.memories)
    return Cascade(tuple(sorted(documents)), passages, frozenset(memories))


def erase_named(
    database: Database,
    named: Named,
    mentions: Mentions,
    *,
    backups: Path,
    actor: str,
    at: datetime,
    resettle: Resettle,
) -> Receipt:
    """Destroy what was found with all that was drawn from it.

    `resettle` is told of what the memories spoke of. Raises StoreLocked, StoreFull.
    """
    tombstones = Tombstones(database)
    with database.transaction() as connection:
        owe(connection)
        cascade = cascade_of(database, named)
        marks = marks_of(database, tombstones, sorted(named.documents))
        marks |= _marks(connection, tombstones, cascade, named, mentions)
        inside = sorted(cascade.passages)
        touched = named.labelled | documents_of(connection, inside)
        chunks, vectors = count_of(connection, sorted(named.documents))
        vectors += _vectors(connection, inside)
        slots = slots_of(connection, cascade.memories)
        names = called(connection, mentions)
        gone = destroy(connection, cascade.memories)
        forget_names(connection, mentions)
        delete_documents(connection, cascade.documents, None)
        delete_passages(connection, cascade.passages)
        relabel(connection, named.labelled, mentions)
        marks |= _forget_files(connection, tombstones, mentions)
        names |= forget_actors(connection, mentions)
        marks |= {tombstones.of_called(name) for name in names}
        forget_hashes(connection, touched)
        leave_marks(connection, marks, at)
        detail = {
            "documents": len(cascade.documents),
            "chunks": chunks + len(inside),
            "memories": gone,
        }
        write_entry(
            connection, at=at, actor=actor, action="forget", subject="passages", detail=detail
        )
        forget_ids(connection, cascade.documents)
        resettle(slots)
    copies = settle(database, backups)
    return Receipt(len(cascade.documents), chunks + len(inside), vectors, copies, len(marks), gone)


def forget_actors(connection: sqlite3.Connection, mentions: Names) -> set[str]:
    """Of another program that did something, keep only by which way it came; the names taken."""
    taken = set()
    for (actor,) in connection.execute("SELECT DISTINCT actor FROM journal").fetchall():
        way, _, name = str(actor).partition(":")
        if mentions.within(name):
            connection.execute("UPDATE journal SET actor = ? WHERE actor = ?", (way, actor))
            taken.add(name)
    return taken


def _drawn_from(connection: sqlite3.Connection, passages: Collection[int]) -> set[int]:
    """Memories, undone ones too, that stand on any of those passages."""
    wanted = json.dumps(sorted(passages))
    rows = connection.execute(
        "SELECT memory_pk FROM evidence WHERE chunk_pk IN (SELECT value FROM json_each(?)) UNION "
        "SELECT memory_pk FROM change WHERE tbl = 'evidence' AND after IS NULL "
        "AND before ->> '$.chunk_pk' IN (SELECT value FROM json_each(?))",
        (wanted, wanted),
    )
    return {int(row[0]) for row in rows if row[0] is not None}


def _vectors(connection: sqlite3.Connection, passages: Collection[int]) -> int:
    (count,) = connection.execute(
        "SELECT count(*) FROM embedding WHERE chunk_pk IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(passages)),),
    ).fetchone()
    return int(count)


@dataclass(frozen=True, slots=True)
class _Head:
    """What a document row says of itself."""

    document: str
    uri: str
    kind: str
    title: str
    labels: tuple[tuple[str, ...], ...]


def _heads(connection: sqlite3.Connection, documents: Collection[str]) -> list[_Head]:
    """Of those documents that exist."""
    found: list[_Head] = []
    for batch in batches(sorted(documents)):
        marks = ",".join("?" * len(batch))
        rows = connection.execute(
            f"SELECT id, uri, kind, title, {', '.join(LABELS)} FROM document WHERE id IN ({marks})",
            batch,
        )
        for identity, uri, kind, title, *lists in rows:
            labels = tuple(tuple(json.loads(one)) for one in lists)
            found.append(_Head(identity, uri, kind, title, labels))
    return found


def _marks(
    connection: sqlite3.Connection,
    tombstones: Tombstones,
    cascade: Cascade,
    named: Named,
    mentions: Mentions,
) -> set[str]:
    """Marks of passages, of the labels that name it, and of the memories whose words do."""
    marks: set[str] = set()
    labels: list[str] = []
    uris = dict(connection.execute("SELECT id, uri FROM document").fetchall())
    for pk, chunk in chunks_by_key(connection, cascade.passages).items():
        marks |= tombstones.of_passage(chunk, uris[chunk.document_id], cascade.passages[pk])
        labels += headings(chunk.context) if chunk.message_id is None else []
    for head in _heads(connection, named.labelled):
        labels += [head.title, *(label for several in head.labels for label in several)]
        if head.kind == DocumentKind.NOTE and mentions.within(head.title):
            marks.add(tombstones.of_uri(head.uri))
    marks |= {tombstones.of_label(label) for label in set(labels) if mentions.within(label)}
    return marks | tombstones.of_memories(connection, named.memories)


def relabel(connection: sqlite3.Connection, documents: Collection[str], mentions: Names) -> None:
    """Take titles and labels that name it from documents that stay."""
    for head in _heads(connection, documents):
        lists = [
            json.dumps([one for one in several if not mentions.within(one)], ensure_ascii=False)
            for several in head.labels
        ]
        columns = ", ".join(f"{name} = ?" for name in LABELS)
        connection.execute(f"UPDATE document SET {columns} WHERE id = ?", [*lists, head.document])
        if mentions.within(head.title):
            for table, column, key in (
                ("document", "title", "id"),
                ("chunk", "context", "document_id"),
            ):
                connection.execute(
                    f"UPDATE {table} SET {column} = '' WHERE {key} = ?", (head.document,)
                )


def _forget_files(
    connection: sqlite3.Connection, tombstones: Tombstones, mentions: Mentions
) -> set[str]:
    """Take what names it from the notes on files that gave no document: why, and whose name does.

    Returns the marks of the latter as they are: an import leaves them unread.
    """
    roots = [str(row[0]) for row in connection.execute("SELECT uri FROM source")]
    rows = connection.execute("SELECT pk, uri, reason, size, modified_ns FROM file").fetchall()
    supplying = {pk for (pk,) in connection.execute("SELECT file_pk FROM file_document")}
    marks = set()
    for pk, uri, reason, size, modified_ns in rows:
        if pk not in supplying and mentions.within(own_address(str(uri), roots)):
            connection.execute("DELETE FROM file WHERE pk = ?", (pk,))
            marks.add(tombstones.of_file(str(uri), int(size), int(modified_ns)))
            marks.add(tombstones.of_named_file(str(uri), int(size)))
        elif mentions.within(reason):
            connection.execute("UPDATE file SET reason = '' WHERE pk = ?", (pk,))
    return marks


def delete_passages(connection: sqlite3.Connection, passages: Collection[int]) -> None:
    """Delete them from the documents that hold them."""
    connection.execute(
        "DELETE FROM chunk WHERE pk IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(passages)),),
    )


def forget_hashes(connection: sqlite3.Connection, documents: Collection[str]) -> None:
    """Clear the hashes of what documents held: of their content, they are what it is no longer."""
    connection.executemany(
        "UPDATE document SET content_hash = '' WHERE id = ?", [(one,) for one in sorted(documents)]
    )


def documents_of(connection: sqlite3.Connection, passages: Collection[int]) -> set[str]:
    """The ids of the documents that hold those passages."""
    rows = connection.execute(
        "SELECT DISTINCT document_id FROM chunk WHERE pk IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(passages)),),
    )
    return {str(row[0]) for row in rows}
