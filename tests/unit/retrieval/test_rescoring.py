"""The re-scorer's inputs and its network, by hand-made numbers."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from mem.assistant import Assistant
from mem.core.query import Filters
from mem.retrieval.confidence import NAMES, confidence, measure
from mem.retrieval.fusion import BOUND, FIXED, INPUTS, WEIGHTS_FILE, Network, Weights, shipped
from mem.retrieval.ranking import Shortlist

ASKED = datetime(2025, 12, 1)


def inputs(**values: float) -> np.ndarray:
    row = np.zeros((1, len(INPUTS)), dtype=np.float32)
    for name, value in values.items():
        row[0, INPUTS.index(name)] = value
    return row


def network(**linear: float) -> Network:
    size = len(INPUTS)
    hidden = np.zeros((size, 2), dtype=np.float32)
    hidden[INPUTS.index("cosine")] = (1, -1)
    return Network(
        mean=np.zeros(size, dtype=np.float32),
        spread=np.ones(size, dtype=np.float32),
        linear=inputs(**linear)[0],
        hidden=hidden,
        offsets=np.zeros(2, dtype=np.float32),
        out=np.array([3, 5], dtype=np.float32),
    )


@pytest.mark.parametrize(
    ("row", "score"),
    [
        ({}, 0),
        ({"cosine": 0.5}, 1.5),
        ({"cosine": -0.5}, 2.5),
        ({"lexical": 0.5}, 1.0),
        ({"lexical": 1000}, 2 * BOUND),
        ({"aside": 1}, FIXED["aside"]),
    ],
)
def test_the_network_adds_a_line_and_a_bend(row: dict[str, float], score: float) -> None:
    assert network(lexical=2).scores(inputs(**row))[0] == pytest.approx(score)


def test_what_is_shipped_knows_every_input_and_no_word() -> None:
    said = json.loads(WEIGHTS_FILE.read_text("utf-8"))
    assert list(said["network"]["inputs"]) == list(INPUTS)
    assert all(np.isfinite(shipped().network.scores(inputs(cosine=x)))[0] for x in (-1, 0, 1))


def test_weights_of_other_inputs_are_refused(tmp_path: Path) -> None:
    said = json.loads(WEIGHTS_FILE.read_text("utf-8"))
    said["network"]["inputs"].pop("cosine")
    (tmp_path / "weights.json").write_text(json.dumps(said))
    with pytest.raises(AssertionError, match="other signals"):
        Weights.read(tmp_path / "weights.json")


def listed(assistant: Assistant, query: str) -> Shortlist:
    found = assistant.retriever.find(query, filters=Filters(), limit=10, asked_at=ASKED)
    return assistant.retriever.shortlist(found, limit=10)


def column(few: Shortlist, name: str) -> dict[str | None, float]:
    values = few.inputs[:, INPUTS.index(name)]
    return {one.chunk.message_id: float(x) for one, x in zip(few.stored, values, strict=True)}


def test_relations_are_finite_shares_and_cosines(assistant: Assistant) -> None:
    few = listed(assistant, "What is Joel's dog called?")
    assert np.isfinite(few.inputs).all()
    for name in ("newer_share", "newer_share_broad", "asks", "after_question"):
        assert all(0 <= value <= 1.0001 for value in column(few, name).values())
    for name in ("akin", "akin_missing"):
        assert all(0 <= value <= 1.0001 for value in column(few, name).values())
    for name in ("alike_before", "alike_after"):
        assert all(-1.001 <= value <= 1.001 for value in column(few, name).values())


def test_the_newest_session_has_nothing_newer(assistant: Assistant) -> None:
    few = listed(assistant, "What is the rent of Joel's flat?")
    newest = max(
        (one for one in few.stored if one.chunk.said_at),
        key=lambda one: one.chunk.said_at or ASKED,
    )
    row = few.stored.index(newest)
    assert few.inputs[row, INPUTS.index("newer_share")] == pytest.approx(0, abs=1e-6)
    assert few.inputs[:, INPUTS.index("newer_share")].max() > 0


def test_an_answer_stands_after_a_question(assistant: Assistant) -> None:
    few = listed(assistant, "What about the milk and the dog?")
    asks = {
        (one.chunk.document_id, one.chunk.session_id, one.chunk.seq): one.chunk.text.endswith("?")
        for one in few.stored
    }
    marked = few.inputs[:, INPUTS.index("after_question")]
    for one, mark in zip(few.stored, marked, strict=True):
        before = asks.get((one.chunk.document_id, one.chunk.session_id, one.chunk.seq - 1))
        if before is not None:
            assert mark == before


def test_no_candidates_make_an_empty_shortlist(empty: Assistant) -> None:
    assert listed(empty, "anything").inputs.shape == (0, len(INPUTS))


def test_words_of_somebody_else_lower_the_confidence() -> None:
    named = inputs(lexical=0.6, speaker_named=1)
    other = inputs(lexical=0.9, speaker_other=1)
    scores = np.array([2, 1], dtype=np.float32)
    fits = dict(zip(NAMES, measure(scores, np.concatenate([named, other])), strict=True))
    assert fits["words_of_named"] == pytest.approx(-0.3)
    alone = dict(zip(NAMES, measure(scores[:1], named), strict=True))
    assert alone["words_of_named"] == 0
    weights = shipped().confidence
    assert confidence(list(fits.values()), weights) < confidence(list(alone.values()), weights)


def test_the_confidence_does_not_depend_on_the_limit(assistant: Assistant) -> None:
    few, many = (assistant.search("What is Joel's dog called?", limit=n) for n in (1, 20))
    assert few.confidence == many.confidence > 0
