"""The schema is defined in `migrations/` only; a store is brought up to it before it is used.

sqlite-utils runs each step in a transaction together with its record. A copy of the store is
made first, and a store that a newer version wrote is refused untouched.
"""

from __future__ import annotations

import importlib.util
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mem.errors import MigrationFailed, SchemaTooNew
from mem.store.backup import copy_store
from mem.store.database import translated

MIGRATION_SET = "mem"


def migrations_folder() -> Path:
    """Inside the package in a wheel; beside it in a checkout or an editable install."""
    package = Path(__file__).resolve().parent.parent
    packaged = package / "migrations"
    return packaged if packaged.is_dir() else package.parent / "migrations"


def known(folder: Path | None = None) -> list[str]:
    """Names of all steps, in order."""
    return sorted(path.stem for path in (folder or migrations_folder()).glob("[0-9]*.py"))


def applied(connection: sqlite3.Connection) -> list[str]:
    """Names of the steps that the store has been through."""
    exists = connection.execute(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_sqlite_migrations'"
    ).fetchone()
    if exists is None:
        return []
    rows = connection.execute(
        "SELECT name FROM _sqlite_migrations WHERE migration_set = ? ORDER BY id",
        (MIGRATION_SET,),
    )
    return [name for (name,) in rows]


def is_current(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether nothing is pending. Raises SchemaTooNew, StoreDamaged.

    Reads two small tables and imports nothing, so that every start can afford it.
    """
    with translated(path):
        done = applied(connection)
    steps = known()
    unknown = sorted(set(done) - set(steps))
    if unknown:
        raise SchemaTooNew(str(path), unknown)
    return sorted(done) == steps


def migrate(path: Path, backups: Path, *, folder: Path | None = None) -> list[str]:
    """Bring the store at `path` up to the newest schema; returns the steps applied.

    Raises MigrationFailed (the step is rolled back, the copy is named), SchemaTooNew.
    """
    import filelock
    import sqlite_utils
    from sqlite_utils import Migrations

    folder = folder or migrations_folder()
    steps = Migrations(MIGRATION_SET)
    for name in known(folder):
        steps(name=name)(_load(folder / f"{name}.py"))
    # Two processes that start at once: the second waits and finds nothing pending.
    with filelock.FileLock(f"{path}.upgrade.lock", mode=0o600), translated(path):
        connection = sqlite3.connect(path, timeout=30.0)
        try:
            return _apply(steps, sqlite_utils.Database(connection), path, backups)
        finally:
            connection.close()


def _apply(steps: Any, db: Any, path: Path, backups: Path) -> list[str]:
    pending = [step.name for step in steps.pending(db)]
    if not pending:
        return []
    copy = copy_store(path, backups, label=pending[0]) if steps.applied(db) else None
    try:
        steps.apply(db)
    except sqlite3.DatabaseError as error:
        if (getattr(error, "sqlite_errorcode", 0) & 0xFF) != sqlite3.SQLITE_ERROR:
            raise
        failed = steps.pending(db)[0].name
        raise MigrationFailed(failed, str(error), str(copy or "(the store was empty)")) from error
    return pending


def _load(path: Path) -> Callable[[Any], None]:
    spec = importlib.util.spec_from_file_location(f"mem_migration_{path.stem}", path)
    assert spec is not None and spec.loader is not None, path
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    upgrade: Callable[[Any], None] = module.upgrade
    return upgrade
