"""Sources named as people name them, and what is said where a limit leaves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.functional.conftest import RunMem

KETTLE = "The kettle stands on the blue shelf.\n"


@pytest.fixture
def notes(run_mem: RunMem, work: Path) -> Path:
    """A folder whose name has a space and an accent, taken in."""
    folder = work / "my café"
    folder.mkdir()
    (folder / "kettle.md").write_text(KETTLE, encoding="utf-8")
    assert run_mem("import", str(folder)).code == 0
    return folder


def test_a_source_is_found_by_path_part_of_a_path_or_id(run_mem: RunMem, notes: Path) -> None:
    listed = run_mem("source", "list")
    shown = listed.out.split()[0]
    ways = [str(notes), f"{notes}/", f"./{notes.name}", "my café", "kettle.md", shown]
    for way in [*ways, notes.as_uri()]:
        found = run_mem("search", "kettle", "--source", way)
        assert (found.code, "kettle.md:1" in found.out) == (0, True), way


@pytest.mark.parametrize(
    ("limit", "why"),
    [
        (("--source", "my cafe"), "No source or file of memory is 'my cafe'. `mem source list`"),
        (("--kind", "sonnet"), "No document is of the kind or format 'sonnet'. `mem stats`"),
        (("--speaker", "Bo"), "Nobody called 'Bo' says anything in memory."),
    ],
)
def test_the_limit_that_nothing_meets_is_named(
    run_mem: RunMem, notes: Path, limit: tuple[str, str], why: str
) -> None:
    assert notes.is_dir()
    for command in ("search", "ask"):
        run = run_mem(command, "kettle", *limit)
        assert run.code == 3
        assert why in run.err
    kept = run_mem("search", "kettle", "--kind", "note", "--before", "1990")
    assert "try without them" in kept.err


def test_rows_are_cut_for_a_terminal_alone(run_mem: RunMem) -> None:
    text = (
        "The spare key of the summer house is with Ines at number fourteen, behind the green door"
    )
    assert run_mem("add", text, "--kind", "fact").code == 0
    assert text in run_mem("list").out
    assert max(map(len, run_mem("list", COLUMNS="80").out.splitlines())) == 80
    narrow = run_mem("list", COLUMNS="40").out.splitlines()
    assert len(narrow) == 2
    assert narrow[1].startswith("    The spare key of the summer")


def test_a_named_file_that_is_left_out_says_why(run_mem: RunMem, work: Path) -> None:
    (work / "empty.md").write_bytes(b"")
    alone = run_mem("import", "empty.md")
    assert "skipped: empty.md: it holds nothing [empty]" in alone.out
    assert "-v" not in alone.err
    (work / "more").mkdir()
    (work / "empty.md").rename(work / "more" / "empty.md")
    inside = run_mem("import", "more")
    assert "skipped: " not in inside.out
    assert "`mem import -v` names what was skipped" in inside.err


def test_what_stands_around_a_quote_begins_and_ends_with_a_word(
    run_mem: RunMem, work: Path
) -> None:
    text = "Lanterns glow. " * 30 + "I live in Leeds. " + "Harbours sleep. " * 30
    (work / "town.md").write_text(text, encoding="utf-8")
    assert run_mem("import", "town.md").code == 0
    assert run_mem("consolidate").code == 0
    memory = run_mem("list", "--json").json["memories"][0]["id"]
    (place,) = run_mem("show", memory, "--json").json["evidence"]
    assert set(place["before"].split()) == {"Lanterns", "glow."}
    assert set(place["after"].split()) <= {"Harbours", "sleep.", "."}


def test_passages_and_chat_exports_are_named_by_short_id_and_path(
    run_mem: RunMem, work: Path
) -> None:
    line = '{"conversation": "a", "speaker": "Ann", "text": "Hello."}\n'
    lines = [line, line.replace('"a"', '"b"')]
    (work / "one.jsonl").write_text(lines[0], encoding="utf-8")
    (work / "two.jsonl").write_text("".join(lines), encoding="utf-8")
    assert run_mem("import", "one.jsonl", "--format", "chat-jsonl").code == 0
    chunk = run_mem("search", "hello", "--json").json["hits"][0]["id"]
    assert "> Ann" in run_mem("show", chunk[:10]).out
    assert run_mem("feedback", "useful", chunk[:10]).code == 0
    assert "Hello." in run_mem("show", "one.jsonl").out
    assert run_mem("import", "two.jsonl", "--format", "chat-jsonl").code == 0
    several = run_mem("show", "two.jsonl")
    assert several.code == 2
    assert "'two.jsonl' holds several documents." in several.err


def test_a_memory_does_not_end_before_it_begins(run_mem: RunMem) -> None:
    memory = run_mem("add", "I live in Leeds.", "--kind", "fact").out.split()[0]
    wrong = run_mem("edit", memory, "--from", "2025-01", "--to", "2024-01")
    assert wrong.code == 2
    assert "It would begin on 2025-01-01 and end on 2024-01-01." in wrong.err
    assert run_mem("edit", memory, "--from", "2024-01", "--to", "2025-01").code == 0
    assert "No memory meets these limits." in run_mem("list", "--as-of", "1990").err
