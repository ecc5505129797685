"""Copies of the store, made with SQLite's own backup so that a running writer does no harm."""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from mem.core.files import private_folder
from mem.errors import HomeNotWritable
from mem.store.database import Database, translated

_PAGES = 4096  # copied between two calls of Python, in which Ctrl-C is heard


def copy_store(
    path: Path, folder: Path, *, label: str, source: sqlite3.Connection | None = None
) -> Path:
    """Write a consistent copy of the store into `folder`; returns its path.

    `source` is a connection to it that is open already, such as one that has it locked.
    Raises StoreFull, StoreDamaged, HomeNotWritable.
    """
    try:
        private_folder(folder)
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        copy = folder / f"{stamp}-before-{label}.db"
        os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise HomeNotWritable(str(folder), error.strerror or str(error)) from error
    origin = sqlite3.connect(path) if source is None else source
    target = sqlite3.connect(copy)
    try:
        with translated(copy):
            origin.backup(target)
    except BaseException:
        target.close()
        copy.unlink(missing_ok=True)
        raise
    finally:
        target.close()
        if source is None:
            origin.close()
    return copy


def snapshot(database: Database, copy: Path) -> None:
    """Write the store as it stands at this moment to `copy`, one file that needs no log beside it.

    Others may write all the while. Raises StoreFull, StoreDamaged, HomeNotWritable.
    """
    os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    target = sqlite3.connect(copy)
    try:
        # The transaction holds the moment: without it a writer would have the copy begin anew.
        with translated(copy), database.snapshot() as connection:
            connection.execute("SELECT 1 FROM setting LIMIT 1").fetchone()
            connection.backup(target, pages=_PAGES, progress=lambda *_: None)
        with translated(copy):
            target.execute("PRAGMA journal_mode = DELETE")
    finally:
        target.close()
