"""Whatever a person made of a name, it is gone once forgotten, and no older copy brings it back.

A backup and a bundle of memories are made while the home still holds it; both come back afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.carrying.backup import make_backup
from mem.carrying.giving import give
from mem.carrying.opening import opened_backup
from mem.carrying.restore import restore
from mem.carrying.taking import take_in
from mem.consolidation.person import Correction
from mem.core.clock import SystemClock
from mem.core.ids import entity_id
from mem.core.memory import Memory, MemoryKind, MemoryStatus
from mem.settings.paths import Paths
from tests.functional.test_forget_canaries import files_with

NAME = "Qbcdfgjkvza"
SAID = "My sister {} works as a nurse."


def begin(assistant: Assistant, folder: Path, name: str = NAME) -> None:
    """A sister of that name, and a kept one called Clara."""
    folder.mkdir(parents=True)
    (folder / "kept.md").write_text("---\ndate: 2024-01-05\n---\nMy sister Clara teaches maths.\n")
    line = {"conversation": "c", "session": "s", "id": "m1", "speaker": "Me", "role": "user"}
    said = line | {"at": "2024-03-01T10:00:00", "text": SAID.format(name)}
    (folder / "talk.jsonl").write_text(json.dumps(said) + "\n")
    assistant.ingest(folder)
    assistant.memories.consolidate()


def saying(assistant: Assistant, words: str) -> Memory:
    every = assistant.memories.list(statuses=list(MemoryStatus))
    return next(one for one in every if words in one.text)


def corrected(assistant: Assistant, folder: Path) -> None:
    begin(assistant, folder)
    correction = Correction(text=f"My sister Clara is called {NAME}.")
    assistant.memories.edit(saying(assistant, "Clara").id, correction)


def corrected_and_undone(assistant: Assistant, folder: Path) -> None:
    begin(assistant, folder, "Vera")
    correction = Correction(text=f"My sister Clara is called {NAME}.")
    assistant.memories.edit(saying(assistant, "Clara").id, correction)
    assistant.memories.undo()


def rejected(assistant: Assistant, folder: Path) -> None:
    begin(assistant, folder)
    assistant.memories.reject(saying(assistant, NAME).id)


def merged(assistant: Assistant, folder: Path) -> None:
    begin(assistant, folder)
    assistant.memories.merge(saying(assistant, "Clara").id, [saying(assistant, NAME).id])


def merged_as_one(assistant: Assistant, folder: Path) -> None:
    begin(assistant, folder)
    assistant.memories.merge_entities("Clara", [NAME])


def merged_under_it(assistant: Assistant, folder: Path) -> None:
    begin(assistant, folder)
    assistant.memories.merge_entities(NAME, ["Clara"])


def renamed(assistant: Assistant, folder: Path) -> None:
    begin(assistant, folder, "Vera")
    assistant.memories.rename_entity("Clara", NAME)


def renamed_and_undone(assistant: Assistant, folder: Path) -> None:
    renamed(assistant, folder)
    assistant.memories.undo()


def typed(assistant: Assistant, folder: Path) -> None:
    begin(assistant, folder, "Vera")
    assistant.remember(SAID.format(NAME))
    assistant.memories.consolidate()


def told_by_a_program(assistant: Assistant, folder: Path) -> None:
    begin(assistant, folder, "Vera")
    assistant.receive("The user likes tea.", MemoryKind.FACT, sender=NAME)


Life = Callable[[Assistant, Path], None]
QUICK: list[Life] = [corrected_and_undone, merged_as_one, told_by_a_program]
SLOW: list[Life] = [
    corrected, rejected, merged, merged_under_it, renamed, renamed_and_undone, typed
]  # fmt: skip


def check(life: Life, place: Path) -> None:
    folder, home = place / "user", place / "home"
    with Assistant.open(home) as assistant:
        life(assistant, folder)
        with (place / "memories.jsonl").open("wb") as target:
            give(assistant, target)
        made = make_backup(assistant, place / "backup.zip")
        assistant.forget(assistant.forget_preview(match=NAME))
        assistant.memories.consolidate()
        assert files_with(home, [NAME, entity_id(NAME.lower(), 0)]) == []
    paths = Paths.of(home)
    with opened_backup(paths, made.path, lambda: "") as backup:
        restore(paths, SystemClock(), backup, replace=True)
    assert files_with(home, [NAME]) == []
    with Assistant.open(home) as assistant:
        assistant.ingest(folder)
        take_in(assistant, place / "memories.jsonl")
        assistant.memories.consolidate()
        assert files_with(home, [NAME]) == []
        assert assistant.doctor() == []


@pytest.mark.parametrize("life", QUICK, ids=lambda one: one.__name__)
def test_no_older_copy_brings_it_back(life: Life, tmp_path: Path) -> None:
    check(life, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("life", SLOW, ids=lambda one: one.__name__)
def test_nor_does_any_other_life_of_it(life: Life, tmp_path: Path) -> None:
    check(life, tmp_path)
