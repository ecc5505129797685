"""A name is held by one process at a time, and by nobody for longer than its lease."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Thread

import pytest

from mem.assistant import Assistant
from mem.store.database import Database
from mem.store.work.jobs import JobQueue
from mem.store.work.leases import Leases
from mem.testing import FakeEmbedder


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    with Assistant.open(home, embedder=FakeEmbedder()) as assistant:
        assistant.remember("We walked to the harbour.")
        yield assistant.store.database


def leases(database: Database, seconds: float = 1000.0, kind: str = "summary") -> Leases:
    return Leases(database, kind, lease=60, now=lambda: seconds)


def test_one_at_a_time(database: Database) -> None:
    one, other = leases(database), leases(database)
    with one.held("day 2025-05-01") as mine, other.held("day 2025-05-01") as theirs:
        assert mine and not theirs
        with other.held("day 2025-05-02") as another:
            assert another
    with other.held("day 2025-05-01") as theirs:
        assert theirs
    assert database.rows("SELECT count(*) FROM job") == [(0,)]


def test_a_lease_that_ran_out_is_anybodys(database: Database) -> None:
    killed = leases(database).held("day 2025-05-01")
    assert killed.__enter__()
    with leases(database, 1059.0).held("day 2025-05-01") as mine:
        assert not mine
    with leases(database, 1061.0).held("day 2025-05-01") as mine:
        assert mine
        killed.__exit__(None, None, None)
        with leases(database, 1061.0).held("day 2025-05-01") as theirs:
            assert not theirs, "who was late lets go of nothing"


def test_kinds_and_the_queue_of_chunks_are_apart(database: Database) -> None:
    queue = JobQueue(database, "model", "a", lease=1, now=lambda: 1000.0)
    job = queue.add(queue.free(1))
    with (
        leases(database).held("x") as one,
        leases(database, 5000.0, "summaries").held("x") as other,
    ):
        assert one and other
        assert queue.claim(tried=True) is None
    assert job is not None and queue.renew(job)


def test_threads_at_once(database: Database) -> None:
    start, held = Barrier(4), list[str]()

    def work(name: str) -> None:
        mine = Leases(database, "summary", lease=60)
        start.wait()
        with mine.held("x") as got:
            if got:
                held.append(name)
            start.wait()

    threads = [Thread(target=work, args=(str(number),)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(held) == 1
