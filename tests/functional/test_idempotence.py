"""The same export again changes nothing; a grown one adds its new part; rejected stays rejected."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
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


def held(assistant: Assistant) -> list[str]:
    """What is remembered, and the documents that are there."""
    texts = [one.text for one in assistant.memories.list(statuses=list(MemoryStatus))]
    assert len(texts) == len(set(texts))
    return sorted(texts)


def take_in(assistant: Assistant, folder: Path) -> list[str]:
    assistant.ingest(folder)
    assistant.memories.consolidate()
    return held(assistant)


def touch(folder: Path, day: int) -> None:
    for one in folder.rglob("*.md"):
        os.utime(one, (1_710_000_000 + day * 86_400,) * 2)


def test_notes_that_are_moved_copied_or_written_otherwise_say_nothing_new(tmp_path: Path) -> None:
    folder, said = tmp_path / "notes", sentences()
    folder.mkdir()
    for at in range(10):
        text = "\n\n".join(said[3 * at : 3 * at + 3])
        (folder / f"{at}.md").write_text(f"---\ndate: 2024-01-{at + 1:02d}\n---\n{text}\n")
    undated = "I visited Tromsø yesterday.\n\nI have to renew my passport next week.\n"
    (folder / "undated.md").write_text(undated)
    touch(folder, 0)
    with Assistant.open(tmp_path / "home") as assistant:
        first = take_in(assistant, folder)
        assert len(first) >= 30
        touch(folder, 1)
        assert take_in(assistant, folder) == first
        moved = folder.rename(tmp_path / "renamed")
        (moved / "sub").mkdir()
        (moved / "1.md").rename(moved / "sub" / "other.md")
        touch(moved, 40)
        assert take_in(assistant, moved) == first
        assert len(assistant.documents(limit=100)) == 11
        copy = Path(shutil.copytree(moved, tmp_path / "copy"))
        touch(copy, 80)
        assert take_in(assistant, copy) == first
        for one in copy.rglob("*.md"):
            one.write_bytes(one.read_text().replace("\n", "\r\n").encode("utf-8-sig"))
        assert take_in(assistant, copy) == first
        for one in moved.rglob("*.md"):
            one.write_text(one.read_text() + "\nUntil later.\n")
        touch(moved, 120)
        assert take_in(assistant, moved) == first
        with zipfile.ZipFile(tmp_path / "notes.zip", "w") as archive:
            for one in copy.rglob("*.md"):
                archive.write(one, one.name)
        assert take_in(assistant, tmp_path / "notes.zip") == first


def test_an_export_in_another_order_and_time_zone_says_nothing_new(tmp_path: Path) -> None:
    said = sentences()
    with Assistant.open(tmp_path / "home") as assistant:
        write(tmp_path / "first.jsonl", said)
        first = take_in(assistant, tmp_path / "first.jsonl")
        before = rows(assistant)
        lines = (tmp_path / "first.jsonl").read_text().splitlines()
        (tmp_path / "turned.jsonl").write_text("\n".join(reversed(lines)))
        assert take_in(assistant, tmp_path / "turned.jsonl") == first
        zoned = [json.loads(line) for line in lines]
        for place, zone in enumerate(("Z", "+02:00")):
            path = tmp_path / f"zone{place}.jsonl"
            path.write_text("\n".join(json.dumps(one | {"at": one["at"] + zone}) for one in zoned))
            assert take_in(assistant, path) == first
        assert rows(assistant)["memory"] == before["memory"]
