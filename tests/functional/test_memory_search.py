"""Memories in `mem search`, what `mem ask` teaches, and what `mem` printed itself, as a user."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.functional.conftest import RunMem

SAID = (
    ("a", "I live in Paris.", "2025-01-05T10:00:00"),
    ("b", "I moved to Berlin and I live in Berlin now.", "2025-02-05T10:00:00"),
    ("c", "My sister works at the harbour office.", "2025-02-06T10:00:00"),
    ("d", "The kettle is on, shall we?", "2025-02-07T10:00:00"),
)


@pytest.fixture
def chat(run_mem: RunMem, work: Path) -> RunMem:
    """A chat taken in, with memories drawn from it."""
    common = {"conversation": "home", "session": "s1", "speaker": "Ann", "role": "user"}
    lines = [{**common, "id": one, "text": text, "at": at} for one, text, at in SAID]
    (work / "chat.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert run_mem("import", "chat.jsonl").code == 0
    assert run_mem("consolidate").code == 0
    return run_mem


def hits(run_mem: RunMem, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run_mem("search", "--json", *arguments).json["hits"]
    return found


def known(run_mem: RunMem) -> list[tuple[object, ...]]:
    """What memory says and on what it stands; asking changes only how firmly."""
    found = run_mem("list", "--json").json["memories"]
    return [(one["id"], one["text"], one["status"], one["evidence"]) for one in found]


def test_search_shows_passages_and_memories(chat: RunMem) -> None:
    question = "where does my sister work"
    found = hits(chat, question)
    assert found[0]["kind"] == "chunk"
    (memory,) = [hit for hit in found if hit["kind"] == "memory" and hit["message_id"] == "c"]
    assert memory["session_id"] == "s1"
    assert memory["said_at"] == "2025-02-06T10:00:00"
    assert chat("show", memory["id"]).code == 0
    noted = next(hit for hit in found if hit["kind"] == "chunk" and hit["message_id"] == "c")
    assert [one["id"] for one in noted["derived"]] == [memory["id"]]
    assert f"memory {memory['id'][:10]}" in chat("search", question).out
    below = chat("search", "-k", "1", question).out
    assert f"memory {memory['id'][:10]}: " in below
    plain = hits(chat, question, "--no-memories")
    assert [hit["id"] for hit in plain] == [hit["id"] for hit in found if hit["kind"] == "chunk"]
    assert not any("derived" in hit for hit in plain)


def test_asking_is_noted_and_never_fails(chat: RunMem, tmp_path: Path) -> None:
    question = ("ask", "Where does Ann's sister work?", "--json")
    assert chat(*question, MEM_LEARN_FROM_USE="off").json["citations"]
    (database,) = (tmp_path / "home").rglob("mem.db")
    counts = "SELECT count(*) FROM recall WHERE event = 'cited'"
    store = sqlite3.connect(database, isolation_level=None)
    assert store.execute(counts).fetchone() == (0,)
    store.execute("BEGIN IMMEDIATE")
    assert chat(*question).json["citations"]
    store.execute("ROLLBACK")
    assert store.execute(counts).fetchone() == (0,)
    assert chat(*question).json["citations"]
    assert store.execute(counts).fetchone()[0] >= 1
    store.close()


def test_what_mem_printed_yields_no_memories(chat: RunMem, work: Path) -> None:
    assert chat("add", "My brother works at the lighthouse.", "--kind", "profile").code == 0
    assert chat("consolidate").code == 0
    before = known(chat)
    notes = work / "pasted"
    notes.mkdir()
    printed = [
        ("ask", "Where does Ann's sister work?"),
        ("ask", "Where do I live?"),
        ("search", "sister"),
        ("list",),
        ("profile", "--text"),
        ("timeline",),
    ]
    for number, arguments in enumerate(printed):
        run = chat(*arguments)
        assert run.out, run.err
        (notes / f"{number}.md").write_text(f"From mem:\n\n{run.out}", encoding="utf-8")
    assert chat("import", "pasted").code == 0
    report = chat("consolidate", "--json").json
    assert report["chunks"] >= len(printed)
    assert report["candidates"] == 0
    assert report["echoes"] >= 1
    assert known(chat) == before
