"""The measure of pruning on a set of one small conversation."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from mem.bench.pruning import MEASURES, PruneReport, _best, run
from mem.testing import FakeEmbedder


def test_shares_are_of_memories_that_questions_need(tmp_path: Path) -> None:
    said = ["I moved to Lisbon in 2021.", "I own a red kayak.", "My sister is called Maya."]
    turns = [
        {"id": f"t{at}", "speaker": "Ann", "role": "user", "text": text, "at": None}
        for at, text in enumerate(said)
    ]
    session = {"conversation": "c", "session": "s", "at": "2024-01-01T10:00:00", "turns": turns}
    folder = tmp_path / "small"
    folder.mkdir()
    with gzip.open(folder / "sessions.jsonl.gz", "wt") as file:
        file.write(json.dumps(session) + "\n")
    question = {
        "id": "q",
        "type": "single",
        "question": "Where did Ann move?",
        "asked_at": "2024-02-01T10:00:00",
        "conversation": "c",
        "evidence": ["t0"],
        "answerable": True,
    }
    (folder / "questions.jsonl").write_text(json.dumps(question) + "\n")
    report = run(folder, tmp_path / "home", embedder=FakeEmbedder())
    assert report.memories >= 2
    assert report.needed == 1
    assert all(0.0 <= report.share(*one) <= 1.0 for one in MEASURES)
    assert all(0.0 <= report.turn_share(*one) <= 1.0 for one in MEASURES)
    assert report.kept["no use", "all"][1] == report.turns["no use", "all"][1] == 1
    assert report.share("all marked", "all") == report.share("at best", "all") == 1.0
    shape = report.figures()
    assert shape["needed"] == 1
    assert set(shape["kept"]) == set(shape["turns_kept"])  # type: ignore[call-overload]


def test_the_best_choice_keeps_a_memory_of_each_turn_first() -> None:
    one, other = frozenset({"t1"}), frozenset({"t2"})
    needed = {"a": one, "b": one, "c": one, "d": other}
    report = PruneReport("set")
    report.note("at best", "all", _best(needed, 2), needed)
    assert report.share("at best", "all") == 0.5
    assert report.turn_share("at best", "all") == 1.0
