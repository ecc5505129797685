"""Memories travel from one home to another with their evidence, and are merged there as one act."""

from __future__ import annotations

from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.carrying.taking import FORGOTTEN, TakenIn, take_in
from mem.consolidation.person import Correction
from tests.carried import bytes_below, every_row
from tests.functional.bundles.lives import exported, linked, live, told, write_life
from tests.functional.conftest import RunMem


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_a_fresh_home_has_the_same_memories_with_their_evidence(seed: int, tmp_path: Path) -> None:
    with Assistant.open(tmp_path / "one") as one, Assistant.open(tmp_path / "other") as other:
        live(one, write_life(tmp_path / "notes", seed), seed)
        path = exported(one, tmp_path / "m.jsonl")
        done = take_in(other, path)
        assert done.memories.refused == {}
        assert told(other) == told(one)
        assert linked(other) == linked(one)
        assert any(one.pinned for one in other.memories.list())
        # Nothing is drawn again from the passages that came with them.
        before = told(other)
        other.memories.consolidate()
        assert told(other) == before
        assert other.doctor() == []


def test_ten_times_is_once(bundle: Path, tmp_path: Path) -> None:
    with Assistant.open(tmp_path / "home") as assistant:
        first = take_in(assistant, bundle)
        rows = every_row(tmp_path / "home")
        for number in range(9):
            copy = tmp_path / f"m{number}.jsonl"
            copy.write_bytes(bundle.read_bytes())
            again = take_in(assistant, copy).memories
            assert (again.known, again.change) == (first.memories.seen, None)
        assert every_row(tmp_path / "home") == rows


def test_what_both_know_is_one_and_an_undo_takes_all_of_it_back(
    bundle: Path, tmp_path: Path
) -> None:
    other = tmp_path / "more.md"
    other.write_text("---\ndate: 2025-01-01\n---\n# Now\n\nI live in Durham. I own a boat.\n")
    with Assistant.open(tmp_path / "home") as assistant:
        assistant.ingest(other)
        assistant.memories.consolidate()
        before = told(assistant)
        done = take_in(assistant, bundle).memories
        assert done.merged
        assert done.added
        texts = [one.text for one in assistant.memories.list()]
        assert sum("boat" in text for text in texts) == 1
        assert [text for text in texts if " lives in " in text] == ["The user lives in Durham."]
        assert done.change is not None
        assistant.memories.undo([done.change])
        assert told(assistant) == before
        (undone,) = (one for one in assistant.memories.history() if one.number == done.change)
        assert undone.undone


def test_a_correction_made_there_takes_the_place_of_what_was_read_here(tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text("---\ndate: 2024-01-01\n---\n# Work\n\nI work at Acme. I love chess.\n")
    with Assistant.open(tmp_path / "one") as one, Assistant.open(tmp_path / "other") as other:
        for assistant in (one, other):
            assistant.ingest(note)
            assistant.memories.consolidate()
        for text in ("Acme", "chess"):
            (held,) = (m for m in one.memories.list() if text in m.text)
            one.memories.edit(held.id, Correction(text=held.text.replace(text, f"{text} Zeta")))
        take_in(other, exported(one, tmp_path / "m.jsonl"))
        assert told(other) == told(one)
        # What is corrected here stays, whatever comes again.
        (held,) = (m for m in other.memories.list() if "Acme" in m.text)
        other.memories.edit(held.id, Correction(text="The user works at Globex."))
        mine = told(other)
        take_in(other, tmp_path / "m.jsonl")
        assert told(other) == mine


def test_what_was_rejected_or_forgotten_here_stays_so(bundle: Path, tmp_path: Path) -> None:
    with Assistant.open(tmp_path / "home") as assistant:
        take_in(assistant, bundle)
        first, second, *_ = (one for one in assistant.memories.list() if not one.pinned)
        assistant.memories.reject(first.id)
        assistant.memories.forget([second.id])
        mine = {place.uri for place in assistant.memories.view(first.id).places}
        document = next(
            place.uri
            for one in assistant.memories.list()
            for place in assistant.memories.view(one.id).places
            if place.uri not in mine
        )
        assistant.forget(assistant.forget_preview(documents=[document]))
        before = told(assistant)
        done = take_in(assistant, bundle)
        assert told(assistant) == before
        assert done.memories.refused["rejected before"] >= 1
        assert done.memories.refused[FORGOTTEN] >= 1
        assert done.documents.skipped == 1


def test_a_name_that_was_forgotten_here_comes_with_no_byte(tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text("# Work\n\nI work at Quimbexco. My sister Anna is a nurse.\n")
    with Assistant.open(tmp_path / "one") as one, Assistant.open(tmp_path / "other") as other:
        one.ingest(note)
        one.memories.consolidate()
        other.ingest(note)
        other.forget(other.forget_preview(match="Quimbexco"))
        for name in ("m.jsonl", "again.jsonl"):
            done = take_in(other, exported(one, tmp_path / name))
            assert done.memories.refused == {FORGOTTEN: done.memories.seen}
        assert b"quimbexco" not in bytes_below(tmp_path / "other")


def test_a_dry_run_changes_nothing(bundle: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Assistant.open(home) as assistant:
        before = every_row(home)
        dry = take_in(assistant, bundle, dry_run=True)
        assert every_row(home) == before
        assert counted(dry) == counted(take_in(assistant, bundle))


def counted(done: TakenIn) -> tuple[int, ...]:
    found = done.memories
    return (done.documents.added, found.seen, found.added, found.history)


def test_the_commands(run_mem: RunMem, bundle: Path, work: Path) -> None:
    (work / "in").mkdir()
    path = work / "in" / "m.jsonl"
    path.write_bytes(bundle.read_bytes())
    dry = run_mem("import", "in/m.jsonl", "--dry-run", "--json")
    assert (dry.code, dry.json["memories"]["change"]) == (0, None)
    done = run_mem("import", "in/m.jsonl", "--json").json
    assert done["documents"]["added"] == 7
    assert done["memories"]["added"] == dry.json["memories"]["added"] > 3
    assert run_mem("import", "in/m.jsonl", "in").code == 2
    folder = run_mem("import", "in", "--json").json
    assert (folder["documents"]["added"], folder["documents"]["skipped"]) == (0, 1)
    assert "memories of another home" in folder["skipped"][0]["reason"]
    assert run_mem("export", "--format", "memories", "--out", "out.jsonl").code == 0
    assert run_mem("import", "out.jsonl", "--json").json["memories"]["change"] is None
    assert run_mem("undo", str(done["memories"]["change"])).code == 0
    assert run_mem("list").code == 3
    assert run_mem("forget", "--source", "mem:carried", "--yes").code == 0
    assert run_mem("list", "--documents", "--json").json["documents"] == []
    bad = run_mem("import", "--format", "memories", "in/nope.jsonl")
    assert (bad.code, bad.err.count("\n")) == (1, 1)
