"""Rows of `entity`, its names and where it is mentioned; written through the change log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mem.core.ids import entity_id
from mem.store.database import Database
from mem.store.memory.operation import Operation, text_key

#: The journal's word for a person's act of giving an entity another name.
RENAME = "rename-entity"


@dataclass(frozen=True, slots=True)
class EntityRecord:
    """Someone or something that memories are about; `mentions` counts memories in use."""

    pk: int
    id: str
    name: str
    aliases: tuple[str, ...]
    mentions: int


class Entities:
    """Reads and writes of entities."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def by_key(self, key: str) -> EntityRecord | None:
        """The entity with that normalised name; where several have it, the one that has no longer
        name which begins with it, then the most mentioned.
        """
        rows = self._database.rows("SELECT entity_pk FROM alias WHERE key = ?", (key,))
        found = [record for row in rows if (record := self.get(int(str(row[0])))) is not None]
        bare = self.without_full_name(key) if len(found) > 1 else None
        return max(found, key=lambda one: (one.pk == bare, one.mentions, -one.pk), default=None)

    def is_only_of(self, key: str, pk: int) -> bool:
        """Whether no other entity has that normalised name."""
        rows = self._database.rows(
            "SELECT 1 FROM alias WHERE key = ? AND entity_pk != ? LIMIT 1", (key, pk)
        )
        return not rows

    def get(self, pk: int) -> EntityRecord | None:
        found = self._select("entity.pk = ?", (pk,))
        return found[0] if found else None

    def all(self, *, limit: int | None = None) -> list[EntityRecord]:
        """Entities that memories in use mention, the most mentioned first."""
        found = [one for one in self._select("1 = 1", ()) if one.mentions]
        found.sort(key=lambda one: (-one.mentions, one.name))
        return found[:limit]

    def without_full_name(self, key: str) -> int | None:
        """The entity that has a first name and no longer name that begins with it, if any."""
        rows = self._database.rows(
            "SELECT entity_pk FROM alias WHERE key = ?1 AND NOT EXISTS "
            "(SELECT 1 FROM alias AS more WHERE more.entity_pk = alias.entity_pk "
            "AND more.key > ?1 || ' ' AND more.key < ?1 || '!') ORDER BY entity_pk LIMIT 1",
            (key,),
        )
        return int(str(rows[0][0])) if rows else None

    def is_joined(self, pk: int, key: str) -> bool:
        """Whether a person gave that name to the entity, by merging or renaming."""
        rows = self._database.rows(
            "SELECT 1 FROM change JOIN journal ON journal.pk = entry WHERE entity_pk = ? "
            "AND tbl = 'alias' AND change.key = ? AND before IS NULL AND actor = 'user' "
            "AND action != 'undo' AND entry NOT IN (SELECT entry FROM undone) LIMIT 1",
            (pk, text_key("alias", {"entity_pk": pk, "key": key})),
        )
        return bool(rows)

    def keys_like(self, key: str) -> dict[str, int]:
        """Every normalised name with the same first letter as `key`, or one that is no letter of
        ASCII, with its entity.
        """
        rows = self._database.rows(
            "SELECT key, entity_pk FROM alias WHERE (key >= ?1 AND key < ?2) OR key >= '{' "
            "ORDER BY entity_pk DESC",
            (key[:1], chr(ord(key[0]) + 1)),
        )
        return {str(known): int(str(pk)) for known, pk in rows}

    def add(self, operation: Operation, key: str, name: str) -> int:
        """A new entity with its first name; returns its key in the store."""
        attempt = 0
        while self._database.rows("SELECT 1 FROM entity WHERE id = ?", (entity_id(key, attempt),)):
            attempt += 1
        pk = operation.insert("entity", {"id": entity_id(key, attempt), "name": name})
        operation.insert("alias", {"entity_pk": pk, "key": key, "name": name})
        return pk

    def add_alias(self, operation: Operation, pk: int, key: str, name: str) -> None:
        """Another name of an entity; known ones are left."""
        known = self._database.rows(
            "SELECT 1 FROM alias WHERE entity_pk = ? AND key = ?", (pk, key)
        )
        if not known:
            operation.insert("alias", {"entity_pk": pk, "key": key, "name": name})

    def mention(self, operation: Operation, memory_pk: int, pks: Sequence[int]) -> None:
        """Note that a memory is about those entities."""
        rows = self._database.rows(
            "SELECT entity_pk FROM mention WHERE memory_pk = ?", (memory_pk,)
        )
        known = {int(str(row[0])) for row in rows}
        for pk in dict.fromkeys(pks):
            if pk not in known:
                operation.insert("mention", {"memory_pk": memory_pk, "entity_pk": pk})

    def of_memory(self, memory_pk: int) -> list[int]:
        rows = self._database.rows(
            "SELECT entity_pk FROM mention WHERE memory_pk = ?", (memory_pk,)
        )
        return [int(str(row[0])) for row in rows]

    def memories_of(self, pk: int) -> list[int]:
        """Keys of the memories that mention an entity."""
        rows = self._database.rows(
            "SELECT memory_pk FROM mention WHERE entity_pk = ? ORDER BY memory_pk", (pk,)
        )
        return [int(str(row[0])) for row in rows]

    def names_of(self, pk: int) -> list[tuple[str, str]]:
        """(normalised form, name) of every name of an entity."""
        rows = self._database.rows(
            "SELECT key, name FROM alias WHERE entity_pk = ? ORDER BY key", (pk,)
        )
        return [(str(key), str(name)) for key, name in rows]

    def _select(self, where: str, parameters: Sequence[object]) -> list[EntityRecord]:
        rows = self._database.rows(
            "SELECT entity.pk, entity.id, entity.name, "
            "(SELECT count(*) FROM mention JOIN memory ON memory.pk = memory_pk "
            "WHERE entity_pk = entity.pk "
            "AND status IN ('active', 'proposed', 'superseded')) "
            f"FROM entity WHERE {where} ORDER BY entity.pk",
            parameters,
        )
        names: dict[int, list[str]] = {}
        told = self._database.rows(
            "SELECT entity_pk, alias.name FROM entity JOIN alias ON entity_pk = entity.pk "
            f"WHERE {where} ORDER BY alias.name",
            parameters,
        )
        for pk, name in told:
            names.setdefault(int(str(pk)), []).append(str(name))
        return [
            EntityRecord(
                int(str(pk)),
                str(identity),
                str(name),
                tuple(one for one in names.get(int(str(pk)), []) if one != str(name)),
                int(str(mentions)),
            )
            for pk, identity, name, mentions in rows
        ]
