"""What a transaction that destroys leaves to be done after it: the scrubbing of files.

It is noted in the transaction itself, so that it is done although the process is killed.
"""

from __future__ import annotations

import os
import sqlite3

from mem.settings.leftovers import is_alive
from mem.store.database import Database

_OWED = "scrub_owed_by"  # a setting: the number of the process that is to do it
_ANYONE = "anyone"


def owe(connection: sqlite3.Connection) -> None:
    """Note in the caller's transaction that this process is to scrub after it."""
    connection.execute(
        "INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", (_OWED, str(os.getpid()))
    )


def leave(connection: sqlite3.Connection) -> None:
    """Note in the caller's transaction that whoever opens the store next is to scrub."""
    connection.execute(
        "INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", (_OWED, _ANYONE)
    )


def settled(connection: sqlite3.Connection) -> None:
    """Note in the caller's transaction that it is done."""
    connection.execute("DELETE FROM setting WHERE key = ?", (_OWED,))


def is_owed(database: Database) -> bool:
    """Whether it is still to be done, by whichever process."""
    return bool(database.rows("SELECT 1 FROM setting WHERE key = ?", (_OWED,)))


def is_left(database: Database) -> bool:
    """Whether it is still to be done, and nobody is at it."""
    rows = database.rows("SELECT value FROM setting WHERE key = ?", (_OWED,))
    return bool(rows) and (rows[0][0] == _ANYONE or not is_alive(int(str(rows[0][0]))))
