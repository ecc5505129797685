"""What an import knows of each file: enough to leave an unchanged one unread."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from mem.store.database import Database

_COLUMNS = "uri, source_id, size, modified_ns, content_hash, reader, state, code, reason, documents"


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file as it was last met. `reader` names the parser and chunker with their versions.

    `state` is active, gone, skipped or failed; `code` and `reason` say why for the last two.
    """

    uri: str
    source_id: str
    size: int
    modified_ns: int
    content_hash: str | None
    reader: str
    state: str = "active"
    code: str | None = None
    reason: str | None = None
    documents: int = 0


class Files:
    """Rows of `file` and of `file_document`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def under(self, uri: str) -> dict[str, FileRecord]:
        """Every known file at `uri` or below it, by uri."""
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM file WHERE uri = ? OR (uri >= ? AND uri < ?)",
            (uri, uri.rstrip("/") + "/", uri.rstrip("/") + "0"),
        )
        records = [FileRecord(*row) for row in rows]  # type: ignore[arg-type]
        return {record.uri: record for record in records}

    def with_hash(self, content_hash: str) -> list[FileRecord]:
        """Files whose bytes were the same when they were last read."""
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM file WHERE content_hash = ? AND state IN ('active', 'gone')",
            (content_hash,),
        )
        return [FileRecord(*row) for row in rows]  # type: ignore[arg-type]

    def documents_of(self, uri: str) -> list[str]:
        """Ids of the documents that the file supplies."""
        rows = self._database.rows(
            "SELECT document_id FROM file_document JOIN file ON file.pk = file_pk "
            "WHERE file.uri = ? ORDER BY document_id",
            (uri,),
        )
        return [str(row[0]) for row in rows]


def put_file(connection: sqlite3.Connection, record: FileRecord) -> int:
    """Insert or update the row of `record.uri`; returns its key."""
    row = connection.execute(
        f"INSERT INTO file ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (uri) DO UPDATE SET source_id = excluded.source_id, size = excluded.size, "
        "modified_ns = excluded.modified_ns, content_hash = excluded.content_hash, "
        "reader = excluded.reader, state = excluded.state, code = excluded.code, "
        "reason = excluded.reason, documents = excluded.documents RETURNING pk",
        (
            record.uri,
            record.source_id,
            record.size,
            record.modified_ns,
            record.content_hash,
            record.reader,
            record.state,
            record.code,
            record.reason,
            record.documents,
        ),
    ).fetchone()
    return int(row[0])


def link_documents(connection: sqlite3.Connection, file_pk: int, documents: Iterable[str]) -> None:
    """Record that the file supplies exactly these documents."""
    connection.execute("DELETE FROM file_document WHERE file_pk = ?", (file_pk,))
    connection.executemany(
        "INSERT OR IGNORE INTO file_document (file_pk, document_id) VALUES (?, ?)",
        [(file_pk, document) for document in documents],
    )
