"""The inverse of what an operation changed, row by row, written as part of another operation.

A row that a later operation in effect has touched stands against it. What a forgetting destroyed
does not: no operation tells of it, and the rest is taken back without it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence

from mem.errors import UndoConflict
from mem.store.memory.operation import ENTITY_COLUMN, Operation, Row, digest_of, row_of

# Links that are made without a decision; they do not stand in the way of an undo.
_DERIVED_LINKS = ("extends", "causes", "same-topic")
# The rows without which a row cannot be: their table, and the column that holds their key.
_REFERENCES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "alias": (("entity", "entity_pk"),),
    "evidence": (("memory", "memory_pk"),),
    "link": (("memory", "source_pk"), ("memory", "target_pk")),
    "mention": (("memory", "memory_pk"), ("entity", "entity_pk")),
}


def take_back(connection: sqlite3.Connection, done: Operation, number: int) -> None:
    """Apply the inverse of all that an entry changed, within `done`. Raises UndoConflict."""
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


def drop_orphans(connection: sqlite3.Connection, done: Operation) -> None:
    """Remove entities that went unmentioned with the memories that `done` removes, unless their
    making is still in effect.
    """
    rows = connection.execute(
        "SELECT DISTINCT entity_pk FROM change AS lost JOIN entity ON entity.pk = entity_pk "
        "WHERE entry = ?1 AND tbl = 'mention' AND after IS NULL AND memory_pk IN "
        "(SELECT memory_pk FROM change WHERE entry = ?1 AND tbl = 'memory' AND after IS NULL) "
        "AND NOT EXISTS (SELECT 1 FROM mention WHERE mention.entity_pk = lost.entity_pk) "
        "AND NOT EXISTS (SELECT 1 FROM change WHERE tbl = 'entity' "
        "AND change.entity_pk = lost.entity_pk AND before IS NULL "
        "AND entry NOT IN (SELECT entry FROM undone))",
        (done.open(),),
    ).fetchall()
    for (pk,) in rows:
        _drop_aliases(connection, done, pk)
        done.delete("entity", [pk])


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
                _check_later(connection, number, done, table, key)
            if row is None:
                return True
            if _is_needed(connection, table, row):
                return False
            _remove(connection, done, table, key)
        elif after is None:
            if row is not None:
                raise UndoConflict(number, _later(connection, number, done, table, key))
            removed = json.loads(before)
            if _can_be(connection, number, done, table, removed):
                done.insert(table, removed)
        else:
            new = json.loads(after)
            if row is not None and all(row[name] == value for name, value in new.items()):
                done.update(table, key, json.loads(before))
            else:
                _check_later(connection, number, done, table, key)
    except sqlite3.IntegrityError as error:
        later = _later_reference(connection, number, done, table, key)
        raise UndoConflict(number, later) from error
    return True


def _check_later(
    connection: sqlite3.Connection, number: int, done: Operation, table: str, key: Sequence[object]
) -> None:
    """Raise UndoConflict where an operation, and no forgetting, has changed the row since."""
    later = _later(connection, number, done, table, key)
    if later is not None:
        raise UndoConflict(number, later)


def _can_be(
    connection: sqlite3.Connection, number: int, done: Operation, table: str, row: Row
) -> bool:
    """Whether all is there that a removed row refers to; False where a forgetting or a changed
    file has destroyed some of it. Raises UndoConflict where an operation has removed it.
    """
    for other, column in _REFERENCES.get(table, ()):
        if row_of(connection, other, [row[column]]) is None:
            _check_later(connection, number, done, other, [row[column]])
            return False
    return table != "evidence" or _chunk_exists(connection, row["chunk_pk"])


def _remove(
    connection: sqlite3.Connection, done: Operation, table: str, key: Sequence[object]
) -> None:
    """Delete a row with the derived ones that hang on it."""
    if table == "memory":
        _drop_derived_links(connection, done, key[0])
        _drop_mentions(connection, done, key[0])
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


def _drop_mentions(connection: sqlite3.Connection, done: Operation, memory: object) -> None:
    """Mentions that came about by a merge or split of entities that the change log forgot."""
    rows = connection.execute("SELECT entity_pk FROM mention WHERE memory_pk = ?", (memory,))
    for (entity,) in rows.fetchall():
        done.delete("mention", [memory, entity])


def _chunk_exists(connection: sqlite3.Connection, pk: object) -> bool:
    return connection.execute("SELECT 1 FROM chunk WHERE pk = ?", (pk,)).fetchone() is not None


def _later(
    connection: sqlite3.Connection, number: int, done: Operation, table: str, key: Sequence[object]
) -> int | None:
    """The newest other operation in effect that touched the row."""
    row = connection.execute(
        "SELECT max(entry) FROM change WHERE tbl = ? AND key = ? AND entry > ? AND entry < ? "
        "AND entry NOT IN (SELECT entry FROM undone)",
        (table, json.dumps(key), number, done.open()),
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
