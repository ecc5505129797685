"""`mem bench` on sets that somebody wrote: measured as far as they go, else refused with a place.

`run_mem` fails at an internal error and at a traceback.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.bench_sets import (
    DIALOGUE,
    HEAD,
    PAIR,
    QUESTION,
    SESSION,
    lines,
    write_set,
)
from tests.functional.conftest import RunMem


def test_a_set_with_nothing_but_what_it_must_have(run_mem: RunMem, work: Path) -> None:
    found = run_mem("bench", "retrieval", str(write_set(work / "own")), "--json")
    assert found.code == 0
    (one,) = found.json["sets"]
    assert (one["set"], one["doubts"]) == ("own", [])
    assert one["systems"]["mem"]["micro"]["turn R@1"] == 1
    drawn = run_mem("bench", "extraction", str(work / "own"), "--json")
    assert (drawn.code, drawn.json["sets"][0]["gold_turns"]) == (0, 1)
    pruned = run_mem("bench", "prune", str(work / "own"), "--json")
    assert (pruned.code, pruned.json["sets"][0]["set"]) == (0, "own")


def test_what_cannot_be_measured_is_told(run_mem: RunMem, work: Path) -> None:
    asked: list[dict[str, Any]] = [
        {**QUESTION, "evidence": [], "answerable": False},
        {**QUESTION, "evidence": ["t9"], "answerable": False},
        {**QUESTION, "id": "q2", "conversation": "elsewhere"},
    ]
    session = {**SESSION, "conversation": "../c", "at": "a Monday"}
    folder = str(write_set(work / "odd", lines(SESSION, session), lines(*asked)))
    found = run_mem("bench", "retrieval", folder)
    assert found.code == 0
    assert "nothing to judge in 2 questions" in found.out
    assert "odd: questions not asked, for want of their conversation: 1 (q2)" in found.err
    assert "odd: questions with evidence that their conversation does not hold: 1 (q)" in found.err
    assert "odd: questions with an id that stands for several of them: 1 (q)" in found.err
    assert "odd: times that are not ISO 8601 and count as none: 1 (a Monday)" in found.err


def test_memories_of_other_turns_are_told(run_mem: RunMem, work: Path) -> None:
    folder = str(write_set(work / "own", memories=lines({"turns": ["t9"]})))
    run = run_mem("bench", "extraction", folder)
    assert (run.code, run.out.startswith("own: ")) == (0, True)
    assert "own: none of its memories comes from a turn that it holds" in run.err


def test_the_smallest_dialogues_and_pairs(run_mem: RunMem, work: Path) -> None:
    (work / "d.json").write_text(json.dumps([DIALOGUE]))
    assert run_mem("bench", "segmentation", "d.json").code == 0
    (work / "p.txt").write_text(f"{HEAD}\n{PAIR}\n")
    run = run_mem("bench", "pairs", "p.txt")
    assert (run.code, run.out) == (0, "merged: 0.000 of 1 contradictions, 0.000 of 0 paraphrases\n")


@pytest.mark.parametrize("bench", ["retrieval", "prune", "extraction"])
def test_a_line_that_is_none_is_named(run_mem: RunMem, work: Path, bench: str) -> None:
    folder = str(write_set(work / "bad", sessions=lines(SESSION, {"session": "s"})))
    run = run_mem("bench", bench, folder)
    assert (run.code, run.out, run.err.count("\n")) == (1, "", 1)
    assert f"{folder}/sessions.jsonl.gz: line 2: no 'conversation'. Mend it; `mem ben" in run.err


def test_where_the_figures_go_is_looked_at_first(run_mem: RunMem, work: Path) -> None:
    folder = str(write_set(work / "own"))
    for option in ("--out", "--rankings"):
        run = run_mem("bench", "retrieval", folder, option, str(work / "none" / "x.json"))
        assert (run.code, run.out) == (1, "")
        assert (
            run.err
            == f"mem: {work / 'none'}: there is no such file or folder. Check the spelling.\n"
        )


def test_a_home_of_speed_that_cannot_be_used_or_read(run_mem: RunMem, work: Path) -> None:
    command = ("bench", "speed", "5", "--vectors", "random-clustered", "--scan-only", "--home")
    (work / "file").write_text("no folder")
    run = run_mem(*command, str(work / "file"))
    assert (run.code, run.out) == (1, "")
    assert f"the measurement failed: {work / 'file'}" in run.err
    assert "Not a directory. With --home" in run.err
    kept = work / "homes" / "speed-random-clustered-5" / "import.json"
    kept.parent.mkdir(parents=True)
    kept.write_text('{"chunks": 5')
    run = run_mem(*command, str(work / "homes"), "--json")
    assert (run.code, run.json["sizes"][0]["chunks"]) == (0, 5)
    assert json.loads(kept.read_text())["chunks"] == 5
