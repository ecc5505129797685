"""Whatever happens to the index folder: searches go on, the damage is found, a rebuild mends it."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from mem.errors import IndexDamaged, IndexOwned
from mem.vectors.choice import AutoIndex
from mem.vectors.chroma import ChromaIndex
from mem.vectors.exact import ExactIndex
from mem.vectors.state import STATE_NAME
from tests.unit.vectors.sqlite_vectors import SqliteVectors, unit_vectors

ROOT = Path(__file__).parents[2]
# More than Chroma keeps in its write-ahead table, so that there are graph files to damage.
COUNT = 1200
QUERIES = unit_vectors(5, seed=3)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with store.db and a finished index."""
    home = tmp_path_factory.mktemp("built")
    stored = SqliteVectors(home / "store.db")
    stored.put(dict(enumerate(unit_vectors(COUNT), start=1)))
    index = ChromaIndex.open(home / "index", stored)
    index.sync()
    assert index.verify() == []
    index.close()
    stored.close()
    return home


@pytest.fixture
def home(built: Path, tmp_path: Path) -> Path:
    return shutil.copytree(built, tmp_path / "home")


@pytest.fixture
def stored(home: Path) -> Iterator[SqliteVectors]:
    vectors = SqliteVectors(home / "store.db")
    yield vectors
    vectors.close()


def file_named(folder: Path, name: str) -> Path:
    return next(path for path in folder.rglob(name))


def garbage(name: str) -> Callable[[Path, random.Random], None]:
    def damage(folder: Path, chance: random.Random) -> None:
        path = file_named(folder, name)
        path.write_bytes(chance.randbytes(path.stat().st_size))

    return damage


def shortened(name: str) -> Callable[[Path, random.Random], None]:
    def damage(folder: Path, chance: random.Random) -> None:
        path = file_named(folder, name)
        os.truncate(path, chance.randrange(path.stat().st_size))

    return damage


def flipped(name: str) -> Callable[[Path, random.Random], None]:
    def damage(folder: Path, chance: random.Random) -> None:
        path = file_named(folder, name)
        body = bytearray(path.read_bytes())
        body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
        path.write_bytes(body)

    return damage


def missing(name: str) -> Callable[[Path, random.Random], None]:
    return lambda folder, chance: file_named(folder, name).unlink()


def graph_folder_gone(folder: Path, chance: random.Random) -> None:
    shutil.rmtree(file_named(folder, "header.bin").parent)


def everything_gone(folder: Path, chance: random.Random) -> None:
    shutil.rmtree(folder)


def folder_is_a_file(folder: Path, chance: random.Random) -> None:
    shutil.rmtree(folder)
    folder.write_text("not a folder", encoding="utf-8")


def record_lost(folder: Path, chance: random.Random) -> None:
    with sqlite3.connect(folder / "chroma.sqlite3") as database:
        database.execute("delete from embeddings where id = (select min(id) from embeddings)")


def foreign_journal(folder: Path, chance: random.Random) -> None:
    (folder / "chroma.sqlite3-journal").write_bytes(chance.randbytes(4096))


def graph_files_swapped(folder: Path, chance: random.Random) -> None:
    graph = file_named(folder, "header.bin").parent
    (graph / "link_lists.bin").replace(graph / "length.bin")


def never_finished(folder: Path, chance: random.Random) -> None:
    state = json.loads((folder / STATE_NAME).read_text(encoding="utf-8"))
    (folder / STATE_NAME).write_text(json.dumps({**state, "files": None}), encoding="utf-8")


DAMAGES: dict[str, Callable[[Path, random.Random], None]] = {
    "database garbage": garbage("chroma.sqlite3"),
    "database shortened": shortened("chroma.sqlite3"),
    "database bit flipped": flipped("chroma.sqlite3"),
    "database missing": missing("chroma.sqlite3"),
    "database record lost": record_lost,
    "foreign journal": foreign_journal,
    # Chroma itself ends the process with a segmentation fault on this one.
    "vectors garbage": garbage("data_level0.bin"),
    "vectors shortened": shortened("data_level0.bin"),
    "vectors bit flipped": flipped("data_level0.bin"),
    "vectors missing": missing("data_level0.bin"),
    "links garbage": garbage("link_lists.bin"),
    "links shortened": shortened("link_lists.bin"),
    "header garbage": garbage("header.bin"),
    "header missing": missing("header.bin"),
    "lengths missing": missing("length.bin"),
    "labels garbage": garbage("index_metadata.pickle"),
    "labels missing": missing("index_metadata.pickle"),
    "graph files swapped": graph_files_swapped,
    "graph folder gone": graph_folder_gone,
    "state garbage": garbage(STATE_NAME),
    "state shortened": shortened(STATE_NAME),
    "state missing": missing(STATE_NAME),
    "state of unfinished work": never_finished,
    "everything gone": everything_gone,
    "folder is a file": folder_is_a_file,
}


def answers_like_exact(index: AutoIndex, stored: SqliteVectors) -> bool:
    exact = ExactIndex(stored)
    return all(
        [key for key, _ in index.search(query, limit=10)]
        == [key for key, _ in exact.search(query, limit=10)]
        for query in QUERIES
    )


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_while_closed(name: str, home: Path, stored: SqliteVectors) -> None:
    folder = home / "index"
    DAMAGES[name](folder, random.Random(name))
    index: ChromaIndex | None = None
    with suppress(IndexDamaged):
        index = ChromaIndex.open(folder, stored)
        assert not index.is_current
        assert index.verify()
    assert answers_like_exact(AutoIndex(ExactIndex(stored), index, exact_below=0), stored)
    if index is None:
        index = ChromaIndex.open(folder, stored, discard=True)
    assert index.sync() == COUNT
    assert index.verify() == []
    assert index.search(QUERIES[0], limit=5)
    index.close()


@pytest.mark.parametrize(
    "name", ["database garbage", "vectors garbage", "everything gone", "folder is a file"]
)
def test_damage_while_open(name: str, home: Path, stored: SqliteVectors) -> None:
    folder = home / "index"
    index = ChromaIndex.open(folder, stored)
    assert index.is_current
    choice = AutoIndex(ExactIndex(stored), index, exact_below=0)
    assert answers_like_exact(choice, stored)
    assert not choice.notice
    DAMAGES[name](folder, random.Random(name))
    assert answers_like_exact(choice, stored)
    assert str(folder) in str(choice.notice)
    assert index.verify()
    assert index.sync() == COUNT
    assert index.verify() == []
    index.close()


def test_second_process_is_told(home: Path, stored: SqliteVectors) -> None:
    index = ChromaIndex.open(home / "index", stored)
    code = f"""
from pathlib import Path
from mem.vectors.chroma import ChromaIndex
from mem.errors import IndexOwned
from tests.unit.vectors.sqlite_vectors import SqliteVectors
home = Path({str(home)!r})
try:
    ChromaIndex.open(home / "index", SqliteVectors(home / "store.db"), wait_seconds=0.1)
except IndexOwned as error:
    print("owned", error)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("owned ")
    with pytest.raises(IndexOwned):
        ChromaIndex.open(home / "index", stored)
    index.close()
    ChromaIndex.open(home / "index", stored).close()


CHILD = """
import sys, time
from pathlib import Path
from mem.vectors.chroma import ChromaIndex
from tests.unit.vectors.sqlite_vectors import SqliteVectors
home = Path(sys.argv[1])
index = ChromaIndex.open(home / "index", SqliteVectors(home / "store.db"))
def tell(done, expected):
    print(done, flush=True)
index.sync(tell)
print("finished", flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
@pytest.mark.parametrize("after", ["1000", "finished"])
def test_killed_while_following_the_store(after: str, home: Path, stored: SqliteVectors) -> None:
    stored.put(dict(enumerate(unit_vectors(1800, seed=5), start=COUNT)))
    stored.remove(range(1, 50))
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(home)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    with child.stdout:
        assert any(line.strip() == after for line in child.stdout)
        child.kill()
        child.wait()
    index = ChromaIndex.open(home / "index", stored)
    assert index.is_current == (after == "finished")
    index.sync()
    assert index.verify() == []
    assert index.count() == stored.count()
    assert answers_like_exact(AutoIndex(ExactIndex(stored), index, exact_below=0), stored)
    index.close()
