"""Boundaries: what is known by rule, what is weighed, and how far a decision can see."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from mem.bench.segmentation import disagreement, run
from mem.errors import BadSet, ModelFileDamaged, ModelFileMissing
from mem.ingest.segmentation import DATA_DIR, LONGEST, REACH, Segmenter, Turn
from mem.testing import FakeEmbedder

START = datetime(2025, 3, 4, 9)
FISH = ("The trout in the river", "A trout takes the fly", "My fly for trout in the river")
BREAD = ("Bread needs flour and salt", "Rye flour and salt", "The oven for bread and rye")


@pytest.fixture
def segmenter() -> Segmenter:
    return Segmenter("fake:1")


def starts(segmenter: Segmenter, turns: Sequence[Turn]) -> list[int]:
    return segmenter.starts(turns, FakeEmbedder().embed([turn.text for turn in turns]))


def test_another_session_or_a_long_silence_is_a_boundary(segmenter: Segmenter) -> None:
    same = "the boat is at the old pier"
    times = [START, START + timedelta(minutes=1), START + timedelta(hours=9)]
    turns = [Turn(f"{same} {at:%H}", said_at=at, session="a") for at in times]
    assert starts(segmenter, turns) == [0, 2]
    sessions = [Turn(same, session=name) for name in "aabb"]
    assert starts(segmenter, sessions) == [0, 2]


def test_pieces_of_a_message_and_an_answer_stay_with_what_they_belong_to(
    segmenter: Segmenter,
) -> None:
    pieces = [Turn(text, message="m1") for text in (FISH[0], BREAD[0], "Hello. What do you do?")]
    assert starts(segmenter, pieces) == [0]
    asked = [Turn(FISH[0], role="user"), Turn("By the way, " + BREAD[0], role="assistant")]
    assert starts(segmenter, asked) == [0]


def test_the_sections_of_a_note_are_its_runs(segmenter: Segmenter) -> None:
    turns = [Turn(text, section="Note > Fish") for text in FISH + BREAD]
    assert starts(segmenter, turns) == [0]
    turns[3:] = [Turn(text, section="Note > Bread") for text in BREAD]
    assert starts(segmenter, turns) == [0, 3]


def test_a_new_topic_is_more_likely_a_boundary_than_more_of_the_same(segmenter: Segmenter) -> None:
    texts = [*FISH, *BREAD]
    odds = segmenter.odds(texts, FakeEmbedder().embed(texts))
    assert max(range(len(odds)), key=odds.__getitem__) == 2


def test_no_run_is_longer_than_the_longest(segmenter: Segmenter) -> None:
    turns = [Turn("the boat is at the old pier", role="assistant")] * (3 * LONGEST)
    found = starts(segmenter, turns)
    ends = [*found[1:], len(turns)]
    assert max(end - start for start, end in zip(found, ends, strict=True)) <= LONGEST


def test_a_decision_sees_no_further_than_its_reach(segmenter: Segmenter) -> None:
    rng = np.random.default_rng(0)
    words = ["trout", "rye", "oven", "river", "salt", "boat", "you", "that", "?"]
    texts = [" ".join(rng.choice(words, 6)) for _ in range(60)]
    vectors = FakeEmbedder().embed(texts)
    whole = segmenter.odds(texts, vectors)
    part = segmenter.odds(texts[10:50], vectors[10:50])
    inside = slice(10 + REACH, 49 - REACH)
    assert whole[inside] == pytest.approx(part[REACH : 39 - REACH], abs=1e-4)


def test_nothing_and_one_thing(segmenter: Segmenter) -> None:
    assert starts(segmenter, [Turn("alone")]) == [0]
    assert segmenter.starts([], np.zeros((0, 64), dtype=np.float32)) == []


def test_a_missing_or_damaged_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFileMissing, match=r"segmentation\.json"):
        Segmenter("fake:1", tmp_path)
    for path in DATA_DIR.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    recipe = json.loads((tmp_path / "segmentation.json").read_text())
    recipe["without axes"]["weights"].pop()
    (tmp_path / "segmentation.json").write_text(json.dumps(recipe))
    with pytest.raises(ModelFileDamaged):
        Segmenter("fake:1", tmp_path)


def test_pk_and_window_diff_by_hand() -> None:
    assert disagreement([0, 4], [0, 4], 8) == (0.0, 0.0)
    # A window of 2: of six places, those at 2 and 3 hold the boundary before 4.
    assert disagreement([0, 4], [0], 8) == (2 / 6, 2 / 6)
    # Two boundaries in one window are one disagreement for WindowDiff and none for Pk.
    assert disagreement([0, 4], [0, 3, 4], 8) == (1 / 6, 2 / 6)
    assert disagreement([0], [0], 1) is None


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("[1]")
    with pytest.raises(BadSet, match="dialogue 1: no JSON object"):
        run(tmp_path / "x.json", FakeEmbedder())


@pytest.mark.slow
def test_dialogues_that_were_not_fitted_to_are_cut_well(shared: Path, tmp_path: Path) -> None:
    rows = json.loads((shared / "data/segmentation/tiage.json").read_text())
    path = tmp_path / "dev.json"
    path.write_text(json.dumps([row for row in rows if row["set"] == "dev"]))
    (report,) = run(path)
    assert report.dialogues == 100
    assert report.below >= 0.25
