"""Every change to memories, forward and back: one operation is one entry of the journal.

An operation's rows are written together with their inverse, so that undoing it is applying the
inverse as a new operation, which can be undone itself. Reasons name things by id and hold no text.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from mem.core.clock import format_time
from mem.errors import NoSuchChange, UndoConflict
from mem.store.database import Database
from mem.store.journal import JournalEntry
from mem.store.operation import ENTITY_COLUMN, Operation, Row, digest_of, row_of, text_key

# Links that are made without a decision; they do not stand in the way of an undo.
_DERIVED_LINKS = ("extends", "causes", "same-topic")


@dataclass(frozen=True, slots=True)
class ChangeEntry:
    """An operation as the journal keeps it; `undone` while its effect is taken back."""

    number: int
    entry: JournalEntry
    undone: bool
    undoable: bool


class Changes:
    """Operations on the tables of memories, and their undoing."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        """`now` gives the time in UTC."""
        self._database = database
        self._now = now
        self._one: Operation | None = None

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

        It is part of the one that `as_one` has begun, if any. Raises StoreLocked, StoreFull.
        """
        if self._one is not None:
            yield self._one
            return
        with self.batch() as connection:
            operation = Operation(connection, self._now(), actor, action, subject)
            if reason:
                operation.detail["reason"] = reason
            yield operation
            operation.close()

    @contextmanager
    def as_one(self, actor: str, action: str) -> Iterator[Operation]:
        """One change of all operations of the body, undone together. What the body says at its end
        of subject and detail counts. Raises StoreLocked, StoreFull.
        """
        with self.operation(actor, action) as operation:
            self._one = operation
            try:
                yield operation
            finally:
                self._one = None

    def undo(
        self,
        numbers: Sequence[int],
        *,
        actor: str = "user",
        resettle: Callable[[Operation, Collection[str]], None] | None = None,
    ) -> int:
        """Take those operations back, newest first, as one new operation; returns its number.

        `resettle` is told, within it, of the histories that later operations have a part in: what
        comes back has to find its place there. Raises NoSuchChange for an unknown, empty or already
        undone one, UndoConflict where a row was changed again since; nothing is changed then.
        """
        wanted = sorted(set(numbers), reverse=True)
        if not wanted:
            raise NoSuchChange(None)
        with self.operation(actor, "undo", subject=",".join(map(str, sorted(wanted)))) as done:
            connection = self._database.connection
            done.detail["undoes"] = sorted(wanted)
            for number in wanted:
                self._check(connection, number)
                _take_back(connection, done, number)
            # An undo all of whose rows are already gone is still told.
            by = done.open()
            for number in wanted:
                _set_undone(connection, number, by)
            if resettle is not None and (slots := _shared_slots(connection, wanted, by)):
                resettle(done, slots)
            _drop_orphans(connection, done)
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

    def entries(
        self, limit: int, *, memory_pk: int | None = None, number: int | None = None
    ) -> list[ChangeEntry]:
        """What was done, newest first: to everything, to one memory, or the one of a number."""
        where, parameters = "1 = 1", []
        if number is not None:
            where, parameters = "pk = ?", [number]
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
                text_key(table, row): row
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


def _set_undone(connection: sqlite3.Connection, number: int, by: int | None) -> None:
    """Note that an entry is out of effect (undone `by` another), or with None in effect again.

    What it took back itself, if it is an undoing, turns the other way round.
    """
    if by is None:
        connection.execute("DELETE FROM undone WHERE entry = ?", (number,))
    else:
        connection.execute("INSERT OR REPLACE INTO undone (entry, by) VALUES (?, ?)", (number, by))
    rows = connection.execute(
        "SELECT value FROM journal, json_each(detail, '$.undoes') WHERE journal.pk = ? "
        "AND action = 'undo'",
        (number,),
    ).fetchall()
    for (target,) in rows:
        _set_undone(connection, int(target), number if by is None else None)


def _shared_slots(connection: sqlite3.Connection, wanted: Sequence[int], by: int) -> set[str]:
    """What the memories that an undoing touched speak of, where entries that are later and in
    effect have touched memories of the same. Later ones that were taken back since count for none.
    """
    slots = {
        str(row[0])
        for row in connection.execute(
            "SELECT slot FROM memory WHERE pk IN (SELECT memory_pk FROM change WHERE entry = ?1) "
            "UNION SELECT before ->> '$.slot' FROM change WHERE entry = ?1 AND tbl = 'memory' "
            "UNION SELECT after ->> '$.slot' FROM change WHERE entry = ?1 AND tbl = 'memory' "
            "AND after LIKE '{%'",
            (by,),
        )
        if row[0]
    }
    return {
        slot
        for slot in slots
        if connection.execute(
            "SELECT 1 FROM memory JOIN change ON change.memory_pk = memory.pk "
            "JOIN journal ON journal.pk = entry WHERE slot = ?1 AND entry > ?2 AND entry != ?3 "
            "AND entry NOT IN (SELECT value FROM json_each(?4)) "
            "AND entry NOT IN (SELECT entry FROM undone) AND (action != 'undo' OR EXISTS "
            "(SELECT 1 FROM json_each(detail, '$.undoes') WHERE value < ?2)) LIMIT 1",
            (slot, min(wanted), by, json.dumps(list(wanted))),
        ).fetchone()
    }


def _changes_of(
    connection: sqlite3.Connection, number: int
) -> list[tuple[str, str, str | None, str | None]]:
    return connection.execute(
        "SELECT tbl, key, before, after FROM change WHERE entry = ? ORDER BY pk DESC", (number,)
    ).fetchall()


def _take_back(connection: sqlite3.Connection, done: Operation, number: int) -> None:
    """Apply the inverse of all that an entry changed. Raises UndoConflict."""
    kept = [
        change
        for change in _changes_of(connection, number)
        if not _invert(connection, done, number, change)
    ]
    for table, key_text, _, _ in kept:  # what needed it may have been part of the same entry
        key = json.loads(key_text)
        row = row_of(connection, table, key)
        if row is not None and not _is_needed(connection, table, row):
            _remove(connection, done, table, key)


def _invert(
    connection: sqlite3.Connection,
    done: Operation,
    number: int,
    change: tuple[str, str, str | None, str | None],
) -> bool:
    """Apply the inverse of one row's change; False where a memory of another operation needs the
    row. Raises UndoConflict.
    """
    table, key_text, before, after = change
    key = json.loads(key_text)
    row = row_of(connection, table, key)
    try:
        if before is None:
            if row is None and _may_be_gone(table, key):
                return True
            if row is None or digest_of(row) != after:
                raise UndoConflict(number, _later(connection, number, done, table, key_text))
            if _is_needed(connection, table, row):
                return False
            _remove(connection, done, table, key)
        elif after is None:
            if row is not None:
                raise UndoConflict(number, _later(connection, number, done, table, key_text))
            removed = json.loads(before)
            if table != "evidence" or _chunk_exists(connection, removed["chunk_pk"]):
                done.insert(table, removed)
        else:
            new = json.loads(after)
            if row is None or any(row[name] != value for name, value in new.items()):
                raise UndoConflict(number, _later(connection, number, done, table, key_text))
            done.update(table, key, json.loads(before))
    except sqlite3.IntegrityError as error:
        later = _later_reference(connection, number, done, table, key)
        raise UndoConflict(number, later) from error
    return True


def _remove(
    connection: sqlite3.Connection, done: Operation, table: str, key: Sequence[object]
) -> None:
    """Delete a row with the derived ones that hang on it."""
    if table == "memory":
        _drop_derived_links(connection, done, key[0])
    elif table == "entity":
        _drop_aliases(connection, done, key[0])
    done.delete(table, key)


def _may_be_gone(table: str, key: Sequence[object]) -> bool:
    """Evidence goes with its passage, a derived link with either memory, names with the entity."""
    return table in ("evidence", "alias") or (table == "link" and key[2] in _DERIVED_LINKS)


def _is_needed(connection: sqlite3.Connection, table: str, row: Row) -> bool:
    """Whether a row is an entity, or its first name, that memories mention still."""
    if table not in ENTITY_COLUMN or table == "mention":
        return False
    pk = row[ENTITY_COLUMN[table]]
    name = connection.execute("SELECT name FROM entity WHERE pk = ?", (pk,)).fetchone()
    mentioned = connection.execute(
        "SELECT 1 FROM mention WHERE entity_pk = ? LIMIT 1", (pk,)
    ).fetchone()
    return mentioned is not None and name == (row["name"],)


def _drop_aliases(connection: sqlite3.Connection, done: Operation, entity: object) -> None:
    rows = connection.execute("SELECT key FROM alias WHERE entity_pk = ?", (entity,)).fetchall()
    for (key,) in rows:
        done.delete("alias", [entity, key])


def _drop_derived_links(connection: sqlite3.Connection, done: Operation, memory: object) -> None:
    """Links that later memories made to this one by themselves."""
    marks = ",".join("?" * len(_DERIVED_LINKS))
    rows = connection.execute(
        "SELECT source_pk, target_pk, relation FROM link WHERE (source_pk = ? OR target_pk = ?) "
        f"AND relation IN ({marks})",
        (memory, memory, *_DERIVED_LINKS),
    ).fetchall()
    for row in rows:
        done.delete("link", list(row))


def _drop_orphans(connection: sqlite3.Connection, done: Operation) -> None:
    """Entities that nothing mentions any more and whose making was taken back."""
    rows = connection.execute(
        "SELECT entity.pk FROM entity WHERE NOT EXISTS "
        "(SELECT 1 FROM mention WHERE entity_pk = entity.pk) AND NOT EXISTS "
        "(SELECT 1 FROM change WHERE tbl = 'entity' AND change.entity_pk = entity.pk "
        "AND before IS NULL AND entry NOT IN (SELECT entry FROM undone))"
    ).fetchall()
    for (pk,) in rows:
        _drop_aliases(connection, done, pk)
        done.delete("entity", [pk])


def _chunk_exists(connection: sqlite3.Connection, pk: int) -> bool:
    return connection.execute("SELECT 1 FROM chunk WHERE pk = ?", (pk,)).fetchone() is not None


def _later(
    connection: sqlite3.Connection, number: int, done: Operation, table: str, key: str
) -> int | None:
    """The newest other operation in effect that touched the row."""
    row = connection.execute(
        "SELECT max(entry) FROM change WHERE tbl = ? AND key = ? AND entry > ? AND entry < ? "
        "AND entry NOT IN (SELECT entry FROM undone)",
        (table, key, number, done.open()),
    ).fetchone()
    return int(row[0]) if row[0] is not None else None


def _later_reference(
    connection: sqlite3.Connection,
    number: int,
    done: Operation,
    table: str,
    key: Sequence[object],
) -> int | None:
    """The newest other operation in effect whose rows refer to the row."""
    columns = {"memory": ("memory_pk", "other_pk"), "entity": ("entity_pk", "entity_pk")}
    if table not in columns:
        return None
    first, second = columns[table]
    row = connection.execute(
        f"SELECT max(entry) FROM change WHERE ({first} = ? OR {second} = ?) AND entry > ? "
        "AND entry < ? AND entry NOT IN (SELECT entry FROM undone)",
        (key[0], key[0], number, done.open()),
    ).fetchone()
    return int(row[0]) if row[0] is not None else None
