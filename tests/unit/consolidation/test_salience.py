"""What is likely to be asked about, and what use teaches of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mem.assistant import Assistant
from mem.consolidation.keeper import MemoryKeeper
from mem.consolidation.learning import note_found
from mem.consolidation.salience import Salience, features
from mem.errors import ModelFileDamaged, ModelFileMissing
from tests.unit.consolidation.conftest import Draw


def test_words_decide_and_vectors_only_of_the_embedder_fitted_on(
    keeper: MemoryKeeper, draw: Draw
) -> None:
    keeper.take(
        [
            draw("I adopted Rex from the shelter in Leeds.", ("user", "adopt", "Rex from Leeds")),
            draw("I really like this.", ("user", "like", "this")),
        ]
    )
    memories = keeper.list()
    head = Salience("no such embedder")
    one, other = head.of(memories, {})
    assert 0 < one < 1
    assert one != other
    assert head.of(memories, {0: np.ones(384, dtype=np.float32)}) == [one, other]
    assert len(features(memories[0])) == len(features(memories[1]))


def test_weights_that_are_not_there_or_not_sound(tmp_path: Path) -> None:
    with pytest.raises(ModelFileMissing):
        Salience("any", tmp_path)
    (tmp_path / "salience.json").write_text("{}")
    (tmp_path / "salience.npz").write_bytes(b"nonsense")
    with pytest.raises(ModelFileDamaged):
        Salience("any", tmp_path)


def test_what_a_question_finds_first_is_worth_more(
    assistant: Assistant, keeper: MemoryKeeper, draw: Draw
) -> None:
    keeper.take([draw(f"I own boat number {at}.", ("user", "own", f"boat {at}")) for at in "123"])
    chunks = [one.evidence[0].chunk_id for one in keeper.list()]
    assert note_found(assistant.store, [*chunks, "unknown"]) == 3
    rows = assistant.store.database.rows("SELECT utility FROM memory_use ORDER BY utility DESC")
    assert [round(float(str(row[0])), 3) for row in rows] == [0.1, 0.025, 0.011]
    for _ in range(20):
        note_found(assistant.store, chunks[:1])
    assert keeper.list()[0].recall_count == 0
    (most,) = assistant.store.database.rows("SELECT max(utility) FROM memory_use")[0]
    assert most == 1.0
    assert note_found(assistant.store, []) == 0
