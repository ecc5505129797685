from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from mem.bench.extraction import run
from mem.inference.embedder import OnnxEmbedder

SHARED = Path(os.environ.get("MEM_SHARED") or Path(__file__).parents[4] / "shared")


def write_set(folder: Path, memory: dict[str, object]) -> None:
    turns = [
        {"id": "s:0", "speaker": "Uma", "role": "user", "text": "I adopted a cat.", "at": None},
        {"id": "s:1", "speaker": "Joel", "role": "user", "text": "That's lovely!", "at": None},
        {"id": "s:2", "speaker": "Uma", "role": "user", "text": "I sold my piano.", "at": None},
    ]  # fmt: skip
    session = {"conversation": "c", "session": "s", "at": None, "turns": turns}
    with gzip.open(folder / "sessions.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps(session) + "\n")
    (folder / "memories.jsonl").write_text(json.dumps(memory) + "\n", encoding="utf-8")


def test_counts_memories_from_gold_turns(embedder: OnnxEmbedder, tmp_path: Path) -> None:
    write_set(tmp_path, {"conversation": "c", "text": "Uma adopted a cat.", "turns": ["s:0"]})
    report = run(tmp_path, embedder=embedder)
    assert (report.memories, report.precision, report.recall) == (2, 0.5, 1.0)
    assert (report.verified, report.approximate, report.gold_turns) == (1.0, False, 1)


def test_aligns_by_words_where_only_sessions_are_named(
    embedder: OnnxEmbedder, tmp_path: Path
) -> None:
    write_set(tmp_path, {"conversation": "c", "session": "s", "text": "Uma sold the piano."})
    report = run(tmp_path, embedder=embedder)
    assert (report.approximate, report.gold_turns, report.recall) == (True, 1, 1.0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "precision", "recall"), [("locomo", 0.70, 0.55), ("realmem", 0.55, 0.45)]
)
def test_development_sets(
    embedder: OnnxEmbedder, name: str, precision: float, recall: float
) -> None:
    folder = SHARED / "data" / "bench" / name
    if not folder.is_dir():
        pytest.skip("the development sets are not on this machine")
    report = run(folder, embedder=embedder)
    assert report.verified == 1.0
    assert report.precision >= precision
    assert report.recall >= recall
