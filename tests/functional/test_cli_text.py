"""What a person reads: places that can be opened, 80 columns, hints on stderr."""

from __future__ import annotations

import json
from pathlib import Path

from tests.functional.conftest import Filled, RunMem, write_sources


def test_search_shows_place_date_and_words(filled: Filled) -> None:
    run = filled.run("search", "boiler", "pressure", "-k", "1", "--explain")
    assert run.code == 0
    head, place, *rest = run.out.splitlines()
    assert head.startswith(" 1. Boiler")
    assert "2025-03-04" in head
    assert place.strip().startswith("notes/boiler.md:")
    assert "1.3 bar" in "\n".join(rest)
    assert max(map(len, run.out.splitlines())) <= 80


def test_a_tail_of_weak_hits_is_shown_only_when_asked_for(
    run_mem: RunMem, sample_home: Path
) -> None:
    question = "What pressure should the boiler show?"
    short = run_mem("search", question, home=sample_home)
    whole = run_mem("search", question, "--limit", "10", home=sample_home)
    told = [sum(line[2:4] == ". " for line in run.out.splitlines()) for run in (short, whole)]
    assert 3 <= told[0] < told[1] == 10
    assert "--limit 10" in short.err
    hits = run_mem("search", question, "--json", home=sample_home).json["hits"]
    assert len(hits) == 10


def test_nothing_found_is_said_on_stderr(filled: Filled) -> None:
    run = filled.run("search", "van", "--before", "1999")
    assert (run.code, run.out) == (3, "")
    assert "limits" in run.err


def test_ask_cites_the_place(filled: Filled) -> None:
    run = filled.run("ask", "How much does the blue van cost?")
    assert run.code == 0
    assert "80 euros" in run.out
    assert "[1]" in run.out
    assert "Joel" in run.out


def test_abstention_shows_what_is_nearest(filled: Filled) -> None:
    run = filled.run("ask", "What is my passport number?")
    assert run.code == 3
    assert run.out.startswith("Not in memory: What is my passport number?")


def test_add_from_arguments_and_stdin_is_found_at_once(run_mem: RunMem) -> None:
    added = run_mem("add", "The spare key is with Ines.", "--title", "Keys", "--json")
    assert added.code == 0
    assert added.json["document"]["title"] == "Keys"
    piped = run_mem("add", "-", "--at", "yesterday", "--json", stdin="Ines lives at number 14.\n")
    assert piped.json["document"]["said_at"].startswith("2025-06-14")
    assert "spare key" in run_mem("search", "spare key").out


def test_import_from_stdin(run_mem: RunMem, work: Path) -> None:
    chat = (write_sources(work / "user") / "move.jsonl").read_text(encoding="utf-8")
    run = run_mem("import", "-", "--format", "chat-jsonl", stdin=chat)
    assert run.code == 0
    assert run.out.startswith("1 document seen in ")
    shown = run_mem("show", "chat-jsonl:move")
    assert "the blue van costs 80 euros" in shown.out
    again = run_mem("import", "-", "--format", "chat-jsonl", "--json", stdin=chat)
    assert again.json["documents"]["unchanged"] == 1


def test_dry_run_changes_nothing(run_mem: RunMem, work: Path) -> None:
    write_sources(work / "user")
    run = run_mem("import", "user", "--dry-run")
    assert run.code == 0
    assert "dry run" in run.err
    assert run_mem("list").code == 3


def test_forget_needs_yes_and_stays_forgotten(
    run_mem: RunMem, filled: Filled, filled_copy: Path
) -> None:
    boiler = str(filled.sources / "notes" / "boiler.md")
    refused = run_mem("forget", boiler, home=filled_copy)
    assert (refused.code, refused.out) == (2, "")
    assert "--yes" in refused.err
    preview = run_mem("forget", boiler, "--dry-run", home=filled_copy)
    assert preview.out.startswith("Would forget 1 document")
    receipt = run_mem("forget", boiler, "--yes", "--json", home=filled_copy)
    assert receipt.code == 0
    assert set(receipt.json) == {
        *("schema", "dry_run", "documents", "chunks", "vectors", "copies_removed", "tombstones"),
        *("source", "forgotten", "memories", "found_after"),
    }
    assert receipt.json["documents"] == 1
    again = run_mem("import", str(filled.sources / "notes"), "--json", home=filled_copy)
    assert again.json["documents"]["added"] == 0
    listed = json.loads(run_mem("list", "-d", "--json", home=filled_copy).out)
    assert all("boiler" not in document["uri"] for document in listed["documents"])


def test_demo_ends_well_and_leaves_nothing(run_mem: RunMem, tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    run = run_mem("demo", TMPDIR=str(temporary))
    assert run.code == 0, run.out
    assert "4 of 4 outcomes right." in run.out
    assert run.out.count("  mem ") == 3
    assert list(temporary.iterdir()) == []
    assert not (tmp_path / "home").exists()
