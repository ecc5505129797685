"""Every change to memories, forward and back: one operation is one entry of the journal.

An operation's rows are written together with their inverse, so that undoing it is applying the
inverse as a new operation, which can be undone itself. Reasons name things by id and hold no text.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from mem.core.clock import format_time
from mem.core.ids import text_hash
from mem.errors import NoSuchChange, UndoConflict
from mem.store.database import Database
from mem.store.journal import JournalEntry

Row = dict[str, object]

# The columns that name a row, and which of its columns name a memory, another one, an entity.
_KEYS: Mapping[str, tuple[str, ...]] = {
    "memory": ("pk",),
    "evidence": ("pk",),
    "link": ("source_pk", "target_pk", "relation"),
    "entity": ("pk",),
    "alias": ("entity_pk", "key"),
    "mention": ("memory_pk", "entity_pk"),
    "rejected": ("fingerprint",),
}
_MEMORY = {"memory": "pk", "evidence": "memory_pk", "link": "source_pk", "mention": "memory_pk"}
_OTHER = {"link": "target_pk"}
_ENTITY = {"entity": "pk", "alias": "entity_pk", "mention": "entity_pk"}
TABLES = tuple(_KEYS)


@dataclass(frozen=True, slots=True)
class ChangeEntry:
    """An operation as the journal keeps it; `undone` while its effect is taken back."""

    number: int
    entry: JournalEntry
    undone: bool
    undoable: bool


class Operation:
    """Writes rows of one operation. Its entry is made with its first row, so none is empty."""

    def __init__(
        self, connection: sqlite3.Connection, at: datetime, actor: str, action: str, subject: str
    ) -> None:
        self._connection = connection
        self._at = at
        self._head = (actor, action, subject)
        self.detail: dict[str, object] = {}
        self._number: int | None = None
        self._undoes: tuple[int, ...] = ()

    @property
    def number(self) -> int | None:
        """The journal entry's number; None while nothing was written."""
        return self._number

    def insert(self, table: str, values: Mapping[str, object]) -> int:
        """Write a new row; returns its rowid where the table has one, else 0."""
        columns = ", ".join(f'"{column}"' for column in values)
        cursor = self._connection.execute(
            f'INSERT INTO "{table}" ({columns}) VALUES ({",".join("?" * len(values))})',
            list(values.values()),
        )
        given = dict(values)
        if _KEYS[table] == ("pk",):
            given.setdefault("pk", int(cursor.lastrowid or 0))
        key = _key(table, given)
        row = _row(self._connection, table, key)
        assert row is not None
        self._record(table, row, None, _digest(row))
        return int(str(given["pk"])) if "pk" in given else 0

    def update(self, table: str, key: Sequence[object], values: Mapping[str, object]) -> bool:
        """Change columns of a row; False where they hold those values already."""
        row = _row(self._connection, table, key)
        if row is None:
            return False
        changed = {name: value for name, value in values.items() if row[name] != value}
        if not changed:
            return False
        sets = ", ".join(f'"{name}" = ?' for name in changed)
        self._connection.execute(
            f'UPDATE "{table}" SET {sets} WHERE {_where(table)}', [*changed.values(), *key]
        )
        before = json.dumps({name: row[name] for name in changed}, ensure_ascii=False)
        self._record(table, row, before, json.dumps(changed, ensure_ascii=False))
        return True

    def delete(self, table: str, key: Sequence[object]) -> bool:
        """Remove a row; False where there is none."""
        row = _row(self._connection, table, key)
        if row is None:
            return False
        self._connection.execute(f'DELETE FROM "{table}" WHERE {_where(table)}', list(key))
        self._record(table, row, json.dumps(row, ensure_ascii=False), None)
        return True

    def _record(self, table: str, row: Row, before: str | None, after: str | None) -> None:
        def column(names: Mapping[str, str]) -> object:
            return row[names[table]] if table in names else None

        self._connection.execute(
            "INSERT INTO change (entry, tbl, key, memory_pk, other_pk, entity_pk, before, after) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self._open(),
                table,
                json.dumps(_key(table, row)),
                column(_MEMORY),
                column(_OTHER),
                column(_ENTITY),
                before,
                after,
            ),
        )

    def _open(self) -> int:
        if self._number is None:
            cursor = self._connection.execute(
                "INSERT INTO journal (at, actor, action, subject, detail) VALUES (?, ?, ?, ?, ?)",
                (format_time(self._at), *self._head, "{}"),
            )
            self._number = int(cursor.lastrowid or 0)
        return self._number

    def _close(self) -> None:
        if self._number is not None and self.detail:
            self._connection.execute(
                "UPDATE journal SET detail = ? WHERE pk = ?",
                (json.dumps(self.detail), self._number),
            )


class Changes:
    """Operations on the tables of memories, and their undoing."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        """`now` gives the time in UTC."""
        self._database = database
        self._now = now

    @contextmanager
    def batch(self) -> Iterator[sqlite3.Connection]:
        """One transaction for all operations of the body; joins one that is open."""
        if self._database.connection.in_transaction:
            yield self._database.connection
        else:
            with self._database.transaction() as connection:
                yield connection

    @contextmanager
    def operation(
        self, actor: str, action: str, reason: str = "", *, subject: str = ""
    ) -> Iterator[Operation]:
        """One change: all of its rows or none. `actor` is "user", or what decided by itself.

        Raises StoreLocked, StoreFull.
        """
        with self.batch() as connection:
            operation = Operation(connection, self._now(), actor, action, subject)
            if reason:
                operation.detail["reason"] = reason
            yield operation
            operation._close()  # noqa: SLF001

    def undo(self, numbers: Sequence[int], *, actor: str = "user") -> int:
        """Take those operations back, newest first, as one new operation; returns its number.

        Raises NoSuchChange for an unknown, empty or already undone one, UndoConflict where a row
        was changed again since; nothing is changed then.
        """
        wanted = sorted(set(numbers), reverse=True)
        if not wanted:
            raise NoSuchChange(None)
        with self.operation(actor, "undo", subject=",".join(map(str, sorted(wanted)))) as done:
            connection = self._database.connection
            done.detail["undoes"] = sorted(wanted)
            for number in wanted:
                self._check(connection, number)
                for change in _changes_of(connection, number):
                    _invert(connection, done, number, change)
            # An undo all of whose rows are already gone is still told.
            by = done._open()  # noqa: SLF001
            for number in wanted:
                connection.execute("DELETE FROM undone WHERE by = ?", (number,))
            connection.executemany(
                "INSERT INTO undone (entry, by) VALUES (?, ?)", [(one, by) for one in wanted]
            )
        return by

    def _check(self, connection: sqlite3.Connection, number: int) -> None:
        found = connection.execute(
            "SELECT 1 FROM change WHERE entry = ? AND NOT EXISTS "
            "(SELECT 1 FROM undone WHERE undone.entry = change.entry) LIMIT 1",
            (number,),
        ).fetchone()
        if found is None:
            raise NoSuchChange(number)

    def undoable(self, limit: int, *, memory_pk: int | None = None) -> list[int]:
        """Numbers of the newest operations that are in effect and no undoing, newest first."""
        where = "AND EXISTS (SELECT 1 FROM change WHERE change.entry = journal.pk)"
        parameters: list[object] = []
        if memory_pk is not None:
            where = (
                "AND EXISTS (SELECT 1 FROM change WHERE change.entry = journal.pk "
                "AND (change.memory_pk = ? OR change.other_pk = ?))"
            )
            parameters = [memory_pk, memory_pk]
        rows = self._database.rows(
            "SELECT pk FROM journal WHERE action != 'undo' "
            "AND NOT EXISTS (SELECT 1 FROM undone WHERE entry = journal.pk) "
            f"{where} ORDER BY pk DESC LIMIT ?",
            (*parameters, limit),
        )
        return [int(str(row[0])) for row in rows]

    def entries(self, limit: int, *, memory_pk: int | None = None) -> list[ChangeEntry]:
        """What was done, newest first: to everything, or to one memory."""
        where, parameters = "1 = 1", []
        if memory_pk is not None:
            where = (
                "pk IN (SELECT entry FROM change WHERE change.memory_pk = ? OR change.other_pk = ?)"
            )
            parameters = [memory_pk, memory_pk]
        rows = self._database.rows(
            "SELECT pk, at, actor, action, subject, detail, "
            "EXISTS (SELECT 1 FROM undone WHERE entry = journal.pk), "
            "EXISTS (SELECT 1 FROM change WHERE entry = journal.pk) "
            f"FROM journal WHERE {where} ORDER BY pk DESC LIMIT ?",
            (*parameters, limit),
        )
        return [
            ChangeEntry(
                int(str(pk)),
                JournalEntry(
                    str(at), str(actor), str(action), str(subject), json.loads(str(detail))
                ),
                undone=bool(undone),
                undoable=bool(kept) and not undone,
            )
            for pk, at, actor, action, subject, detail, undone, kept in rows
        ]

    def rows_at(self, table: str, moment: datetime) -> list[Row]:
        """The rows of a table as they stood at a moment (UTC), after what was done in that second.

        What was forgotten since is not among them.
        """
        with self._database.snapshot() as connection:
            cursor = connection.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            rows = {
                _text_key(table, row): row
                for values in cursor
                if (row := dict(zip(names, values, strict=True)))
            }
            later = connection.execute(
                "SELECT key, before, after FROM change JOIN journal ON journal.pk = change.entry "
                "WHERE tbl = ? AND journal.at > ? ORDER BY change.pk DESC",
                (table, format_time(moment)),
            ).fetchall()
        for key, before, after in later:
            if before is None:
                rows.pop(key, None)
            elif after is None:
                rows[key] = json.loads(before)
            elif key in rows:
                rows[key] = {**rows[key], **json.loads(before)}
        return list(rows.values())


def _changes_of(
    connection: sqlite3.Connection, number: int
) -> list[tuple[str, str, str | None, str | None]]:
    return connection.execute(
        "SELECT tbl, key, before, after FROM change WHERE entry = ? ORDER BY pk DESC", (number,)
    ).fetchall()


def _invert(
    connection: sqlite3.Connection,
    done: Operation,
    number: int,
    change: tuple[str, str, str | None, str | None],
) -> None:
    """Apply the inverse of one row's change. Raises UndoConflict."""
    table, key_text, before, after = change
    key = json.loads(key_text)
    row = _row(connection, table, key)
    try:
        if before is None:
            if row is None and table == "evidence":
                return  # its passage is gone from the source
            if row is None or _digest(row) != after:
                raise UndoConflict(number, _later(connection, number, table, key_text))
            done.delete(table, key)
        elif after is None:
            if row is not None:
                raise UndoConflict(number, _later(connection, number, table, key_text))
            removed = json.loads(before)
            if table != "evidence" or _chunk_exists(connection, removed["chunk_pk"]):
                done.insert(table, removed)
        else:
            new = json.loads(after)
            if row is None or any(row[name] != value for name, value in new.items()):
                raise UndoConflict(number, _later(connection, number, table, key_text))
            done.update(table, key, json.loads(before))
    except sqlite3.IntegrityError as error:
        later = _later_reference(connection, number, table, key)
        raise UndoConflict(number, later) from error


def _chunk_exists(connection: sqlite3.Connection, pk: int) -> bool:
    return connection.execute("SELECT 1 FROM chunk WHERE pk = ?", (pk,)).fetchone() is not None


def _later(connection: sqlite3.Connection, number: int, table: str, key: str) -> int | None:
    """The newest other operation in effect that touched the row."""
    row = connection.execute(
        "SELECT max(entry) FROM change WHERE tbl = ? AND key = ? AND entry > ? "
        "AND entry NOT IN (SELECT entry FROM undone)",
        (table, key, number),
    ).fetchone()
    return int(row[0]) if row[0] is not None else None


def _later_reference(
    connection: sqlite3.Connection, number: int, table: str, key: Sequence[object]
) -> int | None:
    """The newest other operation in effect whose rows refer to the row."""
    columns = {"memory": ("memory_pk", "other_pk"), "entity": ("entity_pk", "entity_pk")}
    if table not in columns:
        return None
    first, second = columns[table]
    row = connection.execute(
        f"SELECT max(entry) FROM change WHERE ({first} = ? OR {second} = ?) AND entry > ? "
        "AND entry NOT IN (SELECT entry FROM undone)",
        (key[0], key[0], number),
    ).fetchone()
    return int(row[0]) if row[0] is not None else None


def _key(table: str, row: Mapping[str, object]) -> list[object]:
    return [row[name] for name in _KEYS[table]]


def _text_key(table: str, row: Mapping[str, object]) -> str:
    return json.dumps(_key(table, row))


def _where(table: str) -> str:
    return " AND ".join(f'"{name}" = ?' for name in _KEYS[table])


def _row(connection: sqlite3.Connection, table: str, key: Sequence[object]) -> Row | None:
    cursor = connection.execute(f'SELECT * FROM "{table}" WHERE {_where(table)}', list(key))
    values = cursor.fetchone()
    if values is None:
        return None
    return dict(zip([column[0] for column in cursor.description], values, strict=True))


def _digest(row: Row) -> str:
    return text_hash(json.dumps(row, sort_keys=True, ensure_ascii=False))
