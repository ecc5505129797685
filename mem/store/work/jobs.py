"""The queue of leased work: a batch of chunks is done by one process at a time, or by the next
one when its lease has run out.

A job is tried so many times at most and then marked failed with its reason; it never stands in
the way of the rest. Nothing here holds text of what was taken in.
"""

from __future__ import annotations

import os
import secrets
import socket
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from mem.store.database import Database
from mem.store.work.waiting import FREE, PENDING, WaitingChunks

ATTEMPTS: Final = 3
ENDED: Final = "the process ended"


@dataclass(frozen=True, slots=True)
class Job:
    """A leased batch: keys of chunks, in order by document; `attempts` counts this one."""

    pk: int
    chunks: tuple[int, ...]
    attempts: int


class JobQueue:
    """The jobs of one extractor, by its fingerprint. Every write raises StoreLocked, StoreFull."""

    def __init__(
        self,
        database: Database,
        queue: str,
        owner: str,
        *,
        lease: float,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`owner` names this process; `lease` is in seconds."""
        self._database = database
        self._queue = queue
        self._owner = owner
        self._lease = lease
        self._now = now
        self._waiting = WaitingChunks(database, queue, queue=queue)

    def pending_count(self) -> int:
        """Chunks that wait, those of leased and waiting jobs included; of failed jobs not."""
        rows = self._database.rows(
            f"SELECT count(*) FROM chunk {PENDING} AND pk NOT IN (SELECT chunk_pk FROM job_chunk "
            "JOIN job ON job.pk = job_pk WHERE job.queue = ? AND state = 'failed')",
            (self._queue, self._queue),
        )
        return int(str(rows[0][0]))

    def failed(self) -> dict[str, int]:
        """How many jobs have failed for good, by reason."""
        rows = self._database.rows(
            "SELECT reason, count(*) FROM job WHERE queue = ? AND state = 'failed' "
            "GROUP BY reason ORDER BY reason",
            (self._queue,),
        )
        return {str(reason): int(str(count)) for reason, count in rows}

    def free(self, limit: int) -> list[int]:
        """Keys of the next chunks that are in no job, document by document, in order."""
        return [pk for pk, _ in self._waiting.next(limit)]

    def add(self, chunks: Sequence[int]) -> Job | None:
        """A job of those chunks, leased; None where another process has taken one of them."""
        with self._database.transaction() as connection:
            free = connection.execute(
                f"SELECT count(*) FROM chunk {FREE} AND pk IN ({_marks(chunks)})",
                (self._queue, self._queue, *chunks),
            ).fetchone()
            if int(free[0]) != len(chunks):
                return None
            cursor = connection.execute(
                "INSERT INTO job (queue, state, owner, leased_until, attempts) "
                "VALUES (?, 'leased', ?, ?, 1)",
                (self._queue, self._owner, self._now() + self._lease),
            )
            pk = int(cursor.lastrowid or 0)
            connection.executemany(
                "INSERT INTO job_chunk (queue, chunk_pk, job_pk) VALUES (?, ?, ?)",
                [(self._queue, chunk, pk) for chunk in chunks],
            )
        return Job(pk, tuple(chunks), 1)

    def claim(self, *, tried: bool) -> Job | None:
        """The next job that waits or whose lease has run out, or None.

        `tried` also those that were tried before.
        """
        with self._database.transaction() as connection:
            self._tidy(connection)
            row = connection.execute(
                "SELECT pk, attempts FROM job WHERE queue = ? AND attempts < ? AND "
                "(state = 'waiting' OR (state = 'leased' AND leased_until <= ?)) "
                "ORDER BY attempts, pk LIMIT 1",
                (self._queue, ATTEMPTS if tried else 1, self._now()),
            ).fetchone()
            if row is None:
                return None
            pk, attempts = int(row[0]), int(row[1]) + 1
            connection.execute(
                "UPDATE job SET state = 'leased', owner = ?, leased_until = ?, attempts = ? "
                "WHERE pk = ?",
                (self._owner, self._now() + self._lease, attempts, pk),
            )
            chunks = connection.execute(
                "SELECT chunk_pk FROM job_chunk JOIN chunk ON chunk.pk = chunk_pk "
                "WHERE job_pk = ? ORDER BY said_at, document_id, seq",
                (pk,),
            ).fetchall()
        return Job(pk, tuple(int(chunk) for (chunk,) in chunks), attempts)

    def renew(self, job: Job) -> bool:
        """Lease it for the full time again; False where it is another's by now."""
        return self._write(
            "UPDATE job SET leased_until = ? WHERE pk = ? AND owner = ? AND state = 'leased'",
            (self._now() + self._lease, job.pk, self._owner),
        )

    def finish(self, connection: sqlite3.Connection, job: Job) -> bool:
        """Remove a job in the transaction of its results; False where it is another's by now."""
        done = connection.execute(
            "DELETE FROM job WHERE pk = ? AND owner = ? AND state = 'leased'",
            (job.pk, self._owner),
        )
        return done.rowcount == 1

    def give_back(self, job: Job) -> None:
        """Leave it to whoever comes next, as if it had not been tried."""
        self._write(
            "UPDATE job SET state = 'waiting', owner = '', attempts = attempts - 1 "
            "WHERE pk = ? AND owner = ? AND state = 'leased'",
            (job.pk, self._owner),
        )

    def fail(self, job: Job, reason: str) -> bool:
        """Note why an attempt failed; returns whether that was the last one."""
        last = job.attempts >= ATTEMPTS
        self._write(
            "UPDATE job SET state = ?, owner = '', reason = ? "
            "WHERE pk = ? AND owner = ? AND state = 'leased'",
            ("failed" if last else "waiting", reason, job.pk, self._owner),
        )
        return last

    def retry_failed(self) -> int:
        """Put what has failed back into the queue; returns how many jobs."""
        with self._database.transaction() as connection:
            return connection.execute(
                "UPDATE job SET state = 'waiting', attempts = 0, reason = '' "
                "WHERE queue = ? AND state = 'failed'",
                (self._queue,),
            ).rowcount

    def _tidy(self, connection: sqlite3.Connection) -> None:
        """Jobs whose chunks are gone are removed; one whose every try ended in silence failed."""
        connection.execute(
            "DELETE FROM job WHERE queue = ? AND pk NOT IN (SELECT job_pk FROM job_chunk)",
            (self._queue,),
        )
        connection.execute(
            "UPDATE job SET state = 'failed', owner = '', reason = ? WHERE queue = ? "
            "AND state = 'leased' AND leased_until <= ? AND attempts >= ?",
            (ENDED, self._queue, self._now(), ATTEMPTS),
        )

    def _write(self, sql: str, parameters: Sequence[object]) -> bool:
        with self._database.transaction() as connection:
            return connection.execute(sql, parameters).rowcount == 1


def this_process() -> str:
    """A name for this process among all that may ever hold a lease."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def _marks(items: Sequence[object]) -> str:
    return ",".join("?" * len(items))
