"""What was forgotten after a backup was made stands in no byte of the home that it is restored to.

The canaries are those of `test_forget_canaries`: names in notes, chats, exports, and in what was
drawn from them and made of that.
"""

from __future__ import annotations

from pathlib import Path

from mem.assistant import Assistant
from mem.carrying.backup import make_backup
from mem.carrying.opening import opened_backup
from mem.carrying.restore import make_derived, restore
from mem.core.clock import SystemClock
from mem.core.memory import MemoryStatus
from mem.settings.paths import Paths
from tests.functional.test_forget_canaries import files_with, live, made_up, take_in, write_all


def forget(assistant: Assistant, name: str) -> None:
    known = any(name == one.name for one in assistant.memories.entities())
    plan = assistant.forget_preview(entity=name) if known else assistant.forget_preview(match=name)
    assistant.forget(plan)


def test_names_forgotten_since_leave_no_byte(tmp_path: Path) -> None:
    folder, home, canaries = tmp_path / "user", tmp_path / "home", made_up(9)
    write_all(folder, canaries)
    with Assistant.open(home) as assistant:
        take_in(assistant, folder)
        live(assistant, canaries)
        kept = {one.text for one in assistant.memories.list() if "Tom" in one.text}
        made = make_backup(assistant, tmp_path / "b.zip")
        for name in canaries:
            forget(assistant, name)
        assert files_with(home, canaries) == []
    paths = Paths.of(home)
    with opened_backup(paths, made.path, lambda: "") as backup:
        assert {word for _, word in files_with(backup.store.parent, canaries)} == set(canaries)
        done = restore(paths, SystemClock(), backup, replace=True)
    assert done.stayed_forgotten.passages
    assert done.stayed_forgotten.memories
    with Assistant.open(home) as assistant:
        make_derived(assistant)
        assert files_with(home, canaries) == []
        assert {one.text for one in assistant.memories.list() if "Tom" in one.text} == kept
        take_in(assistant, folder)
        assert files_with(home, canaries) == []
        everything = assistant.memories.list(statuses=list(MemoryStatus))
        assert all(name not in one.text for one in everything for name in canaries)
        assert assistant.doctor() == []
