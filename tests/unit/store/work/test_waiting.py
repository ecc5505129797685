"""Every chunk that waits is found, in order, and what is done is not gone through again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.store.database import Database
from mem.store.work.waiting import PENDING, WaitingChunks
from mem.testing import FakeEmbedder

EXTRACTOR = "rules-1"


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    with Assistant.open(home, embedder=FakeEmbedder()) as assistant:
        for number in range(6):
            assistant.remember(f"I walked to harbour {number} with my sister.")
        with assistant.store.database.transaction() as connection:
            # Two undated ones, and dates in another order than keys.
            connection.execute(
                "UPDATE chunk SET said_at = CASE WHEN pk < 3 THEN NULL ELSE '2024-01-0' "
                "|| (9 - pk) || 'T10:00:00' END"
            )
        yield assistant.store.database


def ordered(database: Database) -> list[int]:
    rows = database.rows("SELECT pk FROM chunk ORDER BY said_at, document_id, seq")
    return [int(str(pk)) for (pk,) in rows]


def keys(waiting: WaitingChunks, limit: int = 100) -> list[int]:
    return [pk for pk, _ in waiting.next(limit)]


def mark(database: Database, *done: int) -> None:
    with database.transaction() as connection:
        connection.executemany(
            "INSERT INTO extraction (chunk_pk, extractor) VALUES (?, ?)",
            [(pk, EXTRACTOR) for pk in done],
        )


@pytest.mark.parametrize("step", [1, 2, 3, 4, 100])
def test_all_are_found_in_order(database: Database, step: int) -> None:
    waiting, found = WaitingChunks(database, EXTRACTOR), list[int]()
    while some := keys(waiting, step):
        assert keys(waiting, step) == some, "until they are done"
        mark(database, *some)
        found += some
    assert found == ordered(database)
    assert found[0] in {1, 2} and found[2:] == [6, 5, 4, 3]


def test_what_comes_to_wait_before_the_last_place_is_found_in_the_end(database: Database) -> None:
    waiting, order = WaitingChunks(database, EXTRACTOR), ordered(database)
    mark(database, *order[:5])
    assert keys(waiting) == order[5:]
    with database.transaction() as connection:
        connection.execute("DELETE FROM extraction WHERE chunk_pk IN (?, ?)", (order[0], order[3]))
    assert keys(waiting) == order[5:]
    mark(database, order[5])
    assert keys(waiting) == [order[0], order[3]]
    mark(database, order[0], order[3])
    assert keys(waiting) == []


def test_left_branches_gone_documents_and_chunks_in_jobs_do_not_wait(database: Database) -> None:
    one, two, three, *rest = ordered(database)
    with database.transaction() as connection:
        connection.execute("UPDATE chunk SET variant = 1 WHERE pk = ?", (one,))
        connection.execute(
            "UPDATE document SET state = 'gone' WHERE id = "
            "(SELECT document_id FROM chunk WHERE pk = ?)",
            (two,),
        )
        connection.execute("INSERT INTO job (pk, queue, state) VALUES (1, 'q', 'waiting')")
        connection.execute("INSERT INTO job_chunk VALUES ('q', ?, 1)", (three,))
    assert keys(WaitingChunks(database, EXTRACTOR, queue="q")) == rest
    assert keys(WaitingChunks(database, EXTRACTOR)) == [three, *rest]


def test_a_look_seeks_its_place_and_sorts_nothing(database: Database) -> None:
    rows = database.rows(
        f"EXPLAIN QUERY PLAN SELECT pk FROM chunk {PENDING} "
        "AND (said_at, document_id, seq) >= (?, ?, ?) ORDER BY said_at, document_id, seq LIMIT 9",
        (EXTRACTOR, "2024", "", 0),
    )
    plan = " ".join(str(row[3]) for row in rows)
    assert "INDEX chunk_in_time" in plan
    assert "SCAN" not in plan and "TEMP B-TREE" not in plan
