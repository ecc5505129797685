"""Secrets in a store that took them in: every text column is looked at, and can be cleaned.

The pieces of a document are put together before they are looked at, since a secret may reach over
several. What is cleaned keeps its rows; only words, vectors and older copies go.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from mem.core.chunk import Chunk, locator_at
from mem.core.ids import chunk_id
from mem.core.secrets.redactor import Redacted, Redactor, find, find_in
from mem.store.chunks import COLUMNS as CHUNK_COLUMNS
from mem.store.chunks import chunk_of
from mem.store.database import Database
from mem.store.erasing.erase import settle
from mem.store.erasing.owed import owe
from mem.store.journal import write_entry
from mem.store.secrets import SecretPlace, put_secrets

# Text columns beside those of chunks, by table and key; JSON ones hold texts within.
_COLUMNS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "document": ("id", ("title", "tags", "aliases", "links", "notices")),
    "memory": ("pk", ("text", "subject", "predicate", "object")),
    "entity": ("pk", ("name",)),
    "alias": ("key", ("name",)),
    "change": ("pk", ("before", "after")),
    "file": ("pk", ("reason",)),
    "episode": ("pk", ("title",)),
    "summary": ("pk", ("sentences",)),
}
_NO_ROWID: Final = {"alias": ("entity_pk", "key")}


@dataclass(frozen=True, slots=True)
class Sighting:
    """A secret in the store. `document_id` is None for one outside of documents."""

    kind: str
    mark: str
    place: str
    document_id: str | None = None


def sweep(database: Database, redactor: Redactor) -> list[Sighting]:
    """Every secret in the store that is not allowed; changes nothing."""
    with database.snapshot() as connection:
        seen = [
            Sighting(one.kind, one.mark, place, chunk.document_id)
            for chunk, done in _dirty_chunks(connection, redactor)
            for one in done.replaced
            for place in (locator_at(chunk.locator, chunk.text, one.start),)
        ]
        for table, key, values in _dirty_rows(connection, redactor):
            document = str(key[0]) if table == "document" else None
            seen += [
                Sighting(kind, mark, f"{table}.{column}", document)
                for column, (_, marks) in values.items()
                for kind, mark in marks
            ]
    return list(dict.fromkeys(seen))


def clean(database: Database, redactor: Redactor, *, backups: Path, at: datetime) -> int:
    """Replace every secret by its placeholder; returns how many were found.

    The chunks' vectors go and are to be made anew; copies made before upgrades are destroyed.
    Raises StoreLocked, StoreFull.
    """
    with database.transaction() as connection:
        places: dict[str, list[SecretPlace]] = {}
        count = 0
        for chunk, done in list(_dirty_chunks(connection, redactor)):
            _rewrite(connection, chunk, done, redactor)
            for one in done.replaced:
                where = locator_at(chunk.locator, chunk.text, one.start)
                places.setdefault(chunk.document_id, []).append(
                    SecretPlace(one.mark, one.kind, where)
                )
            count += max(1, len(done.replaced))
        for table, key, values in list(_dirty_rows(connection, redactor)):
            _update(connection, table, key, {name: text for name, (text, _) in values.items()})
            found = [mark for _, marks in values.values() for mark in marks]
            if table == "document":
                new = [SecretPlace(mark, kind, "title or tags") for kind, mark in found]
                places.setdefault(str(key[0]), []).extend(new)
            count += len(found)
        for document, kept_out in places.items():
            put_secrets(connection, document, kept_out, at=at, merge=True)
        if count:
            owe(connection)
            detail = {"secrets": count}
            write_entry(
                connection, at=at, actor="user", action="redact", subject="store", detail=detail
            )
    if count:
        settle(database, backups)
    return count


def _dirty_chunks(
    connection: sqlite3.Connection, redactor: Redactor
) -> Iterator[tuple[Chunk, Redacted]]:
    rows = connection.execute(
        f"SELECT {CHUNK_COLUMNS} FROM chunk "
        'ORDER BY document_id, session_id, message_id, "start", seq'
    )
    chunks = map(chunk_of, rows)
    for _, group in groupby(chunks, lambda one: (one.document_id, one.session_id, one.message_id)):
        yield from _dirty_in(list(group), redactor)


def _dirty_in(chunks: Sequence[Chunk], redactor: Redactor) -> Iterator[tuple[Chunk, Redacted]]:
    """Chunks of one text that hold a secret or a part of one."""
    pieces: list[str] = []
    starts: list[int] = []
    length = 0
    for chunk in chunks:
        # What lies between two chunks is white space, which was left out.
        gap = max(0, chunk.start - chunks[0].start - length)
        pieces += ["\n" * gap, chunk.text]
        starts.append(length + gap)
        length += gap + len(chunk.text)
    found = find("".join(pieces))
    heads = find_in([f"{chunk.context}\n{chunk.speaker or ''}" for chunk in chunks])
    for place, (chunk, start) in enumerate(zip(chunks, starts, strict=True)):
        end = start + len(chunk.text)
        own = [
            replace(one, start=max(one.start, start) - start, end=min(one.end, end) - start)
            for one in found
            if one.start < end and one.end > start
        ]
        if own or place in heads:
            done = redactor.replace(chunk.text, own, keep_lines=chunk.message_id is None)
            if done.replaced or _head(chunk, redactor) != (chunk.context, chunk.speaker):
                yield chunk, done


def _head(chunk: Chunk, redactor: Redactor) -> tuple[str, str | None]:
    speaker = redactor.redact(chunk.speaker).text if chunk.speaker is not None else None
    return redactor.redact(chunk.context).text, speaker


def _rewrite(
    connection: sqlite3.Connection, chunk: Chunk, done: Redacted, redactor: Redactor
) -> None:
    """New words under a new id; the row stays, and with it what stands on it as evidence."""
    (key,) = connection.execute("SELECT pk FROM chunk WHERE id = ?", (chunk.id,)).fetchone()
    message = None if chunk.message_id is None else f"{chunk.session_id}\x1f{chunk.message_id}"
    occurrence = 0
    while True:
        identity = chunk_id(chunk.document_id, done.text, occurrence, message=message)
        taken = connection.execute(
            "SELECT 1 FROM chunk WHERE id = ? AND pk != ?", (identity, key)
        ).fetchone()
        if taken is None:
            break
        occurrence += 1
    context, speaker = _head(chunk, redactor)
    connection.execute(
        "UPDATE chunk SET id = ?, text = ?, context = ?, speaker = ? WHERE pk = ?",
        (identity, done.text, context, speaker, key),
    )
    connection.execute("DELETE FROM embedding WHERE chunk_pk = ?", (key,))
    for pk, start, end in connection.execute(
        'SELECT pk, "start", "end" FROM evidence WHERE chunk_pk = ?', (key,)
    ).fetchall():
        new_start, new_end = done.offset(start), done.offset(end)
        connection.execute(
            'UPDATE OR IGNORE evidence SET "start" = ?, "end" = ? WHERE pk = ?',
            (new_start, max(new_end, new_start + 1), pk),
        )


Dirty = tuple[str, tuple[Any, ...], dict[str, tuple[str, list[tuple[str, str]]]]]


def _dirty_rows(connection: sqlite3.Connection, redactor: Redactor) -> Iterator[Dirty]:
    """(table, key, column → (clean text, kinds and marks)) of rows that hold a secret."""
    for table, (key, columns) in _COLUMNS.items():
        keys = _NO_ROWID.get(table, (key,))
        rows = connection.execute(f'SELECT {", ".join([*keys, *columns])} FROM "{table}"')
        for row in rows:
            texts = [str(value) if value is not None else "" for value in row[len(keys) :]]
            if not find_in([_plain(text) for text in texts]):
                continue
            values = {
                column: cleaned
                for column, text in zip(columns, texts, strict=True)
                if (cleaned := _cleaned(text, redactor))[1]
            }
            if values:
                yield table, row[: len(keys)], values


def _plain(text: str) -> str:
    """A text as it reads when JSON's escapes are undone; quick where there are none."""
    return text.replace("\\n", "\n").replace('\\"', '"') if "\\" in text else text


def _cleaned(text: str, redactor: Redactor) -> tuple[str, list[tuple[str, str]]]:
    """The text, or each text within JSON, with placeholders; and what was replaced."""
    marks: list[tuple[str, str]] = []

    def clean_value(value: Any) -> Any:
        if isinstance(value, str):
            done = redactor.redact(value)
            marks.extend((one.kind, one.mark) for one in done.replaced)
            return done.text
        if isinstance(value, list):
            return [clean_value(one) for one in value]
        if isinstance(value, dict):
            return {name: clean_value(one) for name, one in value.items()}
        return value

    if text[:1] in {"[", "{"}:
        try:
            return json.dumps(clean_value(json.loads(text)), ensure_ascii=False), marks
        except ValueError:
            marks.clear()
    return str(clean_value(text)), marks


def _update(
    connection: sqlite3.Connection, table: str, key: tuple[Any, ...], values: Mapping[str, str]
) -> None:
    names = _NO_ROWID.get(table, (_COLUMNS[table][0],))
    columns = ", ".join(f"{name} = ?" for name in values)
    where = " AND ".join(f"{name} = ?" for name in names)
    connection.execute(f'UPDATE "{table}" SET {columns} WHERE {where}', [*values.values(), *key])
    if table == "memory":
        connection.execute("DELETE FROM memory_embedding WHERE memory_pk = ?", key)
