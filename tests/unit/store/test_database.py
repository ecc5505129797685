"""The file is private, its failures have names, and a transaction is all or nothing."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from mem.errors import HomeNotWritable, StoreDamaged, StoreFull, StoreLocked
from mem.settings.paths import Paths
from mem.store import database as database_module
from mem.store.database import Database
from mem.store.store import Store


@pytest.fixture
def paths(home: Path) -> Paths:
    paths = Paths.of(home)
    paths.create()
    return paths


def test_files_are_private(paths: Paths) -> None:
    store = Store.open(paths.database, paths.backups)
    try:
        with store.database.transaction() as connection:
            connection.execute("INSERT INTO setting VALUES ('a', 'b')")
        for path in paths.data.iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
        assert stat.S_IMODE(paths.data.stat().st_mode) == 0o700
    finally:
        store.close()


def test_every_connection_keeps_the_promises(paths: Paths) -> None:
    store = Store.open(paths.database, paths.backups)
    try:
        pragma = {
            name: store.database.rows(f"PRAGMA {name}")[0][0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
        assert pragma == {
            "journal_mode": "wal",
            "synchronous": 2,
            "foreign_keys": 1,
            "secure_delete": 1,
        }
    finally:
        store.close()


def test_a_failed_transaction_leaves_nothing(paths: Paths) -> None:
    store = Store.open(paths.database, paths.backups)
    try:
        with pytest.raises(sqlite3.IntegrityError), store.database.transaction() as connection:
            connection.executemany("INSERT INTO setting VALUES (?, ?)", [("a", "b"), ("a", "c")])
        assert store.database.rows("SELECT count(*) FROM setting WHERE key = 'a'") == [(0,)]
    finally:
        store.close()


def test_a_file_that_is_no_database_is_named_damaged(paths: Paths) -> None:
    paths.database.write_bytes(b"this is not a database, just some words" * 100)
    with pytest.raises(StoreDamaged, match="mem doctor"):
        Store.open(paths.database, paths.backups)


def test_no_room_is_named_and_what_was_there_stays(paths: Paths) -> None:
    store = Store.open(paths.database, paths.backups)
    try:
        with store.database.transaction() as connection:
            connection.execute("INSERT INTO setting VALUES ('kept', 'yes')")
        pages = store.database.rows("PRAGMA page_count")[0][0]
        store.database.connection.execute(f"PRAGMA max_page_count = {pages}")
        with (
            pytest.raises(StoreFull, match="make room"),
            store.database.transaction() as connection,
        ):
            connection.execute("INSERT INTO setting VALUES ('big', ?)", ("x" * 500_000,))
        assert store.database.rows("SELECT value FROM setting WHERE key = 'kept'") == [("yes",)]
    finally:
        store.close()


def test_a_writer_that_holds_on_too_long_is_named(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_S", 0.05)
    Store.open(paths.database, paths.backups).close()
    first, second = Database(paths.database), Database(paths.database)
    with first.transaction() as connection:
        connection.execute("INSERT INTO setting VALUES ('a', 'b')")
        with pytest.raises(StoreLocked, match="Nothing was lost"):
            second.transaction().__enter__()
    with second.transaction():
        pass
    first.close()
    second.close()


def test_a_home_under_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(HomeNotWritable, match="MEM_HOME"):
        Paths.of(tmp_path / "file" / "home").create()


def test_a_reader_sees_one_state_while_another_process_writes(paths: Paths) -> None:
    store = Store.open(paths.database, paths.backups)
    try:
        write = (
            "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); "
            "c.execute(\"INSERT INTO setting VALUES ('other', '1')\"); c.commit()"
        )
        with store.database.snapshot() as connection:
            before = connection.execute("SELECT count(*) FROM setting").fetchone()
            subprocess.run([sys.executable, "-c", write, str(paths.database)], check=True)
            assert connection.execute("SELECT count(*) FROM setting").fetchone() == before
        assert store.database.rows("SELECT count(*) FROM setting") == [(before[0] + 1,)]
    finally:
        store.close()
