"""The memories of one home as the façade offers them: read, correct, consolidate, take back.

It finds memories by id (`reader`) and calls the parts that decide; it holds no rules of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mem.consolidation import entity_edits, fading, views
from mem.consolidation.book import NewStatement, evidence_rows_of
from mem.consolidation.decisions import Outcome
from mem.consolidation.person import Correction, Person, without_secrets
from mem.consolidation.reader import MemoryReader
from mem.consolidation.reconcile import Reconciler
from mem.core.clock import Clock, format_time
from mem.core.memory import Candidate, Memory, MemoryKind
from mem.core.protocols import Embedder
from mem.core.secrets import Redactor
from mem.errors import EmptyQuery, NoSuchChange, UnknownId
from mem.extraction.evidence import verify
from mem.store.changes import ChangeEntry
from mem.store.entities import EntityRecord
from mem.store.erase import Receipt, erase_memories
from mem.store.memory_vectors import MemoryVectors
from mem.store.secrets import SecretPlace, allowed_marks, put_secrets, secret_key
from mem.store.store import Store
from mem.store.tombstones import Tombstones

if TYPE_CHECKING:
    from mem.consolidation.reports import Budget, Report, Spent, SummaryReport
    from mem.consolidation.summaries import Summariser
    from mem.consolidation.summary_writing import SummaryWriter
    from mem.consolidation.worker import Extractor, Worker
    from mem.extraction.model import ModelExtractor
    from mem.store.memories import StoredMemory

_CITED_OF_LATE = timedelta(days=90)


class MemoryKeeper(MemoryReader):
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
        cut_episodes: Callable[[], int],
        summariser: Callable[[], Summariser],
        backups: Path,
        user_names: Sequence[str] = (),
        redact: bool = True,
        more_extractors: Callable[[], Sequence[Extractor]] = tuple,
        model_extractor: Callable[[], ModelExtractor | None] = lambda: None,
        summary_writer: Callable[[], SummaryWriter | None] = lambda: None,
    ) -> None:
        """`more_extractors` are those of plugins; no `model_extractor` where no model is set up.

        Secrets in what is typed are replaced unless `redact` is False.
        """
        super().__init__(store, clock, user_names)
        self._embedder = embedder
        self._extractor = extractor
        self._more_extractors = more_extractors
        self._model_extractor = model_extractor
        self._summary_writer = summary_writer
        self._cut_episodes = cut_episodes
        self._summariser = summariser
        self._backups = backups
        self._redact = redact
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
        budget: Budget | None = None,
        retry: bool = False,
        on_call: Callable[[Spent], None] | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> Report:
        """Cut what waits into episodes, draw memories, reconcile them, and summarise.

        The rules and the extractors of plugins go through at most `limit` chunks each. When the
        rules are through, the language model follows with a `budget`, where one is set up; what
        its memories leave of that is for summaries. `retry` has it try batches again that were
        given up. `stop` is asked all the while; what is done is kept.
        """
        from mem.consolidation.worker import consolidated

        episodes = self._cut_episodes()
        report = consolidated(
            self._worker, self._extractors, limit=limit, on_progress=on_progress, stop=stop
        )
        report.episodes = episodes
        begun = time.monotonic()
        if budget is not None and not report.pending and not stop():
            from mem.consolidation.modelwork import run_model

            run_model(
                self._store.database,
                self._worker,
                self._model_extractor,
                budget,
                report,
                retry=retry,
                on_progress=on_call,
                stop=stop,
            )
        self.embed_pending()
        minutes = (time.monotonic() - begun) / 60
        report.summaries = self._summarise(budget, report, minutes, stop)
        return report

    def _summarise(
        self,
        budget: Budget | None,
        report: Report,
        minutes: float,
        stop: Callable[[], bool],
    ) -> SummaryReport:
        """Without a model what has changed; with the one that was used what its budget allows.

        `minutes` of the budget are spent.
        """
        summariser = self._summariser()
        made = summariser.refresh(stop=stop)
        used = report.model
        if budget is None or used is None or used.unusable or used.pending or stop():
            return made
        writer = self._summary_writer()
        if writer is not None:
            left = budget.less(used.calls, used.tokens, minutes)
            summariser.write(writer, left, made, stop=stop)
        return made

    def _extractors(self) -> Sequence[Extractor]:
        return [self._extractor(), *self._more_extractors()]

    def _worker(self, extractor: Extractor) -> Worker:
        from mem.consolidation.worker import Worker

        return Worker(
            self._store.database,
            self._store.chunks,
            self._reconciler,
            extractor,
            self._is_forgotten,
        )

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
        return marks.holds(marks.of_memory(candidate.fingerprint))

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

    # --- a person in charge ----------------------------------------------------------------

    def edit(self, given: str, correction: Correction) -> Memory:
        """A corrected version with the highest trust; the old one stays in history.

        Secrets are replaced by placeholders, as those of an import are.
        """
        if correction.empty:
            raise EmptyQuery
        old = self.find(given)
        places: tuple[SecretPlace, ...] = ()
        if self._redact:
            redactor = Redactor(
                secret_key(self._store.database), allowed_marks(self._store.database)
            )
            correction, places = without_secrets(correction, redactor, old.memory.id)
        with self.changes.batch() as connection:
            if places and old.document_id is not None:
                put_secrets(connection, old.document_id, places, at=self._clock.utc(), merge=True)
            pk = self._person.edit(old, correction)
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
        stored = self._memories.select(statuses=views.EVER_HELD)
        return fading.plan(
            stored,
            self._uses.utilities(),
            self._uses.cited_since(since),
            salience=self._salience(stored),
            keep=keep,
            below=below,
        )

    def _salience(self, stored: Sequence[StoredMemory]) -> dict[int, float]:
        """How likely each memory is to be asked about."""
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

    def note_use(self, ids: Sequence[str], event: str) -> None:
        """Note that memories were shown, cited, useful or useless."""
        pks = [one.pk for one in map(self._memories.get, ids) if one is not None]
        self._uses.note(pks, event, self._clock.utc())
