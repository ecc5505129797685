"""Any run of changes to memories, by a person or by consolidation, can be taken back exactly."""

from __future__ import annotations

import random
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.consolidation.keeper import MemoryKeeper
from mem.consolidation.person import Correction
from mem.core.memory import Candidate, Evidence, Memory, MemoryKind, MemoryStatus, Trust
from mem.errors import NoSuchChange, NotAllowed, UndoConflict
from mem.store.memory.changes import Changes
from mem.store.memory.operation import TABLES
from mem.testing import FakeEmbedder, FixedClock

PLACES = ("Paris", "Berlin", "Oslo")
TEXTS = tuple(f"I live in {place} as of letter {i}." for i in range(8) for place in PLACES)

State = dict[str, list[tuple[object, ...]]]


def state(assistant: Assistant) -> State:
    """Every row of the tables that the change log covers."""
    rows = assistant.store.database.rows
    return {table: sorted(rows(f'SELECT * FROM "{table}"'), key=repr) for table in TABLES}


@contextmanager
def filled() -> Iterator[tuple[Assistant, list[Evidence]]]:
    """A home with some typed notes to draw from."""
    with tempfile.TemporaryDirectory() as folder:
        clock = FixedClock(datetime(2025, 12, 1, 9))
        with Assistant.open(Path(folder), clock=clock, embedder=FakeEmbedder()) as assistant:
            evidence: list[Evidence] = []
            for i, text in enumerate(TEXTS):
                record = assistant.remember(text, said_at=datetime(2020 + i % 5, 1 + i % 12, 1))
                chunk = assistant.show(record.id).chunks[0]
                evidence.append(Evidence(chunk.id, 0, len(text), text))
            yield assistant, evidence


def candidate(rng: random.Random, evidence: list[Evidence]) -> Candidate:
    i = rng.randrange(len(evidence))
    exclusive = rng.random() < 0.6
    return Candidate(
        kind=rng.choice(list(MemoryKind)),
        text=evidence[i].quote,
        subject=rng.choice(("user", "Ann", "Joel")),
        predicate=rng.choice(("live in", "like", "hate")),
        object=PLACES[i % 3],
        evidence=(evidence[i],),
        said_at=datetime(2020 + i % 5, 1 + i % 12, 1),
        trust=rng.choice((Trust.INFERRED, Trust.OTHERS, Trust.OWN_CHAT, Trust.OWN_NOTE)),
        confidence=rng.random(),
        origin="test",
        exclusive=exclusive,
        negated=rng.random() < 0.15,
        valid_to=datetime(2026, 1, 1) if rng.random() < 0.1 else None,
        entities=(rng.choice(("Ann Lee", "Joel", "Kim", "Joel Brand")),),
    )


def act(rng: random.Random, keeper: MemoryKeeper, evidence: list[Evidence]) -> None:
    """One random change; some change nothing."""
    memories = keeper.list(statuses=tuple(MemoryStatus))
    kind = rng.random()
    if kind < 0.45 or not memories:
        keeper.take([candidate(rng, evidence)], actor="consolidate")
        return
    one = rng.choice(memories)
    try:
        _act_on(rng, keeper, one, memories)
    except NotAllowed:
        return


def _act_on(rng: random.Random, keeper: MemoryKeeper, one: Memory, all_: list[Memory]) -> None:
    match rng.randrange(9):
        case 0:
            keeper.edit(one.id, Correction(text=f"Corrected {rng.random()}", object="Rome"))
        case 1:
            keeper.pin(one.id, on=rng.random() < 0.7)
        case 2:
            keeper.archive([one.id])
        case 3:
            keeper.reject(one.id)
        case 4:
            keeper.accept(one.id)
        case 5:
            keeper.merge(one.id, [rng.choice(all_).id])
        case 6:
            keeper.prune(keeper.prune_plan(keep=0.8))
        case 7:
            _act_on_entities(rng, keeper)
        case _:
            newest = keeper.history(limit=8)
            numbers = [entry.number for entry in newest if entry.undoable]
            if numbers:
                try:
                    keeper.undo([rng.choice(numbers)])
                except UndoConflict:
                    return


def _act_on_entities(rng: random.Random, keeper: MemoryKeeper) -> None:
    known = list(keeper.entities())
    if len(known) < 2:
        return
    one, other = rng.sample(known, 2)
    if rng.random() < 0.25:
        keeper.rename_entity(one.name, f"{one.name} {rng.randrange(10**6)}")
    elif one.aliases and rng.random() < 0.5:
        keeper.split_entity(one.name, rng.choice(one.aliases))
    else:
        keeper.merge_entities(one.name, [other.name])


@pytest.mark.parametrize("seed", range(3))
def test_undoing_a_hundred_random_changes_restores_the_exact_state(seed: int) -> None:
    rng = random.Random(seed)
    with filled() as (assistant, evidence):
        keeper = assistant.memories
        before = state(assistant)
        states: dict[int, State] = {}
        while len(states) < 100:
            earlier = state(assistant)
            act(rng, keeper, evidence)
            newest = keeper.history(limit=1)[0]
            if newest.undoable and newest.number not in states:
                states[newest.number] = earlier
        after = state(assistant)
        assert after != before
        numbers = sorted(states)
        # All at once, and that itself taken back.
        done = keeper.undo(keeper.changes.undoable(10_000))
        assert state(assistant) == before
        keeper.undo([done])
        assert state(assistant) == after
        # One at a time: each step leads to the state before its change.
        for number in reversed(numbers):
            if in_effect(assistant, number):
                keeper.undo([number])
                assert state(assistant) == states[number], number
        assert state(assistant) == before
        assert assistant.doctor() == []


def in_effect(assistant: Assistant, number: int) -> bool:
    return not assistant.store.database.rows("SELECT 1 FROM undone WHERE entry = ?", (number,))


def test_an_earlier_change_names_what_to_undo_first() -> None:
    rng = random.Random(1)
    with filled() as (assistant, evidence):
        keeper = assistant.memories
        keeper.take([candidate(rng, evidence)])
        first = keeper.history(limit=1)[0].number
        (memory,) = keeper.list(statuses=tuple(MemoryStatus))
        keeper.pin(memory.id)
        second = keeper.history(limit=1)[0].number
        earlier = state(assistant)
        with pytest.raises(UndoConflict, match=f"Undo {second} first"):
            keeper.undo([first])
        assert state(assistant) == earlier
        keeper.undo([first, second])
        assert keeper.list(statuses=tuple(MemoryStatus)) == []
        with pytest.raises(NoSuchChange):
            keeper.undo([first])
        with pytest.raises(NoSuchChange):
            keeper.undo([99999])


def test_a_failed_operation_leaves_nothing() -> None:
    with filled() as (assistant, _):
        changes = assistant.memories.changes
        before, entries = state(assistant), len(assistant.memories.history(limit=99))
        with pytest.raises(sqlite3.IntegrityError):
            break_off(changes)
        assert state(assistant) == before
        assert len(assistant.memories.history(limit=99)) == entries


def break_off(changes: Changes) -> None:
    with changes.operation("user", "break") as operation:
        operation.insert("entity", {"id": "n1", "name": "Ann"})
        operation.insert("alias", {"entity_pk": 424242, "key": "x", "name": "x"})


def test_undo_redo_and_undo_again_leave_the_change_before_to_be_undone() -> None:
    rng = random.Random(1)
    with filled() as (assistant, evidence):
        keeper = assistant.memories
        keeper.take([candidate(rng, evidence)])
        (memory,) = keeper.list(statuses=tuple(MemoryStatus))
        keeper.pin(memory.id)
        made, pinned = (one.number for one in reversed(keeper.history(limit=2)))
        number = pinned
        for back in (True, False, True, False, True):
            number = keeper.undo([number])
            assert keeper.get(memory.id).pinned is not back
            assert keeper.changes.undoable(9) == ([made] if back else [pinned, made])
        keeper.undo()
        assert keeper.list(statuses=tuple(MemoryStatus)) == []


def test_what_comes_back_beside_something_newer_finds_its_place() -> None:
    with filled() as (assistant, evidence):
        keeper = assistant.memories
        older, newer = (
            Candidate(
                kind=MemoryKind.PROFILE,
                text=part.quote,
                subject="user",
                predicate="live in",
                object=place,
                evidence=(part,),
                said_at=datetime(year, 1, 1),
                trust=Trust.OWN_NOTE,
                confidence=0.8,
                origin="test",
                exclusive=True,
            )
            for part, place, year in zip(evidence, PLACES, (2021, 2023), strict=False)
        )
        keeper.take([older])
        back = keeper.undo()
        keeper.take([newer])
        keeper.undo([back])
        assert [one.object for one in keeper.list()] == [newer.object]
        (past,) = keeper.list(statuses=(MemoryStatus.SUPERSEDED,))
        assert (past.object, past.valid_to) == (older.object, datetime(2023, 1, 1))
