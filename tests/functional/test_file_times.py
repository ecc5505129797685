"""A note without a date has only its file's time, which is never shown as when it was said."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.core.document import SaidAtOrigin
from mem.tui.rows import chunk_row, document_row
from mem.tui.widgets.answer import answer_markdown, citation_rows
from tests.functional.conftest import RunMem

WRITTEN = datetime(2025, 3, 8, 12)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    undated = folder / "boat.md"
    undated.write_text("The boat is moored at the yellow jetty.\n\nThe engine was new yesterday.\n")
    os.utime(undated, (WRITTEN.timestamp(),) * 2)
    (folder / "bike.md").write_text(
        "---\ndate: 2024-05-06\n---\nThe bike is in the cellar.\n\nI live in Lyon.\n"
    )
    return folder


def test_commands_say_that_only_the_file_has_the_date(run_mem: RunMem, notes: Path) -> None:
    run_mem("import", str(notes))
    for command in (("search", "boat"), ("ask", "Where is the boat?"), ("list", "--documents")):
        assert "file 2025-03-08" in run_mem(*command).out
    told = run_mem("ask", "Where is the bike?").out
    assert "2024-05-06" in told
    assert "file 2024" not in told


def test_a_date_is_not_said_to_be_of_words_that_have_none(run_mem: RunMem, notes: Path) -> None:
    run_mem("import", str(notes))
    told = " ".join(run_mem("ask", "When was the engine new?").out.split())
    assert "in a file of 8 March 2025" in told
    assert "said on" not in told


def test_json_says_where_a_time_was_read(run_mem: RunMem, notes: Path) -> None:
    run_mem("import", str(notes))
    asked = run_mem("ask", "--json", "Where is the boat?").json
    assert asked["citations"][0]["said_at_origin"] == "file_time"
    found = run_mem("search", "--json", "bike cellar").json
    assert found["hits"][0]["said_at_origin"] == "front_matter"
    run_mem("consolidate")
    [memory] = [one for one in run_mem("list", "--json").json["memories"] if "Lyon" in one["text"]]
    shown = run_mem("show", "--json", memory["id"]).json
    assert shown["evidence"][0]["said_at_origin"] == "front_matter"


def every_chunk(memory: Assistant) -> list[str]:
    return [
        chunk.id
        for record in memory.documents()
        for chunk in memory.store.chunks.of_document(record.id)
    ]


def test_rows_of_the_terminal_ui_leave_the_files_time_out(tmp_path: Path, notes: Path) -> None:
    with Assistant.open(tmp_path / "home") as memory:
        memory.ingest(str(notes))
        answer = memory.ask("Where is the boat?", llm=False)
        documents = {one.title: one for one in memory.documents()}
        browser = memory.browse()
        found = browser.chunk_rows([*memory.store.chunks.keys_of(every_chunk(memory)).values()])
        rows = [chunk_row(one) for one in found if one is not None]
    assert answer.citations[0].said_at_origin is SaidAtOrigin.FILE_TIME
    assert "2025" not in str(citation_rows(answer.citations)[0])
    assert "2025" not in answer_markdown(answer)
    assert "2025" not in str(document_row(documents["boat"]))
    assert "2024-05-06" in str(document_row(documents["bike"]))
    assert sum("2025" in str(row) for row in rows) == 0
    assert any("2024-05-06" in str(row) for row in rows)


@pytest.mark.parametrize(
    ("year", "current", "waiting"), [(2023, ["Lyon"], 0), (2025, ["Lyon", "Porto"], 1)]
)
def test_a_file_s_time_ends_nothing_that_is_dated(
    run_mem: RunMem, tmp_path: Path, year: int, current: list[str], waiting: int
) -> None:
    folder = tmp_path / "homes"
    folder.mkdir()
    (folder / "dated.md").write_text("---\ndate: 2024-05-06\n---\nI live in Lyon.\n")
    undated = folder / "undated.md"
    undated.write_text("I live in Porto.\n")
    os.utime(undated, (datetime(year, 3, 8).timestamp(),) * 2)
    run_mem("import", str(folder))
    run_mem("consolidate")
    found = run_mem("list", "--json").json["memories"]
    homes = [one["object"] for one in found if one["predicate"] == "live in"]
    assert sorted(homes) == current
    assert len(run_mem("review", "--json").json["items"]) == waiting
    assert [one["object"] for one in found if one["status"] == "active"] == ["Lyon"]


def test_since_when_something_holds_is_not_told_by_a_file_alone(
    run_mem: RunMem, tmp_path: Path
) -> None:
    note = tmp_path / "undated.md"
    note.write_text("I live in Porto.\n\nI moved to the harbour office in May 2021.\n")
    os.utime(note, (WRITTEN.timestamp(),) * 2)
    run_mem("import", str(note))
    run_mem("consolidate")
    shown = {
        one["text"]: run_mem("show", one["id"]).out
        for one in run_mem("list", "--json").json["memories"]
    }
    told = {text: "from file 2025-03-08" in out for text, out in shown.items()}
    assert any(told.values())
    assert not any(seen for text, seen in told.items() if "2021" in text)
