"""A path is handed out once it was found the same twice, and no later than patience lasts."""

from __future__ import annotations

from pathlib import Path

import pytest

from mem.ingest.watching.pending import PATIENCE_S, QUIET_S, SETTLE_S, Look, Pending, look_at

NOTE = Path("/notes/a.md")


class Disk:
    """One file whose state and whose time a test moves."""

    def __init__(self) -> None:
        self.now = 100.0
        self.look: Look = (1, 1, 1)
        self.pending = Pending(now=lambda: self.now, look=lambda path: self.look)

    def after(self, seconds: float) -> list[Path]:
        self.now += seconds
        return self.pending.settled()


@pytest.fixture
def disk() -> Disk:
    return Disk()


def test_nothing_waits_at_first(disk: Disk) -> None:
    assert disk.pending.next_due() is None
    assert disk.after(100) == []


def test_two_looks_that_agree(disk: Disk) -> None:
    disk.pending.hint(NOTE)
    assert disk.pending.next_due() == disk.now + QUIET_S
    assert disk.after(QUIET_S / 2) == []
    assert disk.after(QUIET_S / 2) == []
    assert disk.after(SETTLE_S) == [NOTE]
    assert len(disk.pending) == 0
    assert disk.after(100) == []


def test_a_file_that_changes_between_the_looks_waits_on(disk: Disk) -> None:
    disk.pending.hint(NOTE)
    disk.after(QUIET_S)
    disk.look = (2, 1, 1)
    assert disk.after(SETTLE_S) == []
    disk.look = (2, 2, 1)
    assert disk.after(SETTLE_S) == []
    disk.look = None
    assert disk.after(SETTLE_S) == []
    assert disk.after(SETTLE_S) == [NOTE]


def test_a_hint_puts_it_off(disk: Disk) -> None:
    disk.pending.hint(NOTE)
    for _ in range(5):
        assert disk.after(QUIET_S / 2) == []
        disk.pending.hint(NOTE)
    disk.after(QUIET_S)
    assert disk.after(SETTLE_S) == [NOTE]


def test_patience_ends(disk: Disk) -> None:
    began, size = disk.now, 0
    found: list[Path] = []
    while not found:
        size += 1
        disk.look = (size, size, 1)
        disk.pending.hint(NOTE)
        found = disk.after(0.1)
        assert disk.now - began < PATIENCE_S + 1
    assert disk.now - began >= PATIENCE_S


def test_what_a_look_through_found_needs_one_more_look(disk: Disk) -> None:
    disk.pending.found(NOTE)
    assert disk.after(SETTLE_S) == [NOTE]
    disk.pending.found(NOTE)
    disk.look = (9, 9, 9)
    assert disk.after(SETTLE_S) == []
    disk.pending.found(NOTE)
    assert disk.after(SETTLE_S) == [NOTE]


def test_a_root_is_dropped_with_all_below_it(disk: Disk) -> None:
    for path in (NOTE, NOTE.parent, Path("/notesbook/a.md")):
        disk.pending.hint(path)
    disk.pending.drop(NOTE.parent)
    disk.after(QUIET_S)
    assert disk.after(SETTLE_S) == [Path("/notesbook/a.md")]


def test_a_look_sees_size_time_and_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    assert look_at(path) is None
    path.write_text("one")
    first = look_at(path)
    assert first is not None and first[0] == 3
    (tmp_path / "b").write_text("two")
    (tmp_path / "b").replace(path)
    assert look_at(path) != first
