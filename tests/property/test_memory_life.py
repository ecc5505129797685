"""Whatever a person and consolidation do to memories, in any order, the promises about them hold.

`MEM_FUZZ` sets how many runs are tried (a run is up to 30 acts).
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from mem.assistant import Assistant
from mem.consolidation.person import Correction
from mem.core.memory import Candidate, Evidence, Memory, MemoryKind, MemoryStatus, Relation, Trust
from mem.errors import NoSuchChange, NotAllowed, UndoConflict
from mem.store.chunks import StoredChunk
from mem.store.memory.operation import TABLES
from mem.testing import FakeEmbedder, FixedClock

if TYPE_CHECKING:
    import pytest

EXAMPLES = int(os.environ.get("MEM_FUZZ", "6"))
NAMES = tuple(f"Q{letters}a" for letters in ("bvxk", "jzwf", "kxdg", "vvyq", "zgbd", "wfkz"))
_SAID = re.compile(
    r"(I|Ines|Joel) (lives? in|likes?|hates?|(?:do|does) not like|left|moved out of) (Q\w+)\."
)
_PREDICATES = {"left": "leave", "moved out of": "move out of"}
_EVERY = tuple(MemoryStatus)

State = dict[str, list[tuple[object, ...]]]
whos = st.sampled_from(("I", "Ines", "Joel"))
verbs = st.sampled_from(("live in", "like", "hate", "do not like", "moved out of"))
sentences = st.tuples(whos, verbs, st.sampled_from(NAMES))
any_place = st.integers(0, 10**6)


class Plain:
    """Reads sentences of the one form that the notes here are written in."""

    fingerprint = "plain-1"

    def extract(self, chunks: Sequence[StoredChunk]) -> list[Candidate]:
        return [
            _candidate(one, found) for one in chunks for found in _SAID.finditer(one.chunk.text)
        ]


def _candidate(one: StoredChunk, found: re.Match[str]) -> Candidate:
    who, verb, what = found.groups()
    base = "live in" if "live" in verb else "hate" if "hate" in verb else "like"
    predicate = _PREDICATES.get(verb, base)
    kind = MemoryKind.PROFILE if who == "I" else MemoryKind.FACT
    trust = Trust.OTHERS if one.uri.endswith("3.md") else Trust.OWN_NOTE  # waits for review
    return Candidate(
        kind=MemoryKind.EVENT if verb in _PREDICATES else kind,
        text=found.group(),
        subject="user" if who == "I" else who,
        predicate=predicate,
        object=what,
        evidence=(Evidence(one.chunk.id, found.start(), found.end(), found.group()),),
        said_at=one.chunk.said_at,
        trust=Trust.TYPED if one.uri.startswith("mem:") else trust,
        confidence=0.8,
        origin="plain",
        exclusive=predicate == "live in",
        negated="not" in verb,
        entities=(what,) if who == "I" else (who, what),
    )


def written(sentence: tuple[str, str, str]) -> str:
    who, verb, what = sentence
    if who == "I" or verb in _PREDICATES:
        return f"{who} {verb} {what}."
    verb = {"live in": "lives in", "do not like": "does not like"}.get(verb, verb + "s")
    return f"{who} {verb} {what}."


class Life(RuleBasedStateMachine):
    """One home, a folder of notes, and what must not come back."""

    # The same for each run: ids of documents, by which equals are ordered, come from paths.
    folder: Path

    @initialize()
    def open(self) -> None:
        self.stack = ExitStack()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.notes = self.folder / "notes"
        self.notes.mkdir(parents=True)
        self.clock = FixedClock(datetime(2025, 12, 1, 9))
        self.assistant = self.stack.enter_context(
            Assistant.open(self.folder / "home", clock=self.clock, embedder=FakeEmbedder())
        )
        self.keeper = self.assistant.memories
        self.keeper._extractor = Plain
        self.forgotten: set[str] = set()  # names
        self.gone: set[str] = set()  # ids
        self.acts: list[tuple[list[int], State]] = []
        self.statuses: dict[int, str] = {}
        self.newest = 0

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            assert self.assistant.doctor() == []
            self.stack.close()
            shutil.rmtree(self.folder)

    # --- helpers ---------------------------------------------------------------------------

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return self.assistant.store.database.rows(sql)

    def state(self) -> State:
        return {table: sorted(self.rows(f'SELECT * FROM "{table}"'), key=repr) for table in TABLES}

    def last(self) -> int:
        return int(str(self.rows("SELECT coalesce(max(pk), 0) FROM journal")[0][0]))

    def pick(self, place: int) -> Memory | None:
        every = self.keeper.list(statuses=_EVERY)
        every.sort(key=lambda one: one.id)
        return every[place % len(every)] if every else None

    def act(self, place: int, name: str) -> None:
        """One of the person's acts on a memory, and what it takes to take it back."""
        one = self.pick(place)
        if one is None:
            return
        before, number = self.state(), self.last()
        acts: dict[str, Callable[[], object]] = {
            "pin": lambda: self.keeper.pin(one.id, on=place % 3 > 0),
            "reject": lambda: self.keeper.reject(one.id),
            "accept": lambda: self.keeper.accept(one.id),
            "archive": lambda: self.keeper.archive([one.id]),
            "prune": lambda: self.keeper.prune(self.keeper.prune_plan(keep=0.7)),
        }
        acts[name]()
        self.note(before, number)

    def note(self, before: State, number: int) -> None:
        numbers = [
            one.number
            for one in self.keeper.history(limit=500)
            if one.number > number and one.undoable
        ]
        if numbers:
            self.acts.append((numbers, before))
        else:
            assert self.state() == before

    def allowed(self, sentence: tuple[str, str, str]) -> bool:
        return sentence[2] not in self.forgotten

    # --- acts ------------------------------------------------------------------------------

    @rule(
        number=st.integers(0, 3),
        said=st.lists(sentences, min_size=1, max_size=3),
        month=st.integers(1, 12),
    )
    def write(self, number: int, said: list[tuple[str, str, str]], month: int) -> None:
        kept = [written(one) for one in said if self.allowed(one)]
        text = f"---\ndate: 2024-{month:02d}-01\n---\n" + "\n\n".join(kept) + "\n"
        (self.notes / f"{number}.md").write_text(text)
        self.take_in()

    @rule()
    def take_in(self) -> None:
        self.assistant.ingest(self.notes)
        self.keeper.consolidate()
        self.acts.clear()  # evidence goes with the passages that changed

    @rule(said=sentences, month=st.integers(1, 12))
    def add(self, said: tuple[str, str, str], month: int) -> None:
        if self.allowed(said):
            record = self.assistant.remember(written(said), said_at=datetime(2025, month, 1))
            self.keeper.remember(record.id, MemoryKind.PROFILE)
            self.acts.clear()

    @rule(place=any_place, name=st.sampled_from(NAMES), whole=st.booleans())
    def edit(self, place: int, name: str, whole: bool) -> None:
        one = self.pick(place)
        if one is None or name in self.forgotten:
            return
        before, number = self.state(), self.last()
        text = f"I live in {name}." if whole else None
        try:
            self.keeper.edit(one.id, Correction(text=text, object=None if whole else name))
        except NotAllowed:
            assert self.state() == before
            return
        self.note(before, number)

    @rule(place=any_place, name=st.sampled_from(("pin", "reject", "accept", "archive", "prune")))
    def person(self, place: int, name: str) -> None:
        self.act(place, name)

    @rule(one=any_place, other=any_place)
    def merge(self, one: int, other: int) -> None:
        kept, gone = self.pick(one), self.pick(other)
        if kept is None or gone is None:
            return
        before, number = self.state(), self.last()
        try:
            self.keeper.merge(kept.id, [gone.id])
        except NotAllowed:
            assert self.state() == before
            return
        self.note(before, number)

    @rule(one=any_place, other=any_place, split=st.booleans())
    def entities(self, one: int, other: int, split: bool) -> None:
        known = sorted(self.keeper.entities(), key=lambda found: found.id)
        if not known:
            return
        kept, joined = known[one % len(known)], known[other % len(known)]
        before, number = self.state(), self.last()
        try:
            if split:
                alias = (*kept.aliases, kept.name)[other % (len(kept.aliases) + 1)]
                self.keeper.split_entity(kept.name, alias)
            else:
                self.keeper.merge_entities(kept.name, [joined.name])
        except NotAllowed:
            assert self.state() == before
            return
        self.note(before, number)

    @rule(place=any_place, name=st.sampled_from(NAMES))
    def rename(self, place: int, name: str) -> None:
        known = sorted(self.keeper.entities(), key=lambda found: found.id)
        if not known or name in self.forgotten:
            return
        before, number = self.state(), self.last()
        try:
            self.keeper.rename_entity(known[place % len(known)].name, name)
        except NotAllowed:
            assert self.state() == before
            return
        self.note(before, number)

    @precondition(lambda self: self.acts)
    @rule()
    def undo_the_last(self) -> None:
        numbers, before = self.acts.pop()
        after = self.state()
        done = self.keeper.undo(numbers)
        assert self.state() == before
        again = self.keeper.undo([done])
        assert self.state() == after
        self.keeper.undo([again])
        assert self.state() == before

    @rule(place=any_place)
    def undo_any(self, place: int) -> None:
        numbers = [one.number for one in self.keeper.history(limit=500) if one.undoable]
        if not numbers:
            return
        before = self.state()
        try:
            self.keeper.undo([numbers[place % len(numbers)]])
        except UndoConflict:
            assert self.state() == before
            return
        self.acts.clear()

    @rule()
    def undo_newest(self) -> None:
        self.acts.clear()
        try:
            self.keeper.undo()
        except NoSuchChange:
            assert self.keeper.changes.undoable(1) == []
        except UndoConflict as error:
            wanted = {error.entry}
            advice = error.later
            while advice is not None and advice not in wanted:  # what the message says helps
                wanted.add(advice)
                try:
                    self.keeper.undo(sorted(wanted))
                    return
                except UndoConflict as another:
                    advice = another.later
            raise

    @rule(place=any_place)
    def forget_memory(self, place: int) -> None:
        one = self.pick(place)
        if one is not None:
            versions = {memory.id for memory in self.keeper.versions([one.id])}
            self.keeper.forget([one.id])
            assert not versions & {memory.id for memory in self.keeper.list(statuses=_EVERY)}
            self.acts.clear()

    @rule(number=st.integers(0, 3))
    def forget_document(self, number: int) -> None:
        held = self.rows("SELECT id FROM document WHERE uri LIKE 'file:%' ORDER BY id")
        if held:
            identity = str(held[number % len(held)][0])
            self.assistant.forget(self.assistant.forget_preview(documents=[identity]))
            self.acts.clear()

    @rule(name=st.sampled_from(NAMES))
    def forget_name(self, name: str) -> None:
        plan = self.assistant.forget_preview(match=name)
        if plan.empty:
            return
        receipt = self.assistant.forget(plan)
        assert receipt.found_after == 0
        self.forgotten.add(name)
        self.acts.clear()

    # --- what holds all the while ------------------------------------------------------------

    @invariant()
    def nothing_forgotten_is_anywhere(self) -> None:
        if not getattr(self, "forgotten", None):
            return
        for path in (self.folder / "home").rglob("*"):
            data = path.read_bytes().lower() if path.is_file() else b""
            assert not [name for name in self.forgotten if name.lower().encode() in data], path

    @invariant()
    def every_quote_stands_in_its_chunk(self) -> None:
        wrong = self.rows(
            "SELECT memory_pk FROM evidence AS part JOIN chunk ON chunk.pk = part.chunk_pk "
            'WHERE NOT (0 <= part."start" AND part."start" < part."end" '
            'AND part."end" <= length(text))'
        )
        assert wrong == []

    @invariant()
    def one_home_for_each(self) -> None:
        """One current value of what there is one of, unless a conflict is open for review."""
        homes: dict[str, list[Memory]] = {}
        for one in self.keeper.list(statuses=(MemoryStatus.ACTIVE,)):
            if one.predicate == "live in" and not one.negated:
                homes.setdefault(one.subject, []).append(one)
        for several in homes.values():
            ids = {one.id for one in several}
            against = {
                identity
                for one in several
                for link in one.links
                if link.relation is Relation.CONTRADICTS
                for identity in (link.source, link.target)
            }
            assert len(ids) == 1 or len(ids - against) == 0, several

    @invariant()
    def every_change_of_status_is_journalled(self) -> None:
        now = {int(str(pk)): str(one) for pk, one in self.rows("SELECT pk, status FROM memory")}
        logged = {
            int(str(row[0]))
            for row in self.rows(
                f"SELECT memory_pk FROM change WHERE tbl = 'memory' AND entry > {self.newest}"
            )
        }
        known = getattr(self, "statuses", {})
        assert {pk for pk, one in now.items() if known.get(pk) != one} <= logged
        self.statuses, self.newest = now, self.last()

    @invariant()
    def counts_agree(self) -> None:
        every = self.keeper.list(statuses=_EVERY)
        assert sum(self.keeper.counts().values()) == len(every)
        assert len({one.id for one in every}) == len(every)
        searched = self.rows("SELECT count(*) FROM memory_fts WHERE memory_fts MATCH 'q*'")
        assert searched == self.rows("SELECT count(*) FROM memory")


def test_whatever_is_done_the_promises_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Life, "folder", tmp_path / "life", raising=False)
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
