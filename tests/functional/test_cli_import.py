"""What an import says of dates, and what an export of chats gives back."""

from __future__ import annotations

import json
from pathlib import Path

from tests.functional.conftest import RunMem

ROLES = ("user", "assistant", "system", "tool", "other")


def test_a_note_that_states_no_date_is_said_to_have_none(run_mem: RunMem, work: Path) -> None:
    (work / "plain.md").write_text("# Plain\n\nNo day stands here.\n")
    (work / "2024-03-05 Named.md").write_text("# Named\n\nIts name has the day.\n")
    (work / "stated.md").write_text(
        "---\ndate: 2024-03-06\n---\n# Stated\n\nThe day stands here.\n"
    )
    assert "documents without a date: 1;" in run_mem("import", ".").err
    assert "without a date" not in run_mem("import", ".").err
    assert "(the file's time)" in run_mem("show", "plain.md").out
    assert "2024-03-05 (from its name)" in run_mem("show", "2024-03-05 Named.md").out
    assert "2024-03-06 (stated in it)" in run_mem("show", "stated.md").out


def test_an_exported_chat_keeps_every_role(run_mem: RunMem, tmp_path: Path) -> None:
    lines = [
        {"conversation": "c", "id": role, "speaker": role, "role": role, "text": f"I am {role}."}
        for role in ROLES
    ]
    given = "".join(json.dumps(line) + "\n" for line in lines)
    assert run_mem("import", "-", "--format", "chat-jsonl", stdin=given).code == 0
    first = run_mem("export", "--format", "chat-jsonl").out
    assert [json.loads(line)["role"] for line in first.splitlines()] == list(ROLES)
    other = tmp_path / "other"
    assert run_mem("import", "-", "--format", "chat-jsonl", stdin=first, home=other).code == 0
    assert run_mem("export", "--format", "chat-jsonl", home=other).out == first
