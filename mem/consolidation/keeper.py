"""The memories of one home as the façade offers them: read, correct, consolidate, take back.

It finds memories by id and calls the parts that decide; it holds no rules of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mem.consolidation import fading, views
from mem.consolidation.book import NewStatement, evidence_rows_of
from mem.consolidation.decisions import Outcome
from mem.consolidation.normal import name_key, subject_key
from mem.consolidation.person import Correction, Person
from mem.consolidation.reconcile import Reconciler
from mem.consolidation.records import EntityView, MemoryView, ReviewItem
from mem.core.clock import Clock, format_time
from mem.core.memory import Candidate, Memory, MemoryKind, MemoryStatus, Relation
from mem.core.protocols import Embedder
from mem.errors import AmbiguousId, EmptyQuery, NoSuchChange, UnknownId
from mem.extraction.evidence import verify
from mem.store.changes import ChangeEntry, Changes
from mem.store.entities import Entities, EntityRecord
from mem.store.erase import Receipt, Tombstones, erase_memories
from mem.store.memories import Memories, StoredMemory
from mem.store.memory_vectors import MemoryVectors
from mem.store.store import Store

if TYPE_CHECKING:
    from mem.consolidation.worker import Extractor, Report

_CITED_OF_LATE = timedelta(days=90)
_QUEUE = (MemoryStatus.PROPOSED, MemoryStatus.QUARANTINED)
_OUT_OF_USE = (MemoryStatus.ARCHIVED, MemoryStatus.REJECTED, MemoryStatus.QUARANTINED)


class MemoryKeeper:
    """All operations on memories. Ids may be shortened to a beginning that is unique.

    Every method that takes ids raises UnknownId and AmbiguousId; every one that writes raises
    StoreLocked and StoreFull.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        embedder: Callable[[], Embedder],
        *,
        extractor: Callable[[], Extractor],
        backups: Path,
        user_names: Sequence[str] = (),
    ) -> None:
        self._store = store
        self._clock = clock
        self._embedder = embedder
        self._extractor = extractor
        self._backups = backups
        self._user_names = tuple(user_names)
        self.changes = Changes(store.database, clock.utc)
        self._memories = Memories(store.database, clock.now)
        self._entities = Entities(store.database)
        self._uses = fading.Uses(store.database)

    @cached_property
    def _reconciler(self) -> Reconciler:
        from mem.consolidation.neighbours import Neighbours

        embedder = self._embedder()
        vectors = MemoryVectors(self._store.database, embedder.fingerprint, embedder.dimensions)
        return Reconciler(
            self.changes,
            self._memories,
            self._entities,
            Neighbours(vectors, embedder),
            self._clock.utc,
            self._user_names,
        )

    @property
    def _person(self) -> Person:
        return Person(self._reconciler, format_time(self._clock.utc()))

    # --- taking in -------------------------------------------------------------------------

    def consolidate(
        self,
        *,
        limit: int | None = None,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> Report:
        """Draw memories from chunks that wait, and reconcile them with what is known."""
        from mem.consolidation.worker import Worker

        worker = Worker(
            self._store.database,
            self._store.chunks,
            self._reconciler,
            self._extractor(),
            self._is_forgotten,
        )
        report = worker.run(limit=limit, on_progress=on_progress)
        self.embed_pending()
        return report

    def take(
        self, candidates: Sequence[Candidate], *, actor: str = "user", vouched: bool = False
    ) -> list[Outcome]:
        """Reconcile candidates from elsewhere; one whose quote is not in its chunk is refused."""
        self._reconciler.neighbours.prepare([one.text for one in candidates])
        with self.changes.batch():
            return [self._take(one, actor, vouched) for one in candidates]

    def remember(
        self,
        document: str,
        kind: MemoryKind,
        *,
        happened: tuple[datetime, datetime] | None = None,
    ) -> Memory:
        """A memory of a typed document's words, with the highest trust and all of it as evidence.

        `happened` is the half-open time at which an event happened. Raises UnknownId.
        """
        from mem.consolidation.typed import typed_candidate

        pks = self._store.chunks.keys_of(
            [chunk.id for chunk in self._store.chunks.of_document(document)]
        )
        stored = sorted(
            self._store.chunks.by_keys(pks.values()).values(), key=lambda one: one.chunk.seq
        )
        if not stored:
            raise UnknownId(document)
        candidate = typed_candidate(stored, kind, self._extractor(), happened)
        (outcome,) = self.take([candidate], vouched=True)
        if outcome.memory_pk is None:
            held = self._memories.of_fingerprint(candidate.fingerprint)
            return held[-1].memory
        return self._settled(outcome.memory_pk)

    def _take(self, candidate: Candidate, actor: str, vouched: bool) -> Outcome:
        keys = self._store.chunks.keys_of([one.chunk_id for one in candidate.evidence])
        stored = self._store.chunks.by_keys(keys.values())
        texts = {one.chunk.id: one.chunk.text for one in stored.values()}
        evidence = verify(candidate.evidence, texts)
        if evidence is None:
            return Outcome("refused", "the quote is not in its source")
        places = {
            one.chunk.id: (one.pk, one.chunk.document_id, one.chunk.seq) for one in stored.values()
        }
        new = NewStatement(candidate, evidence_rows_of(candidate, evidence, places))
        forgotten = not vouched and self._is_forgotten(candidate)
        return self._reconciler.take(new, actor=actor, forgotten=forgotten, vouched=vouched)

    def _is_forgotten(self, candidate: Candidate) -> bool:
        marks = Tombstones(self._store.database)
        return marks.of_memory(candidate.fingerprint) in marks.digests()

    def embed_pending(self) -> int:
        """Make the vectors that are missing; returns how many."""
        embedder = self._embedder()
        vectors = MemoryVectors(self._store.database, embedder.fingerprint, embedder.dimensions)
        pending = vectors.pending()
        if pending:
            rows = embedder.embed([text for _, text in pending])
            made = {pk: row for (pk, _), row in zip(pending, rows, strict=True)}
            with self._store.database.transaction():
                vectors.put(made)
            self._reconciler.neighbours.forget()
        return len(pending)

    # --- looking ---------------------------------------------------------------------------

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
        if as_of is None and known_at is None:
            stored = self._memories.select(statuses=wanted, kind=kind, limit=limit)
            return [one.memory for one in stored]
        if known_at is None:
            stored = self._memories.select(statuses=wanted, kind=kind)
        else:
            rows = self.changes.rows_at("memory", known_at.astimezone(UTC))
            stored = [
                one
                for one in self._memories.from_rows(rows)
                if one.memory.status in wanted and kind in (None, one.memory.kind)
            ]
            stored.sort(key=lambda one: one.memory.said_at or datetime.min, reverse=True)
        if as_of is not None:
            stored = [one for one in stored if _counts(one) and views.was_true(one.memory, as_of)]
        return [one.memory for one in stored[:limit]]

    def counts(self) -> dict[str, int]:
        """How many memories of each status."""
        return self._memories.count()

    def timeline(
        self, *, entity: str | None = None, since: datetime | None = None
    ) -> Sequence[views.TimelineEntry]:
        """How things developed: of one entity (by name), or of everything."""
        if entity is not None:
            return views.timeline(self.entity(entity).memories, since=since)
        stored = self._memories.select(statuses=views.EVER_HELD)
        return views.timeline([one.memory for one in stored], since=since)

    def profile(self, *, each: int = 20) -> views.Profile:
        """What is known of the user."""
        stored = self._memories.select(statuses=(MemoryStatus.ACTIVE,))
        memories = [one.memory for one in stored]
        names = frozenset(name.lower() for name in self._user_names)
        about = [
            (one.kind is MemoryKind.PROFILE and subject_key(one.subject, names) in ("user", ""))
            or subject_key(one.subject, names) == "user"
            for one in memories
        ]
        return views.profile(memories, about, each=each)

    def entities(self, *, limit: int | None = None) -> Sequence[EntityRecord]:
        """Everyone and everything mentioned, the most mentioned first."""
        return self._entities.all(limit=limit)

    def entity(self, name: str) -> EntityView:
        """Everything about one entity, by any of its names. Raises UnknownId."""
        key = name_key(name)
        if not key:
            raise EmptyQuery
        record = self._entities.by_key(key)
        if record is None:
            raise UnknownId(name)
        stored = self._memories.of_entity(record.pk)
        held = [one.memory for one in stored if one.memory.status not in _OUT_OF_USE]
        return EntityView(record, tuple(held))

    def review(self, *, limit: int | None = None) -> Sequence[ReviewItem]:
        """What waits for a decision: conflicts first, then proposals, then quarantined ones."""
        items = [*self._conflicts()]
        seen = {item.memory.id for item in items}
        for status in _QUEUE:
            for one in self._memories.select(statuses=(status,), oldest_first=True):
                if one.memory.id not in seen:
                    places = tuple(self._memories.places(one.pk))
                    items.append(ReviewItem(one.memory, status.value, (), places))
        return items[:limit]

    def _conflicts(self) -> Sequence[ReviewItem]:
        items: list[ReviewItem] = []
        for one in self._memories.select(statuses=views.HELD, oldest_first=True):
            against = [
                other.memory
                for link in one.memory.links
                if link.relation is Relation.CONTRADICTS and link.source == one.memory.id
                if (other := self._memories.get(link.target)) is not None
                and other.memory.status in views.HELD
            ]
            if against:
                places = tuple(self._memories.places(one.pk))
                items.append(ReviewItem(one.memory, "conflict", tuple(against), places))
        return items

    # --- a person in charge ----------------------------------------------------------------

    def edit(self, given: str, correction: Correction) -> Memory:
        """A corrected version with the highest trust; the old one stays in history."""
        if correction.empty:
            raise EmptyQuery
        pk = self._person.edit(self.find(given), correction)
        return self._settled(pk)

    def pin(self, given: str, *, on: bool = True) -> Memory:
        """Keep a memory from fading, or no longer."""
        one = self.find(given)
        self._person.pin(one, on=on)
        return self._settled(one.pk)

    def archive(self, given: Sequence[str]) -> int:
        """Leave memories out of default results; returns how many were in them."""
        return self._person.archive([self.find(one) for one in given])

    def reject(self, given: str) -> Memory:
        """Take a memory out of use for good; extraction does not bring it back."""
        one = self.find(given)
        self._person.reject(one)
        return self._settled(one.pk)

    def accept(self, given: str) -> Memory:
        """Vouch for a memory: over what it is in conflict with, or out of the queue."""
        one = self.find(given)
        self._person.accept(one)
        return self._settled(one.pk)

    def merge(self, target: str, others: Sequence[str]) -> Memory:
        """One memory with the evidence of several that say the same."""
        kept = self.find(target)
        rest = {one.pk: one for one in map(self.find, others) if one.pk != kept.pk}
        self._person.merge(kept, list(rest.values()))
        return self._settled(kept.pk)

    def _settled(self, pk: int) -> Memory:
        """A memory after an act on it, with its vector made."""
        self.embed_pending()
        return self._memories.by_pks([pk])[pk].memory

    def forget(self, given: Sequence[str]) -> Receipt:
        """Destroy memories and all their versions for good; their passages stay in memory."""
        receipt = erase_memories(
            self._store.database,
            [self.find(one).pk for one in given],
            backups=self._backups,
            actor="user",
            at=self._clock.utc(),
        )
        self._reconciler.neighbours.forget()
        return receipt

    # --- history ---------------------------------------------------------------------------

    def history(self, given: str | None = None, *, limit: int = 50) -> Sequence[ChangeEntry]:
        """What was done, newest first: to everything, or to one memory."""
        pk = self.find(given).pk if given is not None else None
        return self.changes.entries(limit, memory_pk=pk)

    def undo(self, numbers: Sequence[int] = (), *, last: int = 1) -> int:
        """Take changes back, by number or the newest `last`; returns the new change's number.

        Raises NoSuchChange, UndoConflict.
        """
        wanted = list(numbers) or self.changes.undoable(last)
        if not wanted:
            raise NoSuchChange(None)
        done = self.changes.undo(wanted)
        self.embed_pending()
        return done

    def undone_by(self, number: int) -> Sequence[int]:
        """The changes that an undo took back."""
        (entry,) = (one for one in self.changes.entries(1, number=number))
        undoes = entry.entry.detail.get("undoes", [])
        assert isinstance(undoes, list)
        return undoes

    # --- fading ----------------------------------------------------------------------------

    def prune_plan(
        self, *, keep: float | None = None, below: float = fading.FAINT
    ) -> fading.PrunePlan:
        """What has faded and may be archived, each with a reason, and what that would cost.

        `keep` in (0, 1] archives down to that share.
        """
        since = self._clock.utc() - _CITED_OF_LATE
        return fading.plan(
            self._memories.select(statuses=views.EVER_HELD),
            self._uses.utilities(),
            self._uses.cited_since(since),
            keep=keep,
            below=below,
        )

    def prune(self, plan: fading.PrunePlan) -> int:
        """Archive what a plan names, as one change; returns how many."""
        those = [entry.stored for entry in plan.entries]
        return self._person.archive(those, actor="prune", reason="faded") if those else 0

    def note_use(self, ids: Sequence[str], event: str) -> None:
        """Note that memories were shown, cited, useful or useless."""
        pks = [one.pk for one in map(self._memories.get, ids) if one is not None]
        self._uses.note(pks, event, self._clock.utc())


def _counts(one: StoredMemory) -> bool:
    """Whether a memory is more than an older version or duplicate of another one."""
    return bool(one.slot) or one.memory.status is not MemoryStatus.SUPERSEDED
