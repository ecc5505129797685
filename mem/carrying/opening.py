"""A backup is taken apart and looked through before anything of a home is touched.

Sizes, hashes and the manifest are checked first, then the store itself: that it is sound, that a
`mem` of this or an earlier version wrote it, and that its schema has nothing that `mem` did not put
there.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from mem.carrying import archive, sealing
from mem.carrying.archive import SETTINGS, STORE, VAULT, VAULT_KEY, Manifest, OnProgress
from mem.carrying.backup import counts_of
from mem.carrying.staging import filling, stage
from mem.core.clock import format_time
from mem.core.files import expanded
from mem.errors import (
    BackupDamaged,
    BackupTooNew,
    FileUnreadable,
    MigrationFailed,
    NotABackup,
    PathMissing,
    StoreFull,
)
from mem.settings.paths import Paths
from mem.store.database import Database
from mem.store.migrate import applied, known, migrate

# Made by sqlite-utils, whose versions lay it out differently.
_MIGRATIONS = "_sqlite_migrations"
_KEY = re.compile(r"(?:[0-9a-f]{2}){16,64}")
_SQLITE = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class OpenedBackup:
    """A backup that was found sound: its store, brought up to date, and the files beside it."""

    path: Path
    manifest: Manifest
    store: Path
    files: dict[str, bytes]
    upgraded: tuple[str, ...]


@contextmanager
def opened_backup(
    paths: Paths,
    path: Path,
    ask: Callable[[], str],
    on_progress: OnProgress = lambda done, total: None,
) -> Iterator[OpenedBackup]:
    """The backup at `path`, taken apart in the cache of a home; `ask` gives its passphrase.

    A copy of a store, as a home keeps them, is taken for one without settings and vault.

    Raises PathMissing, FileUnreadable, NotABackup, BackupDamaged, BackupTooNew, StoreFull,
    WrongBackupPassphrase, and what `ask` raises.
    """
    path = expanded(path).absolute()
    if not path.exists():
        raise PathMissing(str(path))
    with stage(paths) as folder:
        try:
            with filling(folder):
                found = _taken_apart(path, folder, ask, on_progress)
        except OSError as error:
            raise FileUnreadable(str(path), error.strerror or str(error)) from error
        yield found


def _taken_apart(
    path: Path, folder: Path, ask: Callable[[], str], on_progress: OnProgress
) -> OpenedBackup:
    if is_copy(path):
        return _copied(path, folder)
    plain = path
    with archive.opened(path) as (outer, said):
        if sealing.is_sealed(said):
            plain = folder / "plain.zip"
            _room(folder, path.stat().st_size)
            with plain.open("xb") as target:
                sealing.unseal(outer, target, ask(), path)
    with archive.opened(plain, path) as (inner, said):
        manifest = archive.manifest_of(inner, said)
        _not_newer(path, manifest)
        total, done = sum(one.size for one in manifest.members), 0
        _room(folder, total)

        def on_block(size: int) -> None:
            nonlocal done
            done += size
            on_progress(done, total)

        for member in manifest.members:
            with (folder / member.name).open("xb") as target:
                archive.take_out(inner, member, target, on_block)
    if plain != path:
        plain.unlink()
    files = _small(path, folder, manifest)
    store = folder / STORE
    return OpenedBackup(path, manifest, store, files, tuple(_checked_store(path, store, manifest)))


def is_copy(path: Path) -> bool:
    """Whether a file is a store itself, such as the copies that a home keeps. Raises OSError."""
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE


def _copied(path: Path, folder: Path) -> OpenedBackup:
    """A bare copy of a store, of which nothing says what it should hold."""
    _room(folder, path.stat().st_size)
    store = folder / STORE
    shutil.copyfile(path, store)
    at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    try:
        steps = _steps_of(store)
    except sqlite3.DatabaseError as error:
        raise BackupDamaged(str(path), f"its store is not sound: {error}") from error
    if not steps:
        raise NotABackup(str(path))
    manifest = Manifest(format_time(at), "", steps, {}, ())
    _not_newer(path, manifest)
    upgraded = _checked_store(path, store, manifest)
    return OpenedBackup(path, replace(manifest, counts=_counts(store)), store, {}, tuple(upgraded))


def _steps_of(store: Path) -> tuple[str, ...]:
    connection = sqlite3.connect(store)
    try:
        # A store that was in use keeps a log of its own beside it until then.
        connection.execute("PRAGMA journal_mode = DELETE")
        return tuple(applied(connection))
    finally:
        connection.close()


def _counts(store: Path) -> dict[str, int]:
    database = Database(store)
    try:
        return counts_of(database)
    finally:
        database.close()


def _room(folder: Path, size: int) -> None:
    """Raises StoreFull where there is no room for what is to be taken out."""
    if shutil.disk_usage(folder).free < size:
        raise StoreFull(str(folder))


def _not_newer(path: Path, manifest: Manifest) -> None:
    unknown = sorted(set(manifest.steps) - set(known()))
    if unknown:
        raise BackupTooNew(str(path), manifest.mem, f"it knows {', '.join(unknown)}")


def _small(path: Path, folder: Path, manifest: Manifest) -> dict[str, bytes]:
    """The members beside the store, which must be what they are called. Raises BackupDamaged."""
    files: dict[str, bytes] = {}
    with archive.sound(path):
        for name in (SETTINGS, VAULT, VAULT_KEY):
            if manifest.member(name) is None:
                continue
            files[name] = (folder / name).read_bytes()
            text = files[name].decode("utf-8")
            if name == SETTINGS:
                tomllib.loads(text)
            elif not isinstance(json.loads(text), dict):
                raise ValueError(f"{name} is not what it is called")
    return files


def _checked_store(path: Path, store: Path, manifest: Manifest) -> list[str]:
    """The steps that brought the store up to date. Raises BackupDamaged."""
    try:
        _look_through(path, store, manifest)
        done = migrate(store, store.parent / "before")
        if _schema_of(store) != _own_schema(store.parent / "own.db"):
            raise BackupDamaged(str(path), "its store has a schema that mem did not make")
        return done
    except MigrationFailed as error:
        raise BackupDamaged(str(path), "its store cannot be brought up to date") from error
    except sqlite3.DatabaseError as error:
        raise BackupDamaged(str(path), f"its store is not sound: {error}") from error


def _look_through(path: Path, store: Path, manifest: Manifest) -> None:
    connection = sqlite3.connect(f"{store.absolute().as_uri()}?mode=ro", uri=True)
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        problem = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if problem != "ok":
            raise BackupDamaged(str(path), f"its store is not sound: {problem}")
        if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise BackupDamaged(str(path), "rows of its store refer to nothing")
        if not _has_keys(connection):
            raise BackupDamaged(str(path), "its store lacks the keys of its marks")
        if applied(connection) != list(manifest.steps):
            raise BackupDamaged(str(path), "its store is not of the schema that its manifest names")
        _schema_in(connection)
    finally:
        connection.close()


def _has_keys(connection: sqlite3.Connection) -> bool:
    """Whether the keys are there that hashes of a store are made with, as hex."""
    rows = connection.execute(
        "SELECT value FROM setting WHERE key LIKE 'tombstone_key%' OR key = 'secret_key'"
    ).fetchall()
    own = connection.execute("SELECT 1 FROM setting WHERE key = 'tombstone_key'").fetchone()
    return own is not None and all(_KEY.fullmatch(str(row[0])) for row in rows)


def _schema_of(store: Path) -> set[tuple[str, str, str]]:
    connection = sqlite3.connect(store)
    try:
        return _schema_in(connection)
    finally:
        connection.close()


def _schema_in(connection: sqlite3.Connection) -> set[tuple[str, str, str]]:
    """Tables, indexes, triggers and views with the statements that made them."""
    rows = connection.execute(
        "SELECT type, name, coalesce(sql, '') FROM sqlite_master "
        "WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!' AND tbl_name != ?",
        (_MIGRATIONS,),
    )
    return {(str(kind), str(name), " ".join(str(sql).split())) for kind, name, sql in rows}


def _own_schema(path: Path) -> set[tuple[str, str, str]]:
    """The schema of a store that is made now."""
    database = Database(path)
    try:
        database.connection.execute("SELECT 1")
    finally:
        database.close()
    migrate(path, path.parent / "before")
    return _schema_of(path)
