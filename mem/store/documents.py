"""Rows of `document` with their chunks: written whole, in one transaction with their vectors.

A note is replaced by its newer version; a conversation that several exports hold is their union.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from mem.core.chunk import Chunk
from mem.core.clock import format_time, parse_time
from mem.core.document import DocumentKind, ParsedDocument, SaidAtOrigin
from mem.core.ids import document_id, text_hash
from mem.store.chunks import COLUMNS as CHUNK_COLUMNS
from mem.store.chunks import batches, chunk_of, put_chunk
from mem.store.database import Database
from mem.store.embeddings import put_vectors

if TYPE_CHECKING:
    from mem.core.protocols import Vectors

COLUMNS = (
    "id, uri, kind, format, title, content_hash, said_at, said_at_origin, tags, aliases, links, "
    "notices, state, recorded_at, updated_at"
)


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A stored document."""

    id: str
    uri: str
    kind: DocumentKind
    format: str
    title: str
    said_at: datetime | None
    said_at_origin: SaidAtOrigin | None
    tags: tuple[str, ...]
    aliases: tuple[str, ...]
    links: tuple[str, ...]
    notices: tuple[str, ...]
    gone: bool
    recorded_at: str
    updated_at: str
    chunks: int

    def head(self) -> ParsedDocument:
        """The document as its parser gave it, without its words."""
        return ParsedDocument(
            uri=self.uri,
            kind=self.kind,
            format=self.format,
            title=self.title,
            said_at=self.said_at,
            said_at_origin=self.said_at_origin,
            tags=self.tags,
            aliases=self.aliases,
            links=self.links,
            notices=self.notices,
        )


@dataclass(frozen=True, slots=True)
class Written:
    """What writing a document did: `outcome` is added, updated or unchanged."""

    outcome: str
    chunks_added: int = 0
    chunks_removed: int = 0


class Documents:
    """Reads of documents."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, identity: str) -> DocumentRecord | None:
        found = self._select("document.id = ?", (identity,), limit=1)
        return found[0] if found else None

    def matching(self, given: str, *, uris: Sequence[str] = ()) -> list[DocumentRecord]:
        """Documents whose id starts with `given`, or whose uri is `given` or one of `uris`.

        Those that a file at one of `uris` supplies, too: the conversations of an export.
        """
        wanted = [given, *uris]
        marks = ",".join("?" * len(wanted))
        return self._select(
            f"document.uri IN ({marks}) OR substr(document.id, 1, ?) = ? "
            "OR document.id IN (SELECT document_id FROM file_document JOIN file "
            f"ON file.pk = file_pk WHERE file.uri IN ({marks}))",
            (*wanted, len(given), given, *wanted),
            limit=50,
        )

    def newest(
        self, *, limit: int, kind: str | None = None, gone: bool | None = None
    ) -> list[DocumentRecord]:
        """Documents by said-at time, newest first."""
        clauses = ["1 = 1"]
        parameters: list[object] = []
        if kind is not None:
            clauses.append("(document.kind = ? OR document.format = ?)")
            parameters += [kind, kind]
        if gone is not None:
            clauses.append("document.state = ?")
            parameters.append("gone" if gone else "active")
        return self._select(" AND ".join(clauses), parameters, limit=limit)

    def of_source(self, source: str) -> list[str]:
        """Ids of the documents that only this source supplies."""
        rows = self._database.rows(
            "SELECT DISTINCT document_id FROM file_document AS mine "
            "JOIN file ON file.pk = mine.file_pk WHERE file.source_id = ? AND NOT EXISTS ("
            "SELECT 1 FROM file_document AS other JOIN file AS others ON others.pk = other.file_pk "
            "WHERE other.document_id = mine.document_id AND others.source_id != ?)",
            (source, source),
        )
        return [str(row[0]) for row in rows]

    def gone_count(self) -> int:
        """Documents that are no longer at their source."""
        rows = self._database.rows("SELECT count(*) FROM document WHERE state = 'gone'")
        return int(str(rows[0][0]))

    def counts(self) -> dict[str, int]:
        """Active documents by format."""
        rows = self._database.rows(
            "SELECT format, count(*) FROM document WHERE state = 'active' GROUP BY format"
        )
        return {str(name): int(str(count)) for name, count in rows}

    def _select(
        self, where: str, parameters: Sequence[object], *, limit: int
    ) -> list[DocumentRecord]:
        rows = self._database.rows(
            f"SELECT {COLUMNS}, (SELECT count(*) FROM chunk WHERE document_id = document.id) "
            f"FROM document WHERE {where} ORDER BY said_at DESC, id LIMIT ?",
            (*parameters, limit),
        )
        return [_record(row) for row in rows]


def _record(row: Sequence[object]) -> DocumentRecord:
    values = [None if value is None else str(value) for value in row]
    (identity, uri, kind, form, title, _, said_at, origin, *lists) = values
    tags, aliases, links, notices, state, recorded_at, updated_at, chunks = lists
    return DocumentRecord(
        id=identity or "",
        uri=uri or "",
        kind=DocumentKind(kind or ""),
        format=form or "",
        title=title or "",
        said_at=parse_time(said_at) if said_at else None,
        said_at_origin=SaidAtOrigin(origin) if origin else None,
        tags=tuple(json.loads(tags or "[]")),
        aliases=tuple(json.loads(aliases or "[]")),
        links=tuple(json.loads(links or "[]")),
        notices=tuple(json.loads(notices or "[]")),
        gone=state == "gone",
        recorded_at=recorded_at or "",
        updated_at=updated_at or "",
        chunks=int(chunks or 0),
    )


def identity_of(connection: sqlite3.Connection, uri: str) -> str:
    """The id of the document at `uri`: its own since it was first seen, or a new one."""
    row = connection.execute("SELECT id FROM document WHERE uri = ?", (uri,)).fetchone()
    if row is not None:
        return str(row[0])
    candidate, attempt = document_id(uri), 0
    while connection.execute("SELECT 1 FROM document WHERE id = ?", (candidate,)).fetchone():
        # The document first seen here has moved and kept its id.
        attempt += 1
        candidate = document_id(f"{uri}\x1f{attempt}")
    return candidate


def put_document(
    connection: sqlite3.Connection,
    parsed: ParsedDocument,
    identity: str,
    chunks: Sequence[Chunk],
    vectors: Mapping[str, Vectors],
    *,
    fingerprint: str,
    at: datetime,
    merge: bool,
    append: bool = False,
) -> Written:
    """Write a document and its chunks inside the caller's transaction.

    `vectors` by chunk id; chunks that already have one need none. With `merge`, chunks that the
    store has and `chunks` lacks are kept: another export still holds them. With `append` they are
    kept too, and those given stand behind them.
    """
    stored = _stored_chunks(connection, identity)
    if append:
        final = _appended(stored, chunks)
    else:
        final = _union(stored, chunks) if merge else list(chunks)
    digest = _digest(parsed, final)
    row = connection.execute(
        "SELECT content_hash, state FROM document WHERE id = ?", (identity,)
    ).fetchone()
    if row is not None and tuple(row) == (digest, "active"):
        _put_missing_vectors(connection, fingerprint, vectors)
        return Written("unchanged")
    _put_row(connection, parsed, identity, digest, final, at)
    kept = {chunk.id for chunk in final}
    removed = [chunk.id for chunk in stored if chunk.id not in kept]
    for batch in batches(removed):
        marks = ",".join("?" * len(batch))
        connection.execute(f"DELETE FROM chunk WHERE id IN ({marks})", batch)
    fresh = final[len(stored) :] if append else final
    keys = {chunk.id: put_chunk(connection, chunk) for chunk in fresh}
    put_vectors(
        connection,
        fingerprint,
        {keys[chunk]: vector for chunk, vector in vectors.items() if chunk in keys},
    )
    added = len(kept - {chunk.id for chunk in stored})
    return Written("added" if row is None else "updated", added, len(removed))


def _put_missing_vectors(
    connection: sqlite3.Connection, fingerprint: str, vectors: Mapping[str, Vectors]
) -> None:
    if not vectors:
        return
    keys: dict[str, int] = {}
    for batch in batches(sorted(vectors)):
        marks = ",".join("?" * len(batch))
        keys.update(
            connection.execute(f"SELECT id, pk FROM chunk WHERE id IN ({marks})", batch).fetchall()
        )
    put_vectors(
        connection,
        fingerprint,
        {keys[chunk]: vectors[chunk] for chunk in vectors if chunk in keys},
    )


def _stored_chunks(connection: sqlite3.Connection, identity: str) -> list[Chunk]:
    rows = connection.execute(
        f"SELECT {CHUNK_COLUMNS} FROM chunk WHERE document_id = ? ORDER BY seq",
        (identity,),
    )
    return [chunk_of(row) for row in rows]


def _union(stored: Sequence[Chunk], given: Sequence[Chunk]) -> list[Chunk]:
    """Both, in order of time; a chunk that both hold is taken as given."""
    fresh = {chunk.id for chunk in given}
    both = [chunk for chunk in stored if chunk.id not in fresh] + list(given)
    both.sort(key=lambda chunk: (chunk.said_at or datetime.min, chunk.seq, chunk.id))
    return [replace(chunk, seq=place) for place, chunk in enumerate(both)]


def _appended(stored: Sequence[Chunk], given: Sequence[Chunk]) -> list[Chunk]:
    """What is stored, and behind it what of `given` is not."""
    known = {chunk.id for chunk in stored}
    more = [chunk for chunk in given if chunk.id not in known]
    first = stored[-1].seq + 1 if stored else 0
    return [*stored, *(replace(chunk, seq=first + place) for place, chunk in enumerate(more))]


def _digest(parsed: ParsedDocument, chunks: Sequence[Chunk]) -> str:
    """The same for chunks as they are read and as they are stored, which is to the second."""
    stored = [
        replace(chunk, said_at=_to_second(chunk.said_at))
        if chunk.said_at and chunk.said_at.microsecond
        else chunk
        for chunk in chunks
    ]
    said_at = _to_second(_said_at(parsed, stored))
    head = (parsed.uri, parsed.title, said_at, parsed.tags, parsed.aliases)
    more = (parsed.links, parsed.format)
    return text_hash("\x1e".join([repr((head, more)), *map(repr, stored)]))


def _to_second(moment: datetime | None) -> datetime | None:
    return moment.replace(microsecond=0) if moment else None


def _said_at(parsed: ParsedDocument, chunks: Sequence[Chunk]) -> datetime | None:
    """A conversation began with its first message, whichever export holds it."""
    times = [chunk.said_at for chunk in chunks if chunk.said_at is not None]
    if parsed.kind is DocumentKind.CHAT and times:
        return min(times)
    return parsed.said_at


def _put_row(
    connection: sqlite3.Connection,
    parsed: ParsedDocument,
    identity: str,
    digest: str,
    chunks: Sequence[Chunk],
    at: datetime,
) -> None:
    said_at = _said_at(parsed, chunks)
    now = format_time(at)
    connection.execute(
        f"INSERT INTO document ({COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) "
        "ON CONFLICT (id) DO UPDATE SET uri = excluded.uri, kind = excluded.kind, "
        "format = excluded.format, title = excluded.title, content_hash = excluded.content_hash, "
        "said_at = excluded.said_at, said_at_origin = excluded.said_at_origin, "
        "tags = excluded.tags, aliases = excluded.aliases, links = excluded.links, "
        "notices = excluded.notices, state = 'active', updated_at = excluded.updated_at",
        (
            identity,
            parsed.uri,
            parsed.kind.value,
            parsed.format,
            parsed.title,
            digest,
            format_time(said_at) if said_at else None,
            parsed.said_at_origin.value if parsed.said_at_origin else None,
            json.dumps(parsed.tags, ensure_ascii=False),
            json.dumps(parsed.aliases, ensure_ascii=False),
            json.dumps(parsed.links, ensure_ascii=False),
            json.dumps(parsed.notices, ensure_ascii=False),
            "active",
            now,
            now,
        ),
    )


def move_document(connection: sqlite3.Connection, old_uri: str, new_uri: str) -> None:
    """A note was renamed or moved: it keeps its id and its chunks."""
    connection.execute("UPDATE document SET uri = ? WHERE uri = ?", (new_uri, old_uri))
    connection.execute("UPDATE file SET uri = ? WHERE uri = ?", (new_uri, old_uri))


def retire_others(
    connection: sqlite3.Connection, file_pk: int, kept: Sequence[str], at: datetime
) -> list[str]:
    """Mark as gone what the file supplied beside `kept` and no other file supplies; their ids."""
    rows = connection.execute(
        "SELECT document_id FROM file_document AS mine WHERE file_pk = ? AND NOT EXISTS ("
        "SELECT 1 FROM file_document AS other JOIN file ON file.pk = other.file_pk WHERE "
        "other.document_id = mine.document_id AND other.file_pk != ? AND file.state = 'active')",
        (file_pk, file_pk),
    ).fetchall()
    left = [str(row[0]) for row in rows if row[0] not in kept]
    connection.executemany(
        "UPDATE document SET state = 'gone', updated_at = ? WHERE id = ? AND state = 'active'",
        [(format_time(at), one) for one in left],
    )
    return left


def mark_gone(connection: sqlite3.Connection, file_uris: Sequence[str], at: datetime) -> int:
    """Mark files as gone, and the documents that no file supplies any more; returns how many."""
    connection.executemany(
        "UPDATE file SET state = 'gone', modified_ns = -1 WHERE uri = ?",
        [(uri,) for uri in file_uris],
    )
    cursor = connection.execute(
        "UPDATE document SET state = 'gone', updated_at = ? WHERE state = 'active' AND id IN "
        "(SELECT document_id FROM file_document) AND NOT EXISTS ("
        "SELECT 1 FROM file_document JOIN file ON file.pk = file_pk "
        "WHERE document_id = document.id AND file.state = 'active')",
        (format_time(at),),
    )
    return cursor.rowcount
