"""The tables of memories: what they refuse, and what the change log keeps of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mem.core.memory import Memory, MemoryKind, MemoryStatus, Trust
from mem.errors import NoSuchChange
from mem.settings.paths import Paths
from mem.store.memory.changes import Changes
from mem.store.memory.memories import Memories
from mem.store.memory.rows import memory_row
from mem.store.store import Store

NOW = datetime(2025, 12, 1, 9, tzinfo=UTC)


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    paths = Paths.of(home)
    paths.create()
    opened = Store.open(paths.database, paths.backups)
    yield opened
    opened.close()


def memory(identity: str, text: str = "I like tea.") -> Memory:
    return Memory(
        id=identity,
        kind=MemoryKind.FACT,
        text=text,
        subject="user",
        predicate="like",
        object="tea",
        status=MemoryStatus.ACTIVE,
        confidence=0.5,
        importance=0.5,
        trust=Trust.TYPED,
        origin="test",
        said_at=datetime(2023, 1, 1),
        happened_from=None,
        happened_to=None,
        valid_from=datetime(2023, 1, 1),
        valid_to=None,
        recorded_at="2025-12-01T09:00:00Z",
        expired_at=None,
        strength=1.0,
        last_recalled_at=None,
        recall_count=0,
        pinned=False,
        exclusive=False,
        negated=False,
        fingerprint="f",
    )


def changes_of(store: Store, at: list[datetime]) -> Changes:
    return Changes(store.database, lambda: at[0])


def test_a_row_reads_back_as_the_value(store: Store) -> None:
    with changes_of(store, [NOW]).operation("user", "add") as operation:
        pk = operation.insert("memory", memory_row(memory("m1"), "slot", "+v", "d1"))
    found = Memories(store.database, lambda: NOW).by_pks([pk])[pk]
    assert (found.slot, found.value, found.document_id) == ("slot", "+v", "d1")
    assert found.memory == memory("m1")


@pytest.mark.parametrize(
    "change",
    [
        {"status": "nonsense"},
        {"trust": 9},
        {"confidence": 1.5},
        {"pinned": 2},
        {"recorded_at": None},
        {"importance": "much"},
    ],
)
def test_impossible_rows_are_refused(store: Store, change: dict[str, object]) -> None:
    row = {**memory_row(memory("m1"), "", "", None), **change}
    with pytest.raises(sqlite3.IntegrityError):
        write(store, row)
    assert store.journal.newest(5) == []


def write(store: Store, row: dict[str, object]) -> None:
    with changes_of(store, [NOW]).operation("user", "add") as operation:
        operation.insert("memory", row)


def test_an_operation_without_effect_leaves_no_entry(store: Store) -> None:
    changes = changes_of(store, [NOW])
    with changes.operation("user", "add") as operation:
        pk = operation.insert("memory", memory_row(memory("m1"), "", "", None))
    with changes.operation("user", "pin") as operation:
        assert not operation.update("memory", [pk], {"pinned": 0})
        assert not operation.update("memory", [4711], {"pinned": 1})
        assert not operation.delete("link", [1, 2, "extends"])
    assert [entry.action for entry in store.journal.newest(5)] == ["add"]
    with pytest.raises(NoSuchChange):
        changes.undo([])


def test_rows_as_they_stood(store: Store) -> None:
    at = [NOW]
    changes = changes_of(store, at)
    with changes.operation("user", "add") as operation:
        pk = operation.insert("memory", memory_row(memory("m1"), "", "", None))
    at[0] = NOW.replace(hour=10)
    with changes.operation("user", "archive") as operation:
        operation.update("memory", [pk], {"status": "archived"})
    at[0] = NOW.replace(hour=11)
    changes.undo(changes.undoable(2))
    states = [
        [row["status"] for row in changes.rows_at("memory", NOW.replace(hour=hour))]
        for hour in (8, 9, 10, 11)
    ]
    assert states == [[], ["active"], ["archived"], []]


def test_the_log_holds_no_text_of_what_stands(store: Store) -> None:
    """Words stand in a memory's own row; the log has them only of what was taken back."""
    changes = changes_of(store, [NOW])
    with changes.operation("user", "add") as operation:
        operation.insert("memory", memory_row(memory("m1", "quokka"), "", "", None))
    query = "SELECT count(*) FROM change WHERE before LIKE '%quokka%' OR after LIKE '%quokka%'"
    assert store.database.rows(query) == [(0,)]
    changes.undo(changes.undoable(1))
    assert store.database.rows(query) == [(1,)]
