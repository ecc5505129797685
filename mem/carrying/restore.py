"""A backup becomes the memory of a home, in one transaction of SQLite: the old one stands, or it.

No other process may have the home open meanwhile. What the home has forgotten stays forgotten: its
marks are applied to the backup's store before it is put in place, and kept.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from mem.assistant import Assistant
from mem.carrying.archive import SETTINGS, VAULT, VAULT_KEY, OnProgress
from mem.carrying.backup import counts_of
from mem.carrying.opening import OpenedBackup
from mem.carrying.staging import filling
from mem.consolidation.reconciling.settling import Settler
from mem.core.clock import Clock
from mem.core.files import private_folder
from mem.errors import (
    HomeFilled,
    HomeInUse,
    HomeNotWritable,
    IndexOwned,
    StoreDamaged,
    StoreLocked,
    WatcherRunning,
)
from mem.service.lock import watching
from mem.settings.paths import Paths
from mem.store.backup import copy_store
from mem.store.database import Database, translated
from mem.store.erasing.erase import scrub
from mem.store.erasing.marked import Marks, StayedForgotten, erase_marked
from mem.store.erasing.owed import settled
from mem.store.journal import write_entry
from mem.store.memory.changes import Changes
from mem.store.memory.memories import Memories
from mem.store.restored import note_backup, owe_files, put_files
from mem.vectors.erasing import erased

# So long a command that is about to end is waited for.
_PATIENCE_S = 5.0
_NO_MARKS = Marks((), {})


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: what the home holds now, and what of the backup it left out.

    `kept` names what the home had already and the backup as well, and is as it was. `copy` is the
    store that was there before. Where that was damaged, `marks_lost` says that its marks could not
    be read.
    """

    made_at: str
    counts: Mapping[str, int]
    stayed_forgotten: StayedForgotten
    upgraded: tuple[str, ...]
    written: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    copy: str | None = None
    marks_lost: bool = False


@dataclass(frozen=True, slots=True)
class _Old:
    """What stands in the home before."""

    marks: Marks = _NO_MARKS
    sources: list[str] = field(default_factory=list)
    lost: bool = False


def is_filled(paths: Paths) -> bool:
    """Whether a home holds anything; a store that cannot be read counts. Raises StoreLocked."""
    if not paths.database.exists():
        return False
    database = Database(paths.database, read_only=True)
    try:
        (found,) = database.rows(
            "SELECT EXISTS (SELECT 1 FROM source) OR EXISTS (SELECT 1 FROM document) "
            "OR EXISTS (SELECT 1 FROM memory) OR EXISTS (SELECT 1 FROM tombstone)"
        )
        return bool(found[0])
    except sqlite3.OperationalError:
        return False  # no table yet: it was killed while it was made
    except StoreDamaged:
        return True
    finally:
        database.close()


def restore(
    paths: Paths,
    clock: Clock,
    backup: OpenedBackup,
    *,
    replace: bool = False,
    on_progress: OnProgress = lambda done, total: None,
) -> Restored:
    """Put an opened backup in place. `replace` allows that in a home which holds something.

    Settings and a vault that the home has stay as they are. Raises HomeFilled, HomeInUse,
    HomeNotWritable, StoreFull; the home is as it was then.
    """
    if not replace and is_filled(paths):
        raise HomeFilled(str(paths.data))
    with _writing(paths.data):
        private_folder(paths.data)
    with _alone(paths, clock), _target(paths) as (target, damaged):
        old = _read_old(target, damaged=damaged is not None)
        files, kept = _beside(paths, backup)
        stayed = _prepared(backup, old, files, clock, on_progress)
        copy = damaged
        if copy is None and _is_worth_keeping(target):
            copy = copy_store(paths.database, paths.backups, label="restore", source=target)
        with _index_gone(paths):
            _put(backup.store, target, paths.database)
    return _finish(paths, backup, stayed, old, kept, copy)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Turn what the system says of a place in the home into HomeNotWritable and StoreFull."""
    try:
        with filling(folder):
            yield
    except OSError as error:
        raise HomeNotWritable(str(folder), error.strerror or str(error)) from error


@contextmanager
def _alone(paths: Paths, clock: Clock) -> Iterator[None]:
    """Be the one who keeps the home in step. Raises HomeInUse."""
    try:
        with watching(paths, clock):
            yield
    except WatcherRunning as error:
        raise HomeInUse(str(paths.data), "a watcher keeps this memory in step") from error


@contextmanager
def _index_gone(paths: Paths) -> Iterator[None]:
    """The derived index is removed, and nobody makes it anew during the body. Raises HomeInUse."""
    try:
        with erased(paths.index):
            yield
    except IndexOwned as error:
        raise HomeInUse(str(paths.index), "another process owns the vector index") from error


@contextmanager
def _target(paths: Paths) -> Iterator[tuple[sqlite3.Connection, Path | None]]:
    """The home's store, which nobody else has open; a damaged one is put aside, and its copy named.

    Raises HomeInUse, HomeNotWritable.
    """
    copy: Path | None = None
    try:
        connection = _exclusive(paths.database)
    except StoreDamaged:
        copy = _put_aside(paths)
        connection = _exclusive(paths.database)
    try:
        yield connection, copy
    finally:
        connection.close()


def _exclusive(path: Path) -> sqlite3.Connection:
    """A connection that keeps every other one out. Raises HomeInUse, StoreDamaged."""
    with _writing(path):
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    connection = sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None)
    try:
        with translated(path):
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")
            problem = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if problem != "ok":
                raise StoreDamaged(str(path), str(problem))
    except StoreLocked as error:
        connection.close()
        raise HomeInUse(str(path), "another process has this memory open") from error
    except BaseException:
        connection.close()
        raise
    return connection


def _put_aside(paths: Paths) -> Path:
    """Move a store that cannot be read among the copies, with what stands in its log."""
    with _writing(paths.backups):
        private_folder(paths.backups)
        number = 1
        while (aside := paths.backups / f"damaged-{number}.db").exists():
            number += 1
        for end in ("-wal", "-shm", ""):
            part = paths.database.with_name(paths.database.name + end)
            with contextlib.suppress(FileNotFoundError):
                part.replace(aside.with_name(f"damaged-{number}{end}.db"))
        return aside


def _is_worth_keeping(target: sqlite3.Connection) -> bool:
    """Whether a store holds any document or memory."""
    tables = {row[0] for row in target.execute("SELECT name FROM sqlite_master")}
    if not {"document", "memory"} <= tables:
        return False
    (found,) = target.execute(
        "SELECT EXISTS (SELECT 1 FROM document) OR EXISTS (SELECT 1 FROM memory)"
    ).fetchone()
    return bool(found)


def _read_old(target: sqlite3.Connection, *, damaged: bool) -> _Old:
    """The marks and sources of what is replaced."""
    if damaged:
        return _Old(lost=True)
    tables = {row[0] for row in target.execute("SELECT name FROM sqlite_master")}
    if not {"tombstone", "setting", "source"} <= tables:
        return _Old()
    keys = target.execute("SELECT value FROM setting WHERE key LIKE 'tombstone_key%' ORDER BY key")
    marks = target.execute("SELECT digest, at FROM tombstone")
    sources = target.execute("SELECT uri FROM source")
    return _Old(
        Marks(tuple(str(row[0]) for row in keys), {str(one): str(at) for one, at in marks}),
        [str(row[0]) for row in sources],
    )


def _beside(paths: Paths, backup: OpenedBackup) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The small files to put into the home, and the names of those that it has already.

    A vault is one thing: its key without its values, or those of another vault, open nothing.
    """
    places = paths.carried
    files = dict(backup.files)
    if places[VAULT].exists() or places[VAULT_KEY].exists():
        kept = [name for name in (VAULT, VAULT_KEY) if files.pop(name, None) is not None]
    else:
        kept = []
    if places[SETTINGS].exists() and files.pop(SETTINGS, None) is not None:
        kept.append(SETTINGS)
    return files, tuple(kept)


def _prepared(
    backup: OpenedBackup,
    old: _Old,
    files: Mapping[str, bytes],
    clock: Clock,
    on_progress: OnProgress,
) -> StayedForgotten:
    """Make the backup's store what the home is to hold, in the place where it was taken apart."""
    database = Database(backup.store)
    try:
        changes = Changes(database, clock.utc)
        settler = Settler(changes, Memories(database, clock.now), clock.utc)
        stayed = erase_marked(
            database,
            old.marks,
            sources=old.sources,
            at=clock.utc(),
            resettle=settler.settle_left,
            on_progress=on_progress,
        )
        with database.transaction() as connection:
            settled(connection)
            owe_files(connection, files)
            note_backup(connection, backup.manifest.made_at)
            write_entry(
                connection,
                at=clock.utc(),
                actor="user",
                action="restore",
                subject="",
                detail={"made_at": backup.manifest.made_at},
            )
        scrub(database)
        database.connection.execute("PRAGMA journal_mode = DELETE")
        return stayed
    finally:
        database.close()


def _put(store: Path, target: sqlite3.Connection, place: Path) -> None:
    """Write one store over another, in one transaction. Raises StoreFull, HomeInUse."""
    origin = sqlite3.connect(store)
    try:
        with translated(place):
            origin.backup(target)
            target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        origin.close()


def _finish(
    paths: Paths,
    backup: OpenedBackup,
    stayed: StayedForgotten,
    old: _Old,
    kept: tuple[str, ...],
    copy: Path | None,
) -> Restored:
    database = Database(paths.database)
    try:
        written = put_files(database, paths.carried)
        counts = counts_of(database)
    finally:
        database.close()
    return Restored(
        made_at=backup.manifest.made_at,
        counts=counts,
        stayed_forgotten=stayed,
        upgraded=backup.upgraded,
        written=tuple(written),
        kept=kept,
        copy=str(copy) if copy is not None else None,
        marks_lost=old.lost,
    )


def make_derived(
    assistant: Assistant, on_progress: OnProgress = lambda done, total: None
) -> tuple[int, int]:
    """Make the vector index anew where the home is large enough to have one.

    Returns how many vectors it holds, and how many are still to be made of a model in use now.
    """
    indexed = 0
    if assistant.embeddings.count() >= assistant.settings.index_exact_below:
        indexed = assistant.rebuild_index(on_progress)
    return indexed, assistant.embeddings.pending_count()
