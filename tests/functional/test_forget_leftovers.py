"""What earlier changes left behind goes with the next forgetting, though nothing names it now."""

from __future__ import annotations

import shutil
from pathlib import Path

from mem.assistant import Assistant
from mem.consolidation.person import Correction
from mem.core.memory import MemoryKind
from tests.functional.conftest import RunMem
from tests.functional.test_forget_canaries import files_with

NAME = "Qbcdfgjkvza"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_words_that_were_edited_away_leave_the_files(
    run_mem: RunMem, work: Path, home: Path
) -> None:
    note = write(work / "day.md", f"# Day\n\nThe {NAME} was blue.\n")
    assert run_mem("import", str(note)).code == 0
    write(note, "# Day\n\nThe lorry was blue, and slow.\n")
    assert run_mem("import", str(note)).code == 0
    assert files_with(home, [NAME])
    looked = run_mem("forget", "--match", NAME)
    assert looked.code == 3
    assert "--yes" in looked.err
    done = run_mem("forget", "--match", NAME, "--yes")
    assert done.code == 3
    assert "No file of the store holds it" in done.err
    assert files_with(home, [NAME]) == []
    assert run_mem("search", "lorry").code == 0


def test_a_correction_that_was_taken_back_is_found(tmp_path: Path) -> None:
    home = tmp_path / "home"
    write(tmp_path / "user" / "day.md", "My sister Clara works as a nurse.\n")
    with Assistant.open(home) as assistant:
        assistant.ingest(tmp_path / "user")
        assistant.memories.consolidate()
        (one,) = assistant.memories.list()
        assistant.memories.edit(one.id, Correction(text=f"Clara is called {NAME} at work."))
        assistant.memories.undo()
        plan = assistant.forget_preview(match=NAME)
        assert not plan.empty
        assistant.forget(plan)
        assert files_with(home, [NAME]) == []
        assert [kept.id for kept in assistant.memories.list()] == [one.id]


def test_a_source_that_is_one_file_goes_with_it_and_stays_away(tmp_path: Path) -> None:
    home, note = tmp_path / "home", write(tmp_path / "user" / f"{NAME}.md", "Rain fell.\n")
    with Assistant.open(home) as assistant:
        assistant.ingest(note, dry_run=True)
        assert assistant.sources() == []
        assistant.ingest(note)
        assistant.forget(assistant.forget_preview(documents=[str(note)]))
        assert assistant.sources() == []
        assert files_with(home, [NAME]) == []
        assert assistant.ingest(note).skipped == 1
        assert files_with(home, [NAME]) == []
        assistant.ingest(note, readmit=True)
        assert [one.uri for one in assistant.sources()] == [note.as_uri()]


def test_a_program_that_is_named_so_did_something_without_a_name(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Assistant.open(home) as assistant:
        assistant.receive("The user likes tea.", MemoryKind.FACT, sender=NAME)
        receipt = assistant.forget(assistant.forget_preview(match=NAME))
        assert receipt.found_after == 0
        assert files_with(home, [NAME]) == []
        assert {entry.actor for entry in assistant.history()} == {"mcp", "user"}


def test_a_file_that_was_not_read_is_not_told_of_again_wherever_it_is(tmp_path: Path) -> None:
    home, folder = tmp_path / "home", tmp_path / "user"
    write(folder / f"{NAME}.exe", "\0\0\0\0")
    with Assistant.open(home) as assistant:
        assistant.ingest(folder)
        assert files_with(home, [NAME])
        assistant.forget(assistant.forget_preview(match=NAME))
        shutil.copytree(folder, tmp_path / "copy")
        assistant.ingest(tmp_path / "copy")
        assert files_with(home, [NAME]) == []
