"""Use as evidence of need: what a question leads to, within bounds, and what a plan says of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mem.assistant import Assistant
from mem.consolidation.fading import Uses, need_of
from mem.consolidation.guesses import SUREST
from mem.consolidation.keeper import MemoryKeeper
from mem.consolidation.learning import FOLLOWED, LEADING, chances_meant, note_found
from mem.core.query import Filters, Hit, HitSource, SearchResult
from mem.testing import FixedClock
from tests.unit.consolidation.conftest import Draw


def found(scores: dict[str, float], confidence: float = 1.0) -> SearchResult:
    hits = tuple(
        Hit(chunk, "chunk", "", score, HitSource("", "", ""), "d")
        for chunk, score in scores.items()
    )
    return SearchResult("q", Filters(), hits, 1.0, confidence)


@pytest.fixture
def chunks(keeper: MemoryKeeper, draw: Draw) -> list[str]:
    """Passages with a memory each, the one that was taken in first coming first."""
    keeper.take([draw(f"I own boat number {at}.", ("user", "own", f"boat {at}")) for at in "123"])
    by_text = sorted(keeper.list(), key=lambda one: one.text)
    return [one.evidence[0].chunk_id for one in by_text]


def utilities(assistant: Assistant) -> list[float]:
    rows = assistant.store.database.rows(
        "SELECT coalesce(utility, 0.0) FROM memory LEFT JOIN memory_use ON memory_pk = pk "
        "ORDER BY text"
    )
    return [float(str(row[0])) for row in rows]


def test_a_passage_that_stands_out_was_likely_meant() -> None:
    clear = chances_meant(found({"a": 0.6, "b": 0.1, "c": 0.1}))
    unclear = chances_meant(found({"a": 0.3, "b": 0.3, "c": 0.3}))
    assert clear["a"] > 0.7 > 0.5 > unclear["a"] > clear["b"]
    assert chances_meant(found({"a": 0.6}))["a"] == SUREST
    halved = chances_meant(found({"a": 0.6, "b": 0.1, "c": 0.1}, confidence=0.5))
    assert halved["b"] == pytest.approx(clear["b"] / 2)
    many = chances_meant(found({str(at): 0.1 for at in range(20)}))
    assert len(many) == FOLLOWED
    assert list(map(bool, many.values())) == [True] * LEADING + [False] * (FOLLOWED - LEADING)
    assert sum(many.values()) < 1.0
    assert chances_meant(found({"a": 0.0})) == {"a": SUREST}


def test_questions_add_up_and_stay_within_bounds(
    assistant: Assistant, keeper: MemoryKeeper, chunks: list[str]
) -> None:
    result = found({chunks[0]: 0.5, chunks[1]: 0.25, "unknown": 0.1})
    chance = chances_meant(result)
    assert note_found(assistant.store, result) == 2
    once = [chance[chunks[0]], chance[chunks[1]], 0.0]
    assert utilities(assistant) == pytest.approx(once)
    note_found(assistant.store, result)
    assert utilities(assistant) == pytest.approx([1 - (1 - one) ** 2 for one in once])
    for _ in range(20):
        note_found(assistant.store, result)
    assert max(utilities(assistant)) <= 1.0
    assert {(one.recall_count, one.last_recalled_at) for one in keeper.list()} == {(0, None)}
    assert note_found(assistant.store, found({})) == 0


def test_judgements_outweigh_a_question_and_take_each_other_back(
    assistant: Assistant, keeper: MemoryKeeper, chunks: list[str]
) -> None:
    first = min(keeper.list(), key=lambda one: one.text).id
    assistant.judge([first], useful=True)
    assert utilities(assistant)[0] == pytest.approx(0.5)
    for _ in range(60):
        assistant.judge([first], useful=False)
    assert -1.0 <= utilities(assistant)[0] < -0.9
    note_found(assistant.store, found({chunks[0]: 0.5}))
    assert -1.0 < utilities(assistant)[0] < 1.0


def test_need_joins_what_is_likely_with_what_use_has_taught() -> None:
    assert need_of(0.0, 0.3) == pytest.approx(0.3)
    assert need_of(0.5, 0.3) == pytest.approx(0.65)
    assert need_of(-0.5, 0.3) == pytest.approx(0.15)
    assert need_of(-1.0, 0.3) == 0.0
    assert need_of(1.0, 0.0) == 1.0


def test_a_plan_says_why_and_leaves_what_is_fresh(
    assistant: Assistant, keeper: MemoryKeeper, chunks: list[str], clock: FixedClock
) -> None:
    assert not keeper.prune_plan().entries
    boats = sorted(keeper.list(), key=lambda one: one.text)
    note_found(assistant.store, found({chunks[0]: 0.9, chunks[1]: 0.02, "other": 0.05}))
    Uses(assistant.store.database).note([keeper.find(boats[1].id).pk], "cited", clock.utc())
    assistant.judge([boats[2].id], useful=False)
    clock.moment += timedelta(days=60)
    plan = keeper.prune_plan(keep=0.1)
    (least, *_) = plan.entries
    assert least.stored.memory.id == boats[2].id
    assert least.reason.split(", ")[1:] == ["judged wrong", "strength 0.72"]
    assert least.reason.startswith(f"{least.need:.0%} likely to be asked for")
    assert (plan.cited, plan.touched) == (1, 1.0)
    assert [one.worth for one in plan.entries] == sorted(one.worth for one in plan.entries)
