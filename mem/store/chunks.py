"""Rows of `chunk`: reading, and the translation of filters into SQL.

A document that is gone from its source keeps its chunks; they are left out unless asked for.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from mem.core.chunk import Chunk
from mem.core.clock import format_time, parse_time
from mem.core.document import SaidAtOrigin
from mem.core.query import Filters
from mem.errors import AmbiguousId
from mem.store.database import Database
from mem.store.scopes import within_scope

COLUMNS = (
    'id, document_id, seq, text, context, "start", "end", locator, speaker, role, said_at, '
    "session_id, message_id, variant"
)
PREFIXED_COLUMNS = ", ".join(f"chunk.{column.strip()}" for column in COLUMNS.split(","))
BATCH = 500
# Shorter ones are words as well.
_ID_BEGUN = re.compile(r"c[0-9a-f]{5,18}")


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk with its key and what its document adds to it."""

    pk: int
    chunk: Chunk
    uri: str
    title: str
    kind: str
    gone: bool
    said_at_origin: SaidAtOrigin | None = None


class Chunks:
    """Reads of chunks by key, by id, by place, and by filter."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def by_keys(self, keys: Collection[int]) -> dict[int, StoredChunk]:
        """The chunks with those keys that still exist."""
        found: dict[int, StoredChunk] = {}
        for batch in batches(sorted(keys)):
            marks = ",".join("?" * len(batch))
            rows = self._database.rows(
                f"SELECT chunk.pk, {PREFIXED_COLUMNS}, document.uri, document.title, "
                "document.kind, document.state, document.said_at_origin FROM chunk "
                "JOIN document ON document.id = chunk.document_id "
                f"WHERE chunk.pk IN ({marks})",
                batch,
            )
            for row in rows:
                stored = stored_chunk(row)
                found[stored.pk] = stored
        return found

    def keys_of(self, ids: Collection[str]) -> dict[str, int]:
        """Keys of those ids that exist."""
        found: dict[str, int] = {}
        for batch in batches(sorted(ids)):
            marks = ",".join("?" * len(batch))
            rows = self._database.rows(f"SELECT id, pk FROM chunk WHERE id IN ({marks})", batch)
            found.update((str(chunk), int(str(pk))) for chunk, pk in rows)
        return found

    def whole_id(self, given: str) -> str:
        """The id of the chunk that `given` begins, or `given` itself. Raises AmbiguousId."""
        if not _ID_BEGUN.fullmatch(given):
            return given
        rows = self._database.rows(
            "SELECT id FROM chunk WHERE id >= ? AND id < ? LIMIT 20", (given, given + "g")
        )
        if len(rows) > 1:
            raise AmbiguousId(given, len(rows))
        return str(rows[0][0]) if rows else given

    def of_document(self, document: str) -> list[Chunk]:
        """A document's chunks in order."""
        rows = self._database.rows(
            f"SELECT {COLUMNS} FROM chunk WHERE document_id = ? ORDER BY seq",
            (document,),
        )
        return [chunk_of(row) for row in rows]

    def messages_of(self, document: str) -> tuple[set[str], set[str]]:
        """The ids of a conversation's messages, and who speaks in them."""
        rows = self._database.rows(
            "SELECT DISTINCT message_id, speaker FROM chunk WHERE document_id = ?", (document,)
        )
        ids = {str(row[0]) for row in rows if row[0] is not None}
        return ids, {str(row[1]) for row in rows if row[1] is not None}

    def around(self, document: str, seq: int, *, reach: int) -> list[tuple[int, Chunk]]:
        """(key, chunk) of the chunks at most `reach` places before or after `seq`, in order."""
        rows = self._database.rows(
            f"SELECT pk, {COLUMNS} FROM chunk WHERE document_id = ? AND seq BETWEEN ? AND ? "
            "ORDER BY seq",
            (document, seq - reach, seq + reach),
        )
        return [(int(str(row[0])), chunk_of(row[1:])) for row in rows]

    def places(self, keys: Collection[int]) -> dict[int, tuple[str, int, str | None]]:
        """(document, seq, session) of those keys: what the neighbours of a chunk are found by."""
        found: dict[int, tuple[str, int, str | None]] = {}
        for batch in batches(sorted(keys)):
            marks = ",".join("?" * len(batch))
            rows = self._database.connection.execute(
                f"SELECT pk, document_id, seq, session_id FROM chunk WHERE pk IN ({marks})",
                batch,
            )
            found.update((pk, (document, seq, session)) for pk, document, seq, session in rows)
        return found

    def allowed(self, filters: Filters) -> set[int] | None:
        """Keys that pass the filters; None when nothing is filtered out."""
        where, parameters = where_of(filters)
        if not where:
            return None
        rows = self._database.rows(
            "SELECT chunk.pk FROM chunk JOIN document ON document.id = chunk.document_id "
            f"WHERE {where}",
            parameters,
        )
        return {int(str(row[0])) for row in rows}

    def any(self, filters: Filters) -> bool:
        """Whether any passes the filters."""
        where, parameters = where_of(filters)
        rows = self._database.rows(
            "SELECT 1 FROM chunk JOIN document ON document.id = chunk.document_id "
            f"WHERE {where or 'true'} LIMIT 1",
            parameters,
        )
        return bool(rows)

    def has_gone(self) -> bool:
        """Whether any document is gone from its source."""
        return bool(self._database.rows("SELECT 1 FROM document WHERE state = 'gone' LIMIT 1"))

    def count(self) -> int:
        return int(str(self._database.rows("SELECT count(*) FROM chunk")[0][0]))

    def said_between(self) -> tuple[str | None, str | None]:
        """When the oldest and the newest were said, in ISO 8601; None where none has a time."""
        ((oldest, newest),) = self._database.rows("SELECT min(said_at), max(said_at) FROM chunk")
        return _text(oldest), _text(newest)

    def speakers(self) -> list[str]:
        """Everyone who speaks in a chat."""
        rows = self._database.rows("SELECT DISTINCT speaker FROM chunk WHERE speaker IS NOT NULL")
        return [str(row[0]) for row in rows]


def where_of(filters: Filters, *, gone: bool = False) -> tuple[str, list[object]]:
    """SQL over `chunk` joined with `document`, and its parameters; empty when all may pass."""
    clauses: list[str] = []
    parameters: list[object] = []
    if not gone:
        clauses.append("document.state = 'active'")
    for clause, bound in within_times("chunk.said_at", filters):
        clauses.append(clause)
        parameters.append(bound)
    if filters.kind is not None:
        clauses.append("(document.kind = ? OR document.format = ?)")
        parameters += [filters.kind, filters.kind]
    if filters.speaker is not None:
        clauses.append("chunk.speaker = ? COLLATE NOCASE")
        parameters.append(filters.speaker)
    if filters.source is not None:
        clauses.append(_SOURCE_CLAUSE)
        parameters += _source_values(filters.source)
    if filters.sessions is not None:
        marks = ",".join("?" * len(filters.sessions))
        clauses.append(f"chunk.session_id IN ({marks})")
        parameters += sorted(filters.sessions)
    if not filters.scope.everything:
        within, values = within_scope(filters.scope)
        clauses.append(within)
        parameters += values
    return " AND ".join(clauses), parameters


def within_times(column: str, filters: Filters) -> list[tuple[str, str]]:
    """SQL that holds a column of times to `[since, before)`, each clause with its parameter."""
    bounds = ((filters.since, ">="), (filters.before, "<"))
    return [(f"{column} {sign} ?", format_time(one)) for one, sign in bounds if one is not None]


_SOURCE_CLAUSE = (
    "document.id IN (SELECT document_id FROM file_document "
    "JOIN file ON file.pk = file_pk JOIN source ON source.id = file.source_id "
    "WHERE source.id LIKE ? ESCAPE '\\' "
    "OR source.uri LIKE ? ESCAPE '\\' OR file.uri LIKE ? ESCAPE '\\' "
    "OR source.uri LIKE ? ESCAPE '\\' OR file.uri LIKE ? ESCAPE '\\')"
)
# What `mem source list` shows of an id, or as much as is no word.
_SOURCE_ID = re.compile(r"s[0-9a-f]{5,19}")


def _source_values(given: str) -> list[object]:
    """The values of `_SOURCE_CLAUSE`: an id or its beginning; a part of a uri, or of a path."""
    identity = f"{given}%" if _SOURCE_ID.fullmatch(given) else _escape_like(given)
    uri = f"%{_escape_like(given)}%"
    path = f"%{_escape_like(quote(given, errors='surrogateescape'))}%"
    return [identity, uri, uri, path, path]


def _escape_like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def batches(items: Sequence[object]) -> Iterable[Sequence[object]]:
    """Slices short enough for SQLite's limit on bound parameters."""
    return (items[at : at + BATCH] for at in range(0, len(items), BATCH))


def chunk_of(row: Sequence[object]) -> Chunk:
    """A chunk from a row of `COLUMNS`."""
    (identity, document, seq, text, context, start, end, locator, *rest) = row
    speaker, role, said_at, session, message, variant = rest
    return Chunk(
        id=str(identity),
        document_id=str(document),
        seq=int(str(seq)),
        text=str(text),
        context=str(context),
        start=int(str(start)),
        end=int(str(end)),
        locator=str(locator),
        speaker=_text(speaker),
        role=_text(role),
        said_at=_time(said_at),
        session_id=_text(session),
        message_id=_text(message),
        variant=bool(variant),
    )


def stored_chunk(row: Sequence[object]) -> StoredChunk:
    """A chunk with its key from a row of its key, `COLUMNS`, and its document's five."""
    pk, *columns = row
    uri, title, kind, state, origin = columns[-5:]
    return StoredChunk(
        pk=int(str(pk)),
        chunk=chunk_of(columns[:-5]),
        uri=str(uri),
        title=str(title),
        kind=str(kind),
        gone=state == "gone",
        said_at_origin=SaidAtOrigin(str(origin)) if origin else None,
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _time(value: object) -> datetime | None:
    return None if value is None else parse_time(str(value))


def holding(
    connection: sqlite3.Connection, documents: Iterable[str], like: str
) -> list[tuple[str, int, str]]:
    """(document, place, text) of their chunks that are `like` a pattern of SQL, in order."""
    rows = connection.execute(
        "SELECT document_id, seq, text FROM chunk WHERE text LIKE ? "
        "AND document_id IN (SELECT value FROM json_each(?)) ORDER BY document_id, seq",
        (like, json.dumps(sorted({*documents}))),
    )
    return [(str(document), int(seq), str(text)) for document, seq, text in rows]


def changed_since(connection: sqlite3.Connection, read: Sequence[StoredChunk]) -> set[int]:
    """Keys of those chunks that are gone, or say something else than when they were read.

    Their words, headings and speaker are looked at. For the transaction of what was made of them.
    """
    found: dict[int, tuple[object, ...]] = {}
    for batch in batches([one.pk for one in read]):
        marks = ",".join("?" * len(batch))
        rows = connection.execute(
            f"SELECT pk, text, context, speaker FROM chunk WHERE pk IN ({marks})", batch
        )
        found |= {int(pk): tuple(words) for pk, *words in rows}
    return {
        one.pk
        for one in read
        if found.get(one.pk) != (one.chunk.text, one.chunk.context, one.chunk.speaker)
    }


def put_chunk(connection: sqlite3.Connection, chunk: Chunk) -> int:
    """Insert or update the chunk with that id; returns its key. Equal rows are not rewritten."""
    values = (
        chunk.id,
        chunk.document_id,
        chunk.seq,
        chunk.text,
        chunk.context,
        chunk.start,
        chunk.end,
        chunk.locator,
        chunk.speaker,
        chunk.role,
        format_time(chunk.said_at) if chunk.said_at else None,
        chunk.session_id,
        chunk.message_id,
        int(chunk.variant),
    )
    row = connection.execute("SELECT pk FROM chunk WHERE id = ?", (chunk.id,)).fetchone()
    if row is None:
        cursor = connection.execute(
            f"INSERT INTO chunk ({COLUMNS}) VALUES ({','.join('?' * len(values))})",
            values,
        )
        return int(cursor.lastrowid or 0)
    _update_chunk(connection, int(row[0]), chunk, values)
    return int(row[0])


def _update_chunk(
    connection: sqlite3.Connection, pk: int, chunk: Chunk, values: tuple[object, ...]
) -> None:
    """Rewrite what moved or was renamed; the full-text row only where its words changed."""
    stored = connection.execute(f"SELECT {COLUMNS} FROM chunk WHERE pk = ?", (pk,)).fetchone()
    if tuple(stored) == values:
        return
    connection.execute(
        'UPDATE chunk SET document_id = ?, seq = ?, "start" = ?, "end" = ?, locator = ?, role = ?, '
        "said_at = ?, session_id = ?, variant = ? WHERE pk = ?",
        (*values[1:3], *values[5:8], *values[9:12], values[13], pk),
    )
    if (stored[4], stored[8]) != (chunk.context, chunk.speaker):
        connection.execute(
            "UPDATE chunk SET context = ?, speaker = ? WHERE pk = ?",
            (chunk.context, chunk.speaker, pk),
        )
