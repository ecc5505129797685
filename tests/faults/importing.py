"""A process that imports a folder and can be killed; and what its store must hold afterwards.

Run as `python -m tests.faults.importing HOME FOLDER [real]`.
"""

from __future__ import annotations

import sqlite3
import sys
from datetime import datetime
from pathlib import Path

from mem.assistant import Assistant
from mem.testing import FakeEmbedder, FixedClock

QUERIES = {
    "file": "SELECT uri, size, modified_ns, content_hash IS NULL, reader, state, code, "
    "documents FROM file ORDER BY uri",
    "source": "SELECT id, uri, kind FROM source ORDER BY id",
    "document": "SELECT id, uri, kind, format, title, content_hash, said_at, state "
    "FROM document ORDER BY id",
    "file_document": "SELECT file.uri, document_id FROM file_document "
    "JOIN file ON file.pk = file_pk ORDER BY 1, 2",
    "chunk": 'SELECT id, document_id, seq, text, context, "start", "end", locator, said_at, '
    "session_id, message_id FROM chunk ORDER BY id",
    "vector": "SELECT chunk.id, vector FROM embedding JOIN chunk ON chunk.pk = chunk_pk ORDER BY 1",
    "word": "SELECT term, doc, cnt FROM chunk_vocabulary ORDER BY term",
}


def rows_of(home: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row that does not depend on when or in what order things happened."""
    connection = sqlite3.connect(home / "data" / "mem.db")
    try:
        connection.execute("INSERT INTO chunk_fts (chunk_fts, rank) VALUES ('integrity-check', 1)")
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        return {name: connection.execute(query).fetchall() for name, query in QUERIES.items()}
    finally:
        connection.close()


def write_notes(folder: Path, count: int) -> None:
    """Notes of several passages each, and one export with several conversations."""
    folder.mkdir(parents=True)
    for number in range(count):
        sections = "\n".join(
            f"## Part {part}\n\n" + f"Note {number} says word{number * part} again. " * 8 + "\n"
            for part in range(4)
        )
        (folder / f"note{number:03}.md").write_text(f"# Note {number}\n\n{sections}")
    lines = [
        f'{{"conversation": "c{number // 10}", "session": "s", "id": "m{number}", '
        f'"speaker": "Ada", "role": "user", "at": "2025-05-01T10:{number % 60:02}:00", '
        f'"text": "Message {number} of the chat"}}'
        for number in range(count)
    ]
    (folder / "chats.jsonl").write_text("\n".join(lines) + "\n")


def main(home: str, folder: str, embedder: str = "fake") -> None:
    clock = FixedClock(datetime(2025, 12, 1, 9))
    chosen = FakeEmbedder() if embedder == "fake" else None
    with Assistant.open(home, clock=clock, embedder=chosen) as assistant:
        print("ready", flush=True)
        assistant.ingest(folder)
    print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
