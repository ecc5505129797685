"""An owner that lends gives the folder up when it is asked, and refuses to write it afterwards."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mem.errors import IndexOwned
from mem.vectors.chroma import ChromaIndex
from mem.vectors.erasing import erased
from mem.vectors.lending import asking, is_wanted
from mem.vectors.owner import FolderOwner
from tests.unit.vectors.sqlite_vectors import SqliteVectors, unit_vectors

ROWS = unit_vectors(20)


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[SqliteVectors]:
    vectors = SqliteVectors(tmp_path / "store.db")
    vectors.put(dict(enumerate(ROWS, start=1)))
    yield vectors
    vectors.close()


def test_asked_and_given(tmp_path: Path, stored: SqliteVectors) -> None:
    folder = tmp_path / "index"
    owner = ChromaIndex.open(folder, stored, lend=True)
    owner.sync()
    other = ChromaIndex.open(folder, stored, wait_seconds=10, discard=True)
    assert owner.is_closed and not owner.is_current
    for refused in (owner.sync, owner.rebuild):
        with pytest.raises(IndexOwned):
            refused()
    assert other.sync() == 20
    other.close()
    assert not is_wanted(folder)


def test_nobody_is_asked_without_waiting(tmp_path: Path, stored: SqliteVectors) -> None:
    folder = tmp_path / "index"
    owner = ChromaIndex.open(folder, stored, lend=True)
    owner.sync()
    with pytest.raises(IndexOwned):
        ChromaIndex.open(folder, stored)
    assert not owner.is_closed
    with erased(folder):
        assert not folder.exists()
        with pytest.raises(IndexOwned):
            ChromaIndex.open(folder, stored, lend=True)
    assert not folder.exists()
    with pytest.raises(IndexOwned):
        owner.sync()


def test_an_owner_that_does_not_lend(tmp_path: Path) -> None:
    owner = FolderOwner.acquire(tmp_path / "index")
    with pytest.raises(IndexOwned):
        FolderOwner.acquire(tmp_path / "index", wait_seconds=0.3)
    owner.release()
    assert not is_wanted(tmp_path / "index")


def test_two_that_ask_are_served_one_after_the_other(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    owner = FolderOwner.acquire(folder)
    served: list[int] = []

    def ask(number: int) -> None:
        mine = FolderOwner.acquire(folder, wait_seconds=10)
        served.append(number)
        time.sleep(0.05)
        mine.release()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    while not is_wanted(folder):
        time.sleep(0.01)
    owner.release()
    for thread in threads:
        thread.join(10)
    assert sorted(served) == [0, 1]


def test_wanted_while_asking(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    assert not is_wanted(folder)
    with asking(folder, seconds=1):
        assert is_wanted(folder)
    assert not is_wanted(folder)
