"""A verdict on a passage puts right what the question that found it was taken to mean."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mem.assistant import Assistant
from mem.consolidation.fading import Uses
from mem.consolidation.guesses import BESIDE, KEPT, SUREST, Guesses, after_verdict
from mem.consolidation.keeper import MemoryKeeper
from tests.unit.consolidation.conftest import Draw


@pytest.fixture
def boats(assistant: Assistant, keeper: MemoryKeeper, draw: Draw) -> list[int]:
    """Keys of the passages of three memories, in the order of their text."""
    keeper.take([draw(f"I own boat number {at}.", ("user", "own", f"boat {at}")) for at in "123"])
    by_text = sorted(keeper.list(), key=lambda one: one.text)
    ids = [one.evidence[0].chunk_id for one in by_text]
    keys = assistant.store.chunks.keys_of(ids)
    return [keys[one] for one in ids]


@pytest.fixture
def guesses(assistant: Assistant) -> Guesses:
    return Guesses(assistant.store.database)


def utilities(assistant: Assistant) -> list[float]:
    rows = assistant.store.database.rows(
        "SELECT coalesce(utility, 0.0) FROM memory LEFT JOIN memory_use ON memory_pk = pk "
        "ORDER BY text"
    )
    return [float(str(row[0])) for row in rows]


def test_what_was_found_beside_a_useful_passage_gives_back_most_of_its_gain(
    assistant: Assistant, boats: list[int], guesses: Guesses
) -> None:
    first, second, third = boats
    assert guesses.note({first: 0.5, second: 0.3, third: 0.0}) == 2
    assert utilities(assistant) == pytest.approx([0.5, 0.3, 0.0])
    guesses.settle({third}, useful=True)
    assert utilities(assistant) == pytest.approx([0.5 * BESIDE, 0.3 * BESIDE, 0.0])


def test_when_one_passage_was_wrong_the_others_are_likelier(
    assistant: Assistant, boats: list[int], guesses: Guesses
) -> None:
    first, second, third = boats
    guesses.note({first: 0.5, second: 0.3, third: 0.0})
    guesses.settle({first}, useful=False)
    assert utilities(assistant) == pytest.approx([0.0, 0.6, 0.0])
    guesses.settle({second}, useful=True)
    assert utilities(assistant) == pytest.approx([0.0, 0.6, 0.0])


def test_only_the_latest_question_that_found_the_passage_is_put_right(
    assistant: Assistant, boats: list[int], guesses: Guesses
) -> None:
    first, second, third = boats
    guesses.note({first: 0.5, second: 0.5})
    guesses.note({first: 0.5, third: 0.5})
    guesses.settle({second}, useful=True)
    left = 1 - (1 - 0.5) * (1 - 0.5 * BESIDE)
    assert utilities(assistant) == pytest.approx([left, 0.5, 0.5])
    guesses.settle({9_999}, useful=True)
    guesses.settle(set(), useful=False)
    assert utilities(assistant) == pytest.approx([left, 0.5, 0.5])


def test_chances_of_only_the_latest_questions_are_held(
    assistant: Assistant, boats: list[int], guesses: Guesses
) -> None:
    for _ in range(KEPT + 5):
        guesses.note({boats[0]: 0.1})
    ((count,),) = assistant.store.database.rows("SELECT count(*) FROM guess")
    assert count == KEPT
    assert guesses.note({9_999: 0.5}) == 0


def test_utility_stays_within_its_bounds_when_a_question_is_taken_back(
    assistant: Assistant, keeper: MemoryKeeper, boats: list[int], guesses: Guesses
) -> None:
    first = keeper.find(min(keeper.list(), key=lambda one: one.text).id).pk
    guesses.note({boats[0]: SUREST, boats[1]: 0.1})
    for _ in range(80):
        Uses(assistant.store.database).note([first], "useless", datetime(2025, 12, 2, tzinfo=UTC))
    guesses.settle({boats[0]}, useful=False)
    assert utilities(assistant)[0] == -1.0


def test_what_a_question_found_goes_with_the_passage(
    assistant: Assistant, keeper: MemoryKeeper, boats: list[int], guesses: Guesses
) -> None:
    guesses.note({boats[0]: 0.5, boats[1]: 0.3})
    view = assistant.store.chunks.by_keys([boats[0]])[boats[0]]
    assistant.forget(assistant.forget_preview(documents=[view.chunk.document_id]))
    rows = assistant.store.database.rows("SELECT chunk_pk FROM guess")
    assert (boats[0],) not in rows


@given(
    st.dictionaries(st.integers(0, 9), st.floats(0.0, SUREST), max_size=6),
    st.sets(st.integers(0, 9), max_size=4),
    st.booleans(),
)
def test_a_verdict_keeps_chances_within_bounds_and_never_helps_what_it_blames(
    chances: dict[int, float], judged: set[int], useful: bool
) -> None:
    after = after_verdict(chances, judged, useful=useful)
    assert after.keys() == chances.keys()
    assert all(0.0 <= chance <= SUREST for chance in after.values())
    for key, chance in after.items():
        if key in judged:
            assert chance == (chances[key] if useful else 0.0)
        else:
            assert chance <= chances[key] if useful else chance >= chances[key]
