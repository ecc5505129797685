"""The memories of one home as the façade offers them: read, correct, consolidate, take back.

It finds memories by id (`reader`), takes them in (`taking`) and calls the parts that decide; it
holds no rules of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mem.consolidation import entity_edits, fading, views
from mem.consolidation.person import Correction, Person, without_secrets
from mem.consolidation.taking import MemoryTaker
from mem.core.clock import format_time
from mem.core.memory import Memory
from mem.core.secrets.redactor import Redactor
from mem.errors import BackwardsValidity, EmptyQuery, NoSuchChange, NotAllowed
from mem.store.erasing.erase import Receipt, erase_memories
from mem.store.memory.changes import ChangeEntry
from mem.store.memory.entities import EntityRecord
from mem.store.memory.vectors import MemoryVectors
from mem.store.secrets import SecretPlace, allowed_marks, put_secrets, secret_key

if TYPE_CHECKING:
    from mem.store.memory.rows import StoredMemory


class MemoryKeeper(MemoryTaker):
    """All operations on memories. Ids may be shortened to a beginning that is unique.

    Every method that takes ids raises UnknownId and AmbiguousId; every one that writes raises
    StoreLocked and StoreFull.
    """

    @property
    def _person(self) -> Person:
        return Person(self._reconciler, format_time(self._clock.utc()))

    def _redactor(self) -> Redactor:
        return Redactor(secret_key(self._store.database), allowed_marks(self._store.database))

    # --- a person in charge ----------------------------------------------------------------

    def edit(self, given: str, correction: Correction) -> Memory:
        """A corrected version with the highest trust; the old one stays in history.

        Secrets are replaced by placeholders, as those of an import are.
        """
        if correction.empty:
            raise EmptyQuery
        old = self.find(given)
        _refuse_backwards(old.memory, correction)
        places: tuple[SecretPlace, ...] = ()
        if self._redact:
            correction, places = without_secrets(correction, self._redactor(), old.memory.id)
        read = None
        if correction.text is not None and correction.is_text_alone:
            from mem.consolidation.typed import read_again

            read = read_again(correction.text, old.memory.said_at, self._extractor())
        with self.changes.batch() as connection:
            if places and old.document_id is not None:
                put_secrets(connection, old.document_id, places, at=self._clock.utc(), merge=True)
            pk = self._person.edit(old, correction, read=read)
        return self._settled(pk, old.memory.id)

    def pin(self, given: str, *, on: bool = True) -> Memory:
        """Keep a memory from fading, or no longer."""
        one = self.find(given)
        self._person.pin(one, on=on)
        return self._settled(one.pk, one.memory.id)

    def archive(self, given: Sequence[str]) -> int:
        """Leave memories out of default results; returns how many were in them."""
        return self._person.archive([self.find(one) for one in given])

    def reject(self, given: str) -> Memory:
        """Take a memory out of use for good; extraction does not bring it back."""
        one = self.find(given)
        self._person.reject(one)
        return self._settled(one.pk, one.memory.id)

    def accept(self, given: str) -> Memory:
        """Vouch for a memory: over what it is in conflict with, or out of the queue."""
        one = self.find(given)
        self._person.accept(one)
        return self._settled(one.pk, one.memory.id)

    def merge(self, target: str, others: Sequence[str]) -> Memory:
        """One memory with the evidence of several that say the same.

        Raises NotAllowed where they are one already.
        """
        kept = self.find(target)
        rest = {one.pk: one for one in map(self.find, others) if one.pk != kept.pk}
        if not rest:
            raise NotAllowed(kept.memory.id, "it is one already; name another that says the same")
        self._person.merge(kept, list(rest.values()))
        return self._settled(kept.pk, kept.memory.id)

    def merge_entities(self, name: str, others: Sequence[str]) -> EntityRecord:
        """One entity of several that are the same, all given by name; its name stays.

        Raises UnknownId, NotAllowed where they are one already.
        """
        kept = self._entity(name)
        rest = [self._entity(one) for one in others]
        entity_edits.merge(self.changes, self._entities, kept, rest)
        return self._entities.get(kept.pk) or kept

    def split_entity(self, name: str, alias: str) -> EntityRecord:
        """One of an entity's names as an entity of its own, with the memories that say it.

        Raises UnknownId, NotAllowed where it has no other name.
        """
        whole = self._entity(name)
        pk = entity_edits.split(self.changes, self._entities, self._memories, whole, alias)
        return self._entities.get(pk) or whole

    def rename_entity(self, name: str, new: str) -> EntityRecord:
        """Another name for the entity with any of its names; the old one still finds it.

        Raises UnknownName, EmptyQuery, and NotAllowed for a name that cannot be taken.
        """
        whole = self._entity(name)
        if self._redact and self._redactor().redact(new).replaced:
            raise NotAllowed(whole.name, "the name holds a secret; give one without it")
        entity_edits.rename(self.changes, self._entities, whole, new)
        return self._entities.get(whole.pk) or whole

    def forget(self, given: Sequence[str]) -> Receipt:
        """Destroy memories and all their versions for good; their passages stay in memory.

        Raises ForgettingUnfinished where bytes of them could not be removed yet.
        """
        try:
            return erase_memories(
                self._store.database,
                [self.find(one).pk for one in given],
                backups=self._backups,
                actor="user",
                at=self._clock.utc(),
                resettle=self._reconciler.settle_left,
            )
        finally:
            self._reconciler.neighbours.forget()

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
        done = self.changes.undo(wanted, resettle=self._reconciler.resettle_all)
        self.embed_pending()
        return done

    def undone_by(self, number: int) -> Sequence[int]:
        """The changes that an undo took back."""
        (entry,) = (one for one in self.changes.entries(1, number=number))
        undoes = entry.entry.detail.get("undoes", [])
        assert isinstance(undoes, list)
        return undoes

    def changes_of(self, numbers: Sequence[int]) -> Sequence[ChangeEntry]:
        """The changes of those numbers, the newest first."""
        wanted = sorted(numbers, reverse=True)
        return [entry for one in wanted for entry in self.changes.entries(1, number=one)]

    # --- fading ----------------------------------------------------------------------------

    def prune_plan(
        self, *, keep: float | None = None, below: float = fading.FAINT
    ) -> fading.PrunePlan:
        """What has faded and may be archived, each with a reason, and what that would cost.

        `keep` in (0, 1] archives down to that share.
        """
        since = self._clock.utc() - fading.CITED_OF_LATE
        stored = self._memories.select(statuses=views.EVER_HELD, oldest_first=True)
        return fading.plan(
            stored,
            self._uses.utilities(),
            self._uses.cited_since(since),
            salience=self._salience(stored),
            keep=keep,
            below=below,
        )

    def _salience(self, stored: Sequence[StoredMemory]) -> dict[int, float]:
        """How likely each memory is to be asked for before any use; the first said come first."""
        from mem.consolidation.salience import Salience

        embedder = self._embedder()
        vectors = MemoryVectors(self._store.database, embedder.fingerprint, embedder.dimensions)
        keys, rows = vectors.matrix()
        by_key = {int(key): rows[place] for place, key in enumerate(keys)}
        known = {place: by_key[one.pk] for place, one in enumerate(stored) if one.pk in by_key}
        found = Salience(embedder.fingerprint).of([one.memory for one in stored], known)
        return {one.pk: value for one, value in zip(stored, found, strict=True)}

    def prune(self, plan: fading.PrunePlan) -> int:
        """Archive what a plan names, as one change; returns how many."""
        those = [entry.stored for entry in plan.entries]
        return self._person.archive(those, actor="prune", reason="faded") if those else 0


def _refuse_backwards(memory: Memory, correction: Correction) -> None:
    """Raise BackwardsValidity where the times that are given leave none in which it is true."""
    begins = correction.valid_from or memory.valid_from
    ends = correction.valid_to or memory.valid_to
    given = correction.valid_from is not None or correction.valid_to is not None
    if given and begins is not None and ends is not None and ends <= begins:
        raise BackwardsValidity(f"{begins:%Y-%m-%d}", f"{ends:%Y-%m-%d}")
