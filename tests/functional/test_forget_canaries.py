"""Forgetting by name leaves no byte of it in any file of the home, and nothing brings it back.

Each canary is a made-up name that stands in a note, a chat or an export, in what was drawn from
it, and in what a person made of that; the smaller run holds every kind of place once.
"""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.consolidation.person import Correction
from mem.core.memory import MemoryStatus
from tests.functional.conftest import RunMem

SENTENCES = (
    "I live in {} since 2021.",
    "My sister {} works as a nurse.",
    "I love {} more than any other band.",
    "I moved to {} in March 2022.",
    "We decided to buy the {} for the office.",
)


def made_up(count: int) -> list[str]:
    """Names that stand in no other text, nor where two others meet."""
    draw = random.Random(7)
    return ["Q" + "".join(draw.choices("bcdfgjkvwxyz", k=9)) + "a" for _ in range(count)]


def write_notes(folder: Path, canaries: list[str]) -> None:
    """Notes of a heading, a kept paragraph and one that names a canary; every third has a tag."""
    folder.mkdir(parents=True)
    for number, canary in enumerate(canaries):
        said = SENTENCES[number % len(SENTENCES)].format(canary)
        tag = f"tags: [{canary.lower()}, kept]\n" if number % 3 == 0 else ""
        kept = f"My brother Tom{number} lives in Lisbon.\n\n" + "Rain fell on the roof. " * 45
        text = (
            f"---\ndate: 2024-02-0{number % 9 + 1}\n{tag}---\n# Day {number}\n\n{kept}\n\n"
            f"## Later\n\n{said} It was **{canary}** again.\n"
        )
        (folder / f"note{number}.md").write_text(text, encoding="utf-8")


def write_chat(path: Path, canaries: list[str]) -> None:
    lines = []
    for number, canary in enumerate(canaries):
        said = SENTENCES[number % len(SENTENCES)].format(canary)
        for place, text in enumerate((f"I play chess on day {number}.", said, "Good to know.")):
            role = "assistant" if place == 2 else "user"
            lines.append(
                {
                    "conversation": f"talk-{number // 5}",
                    "session": f"s{number}",
                    "id": f"m{number}-{place}",
                    "speaker": "Bot" if place == 2 else "Me",
                    "role": role,
                    "at": f"2024-03-{number % 27 + 1:02d}T10:0{place}:00",
                    "text": text,
                }
            )
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def write_export(path: Path, canaries: list[str]) -> None:
    """Conversations as one assistant exports them; their titles name the canary too."""
    conversations = []
    for number, canary in enumerate(canaries):
        said = SENTENCES[number % len(SENTENCES)].format(canary)
        mapping: dict[str, object] = {
            "root": {"id": "root", "message": None, "parent": None, "children": ["a"]}
        }
        turns = (("a", "user", said), ("b", "assistant", "I see."), ("c", "user", "I own a boat."))
        for place, (key, role, text) in enumerate(turns):
            mapping[key] = {
                "id": key,
                "parent": "root" if place == 0 else turns[place - 1][0],
                "children": [turns[place + 1][0]] if place < 2 else [],
                "message": {
                    "id": f"{number}-{key}",
                    "author": {"role": role},
                    "create_time": 1_710_000_000 + number * 1000 + place,
                    "content": {"content_type": "text", "parts": [text]},
                },
            }
        conversations.append(
            {
                "title": f"About {canary}",
                "create_time": 1_710_000_000 + number * 1000,
                "update_time": 1_710_000_500 + number * 1000,
                "mapping": mapping,
                "current_node": "c",
                "conversation_id": f"c{number}",
                "id": f"c{number}",
            }
        )
    path.write_text(json.dumps(conversations), encoding="utf-8")


def write_all(folder: Path, canaries: list[str]) -> None:
    """The canaries split over notes, a chat and an export."""
    third = len(canaries) // 3
    write_notes(folder / "notes", canaries[:third])
    write_chat(folder / "talk.jsonl", canaries[third : 2 * third])
    export = folder / "export"
    export.mkdir()
    write_export(export / "conversations.json", canaries[2 * third :])


def grow(folder: Path) -> None:
    """Every file says a little more, so that it is read again."""
    for path in folder.rglob("*.md"):
        path.write_text(path.read_text() + "\n## Growth\n\nOne more line.\n")
    chat = folder / "talk.jsonl"
    last = json.loads(chat.read_text().splitlines()[-1])
    with chat.open("a") as file:
        file.write(json.dumps(last | {"id": "last", "text": "Until later."}) + "\n")
    export = folder / "export" / "conversations.json"
    export.write_text(export.read_text() + "\n")


def files_with(home: Path, words: list[str]) -> list[tuple[str, str]]:
    """(file, word) for every file of the home that holds the bytes of a word, in any case."""
    found = []
    for path in home.rglob("*"):
        if path.is_file():
            data = path.read_bytes().lower()
            found += [(path.name, word) for word in words if word.lower().encode() in data]
    return found


def live(assistant: Assistant, canaries: list[str]) -> None:
    """Corrections, rejections, pins, undone changes, a cited answer: all that keeps words."""
    memories = assistant.memories
    held = [one for one in memories.list() if any(name in one.text for name in canaries)]
    assert len(held) >= len(canaries) // 2
    memories.edit(held[0].id, Correction(text=held[0].text + " Certainly."))
    memories.reject(held[1].id)
    memories.pin(held[2].id)
    memories.edit(held[3].id, Correction(text=held[3].text + " Perhaps."))
    memories.undo()
    memories.merge(held[4].id, [held[5].id])
    assistant.ask(f"What about {canaries[0]}?")
    assistant.rebuild_index()


def take_in(assistant: Assistant, folder: Path) -> None:
    assistant.ingest(folder)
    assistant.memories.consolidate()


def check(folder: Path, home: Path, canaries: list[str]) -> None:
    """The whole course; `folder` is the user's own."""
    write_all(folder, canaries)
    with Assistant.open(home) as assistant:
        take_in(assistant, folder)
        live(assistant, canaries)
        assert {word for _, word in files_with(home, canaries)} == set(canaries)
        kept = {one.text for one in assistant.memories.list() if "Tom" in one.text}
        assert kept
        for canary in canaries:
            named = assistant.memories.entities()
            known = any(canary == one.name for one in named)
            plan = (
                assistant.forget_preview(entity=canary)
                if known
                else assistant.forget_preview(match=canary)
            )
            receipt = assistant.forget(plan)
            assert receipt.found_after == 0
        assert files_with(home, canaries) == []
        grow(folder)
        elsewhere = Path(shutil.copytree(folder, folder.parent / "copied"))
        for place in (folder, elsewhere):
            take_in(assistant, place)
        assert files_with(home, canaries) == []
        assert {one.text for one in assistant.memories.list() if "Tom" in one.text} == kept
        everything = assistant.memories.list(statuses=list(MemoryStatus))
        assert all(name not in one.text for one in everything for name in canaries)
        texts = [
            chunk.text
            for document in assistant.documents(limit=1000)
            for chunk in assistant.show(document.id).chunks
        ]
        assert any("I own a boat." in text for text in texts)
        assert any("I play chess" in text for text in texts)
        assert assistant.doctor() == []


def test_a_few_names_leave_no_byte(tmp_path: Path) -> None:
    check(tmp_path / "user", tmp_path / "home", made_up(9))


@pytest.mark.slow
def test_fifty_names_leave_no_byte(tmp_path: Path) -> None:
    check(tmp_path / "user", tmp_path / "home", made_up(50))


def test_the_command_previews_asks_and_gives_a_receipt(run_mem: RunMem, work: Path) -> None:
    write_notes(work / "notes", ["Zorquil"])
    assert run_mem("import", "notes").code == 0
    preview = run_mem("forget", "--match", "zorquil", "--dry-run")
    assert preview.code == 0
    assert "Zorquil" in preview.out
    shape = run_mem("forget", "--match", "zorquil", "--dry-run", "--json").json
    assert (shape["dry_run"], shape["documents"]) == (True, 0)
    assert any("Zorquil" in one["text"] for one in shape["passages"])
    assert run_mem("forget", "--match", "zorquil").code == 2
    receipt = run_mem("forget", "--match", "zorquil", "--yes", "--json")
    assert receipt.code == 0, receipt.err
    assert receipt.json["chunks"] == len(shape["passages"])
    assert receipt.json["found_after"] == 0
    assert "zorquil" not in receipt.out.lower()
    assert run_mem("forget", "--match", "zorquil", "--yes").code == 3


def test_one_way_of_naming_at_a_time(run_mem: RunMem) -> None:
    assert run_mem("forget", "--match", "a", "--entity", "b").code == 2
    assert run_mem("forget").code == 2
    assert run_mem("forget", "--match", "?!").code == 2
