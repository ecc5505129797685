"""The same export again changes nothing; a grown one adds its new part; rejected stays rejected."""

from __future__ import annotations

import json
from pathlib import Path

from mem.assistant import Assistant
from mem.core.memory import MemoryStatus

PLACES = ("Lisbon", "Oslo", "Ghent", "Turin", "Leeds", "Porto", "Graz", "Brno", "Lyon", "Cork")
THINGS = ("kayak", "piano", "telescope", "loom", "tandem", "kiln", "canoe", "harp", "tent", "sled")
NAMES = ("Maya", "Tom", "Ines", "Ravi", "Lena", "Otto", "Nora", "Paul", "Rosa", "Sven")


def sentences() -> list[str]:
    found = []
    for place, thing, name in zip(PLACES, THINGS, NAMES, strict=True):
        found += [
            f"I visited {place} in March 2021.",
            f"I own a blue {thing}.",
            f"My friend {name} lives in {place}.",
        ]
    return found


def write(path: Path, texts: list[str]) -> None:
    """An export with those messages; the grown one begins like the first."""
    lines = [
        {
            "conversation": "diary",
            "session": f"s{at // 5}",
            "id": f"m{at}",
            "speaker": "Me",
            "role": "user",
            "at": f"2024-01-{at // 2 + 1:02d}T10:{at:02d}:00",
            "text": text,
        }
        for at, text in enumerate(texts)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def rows(assistant: Assistant) -> dict[str, list[tuple[object, ...]]]:
    """Everything that a repetition might double."""
    tables = ("document", "chunk", "embedding", "memory", "evidence", "link", "entity", "mention")
    return {
        table: sorted(assistant.store.database.rows(f'SELECT * FROM "{table}"'), key=repr)
        for table in tables
    }


def test_ten_times_the_same_and_then_a_grown_one(tmp_path: Path) -> None:
    said = sentences()
    first, grown = said[:24], said
    with Assistant.open(tmp_path / "home") as assistant:
        write(tmp_path / "export0.jsonl", first)
        assistant.ingest(tmp_path / "export0.jsonl")
        report = assistant.memories.consolidate()
        assert report.chunks == len(first)
        before = rows(assistant)
        assert len(before["memory"]) >= 20
        for number in range(1, 10):
            path = tmp_path / f"export{number}.jsonl"  # a download of the same
            write(path, first)
            ledger = assistant.ingest(path)
            assert (ledger.added, ledger.updated, ledger.unchanged) == (0, 0, 1)
            assert assistant.memories.consolidate().chunks == 0
        assert rows(assistant) == before
        write(tmp_path / "grown.jsonl", grown)
        ledger = assistant.ingest(tmp_path / "grown.jsonl")
        assert (ledger.chunks_added, ledger.chunks_removed) == (len(grown) - len(first), 0)
        assert assistant.memories.consolidate().chunks == len(grown) - len(first)
        texts = [one.text for one in assistant.memories.list(statuses=list(MemoryStatus))]
        assert len(texts) == len(set(texts))
        assert len(texts) > len(before["memory"])


def test_what_was_rejected_does_not_return(tmp_path: Path) -> None:
    write(tmp_path / "export.jsonl", sentences())
    with Assistant.open(tmp_path / "home") as assistant:
        assistant.ingest(tmp_path / "export.jsonl")
        assistant.memories.consolidate()
        refused = assistant.memories.list()[:20]
        assert len(refused) == 20
        for one in refused:
            assistant.memories.reject(one.id)
        kept = {one.text for one in assistant.memories.list()}
        with assistant.store.database.transaction() as connection:
            connection.execute("DELETE FROM extraction")
        copy = tmp_path / "again.jsonl"
        write(copy, [*sentences(), "See you."])
        assistant.ingest(copy)
        assert assistant.memories.consolidate().chunks == len(sentences()) + 1
        assert {one.text for one in assistant.memories.list()} == kept
