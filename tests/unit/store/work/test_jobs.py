"""Leased work: one process at a time has a batch, and a batch that fails gives way to the rest."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier

import pytest

from mem.assistant import Assistant
from mem.store.database import Database
from mem.store.work.jobs import ATTEMPTS, ENDED, Job, JobQueue
from mem.testing import FakeEmbedder

QUEUE = "model-x/prompt-1"


@dataclass
class Now:
    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    with Assistant.open(home, embedder=FakeEmbedder()) as assistant:
        for number in range(6):
            assistant.remember(f"I walked to harbour {number} with my sister.")
        yield assistant.store.database


def _queue(database: Database, now: Now, owner: str = "a") -> JobQueue:
    return JobQueue(database, QUEUE, owner, lease=60, now=now)


def _added(queue: JobQueue, count: int) -> Job:
    job = queue.add(queue.free(100)[:count])
    assert job is not None
    return job


def test_a_job_holds_its_chunks_until_it_is_done(database: Database, now: Now) -> None:
    queue = _queue(database, now)
    free = queue.free(100)
    job = _added(queue, 2)

    assert queue.free(100) == free[2:]
    assert queue.pending_count() == 6
    with database.transaction() as connection:
        assert queue.finish(connection, job)
    assert database.rows("SELECT count(*) FROM job_chunk") == [(0,)]


def test_two_never_have_the_same_chunk(database: Database, now: Now) -> None:
    one, other = _queue(database, now, "a"), _queue(database, now, "b")
    keys = one.free(100)

    assert one.add(keys[:3]) is not None
    assert other.add(keys[2:4]) is None
    assert other.claim(tried=True) is None
    assert other.add(keys[3:4]) is not None


def test_threads_at_once_share_the_chunks_out(database: Database, now: Now) -> None:
    start, taken = Barrier(4), list[int]()

    def work(owner: str) -> None:
        queue = _queue(database, now, owner)
        start.wait()
        while keys := queue.free(1):
            job = queue.add(keys)
            if job is not None:
                taken.extend(job.chunks)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(work, str(number)) for number in range(4)]:
            done.result()

    assert len(taken) == len(set(taken)) == 6


def test_a_lease_that_ran_out_goes_to_the_next(database: Database, now: Now) -> None:
    killed, other = _queue(database, now, "a"), _queue(database, now, "b")
    job = _added(killed, 2)

    now.seconds += 59
    assert other.claim(tried=True) is None
    now.seconds += 2
    taken = other.claim(tried=True)

    assert taken == Job(job.pk, job.chunks, 2)
    assert not killed.renew(job)
    with database.transaction() as connection:
        assert not killed.finish(connection, job)


def test_a_renewed_lease_holds(database: Database, now: Now) -> None:
    mine, other = _queue(database, now, "a"), _queue(database, now, "b")
    job = _added(mine, 2)

    now.seconds += 59
    assert mine.renew(job)
    now.seconds += 59
    assert other.claim(tried=True) is None


def test_what_is_given_back_was_not_tried(database: Database, now: Now) -> None:
    queue = _queue(database, now)
    job = _added(queue, 2)

    queue.give_back(job)

    assert queue.claim(tried=False) == Job(job.pk, job.chunks, 1)


def test_what_fails_is_tried_three_times(database: Database, now: Now) -> None:
    queue = _queue(database, now)
    job = _added(queue, 2)

    for attempt in range(1, ATTEMPTS):
        assert not queue.fail(job, "it broke")
        assert queue.claim(tried=False) is None
        again = queue.claim(tried=True)
        assert again is not None
        assert again.attempts == attempt + 1
        job = again
    assert queue.fail(job, "it broke")

    assert queue.claim(tried=True) is None
    assert queue.failed() == {"it broke": 1}
    assert queue.pending_count() == 4
    assert len(queue.free(100)) == 4


def test_what_kills_every_process_is_given_up(database: Database, now: Now) -> None:
    queue = _queue(database, now)
    _added(queue, 2)

    for _ in range(ATTEMPTS):
        now.seconds += 61
        queue.claim(tried=True)

    assert queue.claim(tried=True) is None
    assert queue.failed() == {ENDED: 1}


def test_what_was_given_up_can_be_tried_again(database: Database, now: Now) -> None:
    queue = _queue(database, now)
    job = _added(queue, 2)
    queue.fail(Job(job.pk, job.chunks, ATTEMPTS), "it broke")

    assert queue.retry_failed() == 1

    assert queue.claim(tried=False) == Job(job.pk, job.chunks, 1)


def test_a_job_goes_with_its_chunks(database: Database, now: Now) -> None:
    queue = _queue(database, now)
    job = _added(queue, 1)
    queue.give_back(job)

    with database.transaction() as connection:
        connection.execute("DELETE FROM chunk WHERE pk = ?", job.chunks)

    assert queue.claim(tried=True) is None
    assert database.rows("SELECT count(*) FROM job") == [(0,)]


def test_queues_are_apart(database: Database, now: Now) -> None:
    _added(_queue(database, now), 6)
    other = JobQueue(database, "model-y/prompt-1", "a", lease=60, now=now)

    assert len(other.free(100)) == 6
    assert other.claim(tried=True) is None
