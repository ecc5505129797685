"""How quickly the next chunks that wait for a language model are found in a large store.

    python scripts/bench_queue.py [--chunks 100000]

Writes that many made-up chunks into a temporary home, a hundred to a document and every tenth
document undated, and marks none, half and 99 % of them as done. Prints processor time in
milliseconds: of the first look of a process, of those that follow, and of counting what waits.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable

from mem.assistant import Assistant
from mem.store.database import Database
from mem.store.work.jobs import JobQueue

QUEUE = "model/prompt"
OF_DOCUMENT = 100
WORDS = "the harbour was quiet and we walked along the wall until it rained again "


def fill(database: Database, chunks: int) -> None:
    """Documents and chunks straight into the tables: only their number matters here."""
    with database.transaction() as connection:
        for number in range(chunks // OF_DOCUMENT):
            name = f"document-{number:06}"
            at = f"20{10 + number % 15}-{1 + number % 12:02}-{1 + number % 28:02}T10:00:00"
            connection.execute(
                "INSERT INTO document (id, uri, kind, format, title, content_hash, said_at_origin, "
                "recorded_at, updated_at) VALUES (?, ?, 'note', 'markdown', '', ?, '', '', '')",
                (name, f"file:///{name}", name),
            )
            connection.executemany(
                "INSERT INTO chunk (id, document_id, seq, text, context, start, end, locator, "
                "said_at) VALUES (?, ?, ?, ?, '', 0, 9, 'line 1', ?)",
                [
                    (f"{name}-{seq}", name, seq, f"{WORDS * 5}{seq}", at if number % 10 else None)
                    for seq in range(OF_DOCUMENT)
                ],
            )


def mark(database: Database, share: float) -> None:
    """The first `share` of the chunks are done."""
    with database.transaction() as connection:
        connection.execute("DELETE FROM extraction")
        connection.execute(
            "INSERT INTO extraction SELECT pk, ? FROM chunk ORDER BY said_at, document_id, seq "
            "LIMIT (SELECT CAST(count(*) * ? AS INTEGER) FROM chunk)",
            (QUEUE, share),
        )


def milliseconds(work: Callable[[], object], times: int = 1) -> float:
    """Processor time of one call, the least of some."""
    taken = []
    for _ in range(times):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return min(taken) * 1000


def main(arguments: list[str]) -> int:
    """Measure and print a line for each share."""
    parser = argparse.ArgumentParser(description="Measure looks into the queue of slow work.")
    parser.add_argument("--chunks", type=int, default=100_000)
    chunks = parser.parse_args(arguments).chunks
    with tempfile.TemporaryDirectory() as home, Assistant.open(home) as assistant:
        database = assistant.store.database
        fill(database, chunks)
        for share in (0.0, 0.5, 0.99):
            mark(database, share)
            queue = JobQueue(database, QUEUE, "bench", lease=60)
            first = milliseconds(lambda queue=queue: queue.free(256))  # type: ignore[misc]
            again = milliseconds(lambda queue=queue: queue.free(256), 9)  # type: ignore[misc]
            count = milliseconds(queue.pending_count, 3)
            print(
                f"{chunks} chunks, {share:.0%} done: first look {first:.1f} ms, "
                f"next {again:.2f} ms, count {count:.0f} ms"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
