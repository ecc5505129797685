"""What a newer statement replaced is told as earlier, never as what holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.functional.conftest import RunMem

NOW = "2025-03-06T09:00"
LIVED = "Where do I live?"


@pytest.fixture
def moved(run_mem: RunMem, work: Path) -> RunMem:
    """A home with two notes about where one lives, consolidated."""
    notes = work / "notes"
    notes.mkdir()
    (notes / "2023-04-02.md").write_text("I live in Berlin. The tram is loud.\n", encoding="utf-8")
    (notes / "2025-03-01.md").write_text(
        "I live in Lyon. My sister Ana lives in Bonn.\n", encoding="utf-8"
    )
    assert run_mem("import", "notes", MEM_NOW=NOW).code == 0
    assert run_mem("consolidate", "--no-llm", MEM_NOW=NOW).code == 0
    return run_mem


@pytest.mark.parametrize("question", [LIVED, "Where do I live now?"])
def test_what_holds_is_told_and_what_it_replaced_beside_it(moved: RunMem, question: str) -> None:
    run = moved("ask", question, MEM_NOW=NOW)
    answer, _, cited = run.out.partition("\n\n")
    assert "I live in Lyon." in answer
    assert "Berlin" not in answer
    assert "Earlier:" in run.err
    assert "Berlin" in run.err and "Berlin" in cited


def test_a_question_about_the_past_is_answered_from_the_past(moved: RunMem) -> None:
    run = moved("ask", "Where did I live in May 2023?", MEM_NOW=NOW)
    assert "I live in Berlin." in run.out
    assert "Earlier:" not in run.err


def test_it_holds_again_when_the_newer_one_is_taken_back(moved: RunMem) -> None:
    shown = moved("list", "--json", MEM_NOW=NOW).json["memories"]
    (lyon,) = [one["id"] for one in shown if "Lyon" in one["text"]]
    assert moved("forget", lyon, "--yes", MEM_NOW=NOW).code == 0
    run = moved("ask", LIVED, MEM_NOW=NOW)
    assert "I live in Berlin." in run.out
    assert "Earlier:" not in run.err
