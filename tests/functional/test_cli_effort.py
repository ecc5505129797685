"""Deep searches and measures of one's own notes, through the real program."""

from __future__ import annotations

import json
from pathlib import Path

from tests.functional.conftest import Filled

HEADER = "pair_ID\tsentence_A\tsentence_B\trelatedness_score\tentailment_judgment\n"


def test_a_deep_search_says_so(filled: Filled) -> None:
    question = "What does the van cost and where do the tomatoes go?"
    assert filled.run("search", question, "--json").json["deep"] is False
    found = filled.run("search", question, "--deep", "--json").json
    assert found["deep"] is True
    texts = " ".join(hit["text"] for hit in found["hits"])
    assert "blue van" in texts
    assert "greenhouse" in texts


def test_a_deep_answer_says_why(filled: Filled) -> None:
    run = filled.run("ask", "What should the boiler pressure be when cold?", "--deep", "--json")
    assert run.json["effort"] == "as asked"
    assert "1.3 bar" in run.json["answer"]


def test_own_notes_are_measured_without_being_shown(filled: Filled) -> None:
    run = filled.run("bench", "mine", "--questions", "5", "--json")
    assert run.code == 0
    kinds = {one["kind"]: one for one in run.json["kinds"]}
    assert set(kinds["headings"]["recall"]) == {"1", "5", "10"}
    assert kinds["headings"]["recall"]["10"] == 1
    assert "boiler" not in (run.out + run.err).lower()


def test_there_is_nothing_to_ask_an_empty_memory(filled: Filled, tmp_path: Path) -> None:
    run = filled.run("bench", "mine", MEM_HOME=str(tmp_path / "empty"))
    assert run.code == 3
    assert "mem import" in run.err


def test_figures_go_into_a_file(filled: Filled, tmp_path: Path) -> None:
    pairs, out = tmp_path / "pairs.txt", tmp_path / "out.json"
    pairs.write_text(HEADER + "1\tA man eats.\tNo man eats.\t3.5\tCONTRADICTION\n")
    run = filled.run("bench", "pairs", str(pairs), "--out", str(out), "--json")
    assert run.code == 0, run.err
    said = json.loads(out.read_text())
    assert said["bench"] == "pairs"
    assert said["date"] == "2025-06-15"
    assert run.json.items() <= said.items()
