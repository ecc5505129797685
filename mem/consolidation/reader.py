"""The memories of one home as they are read: by id, as lists, of someone, and what waits.

Nothing here writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from mem.consolidation import views
from mem.consolidation.known import profile_of
from mem.consolidation.likeness import LOOKED_AT, Likeness, alike
from mem.consolidation.reconciling.naming import find
from mem.consolidation.reconciling.normal import name_key
from mem.consolidation.records import EntityView, MemoryView, ReviewItem
from mem.core.clock import Clock
from mem.core.memory import Memory, MemoryKind, MemoryStatus, Relation
from mem.errors import AmbiguousId, EmptyQuery, UnknownId, UnknownName
from mem.store.browsing import lists
from mem.store.erasing.memories import with_versions
from mem.store.memory.changes import Changes
from mem.store.memory.entities import Entities, EntityRecord
from mem.store.memory.memories import Memories
from mem.store.memory.rows import StoredMemory
from mem.store.speakers import Voices, voices
from mem.store.store import Store

_QUEUE = (MemoryStatus.PROPOSED, MemoryStatus.QUARANTINED)
_OUT_OF_USE = (MemoryStatus.ARCHIVED, MemoryStatus.REJECTED, MemoryStatus.QUARANTINED)


class MemoryReader:
    """What is remembered. Ids may be shortened to a beginning that is unique.

    Every method that takes ids raises UnknownId and AmbiguousId.
    """

    def __init__(self, store: Store, clock: Clock, user_names: Sequence[str] = ()) -> None:
        self._store = store
        self._clock = clock
        self._user_names = tuple(user_names)
        self.changes = Changes(store.database, clock.utc)
        self._memories = Memories(store.database, clock.now)
        self._entities = Entities(store.database)

    def find(self, given: str) -> StoredMemory:
        """The memory with that id or beginning of one. Raises UnknownId, AmbiguousId."""
        found = self._memories.matching(given) if given.strip() else []
        exact = [one for one in found if one.memory.id == given]
        if not found:
            raise UnknownId(given)
        if len(found) > 1 and not exact:
            raise AmbiguousId(given, len(found))
        return (exact or found)[0]

    def holds(self, given: str) -> bool:
        """Whether an id, or the beginning of one, names a memory."""
        return given.startswith("m") and bool(self._memories.matching(given))

    def get(self, given: str) -> Memory:
        """One memory with its evidence and links."""
        return self.find(given).memory

    def several(self, ids: Sequence[str]) -> Sequence[Memory | None]:
        """The memories with those whole ids, in that order; None for one that is not there."""
        found = self._memories.by_ids(ids)
        return [found.get(one) for one in ids]

    def texts(self, ids: Sequence[str]) -> dict[str, str]:
        """What memories say, by their whole ids; others are left out."""
        return {one: memory.text for one, memory in self._memories.by_ids(set(ids)).items()}

    def versions(self, given: Sequence[str]) -> Sequence[Memory]:
        """What forgetting those memories destroys: they, and all they replaced or gave way to."""
        pks = with_versions(self._store.database.connection, [self.find(one).pk for one in given])
        return [one.memory for one in self._memories.by_pks(pks).values()]

    def view(self, given: str) -> MemoryView:
        """One memory with everything a person needs to judge it."""
        one = self.find(given)
        ids = {
            identity
            for link in one.memory.links
            for identity in (link.source, link.target)
            if identity != one.memory.id
        }
        linked = [found.memory for found in map(self._memories.get, sorted(ids)) if found]
        names = [
            record.name
            for pk in self._entities.of_memory(one.pk)
            if (record := self._entities.get(pk)) is not None
        ]
        return MemoryView(
            one.memory, tuple(self._memories.places(one.pk)), tuple(linked), tuple(names)
        )

    def list(
        self,
        *,
        limit: int | None = None,
        kind: MemoryKind | None = None,
        statuses: Sequence[MemoryStatus] | None = None,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> list[Memory]:
        """Memories, the newest said first; without more said, those in use.

        Args:
            limit: at most so many.
            kind: only these.
            statuses: only of these; with a time the default is all that ever held.
            as_of: only what was true then (local time).
            known_at: as memory knew it then (local time), from the change log.
        """
        wanted = tuple(statuses or (views.EVER_HELD if as_of is not None else views.HELD))
        if known_at is None:
            if as_of is None:
                stored = self._memories.select(statuses=wanted, kind=kind, limit=limit)
                return [one.memory for one in stored]
            database = self._store.database
            return [*self._of(lists.true_at(database, as_of, wanted, kind=kind, limit=limit))]
        rows = self.changes.rows_at("memory", known_at.astimezone(UTC))
        of_status = {one.value for one in wanted}
        rows = [
            row
            for row in rows
            if row["status"] in of_status and (kind is None or row["kind"] == kind.value)
        ]
        rows.sort(key=lambda row: (str(row["said_at"] or ""), int(str(row["pk"]))), reverse=True)
        stored = self._memories.from_rows(rows if as_of is not None else rows[:limit])
        if as_of is not None:
            stored = [one for one in stored if _counts(one) and views.was_true(one.memory, as_of)]
        return [one.memory for one in stored[:limit]]

    def _of(self, pks: Sequence[int]) -> Sequence[Memory]:
        """The memories of those keys, in that order."""
        found = self._memories.by_pks(pks)
        return [found[pk].memory for pk in pks if pk in found]

    def counts(self) -> dict[str, int]:
        """How many memories of each status."""
        return self._memories.count()

    def timeline(
        self,
        *,
        entity: str | None = None,
        since: datetime | None = None,
        limit: int | None = None,
    ) -> Sequence[views.TimelineEntry]:
        """How things developed, the newest `limit`: of one entity (by name), or of everything."""
        if entity is not None:
            entries = views.timeline(self.entity(entity).memories, since=since)
            return entries if limit is None else entries[-limit:]
        found = lists.begun(self._store.database, views.EVER_HELD, since=since, limit=limit)
        return views.timeline(self._of(found), since=since)

    def profile(self, *, each: int | None = 20) -> views.Profile:
        """What is known of the user, at most `each` of one kind."""
        database, now = self._store.database, self._clock.now()
        return profile_of(database, self._memories, self._user_names, each=each, now=now)

    def voices(self) -> Voices:
        """Under which names the user speaks in chats, and in how many of them that is unknown."""
        return voices(self._store.database, self._user_names)

    def entities(self, *, limit: int | None = None) -> Sequence[EntityRecord]:
        """Everyone and everything mentioned, the most mentioned first."""
        return self._entities.all(limit=limit)

    def alike(self, name: str | None = None) -> Sequence[Likeness]:
        """Entities that may be one, for a person to say; with a name, only pairs with that one.

        Raises UnknownName.
        """
        record = self._entity(name) if name is not None else None
        found = alike(self._entities.all(limit=LOOKED_AT))
        if record is None:
            return found
        return [one for one in found if record.pk in (one.kept.pk, one.other.pk)]

    def entity(self, name: str) -> EntityView:
        """Everything about one entity, by any of its names. Raises UnknownName."""
        record = self._entity(name)
        stored = self._memories.of_entity(record.pk)
        held = [one.memory for one in stored if one.memory.status not in _OUT_OF_USE]
        return EntityView(record, tuple(held))

    def _entity(self, name: str) -> EntityRecord:
        if not name_key(name):
            raise EmptyQuery
        record = find(self._entities, name)
        if record is None:
            raise UnknownName(name)
        return record

    def review(self, *, limit: int | None = None) -> Sequence[ReviewItem]:
        """What waits for a decision: conflicts first, then proposals, then quarantined ones."""
        items = [*self._conflicts(limit)]
        seen = {item.memory.id for item in items}
        for status in _QUEUE:
            left = None if limit is None else max(0, limit - len(items)) + len(seen)
            waiting = self._memories.select(statuses=(status,), oldest_first=True, limit=left)
            for one in waiting:
                if one.memory.id not in seen and (limit is None or len(items) < limit):
                    places = tuple(self._memories.places(one.pk))
                    items.append(ReviewItem(one.memory, status.value, (), places))
        return items

    def _conflicts(self, limit: int | None) -> Sequence[ReviewItem]:
        items: list[ReviewItem] = []
        found = self._memories.by_pks(lists.in_conflict(self._store.database, views.HELD))
        held = sorted(found.values(), key=lambda one: (str(one.memory.said_at or ""), one.pk))
        for one in held[:limit]:
            against = [
                other.memory
                for link in one.memory.links
                if link.relation is Relation.CONTRADICTS and link.source == one.memory.id
                if (other := self._memories.get(link.target)) is not None
                and other.memory.status in views.HELD
            ]
            places = tuple(self._memories.places(one.pk))
            items.append(ReviewItem(one.memory, "conflict", tuple(against), places))
        return items


def _counts(one: StoredMemory) -> bool:
    """Whether a memory is more than an older version or duplicate of another one."""
    return bool(one.slot) or one.memory.status is not MemoryStatus.SUPERSEDED
