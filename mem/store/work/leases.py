"""Leases on what has a name and no chunks of its own, such as a summary that is to be written.

Invariant: one process at a time holds a name, until it lets go or its lease runs out. The rows are
those of the job queue (`jobs`), one for each name while it is held, and none afterwards.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mem.store.database import Database
from mem.store.work.jobs import this_process


class Leases:
    """The leases of one kind. Every use raises StoreLocked, StoreFull."""

    def __init__(
        self,
        database: Database,
        kind: str,
        *,
        lease: float,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`lease` is in seconds."""
        self._database = database
        self._kind = kind
        self._lease = lease
        self._owner = this_process()
        self._now = now

    @contextmanager
    def held(self, name: str) -> Iterator[bool]:
        """Hold `name` for the time of the block; False where another process has it."""
        queue = f"{self._kind} {name}"
        mine = self._take(queue)
        try:
            yield mine
        finally:
            if mine:
                with self._database.transaction() as connection:
                    connection.execute(
                        "DELETE FROM job WHERE queue = ? AND owner = ?", (queue, self._owner)
                    )

    def _take(self, queue: str) -> bool:
        now = self._now()
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM job WHERE substr(queue, 1, ?) = ? AND leased_until <= ?",
                (len(self._kind) + 1, f"{self._kind} ", now),
            )
            if connection.execute("SELECT 1 FROM job WHERE queue = ?", (queue,)).fetchone():
                return False
            connection.execute(
                "INSERT INTO job (queue, state, owner, leased_until, attempts) "
                "VALUES (?, 'leased', ?, ?, 1)",
                (queue, self._owner, now + self._lease),
            )
        return True
