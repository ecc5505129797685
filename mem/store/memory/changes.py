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
from mem.errors import NoSuchChange
from mem.store.database import Database
from mem.store.journal import JournalEntry
from mem.store.memory.operation import Operation, Row, text_key
from mem.store.memory.undoing import drop_orphans, take_back


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
        with self.operation("user", "undo", subject=",".join(map(str, sorted(wanted)))) as done:
            connection = self._database.connection
            done.detail["undoes"] = sorted(wanted)
            for number in wanted:
                self._check(connection, number)
                take_back(connection, done, number)
            # An undo all of whose rows are already gone is still told.
            by = done.open()
            for number in wanted:
                _set_undone(connection, number, by)
            if resettle is not None and (slots := _shared_slots(connection, wanted, by)):
                resettle(done, slots)
            drop_orphans(connection, done)
        return by

    def _check(self, connection: sqlite3.Connection, number: int) -> None:
        found = connection.execute(
            "SELECT 1 FROM change WHERE entry = ? AND NOT EXISTS "
            "(SELECT 1 FROM undone WHERE undone.entry = change.entry) LIMIT 1",
            (number,),
        ).fetchone()
        if found is None:
            raise NoSuchChange(number)

    def undoable(self, limit: int) -> list[int]:
        """Numbers of the newest operations that are in effect and no undoing, newest first."""
        rows = self._database.rows(
            "SELECT pk FROM journal WHERE action != 'undo' "
            "AND NOT EXISTS (SELECT 1 FROM undone WHERE entry = journal.pk) "
            "AND EXISTS (SELECT 1 FROM change WHERE change.entry = journal.pk) "
            "ORDER BY pk DESC LIMIT ?",
            (limit,),
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
