"""What is likely to be asked for, before anyone has."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mem.consolidation import salience
from mem.consolidation.keeper import MemoryKeeper
from mem.consolidation.salience import Salience, features
from mem.core.memory import Memory
from mem.errors import ModelFileDamaged, ModelFileMissing
from tests.unit.consolidation.conftest import Draw

SAID = (
    ("I feel good about this.", "2023-01-01"),
    ("I feel good about it all.", "2023-02-01"),
    ("I met Rex in 2021.", "2023-03-01"),
)


@pytest.fixture
def memories(keeper: MemoryKeeper, draw: Draw) -> list[Memory]:
    keeper.take([draw(text, ("user", "say", text), at=at) for text, at in SAID])
    return sorted(keeper.list(), key=lambda one: str(one.said_at))


def unit(*values: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    vector = np.array(values, dtype=np.float32)
    return vector / np.float32(np.linalg.norm(vector))


def test_only_what_was_said_earlier_makes_less_of_a_memory(memories: list[Memory]) -> None:
    same = unit(1, 0)
    found = features(memories, {0: same, 1: same, 2: unit(0, 1)})
    assert found[:, 0].tolist() == pytest.approx([0.0, 1 / salience.NEAREST, 0.0])
    assert found[:, 1].tolist() == [0.0, 0.0, 1.0]
    assert found[:, 2].tolist() == [0.0, 0.0, 1.0]
    head = Salience("no such embedder")
    first, again, dated = head.of(memories, {0: same, 1: same, 2: unit(0, 1)})
    assert 0 < again < first < dated < 1
    assert head.of(memories, {}) == pytest.approx([first, first, dated])
    assert head.of([], {}) == []


def test_topics_count_with_the_embedder_fitted_with_alone(
    memories: list[Memory], tmp_path: Path
) -> None:
    said = json.loads((salience.DATA_DIR / "salience.json").read_text())
    said["with vectors"]["vector"] = [5.0, 0.0]
    (tmp_path / "salience.json").write_text(json.dumps(said))
    vectors = {0: unit(1, 0), 2: unit(0, 1)}
    fitted = Salience(said["embedder"], tmp_path).of(memories, vectors)
    other = Salience("another", tmp_path).of(memories, vectors)
    assert fitted[0] > fitted[1]
    assert other[0] == pytest.approx(other[1])


def test_the_order_given_and_long_lists_make_no_difference(
    memories: list[Memory], monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors = dict(enumerate([unit(1, 0), unit(1, 1), unit(1, 2)]))
    whole = features(memories, vectors)
    backwards = features(memories[::-1], {2 - at: row for at, row in vectors.items()})
    assert np.allclose(backwards[::-1], whole)
    monkeypatch.setattr(salience, "_BLOCK", 1)
    assert np.allclose(features(memories, vectors), whole)
    monkeypatch.setattr(salience, "LOOKED_BACK", 1)
    assert features(memories, vectors)[2, 0] < whole[2, 0]


def test_memories_of_one_passage_do_not_repeat_each_other(memories: list[Memory]) -> None:
    first, second = memories[:2]
    vectors = {0: unit(1), 1: unit(1)}
    beside = replace(second, evidence=first.evidence)
    assert features([first, second], vectors)[1, 0] > 0
    assert features([first, beside], vectors)[1, 0] == 0


def test_weights_that_are_not_there_or_not_sound(tmp_path: Path) -> None:
    with pytest.raises(ModelFileMissing):
        Salience("any", tmp_path)
    (tmp_path / "salience.json").write_text("{}")
    with pytest.raises(ModelFileDamaged):
        Salience("any", tmp_path)
