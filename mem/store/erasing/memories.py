"""Forgetting memories: their rows, words, vectors, names and what the change log kept of them.

What was drawn from a forgotten document goes wherever it stands, undone and replaced versions too;
what other documents say as well is drawn from them again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from itertools import count

from mem.core.ids import entity_id
from mem.store.chunks import batches
from mem.store.erasing.named import Names
from mem.store.memory.entities import RENAME
from mem.store.summaries import destroy_over

Found = set[int]
# Where entries of the journal hold ids beside their subject.
_IDS_IN_DETAIL = ("version", "merged", "split")
_NAMESAKES = 16  # entities of one name whose ids are known to be made of it


def memories_of(connection: sqlite3.Connection, documents: Collection[str]) -> Found:
    """Keys of all memories, those taken back included, that anything of the documents stands in."""
    found: Found = set()
    for batch in batches(sorted(documents)):
        marks = ",".join("?" * len(batch))
        found |= _keys(
            connection,
            f"SELECT pk FROM memory WHERE document_id IN ({marks}) UNION "
            "SELECT memory_pk FROM evidence JOIN chunk ON chunk.pk = chunk_pk "
            f"WHERE chunk.document_id IN ({marks})",
            [*batch, *batch],
        )
        found |= _keys(
            connection,
            "SELECT memory_pk FROM change WHERE tbl = 'memory' AND after IS NULL "
            f"AND before ->> '$.document_id' IN ({marks}) UNION "
            "SELECT memory_pk FROM change WHERE tbl = 'evidence' AND after IS NULL "
            "AND before ->> '$.chunk_pk' IN "
            f"(SELECT pk FROM chunk WHERE document_id IN ({marks}))",
            [*batch, *batch],
        )
    return found


def with_versions(connection: sqlite3.Connection, pks: Collection[int]) -> Found:
    """Those memories and every version and duplicate that they replaced or that replaced them.

    Corrections that were taken back are among them: their words stand in the change log.
    """
    found, new = set(pks), set(pks)
    while new:
        wanted = json.dumps(sorted(new))
        new = (
            _keys(
                connection,
                "SELECT target_pk FROM link JOIN memory ON memory.pk = target_pk "
                "WHERE relation = 'supersedes' AND slot = '' "
                "AND source_pk IN (SELECT value FROM json_each(?)) UNION "
                "SELECT source_pk FROM link JOIN memory ON memory.pk = target_pk "
                "WHERE relation = 'supersedes' AND slot = '' "
                "AND target_pk IN (SELECT value FROM json_each(?))",
                (wanted, wanted),
            )
            | _corrections(connection, new)
        ) - found
        found |= new
    return found


def _corrections(connection: sqlite3.Connection, pks: Collection[int]) -> Found:
    """Keys of the corrected versions of those memories, whether or not they are there still."""
    rows = connection.execute(
        "SELECT detail ->> '$.version' FROM journal WHERE action = 'edit' "
        "AND subject IN (SELECT value FROM json_each(?))",
        (json.dumps(_ids(connection, pks)),),
    )
    versions = json.dumps(sorted(str(one) for (one,) in rows if one is not None))
    if versions == "[]":
        return set()
    return _keys(
        connection,
        "SELECT pk FROM memory WHERE id IN (SELECT value FROM json_each(?1)) UNION "
        "SELECT memory_pk FROM change WHERE tbl = 'memory' AND after IS NULL "
        "AND before ->> '$.id' IN (SELECT value FROM json_each(?1))",
        (versions,),
    )


def _ids(connection: sqlite3.Connection, pks: Collection[int]) -> list[str]:
    """The ids of memories, those taken back included."""
    wanted = json.dumps(sorted(pks))
    rows = connection.execute(
        "SELECT id FROM memory WHERE pk IN (SELECT value FROM json_each(?1)) UNION "
        "SELECT before ->> '$.id' FROM change WHERE tbl = 'memory' AND after IS NULL "
        "AND memory_pk IN (SELECT value FROM json_each(?1))",
        (wanted,),
    )
    return sorted(str(identity) for (identity,) in rows)


def slots_of(connection: sqlite3.Connection, pks: Collection[int]) -> set[str]:
    """What those memories speak of: the histories that are to be settled anew without them."""
    rows = connection.execute(
        "SELECT DISTINCT slot FROM memory WHERE slot != '' "
        "AND pk IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(pks)),),
    )
    return {str(slot) for (slot,) in rows}


def destroy(connection: sqlite3.Connection, pks: Collection[int]) -> int:
    """Destroy those memories in the caller's transaction; returns how many there were.

    Passages that remain and stood behind one of them are gone through again; summaries of them go.
    """
    wanted = json.dumps(sorted(pks))
    those = "(SELECT value FROM json_each(?))"
    gone_ids = _ids(connection, pks)
    stood_on = _keys(
        connection, f"SELECT chunk_pk FROM evidence WHERE memory_pk IN {those}", (wanted,)
    )
    destroy_over(connection, stood_on)
    entities = _keys(
        connection,
        f"SELECT entity_pk FROM mention WHERE memory_pk IN {those} UNION "
        f"SELECT entity_pk FROM change WHERE tbl = 'mention' AND memory_pk IN {those}",
        (wanted, wanted),
    )
    gone_words = _words_of(connection, wanted)
    connection.execute(
        "DELETE FROM extraction WHERE chunk_pk IN "
        f"(SELECT chunk_pk FROM evidence WHERE memory_pk IN {those})",
        (wanted,),
    )
    _forget_rejections(connection, wanted)
    connection.execute(
        f"DELETE FROM link WHERE source_pk IN {those} OR target_pk IN {those}", (wanted, wanted)
    )
    for table in ("mention", "evidence"):
        connection.execute(f"DELETE FROM {table} WHERE memory_pk IN {those}", (wanted,))
    gone = connection.execute(f"DELETE FROM memory WHERE pk IN {those}", (wanted,)).rowcount
    connection.execute(
        f"DELETE FROM change WHERE memory_pk IN {those} OR other_pk IN {those}", (wanted, wanted)
    )
    for entity in entities:
        _forget_names(connection, entity, gone_words)
    forget_ids(connection, gone_ids)
    _forget_ended_acts(connection)
    return gone


def _words_of(connection: sqlite3.Connection, wanted: str) -> str:
    """What memories (their keys, in JSON) say, with what the change log keeps of them; folded."""
    those = "(SELECT value FROM json_each(?1))"
    rows = connection.execute(
        f"SELECT text, subject, object FROM memory WHERE pk IN {those} UNION ALL "
        f"SELECT before, after, '' FROM change WHERE tbl = 'memory' AND memory_pk IN {those}",
        (wanted,),
    )
    return "\n".join(str(part) for row in rows for part in row if part).casefold()


def _forget_rejections(connection: sqlite3.Connection, wanted: str) -> None:
    """Forget that memories (their keys, in JSON) were rejected, in the change log too."""
    prints = [
        str(row[0])
        for row in connection.execute(
            "SELECT DISTINCT fingerprint FROM memory WHERE pk IN (SELECT value FROM json_each(?))",
            (wanted,),
        )
    ]
    connection.executemany("DELETE FROM rejected WHERE fingerprint = ?", [(one,) for one in prints])
    connection.executemany(
        "DELETE FROM change WHERE tbl = 'rejected' AND key = ?",
        [(json.dumps([one]),) for one in prints],
    )


def forget_ids(connection: sqlite3.Connection, ids: Collection[str]) -> None:
    """Take ids of what was destroyed from the journal: they are hashes that can be guessed at."""
    wanted = json.dumps(sorted(ids))
    those = "(SELECT value FROM json_each(?))"
    connection.execute(f"UPDATE journal SET subject = '' WHERE subject IN {those}", (wanted,))
    for name in _IDS_IN_DETAIL:
        connection.execute(
            f"UPDATE journal SET detail = json_remove(detail, '$.{name}') "
            f"WHERE detail LIKE '%\"{name}\"%' AND EXISTS (SELECT 1 FROM json_each("
            f"CASE json_type(detail, '$.{name}') WHEN 'array' THEN detail -> '$.{name}' "
            f"ELSE json_array(detail ->> '$.{name}') END) AS told WHERE told.value IN {those})",
            (wanted,),
        )


def _forget_names(connection: sqlite3.Connection, entity: int, gone: str = "") -> None:
    """Keep only those names of an entity that the memories which remain mention, and the one that
    a person gave it unless `gone`, the words of what is destroyed, holds that one.
    """
    remaining = [
        " ".join(str(part) for part in row).casefold()
        for row in connection.execute(
            "SELECT text, subject, object FROM memory JOIN mention ON memory_pk = memory.pk "
            "WHERE entity_pk = ?",
            (entity,),
        )
    ]
    names = connection.execute(
        "SELECT key, name FROM alias WHERE entity_pk = ? ORDER BY key", (entity,)
    ).fetchall()
    given = _given_name(connection, entity) if remaining else None
    kept = {
        key: name
        for key, name in names
        if any(name.casefold() in text or key in text for text in remaining)
        or (name == given and name.casefold() not in gone and key not in gone)
    }
    if kept:
        _keep_names(connection, entity, dict(names), kept)
    else:
        rows = connection.execute("SELECT id FROM entity WHERE pk = ?", (entity,)).fetchall()
        forget_ids(connection, [str(identity) for (identity,) in rows])
        for table, column in (("mention", "entity_pk"), ("alias", "entity_pk"), ("entity", "pk")):
            connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (entity,))
    _forget_naming(connection, entity)


def _forget_naming(connection: sqlite3.Connection, entity: int) -> None:
    """Destroy what the change log holds of an entity's names.

    An act on entities alone (a merge, a split, their undoing) goes whole: half of it cannot be
    taken back. Mentions of an entity that is gone for good can never come back either.
    """
    rows = connection.execute(
        "SELECT DISTINCT entry FROM change WHERE entity_pk = ? AND tbl IN ('entity', 'alias')",
        (entity,),
    ).fetchall()
    _forget_acts_on_entities(connection, [int(entry) for (entry,) in rows])
    connection.execute(
        "DELETE FROM change WHERE entity_pk = ?1 AND (tbl IN ('entity', 'alias') "
        "OR NOT EXISTS (SELECT 1 FROM entity WHERE pk = ?1))",
        (entity,),
    )


def _given_name(connection: sqlite3.Connection, entity: int) -> str | None:
    """The name of an entity where a person gave it."""
    row = connection.execute(
        "SELECT name FROM entity WHERE pk = ? AND EXISTS "
        "(SELECT 1 FROM journal WHERE action = ? AND subject = entity.id)",
        (entity, RENAME),
    ).fetchone()
    return None if row is None else str(row[0])


def _keep_names(
    connection: sqlite3.Connection, entity: int, names: Mapping[str, str], kept: Mapping[str, str]
) -> None:
    """Take from an entity all names but those kept, and an id that was made of another."""
    row = connection.execute("SELECT id, name FROM entity WHERE pk = ?", (entity,)).fetchone()
    if row is None:
        return
    identity, main = row
    name = main if main in kept.values() else next(iter(kept.values()))
    derived = {entity_id(key, attempt) for key in kept for attempt in range(_NAMESAKES)}
    if identity not in derived:
        held = {one for (one,) in connection.execute("SELECT id FROM entity")}
        key = next(iter(kept))
        new = next(one for n in count() if (one := entity_id(key, n)) not in held)
        connection.execute("UPDATE journal SET subject = ? WHERE subject = ?", (new, identity))
        forget_ids(connection, [identity])
        identity = new
    connection.execute("UPDATE entity SET id = ?, name = ? WHERE pk = ?", (identity, name, entity))
    for key in names.keys() - kept.keys():
        connection.execute("DELETE FROM alias WHERE entity_pk = ? AND key = ?", (entity, key))


def called(connection: sqlite3.Connection, mentions: Names) -> set[str]:
    """What entities are or were called that names what is forgotten."""
    held = {str(name) for row in connection.execute("SELECT key, name FROM alias") for name in row}
    held |= {str(name) for (name,) in connection.execute("SELECT name FROM entity")}
    for _, _, texts in _naming_changes(connection):
        held |= texts
    return {name for name in held if mentions.within(name)}


def _naming_changes(connection: sqlite3.Connection) -> list[tuple[int, int, set[str]]]:
    """(number, entry, what it says) of every row of the change log that is of entities' names."""
    rows = connection.execute(
        "SELECT pk, entry, key, before, after FROM change WHERE tbl IN ('entity', 'alias')"
    )
    return [
        (number, entry, {str(one) for row in (before, after) for one in _values(row)} | {*_of(key)})
        for number, entry, key, before, after in rows
    ]


def _of(key: str) -> Iterable[str]:
    return map(str, json.loads(key))


def forget_names(connection: sqlite3.Connection, mentions: Names) -> None:
    """Take names from all entities; one that has no other name goes."""
    found = connection.execute("SELECT entity_pk, key, name FROM alias").fetchall()
    named = [(pk, key) for pk, key, name in found if mentions.within(name)]
    connection.executemany("DELETE FROM alias WHERE entity_pk = ? AND key = ?", named)
    for entity in sorted({int(pk) for pk, _ in named}):
        _forget_names(connection, entity)
    for entity, name in connection.execute("SELECT pk, name FROM entity").fetchall():
        if mentions.within(name):
            other = connection.execute(
                "SELECT name FROM alias WHERE entity_pk = ? ORDER BY key", (entity,)
            ).fetchone()
            if other is None:
                _forget_names(connection, int(entity))
            else:
                connection.execute("UPDATE entity SET name = ? WHERE pk = ?", (other[0], entity))
    # Entities that were merged or split keep their rows in the change log.
    saying = [
        (number, entry)
        for number, entry, texts in _naming_changes(connection)
        if any(map(mentions.within, texts))
    ]
    _forget_acts_on_entities(connection, {entry for _, entry in saying})
    connection.executemany("DELETE FROM change WHERE pk = ?", [(number,) for number, _ in saying])
    _forget_ended_acts(connection)


def _forget_ended_acts(connection: sqlite3.Connection) -> None:
    """Of a merge or split of entities that cannot be taken back any more, forget which it joined:
    an id of one that is gone is a hash of its name.
    """
    connection.execute(
        "UPDATE journal SET detail = json_remove(detail, '$.merged', '$.split') "
        "WHERE action IN ('merge-entities', 'split-entity') "
        "AND NOT EXISTS (SELECT 1 FROM change WHERE entry = journal.pk)"
    )


def _forget_acts_on_entities(connection: sqlite3.Connection, entries: Collection[int]) -> None:
    """Destroy the rows of those entries of the journal that changed nothing but entities."""
    connection.executemany(
        "DELETE FROM change WHERE entry = ?1 AND NOT EXISTS (SELECT 1 FROM change "
        "WHERE entry = ?1 AND tbl NOT IN ('entity', 'alias', 'mention'))",
        [(entry,) for entry in entries],
    )


def _values(row: str | None) -> Iterable[object]:
    """What a row of the change log holds; nothing where it is a hash."""
    return json.loads(row).values() if row is not None and row.startswith("{") else ()


def _keys(connection: sqlite3.Connection, sql: str, parameters: Iterable[object]) -> Found:
    return {int(row[0]) for row in connection.execute(sql, tuple(parameters)) if row[0] is not None}
