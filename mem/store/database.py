"""One SQLite file: connections, transactions and the translation of SQLite's failures.

Every connection runs with WAL, foreign keys and a busy timeout; a writer's commit is on the disk
(`synchronous=FULL`) before it is acknowledged.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from mem.errors import HomeNotWritable, StoreDamaged, StoreError, StoreFull, StoreLocked

BUSY_TIMEOUT_S = 30.0
_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_UNWRITABLE = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn SQLite's errors about the file into the store's own.

    Raises StoreLocked, StoreFull, StoreDamaged, HomeNotWritable.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        named = _named_failure(path, error)
        if named is None:
            raise
        raise named from error


def _named_failure(path: Path, error: sqlite3.DatabaseError) -> StoreError | None:
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if code is not None else None
    if primary in _LOCKED:
        return StoreLocked(str(path))
    if primary in _FULL:
        return StoreFull(str(path))
    if primary in _UNWRITABLE:
        return HomeNotWritable(str(path), str(error))
    if primary in _DAMAGED:
        return StoreDamaged(str(path), str(error))
    return None


class Database:
    """The store's file. Each thread gets a connection of its own; writers take turns."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self.read_only = read_only
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._guard = threading.Lock()

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection, opened when first asked for."""
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._connect()
            self._local.connection = connection
            with self._guard:
                self._connections.append(connection)
        return connection

    def _connect(self) -> sqlite3.Connection:
        with translated(self.path):
            if self.read_only:
                return self._connect_read_only()
            if not self.path.exists():
                _create_private(self.path)
            connection = sqlite3.connect(
                self.path,
                timeout=BUSY_TIMEOUT_S,
                isolation_level=None,
                check_same_thread=False,
            )
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA temp_store = MEMORY")
            return connection

    def _connect_read_only(self) -> sqlite3.Connection:
        """A folder that cannot be written has no room for WAL's shared memory: read as is."""
        writable = os.access(self.path.parent, os.W_OK)
        options = "mode=ro" if writable else "immutable=1"
        return sqlite3.connect(
            f"{self.path.absolute().as_uri()}?{options}",
            uri=True,
            timeout=BUSY_TIMEOUT_S,
            isolation_level=None,
            check_same_thread=False,
        )

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of the body's writes, or none. Transactions do not nest.

        Raises StoreLocked, StoreFull, StoreDamaged, HomeNotWritable.
        """
        connection = self.connection
        with translated(self.path):
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                # SQLite has already rolled back by itself after a full disk.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """Reads of the body that all see the same state."""
        connection = self.connection
        with translated(self.path):
            if connection.in_transaction:
                yield connection
                return
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("COMMIT")

    @contextmanager
    def patience(self, seconds: float) -> Iterator[None]:
        """Wait only so long for other processes in the body, on this thread's connection."""
        connection = self.connection
        connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
        try:
            yield
        finally:
            connection.execute(f"PRAGMA busy_timeout = {int(BUSY_TIMEOUT_S * 1000)}")

    def rows(
        self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()
    ) -> list[tuple[object, ...]]:
        """All rows of a query; its parameters by place or by name."""
        with translated(self.path):
            return self.connection.execute(sql, parameters).fetchall()

    def close(self) -> None:
        """Close every thread's connection."""
        with self._guard:
            for connection in self._connections:
                connection.close()
            self._connections.clear()
        self._local = threading.local()


def _create_private(path: Path) -> None:
    """Make the file readable by its owner only before SQLite puts anything into it."""
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    except OSError as error:
        raise HomeNotWritable(str(path), error.strerror or str(error)) from error
    os.close(descriptor)
