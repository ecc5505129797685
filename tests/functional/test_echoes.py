"""What `mem` wrote or printed comes back as a note or a message, and nothing is drawn from it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mem.assistant import Assistant
from tests.functional.conftest import RunMem

SAID = "I live in Ghent. My sister Clara works as a nurse. I own a blue kayak.\n"
LINE = {"conversation": "diary", "session": "s1", "id": "m1", "speaker": "Me", "role": "user"}
PRINTING = [
    ("ask", "Where do I live?", "--no-llm"),
    ("search", "Clara"),
    ("search", "Clara", "--json"),
    ("list", "--json"),
    ("profile",),
    ("profile", "--json"),
    ("profile", "--text"),
    ("timeline", "--json"),
    ("entities", "Clara", "--json"),
    ("export", "--format", "markdown"),
    ("export", "--format", "jsonl"),
]


@pytest.fixture
def printed(run_mem: RunMem, work: Path) -> list[str]:
    """What the commands print of a small home."""
    (work / "own").mkdir()
    (work / "own" / "a.md").write_text(f"---\ndate: 2024-01-05\n---\n# Me\n\n{SAID}")
    message = LINE | {"at": "2024-02-01T10:00:00", "text": "I am allergic to penicillin."}
    (work / "own" / "c.jsonl").write_text(json.dumps(message) + "\n")
    assert run_mem("import", "own").code == 0
    assert run_mem("consolidate").code == 0
    shown = [("show", one["id"]) for one in run_mem("list", "--json").json["memories"]]
    assert len(shown) >= 4
    runs = [run_mem(*command) for command in [*PRINTING, *shown]]
    assert all(run.code == 0 and run.out.strip() for run in runs)
    return [run.out for run in runs]


def test_nothing_is_drawn_from_what_was_printed(printed: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "back"
    folder.mkdir()
    lines = []
    for at, text in enumerate(printed):
        (folder / f"{at}.md").write_text(text)
        message = LINE | {"conversation": f"c{at}", "at": "2024-05-01T10:00:00"}
        lines.append(message | {"text": "Look:\n\n> " + text.replace("\n", "\n> ")})
    (folder / "c.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))
    with Assistant.open(tmp_path / "other") as assistant:
        assistant.ingest(folder)
        report = assistant.memories.consolidate()
        assert [one.text for one in assistant.memories.list()] == []
        assert report.echoes >= 4


def test_ones_own_words_above_an_export_are_drawn_from(tmp_path: Path) -> None:
    own = "# Mine\n\nMy brother Tom lives in Lisbon.\n\n" + "Rain fell on the roof. " * 60
    export = f"# Me\n\n*markdown · 2024-01-05 00:00 · <file:///a.md>*\n\n{SAID}\n"
    (tmp_path / "note.md").write_text(f"---\ndate: 2024-03-05\n---\n{own}\n\n{export}{export}")
    with Assistant.open(tmp_path / "home") as assistant:
        assistant.ingest(tmp_path / "note.md")
        assistant.memories.consolidate()
        texts = [one.text for one in assistant.memories.list()]
    assert texts == ["The user's brother Tom lives in Lisbon."]
