"""One operation on the tables of memories: its rows are written together with their inverse.

All writes to those tables go through here, so that the change log has no gaps.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime

from mem.core.clock import format_time
from mem.core.ids import text_hash

Row = dict[str, object]

# The columns that name a row, and which of its columns name a memory, another one, an entity.
KEYS: Mapping[str, tuple[str, ...]] = {
    "memory": ("pk",),
    "evidence": ("pk",),
    "link": ("source_pk", "target_pk", "relation"),
    "entity": ("pk",),
    "alias": ("entity_pk", "key"),
    "mention": ("memory_pk", "entity_pk"),
    "rejected": ("fingerprint",),
}
MEMORY_COLUMN = {
    "memory": "pk",
    "evidence": "memory_pk",
    "link": "source_pk",
    "mention": "memory_pk",
}
OTHER_COLUMN = {"link": "target_pk"}
ENTITY_COLUMN = {"entity": "pk", "alias": "entity_pk", "mention": "entity_pk"}
TABLES = tuple(KEYS)


class Operation:
    """Writes rows of one operation. Its entry is made with its first row, so none is empty."""

    def __init__(
        self, connection: sqlite3.Connection, at: datetime, actor: str, action: str, subject: str
    ) -> None:
        self._connection = connection
        self._at = at
        self._head = (actor, action)
        self.subject = subject
        self.detail: dict[str, object] = {}
        self._number: int | None = None
        self._undoes: tuple[int, ...] = ()

    @property
    def number(self) -> int | None:
        """The journal entry's number; None while nothing was written."""
        return self._number

    def exists(self, table: str, key: Sequence[object]) -> bool:
        """Whether there is a row of that key."""
        return row_of(self._connection, table, key) is not None

    def insert(self, table: str, values: Mapping[str, object]) -> int:
        """Write a new row; returns its rowid where the table has one, else 0."""
        columns = ", ".join(f'"{column}"' for column in values)
        cursor = self._connection.execute(
            f'INSERT INTO "{table}" ({columns}) VALUES ({",".join("?" * len(values))})',
            list(values.values()),
        )
        given = dict(values)
        if KEYS[table] == ("pk",):
            given.setdefault("pk", int(cursor.lastrowid or 0))
        key = key_of(table, given)
        row = row_of(self._connection, table, key)
        assert row is not None
        self._record(table, row, None, digest_of(row))
        return int(str(given["pk"])) if "pk" in given else 0

    def update(self, table: str, key: Sequence[object], values: Mapping[str, object]) -> bool:
        """Change columns of a row; False where they hold those values already."""
        row = row_of(self._connection, table, key)
        if row is None:
            return False
        changed = {name: value for name, value in values.items() if row[name] != value}
        if not changed:
            return False
        sets = ", ".join(f'"{name}" = ?' for name in changed)
        self._connection.execute(
            f'UPDATE "{table}" SET {sets} WHERE {where_key(table)}', [*changed.values(), *key]
        )
        before = json.dumps({name: row[name] for name in changed}, ensure_ascii=False)
        self._record(table, row, before, json.dumps(changed, ensure_ascii=False))
        return True

    def delete(self, table: str, key: Sequence[object]) -> bool:
        """Remove a row; False where there is none."""
        row = row_of(self._connection, table, key)
        if row is None:
            return False
        self._connection.execute(f'DELETE FROM "{table}" WHERE {where_key(table)}', list(key))
        self._record(table, row, json.dumps(row, ensure_ascii=False), None)
        return True

    def _record(self, table: str, row: Row, before: str | None, after: str | None) -> None:
        def column(names: Mapping[str, str]) -> object:
            return row[names[table]] if table in names else None

        self._connection.execute(
            "INSERT INTO change (entry, tbl, key, memory_pk, other_pk, entity_pk, before, after) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self.open(),
                table,
                json.dumps(key_of(table, row)),
                column(MEMORY_COLUMN),
                column(OTHER_COLUMN),
                column(ENTITY_COLUMN),
                before,
                after,
            ),
        )

    def open(self) -> int:
        """Make the journal's entry now; returns its number."""
        if self._number is None:
            cursor = self._connection.execute(
                "INSERT INTO journal (at, actor, action, subject, detail) VALUES (?, ?, ?, ?, ?)",
                (format_time(self._at), *self._head, self.subject, "{}"),
            )
            self._number = int(cursor.lastrowid or 0)
        return self._number

    def close(self) -> None:
        """Write the entry's subject and detail."""
        if self._number is not None:
            self._connection.execute(
                "UPDATE journal SET subject = ?, detail = ? WHERE pk = ?",
                (self.subject, json.dumps(self.detail), self._number),
            )


def key_of(table: str, row: Mapping[str, object]) -> list[object]:
    """What names a row within its table."""
    return [row[name] for name in KEYS[table]]


def text_key(table: str, row: Mapping[str, object]) -> str:
    """The same as text, as the change log keeps it."""
    return json.dumps(key_of(table, row))


def where_key(table: str) -> str:
    """SQL that finds a row by its key."""
    return " AND ".join(f'"{name}" = ?' for name in KEYS[table])


def row_of(connection: sqlite3.Connection, table: str, key: Sequence[object]) -> Row | None:
    """The row of that key with its columns' names."""
    cursor = connection.execute(f'SELECT * FROM "{table}" WHERE {where_key(table)}', list(key))
    values = cursor.fetchone()
    if values is None:
        return None
    return dict(zip([column[0] for column in cursor.description], values, strict=True))


def digest_of(row: Row) -> str:
    """A hash of a whole row."""
    return text_hash(json.dumps(row, sort_keys=True, ensure_ascii=False))
