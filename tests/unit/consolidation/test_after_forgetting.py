"""What stays after a forgetting is as if the rest had never been said, and can still be undone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.consolidation.keeper import MemoryKeeper
from mem.consolidation.person import Correction
from mem.core.memory import MemoryStatus
from mem.errors import NoSuchChange
from mem.testing import FixedClock

Forget = Callable[[Assistant, Path], object]


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "a.md").write_text("---\ndate: 2024-01-10\n---\nI live in Lisbon. I love jazz.\n")
    (folder / "b.md").write_text("---\ndate: 2025-02-10\n---\nI live in Porto.\n")
    return folder


@pytest.fixture
def assistant(home: Path, clock: FixedClock, notes: Path) -> Iterator[Assistant]:
    with Assistant.open(home, clock=clock) as opened:
        opened.ingest(notes)
        opened.memories.consolidate()
        yield opened


def pick(keeper: MemoryKeeper, thing: str) -> str:
    every = keeper.list(statuses=tuple(MemoryStatus))
    return next(memory.id for memory in every if memory.object == thing)


def by_id(assistant: Assistant, notes: Path) -> object:
    return assistant.memories.forget([pick(assistant.memories, "Porto")])


def by_document(assistant: Assistant, notes: Path) -> object:
    return assistant.forget(assistant.forget_preview(documents=[str(notes / "b.md")]))


def by_words(assistant: Assistant, notes: Path) -> object:
    return assistant.forget(assistant.forget_preview(match="porto"))


@pytest.mark.parametrize("forget", [by_id, by_document, by_words])
def test_what_it_took_the_place_of_holds_again(
    assistant: Assistant, notes: Path, forget: Forget
) -> None:
    keeper = assistant.memories
    older = keeper.get(pick(keeper, "Lisbon"))
    assert (older.status, older.valid_to) == (MemoryStatus.SUPERSEDED, datetime(2025, 2, 10))
    forget(assistant, notes)
    older = keeper.get(older.id)
    assert (older.status, older.valid_to, older.links) == (MemoryStatus.ACTIVE, None, ())
    keeper.consolidate()
    assert {one.object for one in keeper.list()} == {"Lisbon", "jazz"}
    assert assistant.doctor() == []


@pytest.mark.parametrize("forget", [by_id, by_document, by_words])
def test_the_journal_names_nothing_of_it(assistant: Assistant, notes: Path, forget: Forget) -> None:
    keeper = assistant.memories
    old = pick(keeper, "Porto")
    new = keeper.edit(old, Correction(text="I live in Porto, by the river."))
    record = assistant.show(str(notes / "b.md")).document
    forget(assistant, notes)
    told = json.dumps(assistant.store.database.rows("SELECT subject, detail FROM journal"))
    assert old not in told
    assert new.id not in told
    if forget is not by_id:
        assert record.id not in told


def test_undo_goes_on_after_the_rejected_was_forgotten(assistant: Assistant) -> None:
    keeper = assistant.memories
    keeper.pin(pick(keeper, "jazz"))
    keeper.reject(pick(keeper, "Porto"))
    keeper.forget([pick(keeper, "Porto")])
    for _ in keeper.changes.undoable(99):
        keeper.undo()
    with pytest.raises(NoSuchChange):
        keeper.undo()
    assert keeper.list(statuses=tuple(MemoryStatus)) == []


def test_the_taking_back_of_what_was_forgotten_in_part(assistant: Assistant) -> None:
    keeper = assistant.memories
    keeper.archive([one.id for one in keeper.list()])
    (archived,) = (one.number for one in keeper.history() if one.entry.action == "archive")
    assert keeper.list() == []
    keeper.forget([pick(keeper, "jazz")])
    keeper.undo([archived])
    assert {one.object for one in keeper.list()} == {"Porto"}


def test_corrections_that_were_taken_back_go_too(assistant: Assistant, home: Path) -> None:
    keeper = assistant.memories
    first = keeper.edit(pick(keeper, "jazz"), Correction(text="I love zanziquok jazz."))
    keeper.edit(first.id, Correction(text="I love zanziquok and jazz."))
    one = pick(keeper, "jazz")
    back = keeper.undo(last=2)
    keeper.forget([one])
    assert "zanziquok" not in {word for path in home.rglob("*") for word in words_of(path)}
    with pytest.raises(NoSuchChange):
        keeper.undo([back])
    assert not [one for one in keeper.list(statuses=tuple(MemoryStatus)) if "jazz" in one.text]


def words_of(path: Path) -> set[str]:
    return {"zanziquok"} if path.is_file() and b"zanziquok" in path.read_bytes() else set()
