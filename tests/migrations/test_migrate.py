"""A store comes up to the newest schema from any older one, or stays exactly as it was."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from mem.errors import MigrationFailed, SchemaTooNew
from mem.settings.paths import Paths
from mem.store.migrate import applied, is_current, known, migrate, migrations_folder
from mem.store.store import Store

BROKEN = '''
"""A step that fails after it has begun."""


def upgrade(db):
    db.execute("CREATE TABLE half (a TEXT) STRICT")
    db.execute("INSERT INTO nowhere VALUES (1)")
'''
ADDITION = '''
"""A step that adds a table."""


def upgrade(db):
    db.execute("CREATE TABLE addition (a TEXT) STRICT")
'''


@pytest.fixture
def paths(home: Path) -> Paths:
    paths = Paths.of(home)
    paths.create()
    return paths


@pytest.fixture
def steps(tmp_path: Path) -> Path:
    """A copy of the real steps that a test may add to."""
    return Path(shutil.copytree(migrations_folder(), tmp_path / "migrations"))


def schema(path: Path) -> list[tuple[str, str]]:
    connection = sqlite3.connect(path)
    try:
        query = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_a_fresh_store_is_current_and_its_tables_are_strict(paths: Paths) -> None:
    Store.open(paths.database, paths.backups).close()
    connection = sqlite3.connect(paths.database)
    assert is_current(connection, paths.database)
    assert applied(connection) == known()
    listing = connection.execute("PRAGMA table_list").fetchall()
    connection.close()
    ours = {row[1]: row[5] for row in listing if row[2] == "table" and row[1] != "sqlite_schema"}
    loose = {name for name, strict in ours.items() if not strict}
    assert all(name.startswith(("_sqlite_migrations", "sqlite_")) for name in loose), loose


def test_each_step_brings_every_older_store_to_the_same_schema(paths: Paths) -> None:
    Store.open(paths.database, paths.backups).close()
    for upto in range(len(known())):
        older = paths.data / f"older{upto}.db"
        partial = paths.data / f"steps{upto}"
        partial.mkdir()
        for name in known()[:upto]:
            shutil.copy(migrations_folder() / f"{name}.py", partial)
        if upto:
            migrate(older, paths.backups, folder=partial)
        migrate(older, paths.backups)
        assert schema(older) == schema(paths.database)


def test_migrating_twice_changes_nothing(paths: Paths) -> None:
    Store.open(paths.database, paths.backups).close()
    before = paths.database.read_bytes()
    assert migrate(paths.database, paths.backups) == []
    assert paths.database.read_bytes() == before


def test_a_copy_is_made_before_a_step_and_the_words_survive(paths: Paths, steps: Path) -> None:
    migrate(paths.database, paths.backups, folder=steps)
    assert not paths.backups.exists(), "an empty store needs no copy"
    connection = sqlite3.connect(paths.database)
    connection.execute("INSERT INTO setting VALUES ('kept', 'yes')")
    connection.commit()
    connection.close()
    (steps / "9998_addition.py").write_text(ADDITION)
    assert migrate(paths.database, paths.backups, folder=steps) == ["9998_addition"]
    (copy,) = paths.backups.iterdir()
    assert copy.stat().st_mode & 0o777 == 0o600
    for path in (copy, paths.database):
        connection = sqlite3.connect(path)
        assert connection.execute("SELECT value FROM setting WHERE key = 'kept'").fetchone()
        connection.close()


def test_a_failing_step_is_rolled_back_and_names_the_copy(paths: Paths, steps: Path) -> None:
    migrate(paths.database, paths.backups, folder=steps)
    before = schema(paths.database)
    (steps / "9999_broken.py").write_text(BROKEN)
    with pytest.raises(MigrationFailed, match=r"9999_broken.*rolled back") as caught:
        migrate(paths.database, paths.backups, folder=steps)
    assert str(next(paths.backups.iterdir())) in str(caught.value)
    assert schema(paths.database) == before


def test_a_newer_store_is_refused_untouched(paths: Paths, steps: Path) -> None:
    (steps / "9998_addition.py").write_text(ADDITION)
    migrate(paths.database, paths.backups, folder=steps)
    connection = sqlite3.connect(paths.database)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    before = paths.database.read_bytes()
    with pytest.raises(SchemaTooNew, match=r"9998_addition.*Upgrade mem"):
        Store.open(paths.database, paths.backups)
    assert paths.database.read_bytes() == before


def test_processes_that_start_at_once_migrate_once(paths: Paths) -> None:
    code = (
        "import sys; from pathlib import Path; from mem.store.store import Store; "
        "Store.open(Path(sys.argv[1]), Path(sys.argv[2])).close()"
    )
    command = [sys.executable, "-c", code, str(paths.database), str(paths.backups)]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(4)]
    for process in running:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors.decode()
    connection = sqlite3.connect(paths.database)
    assert applied(connection) == known()
    connection.close()
