"""The measure of pruning on a set of one small conversation."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from mem.bench.pruning import MEASURES, run
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
    assert report.kept["no use", "all"][1] == 1
