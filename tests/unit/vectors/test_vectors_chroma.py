"""What the index keeps to itself, what it forgets, and what it does about drift."""

from __future__ import annotations

import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mem.errors import IndexDamaged, IndexOwned
from mem.vectors import chroma
from mem.vectors.choice import AutoIndex
from mem.vectors.chroma import ChromaIndex
from mem.vectors.erasing import erased
from mem.vectors.exact import ExactIndex
from tests.unit.vectors.sqlite_vectors import SqliteVectors, unit_vectors

ROWS = unit_vectors(60)


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[SqliteVectors]:
    vectors = SqliteVectors(tmp_path / "store.db")
    vectors.put(dict(enumerate(ROWS, start=1)))
    yield vectors
    vectors.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "index"


@pytest.fixture
def index(folder: Path, stored: SqliteVectors) -> Iterator[ChromaIndex]:
    index = ChromaIndex.open(folder, stored)
    yield index
    index.close()


def test_only_the_user_may_look(folder: Path, index: ChromaIndex) -> None:
    index.sync()
    for path in [folder, *folder.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
    assert stat.S_IMODE(folder.with_name("index.lock").stat().st_mode) == 0o600


def test_not_current_until_synced(index: ChromaIndex, stored: SqliteVectors) -> None:
    with pytest.raises(IndexDamaged, match="not built"):
        index.search(ROWS[0], limit=1)
    assert index.verify()
    assert index.sync() == 60
    assert index.verify() == []
    stored.put({100: -ROWS[0]})
    assert not index.is_current
    assert index.verify()
    assert index.sync() == 1
    assert index.sync() == 0
    assert index.verify() == []


def test_progress_is_told_and_may_stop_the_work(
    index: ChromaIndex, stored: SqliteVectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.sync()
    monkeypatch.setattr(chroma, "BATCH", 10)
    stored.put(dict(enumerate(unit_vectors(35, seed=2), start=200)))
    told = []

    def stop(done: int, expected: int) -> None:
        told.append((done, expected))
        if done == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.sync(stop)
    assert told[0] == (10, 35)
    assert index.count() == 80
    assert index.verify() != []
    assert index.sync() == 15
    assert index.verify() == []


def test_close_in_the_middle_of_a_sync(
    folder: Path, stored: SqliteVectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = ChromaIndex.open(folder, stored)
    index.sync()
    monkeypatch.setattr(chroma, "BATCH", 10)
    stored.put(dict(enumerate(unit_vectors(35, seed=2), start=200)))
    reached, closing = threading.Event(), threading.Event()

    def wait(done: int, expected: int) -> None:
        reached.set()
        closing.wait(10)

    worker = threading.Thread(target=index.sync, args=(wait,))
    worker.start()
    assert reached.wait(10)
    closer = threading.Thread(target=index.close)
    closer.start()
    while not index._closing:
        pass
    closing.set()
    worker.join()
    closer.join()
    again = ChromaIndex.open(folder, stored)
    assert again.count() == 70
    assert again.sync() == 25
    assert again.verify() == []
    again.close()


def test_another_fingerprint_is_built_anew(folder: Path, stored: SqliteVectors) -> None:
    index = ChromaIndex.open(folder, stored)
    index.sync()
    stored.fingerprint = "model-b"
    assert not index.is_current
    assert index.sync() == 60
    index.close()
    stored.fingerprint = "model-c"
    index = ChromaIndex.open(folder, stored)
    assert not index.is_current
    assert index.sync() == 60
    assert index.verify() == []
    index.close()


def test_store_that_went_back_is_built_anew(
    folder: Path, index: ChromaIndex, stored: SqliteVectors, tmp_path: Path
) -> None:
    index.sync()
    index.close()
    older = SqliteVectors(tmp_path / "older.db")
    older.put({7: ROWS[0]})
    index = ChromaIndex.open(folder, older)
    assert not index.is_current
    index.sync()
    assert [key for key, _ in index.search(ROWS[0], limit=5)] == [7]
    index.close()
    older.close()


def test_lost_queue_entries_are_noticed(index: ChromaIndex, stored: SqliteVectors) -> None:
    index.sync()
    stored.put(dict(enumerate(unit_vectors(20, seed=2), start=200)))
    stored.forget_changes()
    index.sync()
    assert index.count() == 80
    assert index.verify() == []


def test_record_missing_in_chroma_is_found(index: ChromaIndex) -> None:
    index.sync()
    assert index._files._engine is not None
    index._files._engine.delete([5])
    index._files.stamp(index._stored.last_change())
    assert any("59 of 60" in problem for problem in index.verify())
    index.sync()
    assert index.verify() == []


def test_vectors_under_wrong_keys_are_found(index: ChromaIndex, stored: SqliteVectors) -> None:
    index.sync()
    assert index._files._engine is not None
    keys, _ = stored.matrix()
    index._files._engine.upsert(keys, unit_vectors(60, seed=8))
    index._files.stamp(stored.last_change())
    assert any("not found" in problem for problem in index.verify())
    index.rebuild()
    assert index.verify() == []


def test_erase_leaves_no_vector(folder: Path, index: ChromaIndex, stored: SqliteVectors) -> None:
    index.sync()
    needle = ROWS[3].tobytes()
    assert any(needle in path.read_bytes() for path in folder.rglob("*") if path.is_file())
    with pytest.raises(IndexOwned), erased(folder, wait_seconds=0):
        pass
    index.close()
    with erased(folder):
        pass
    assert not folder.exists()
    with erased(folder):
        pass
    again = ChromaIndex.open(folder, stored)
    assert again.sync() == 60
    again.close()


def test_erase_does_not_follow_a_link(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "kept").write_text("kept", encoding="utf-8")
    (tmp_path / "link").symlink_to(other)
    with erased(tmp_path / "link"):
        pass
    assert (other / "kept").exists()
    assert not (tmp_path / "link").exists()


def test_environment_does_not_redirect_chroma(
    index: ChromaIndex, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHROMA_API_IMPL", "chromadb.api.fastapi.FastAPI")
    monkeypatch.setenv("CHROMA_SERVER_HOST", "192.0.2.1")
    monkeypatch.setenv("PERSIST_DIRECTORY", str(folder.parent / "elsewhere"))
    index.sync()
    assert index.verify() == []
    assert not (folder.parent / "elsewhere").exists()


def test_choice_by_size(index: ChromaIndex, stored: SqliteVectors) -> None:
    index.sync()
    exact = ExactIndex(stored)
    AutoIndex(exact, index, exact_below=60).search(ROWS[0], limit=3)
    assert exact.nbytes == 0
    AutoIndex(exact, index, exact_below=61).search(ROWS[0], limit=3)
    assert exact.nbytes > 0


def test_importing_loads_nothing_heavy() -> None:
    code = (
        "import sys, mem.vectors.choice, mem.vectors.chroma, mem.vectors.exact;"
        "heavy = {'numpy', 'chromadb', 'filelock'} & set(sys.modules); assert not heavy, heavy"
    )
    root = Path(__file__).parents[3]
    subprocess.run([sys.executable, "-c", code], cwd=root, check=True)


def test_what_a_scan_loaded_is_let_go_once_chroma_is_current(
    index: ChromaIndex, stored: SqliteVectors
) -> None:
    index.sync()
    exact = ExactIndex(stored)
    auto = AutoIndex(exact, index, exact_below=0)
    stored.put({900: ROWS[1]})
    assert auto.search(ROWS[1], limit=1)
    assert exact.nbytes > 0
    index.sync()
    assert auto.search(ROWS[1], limit=1)
    assert exact.nbytes == 0
