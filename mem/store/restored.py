"""What is done to a store that came out of a backup, and the files that are put beside it.

The small files of a restored home travel in the store's own row until they are in place: the one
transaction that puts the store there decides about them too, and whoever comes next finishes it.
"""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from mem.core.files import replace_text
from mem.errors import HomeNotWritable
from mem.store.database import Database

_FILES = "restored_files"  # a setting: files by name (base64) that are still to be written
_BACKED_UP = "backed_up_at"  # a setting: when the last backup was made, UTC


def owe_files(connection: sqlite3.Connection, files: Mapping[str, bytes]) -> None:
    """Note in the caller's transaction that these files belong beside the store."""
    kept = {name: base64.b64encode(data).decode() for name, data in files.items()}
    connection.execute("DELETE FROM setting WHERE key = ?", (_FILES,))
    if kept:
        _put(connection, _FILES, json.dumps(kept))


def put_files(database: Database, places: Mapping[str, Path]) -> list[str]:
    """Write the files that are noted, each to its place unless one stands there; their names.

    Nothing is done where the store cannot be written. Raises HomeNotWritable, StoreLocked.
    """
    rows = database.rows("SELECT value FROM setting WHERE key = ?", (_FILES,))
    if not rows or database.read_only:
        return []
    written = []
    for name, data in json.loads(str(rows[0][0])).items():
        if name in places and not places[name].exists():
            try:
                replace_text(places[name], base64.b64decode(data).decode("utf-8"))
            except OSError as error:
                raise HomeNotWritable(str(places[name]), error.strerror or str(error)) from error
            written.append(name)
    with database.transaction() as connection:
        connection.execute("DELETE FROM setting WHERE key = ?", (_FILES,))
    return written


def note_backup(connection: sqlite3.Connection, at: str) -> None:
    """Note in the caller's transaction when a backup was made (not where)."""
    _put(connection, _BACKED_UP, at)


def last_backup(database: Database) -> str | None:
    """When the last backup was made, UTC."""
    rows = database.rows("SELECT value FROM setting WHERE key = ?", (_BACKED_UP,))
    return str(rows[0][0]) if rows else None


def _put(connection: sqlite3.Connection, key: str, value: str) -> None:
    connection.execute("INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", (key, value))
