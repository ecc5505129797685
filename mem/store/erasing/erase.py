"""Forgetting: rows, words, vectors and copies go; keyed hashes keep them from coming back.

After `erase` no byte of the texts stands in the database file, its log or the copies made before
upgrades; where the process was killed meanwhile, the next one that opens the store sees to it. The
derived index is removed by its own layer.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mem.errors import ForgettingUnfinished, HomeNotWritable, StoreFull, StoreLocked
from mem.store.chunks import batches
from mem.store.database import Database, translated
from mem.store.erasing.memories import destroy, forget_ids, memories_of, slots_of, with_versions
from mem.store.erasing.owed import leave, owe, settled
from mem.store.erasing.tombstones import Tombstones, leave_marks
from mem.store.journal import write_entry

_LEFT_PATIENCE_S = 1.0
# Settles histories anew, by slot, in the caller's transaction.
Resettle = Callable[[Collection[str]], None]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a forgetting destroyed.

    `found_after` counts the home's files in which a forgotten name still stands as it was given;
    None where nothing was looked for.
    """

    documents: int
    chunks: int
    vectors: int
    copies_removed: int
    tombstones: int
    memories: int = 0
    found_after: int | None = None


def erase(
    database: Database,
    documents: Sequence[str],
    *,
    backups: Path,
    actor: str,
    at: datetime,
    resettle: Resettle,
    source: str | None = None,
) -> Receipt:
    """Destroy the documents (and the source's own row) and leave tombstones.

    `resettle` is told of what their memories spoke of. Raises StoreLocked, StoreFull.
    """
    tombstones = Tombstones(database)
    marks = marks_of(database, tombstones, documents)
    with database.transaction() as connection:
        owe(connection)
        chunks, vectors = count_of(connection, documents)
        drawn = with_versions(connection, memories_of(connection, documents))
        slots = slots_of(connection, drawn)
        memories = destroy(connection, drawn)
        marks |= _marks_of_files(connection, tombstones, source)
        leave_marks(connection, marks, at)
        delete_documents(connection, documents, source)
        write_entry(
            connection,
            at=at,
            actor=actor,
            action="forget",
            subject="source" if source is not None else "documents",
            detail={"documents": len(documents), "chunks": chunks, "memories": memories},
        )
        forget_ids(connection, [*documents, *([source] if source is not None else [])])
        resettle(slots)
    copies = settle(database, backups)
    return Receipt(len(documents), chunks, vectors, copies, len(marks), memories)


def erase_memories(
    database: Database,
    pks: Collection[int],
    *,
    backups: Path,
    actor: str,
    at: datetime,
    resettle: Resettle,
) -> Receipt:
    """Destroy memories and all their versions; they are not drawn again. Their passages stay.

    `resettle` is told of what they spoke of. Raises StoreLocked, StoreFull.
    """
    tombstones = Tombstones(database)
    with database.transaction() as connection:
        owe(connection)
        those = with_versions(connection, pks)
        marks = tombstones.of_memories(connection, those)
        slots = slots_of(connection, those)
        memories = destroy(connection, those)
        leave_marks(connection, marks, at)
        write_entry(
            connection,
            at=at,
            actor=actor,
            action="forget",
            subject="memories",
            detail={"memories": memories},
        )
        resettle(slots)
    copies = settle(database, backups)
    return Receipt(0, 0, 0, copies, len(marks), memories)


def marks_of(database: Database, tombstones: Tombstones, documents: Sequence[str]) -> set[str]:
    """Tombstones of whole documents: of their addresses and of their words."""
    marks: set[str] = set()
    for document in documents:
        uris = database.rows("SELECT uri FROM document WHERE id = ?", (document,))
        texts = database.rows(
            "SELECT text FROM chunk WHERE document_id = ? ORDER BY seq", (document,)
        )
        marks.update(tombstones.of_uri(str(uri)) for (uri,) in uris)
        if texts:
            marks.add(tombstones.of_texts([str(text) for (text,) in texts]))
    return marks


def _marks_of_files(
    connection: sqlite3.Connection, tombstones: Tombstones, source: str | None
) -> set[str]:
    """Of the files of a source that gave no document: nothing is told of them again either."""
    rows = connection.execute(
        "SELECT uri, size, modified_ns FROM file WHERE source_id = ? "
        "AND pk NOT IN (SELECT file_pk FROM file_document)",
        (source,),
    )
    return {tombstones.of_file(str(uri), int(size), int(at)) for uri, size, at in rows}


def count_of(connection: sqlite3.Connection, documents: Sequence[str]) -> tuple[int, int]:
    """(chunks, vectors) of those documents."""
    chunks = vectors = 0
    for batch in batches(documents):
        marks = ",".join("?" * len(batch))
        row = connection.execute(
            "SELECT count(*), count(embedding.chunk_pk) FROM chunk LEFT JOIN embedding "
            f"ON embedding.chunk_pk = chunk.pk WHERE document_id IN ({marks})",
            batch,
        ).fetchone()
        chunks, vectors = chunks + int(row[0]), vectors + int(row[1])
    return chunks, vectors


def delete_documents(
    connection: sqlite3.Connection, documents: Sequence[str], source: str | None
) -> None:
    """Delete documents, the files that supply nothing else, and the source's own row.

    A source that was one such file goes too: its address is the file's.
    """
    single = _single_files(connection, documents)
    for batch in batches(documents):
        marks = ",".join("?" * len(batch))
        connection.execute(
            "DELETE FROM file WHERE pk IN (SELECT file_pk FROM file_document AS mine "
            f"WHERE document_id IN ({marks}) AND NOT EXISTS (SELECT 1 FROM file_document AS other "
            f"WHERE other.file_pk = mine.file_pk AND other.document_id NOT IN ({marks})))",
            [*batch, *batch],
        )
        connection.execute(f"DELETE FROM document WHERE id IN ({marks})", batch)
    if source is not None:
        connection.execute("DELETE FROM source WHERE id = ?", (source,))
    forget_sources(connection, single)


def _single_files(connection: sqlite3.Connection, documents: Sequence[str]) -> list[str]:
    """The sources of those documents that are one file each."""
    rows = connection.execute(
        "SELECT DISTINCT source.id FROM source JOIN file ON file.source_id = source.id "
        "JOIN file_document ON file_pk = file.pk WHERE source.kind = 'file' "
        "AND document_id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(documents)),),
    )
    return [str(identity) for (identity,) in rows]


def forget_sources(connection: sqlite3.Connection, sources: Sequence[str]) -> None:
    """Delete those of the sources that supply nothing and know of no file."""
    for identity in sources:
        gone = connection.execute(
            "DELETE FROM source WHERE id = ?1 "
            "AND NOT EXISTS (SELECT 1 FROM file WHERE source_id = ?1)",
            (identity,),
        ).rowcount
        if gone:
            forget_ids(connection, [identity])


def settle(database: Database, backups: Path) -> int:
    """Remove copies and logs and scrub, after a transaction that owes it; returns how many copies.

    Raises ForgettingUnfinished where that cannot be done now; the next process to open the store
    sees to it then.
    """
    copies = remove_copies(backups)
    remove_logs(backups.parent)
    try:
        scrub(database)
    except (StoreLocked, StoreFull) as error:
        with database.transaction() as connection:
            leave(connection)
        raise ForgettingUnfinished(
            str(database.path), no_room=isinstance(error, StoreFull)
        ) from error
    with database.transaction() as connection:
        settled(connection)
    return copies


def settle_left(database: Database, backups: Path) -> None:
    """Settle what a process that was killed, or that others kept from it, still owed.

    Where the store cannot be written now, the next process does it; none waits for long.
    """
    try:
        with database.patience(_LEFT_PATIENCE_S):
            settle(database, backups)
    except (StoreLocked, StoreFull, HomeNotWritable):
        return


def remove_copies(backups: Path) -> int:
    """Destroy the copies made before upgrades; returns how many there were."""
    copies = sorted(backups.glob("*.db")) if backups.is_dir() else []
    for copy in copies:
        copy.unlink()
    return len(copies)


def remove_logs(folder: Path) -> None:
    """Destroy what a watcher logged: its lines name files. It begins anew by itself."""
    for log in [*folder.glob("*.log"), *folder.glob("*.log.*")]:
        log.unlink(missing_ok=True)


def scrub(database: Database) -> None:
    """Rewrite the file so that deleted words stand in no page, index segment or log frame.

    Raises StoreLocked where another process reads an older state, StoreFull.
    """
    connection = database.connection
    with translated(database.path):
        connection.execute("INSERT INTO chunk_fts (chunk_fts) VALUES ('optimize')")
        connection.execute("INSERT INTO memory_fts (memory_fts) VALUES ('optimize')")
        _empty_log(database)
        connection.execute("VACUUM")
        _empty_log(database)


def _empty_log(database: Database) -> None:
    """Move the write-ahead log into the file and cut it to nothing."""
    row = database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if row[0]:
        raise StoreLocked(str(database.path))
