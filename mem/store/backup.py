"""Copies of the store, made with SQLite's own backup so that a running writer does no harm."""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from mem.core.files import private_folder
from mem.errors import HomeNotWritable
from mem.store.database import translated


def copy_store(path: Path, folder: Path, *, label: str) -> Path:
    """Write a consistent copy of the store into `folder`; returns its path.

    Raises StoreFull, StoreDamaged, HomeNotWritable.
    """
    try:
        private_folder(folder)
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        copy = folder / f"{stamp}-before-{label}.db"
        os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise HomeNotWritable(str(folder), error.strerror or str(error)) from error
    source = sqlite3.connect(path)
    target = sqlite3.connect(copy)
    try:
        with translated(copy):
            source.backup(target)
    finally:
        target.close()
        source.close()
    return copy
