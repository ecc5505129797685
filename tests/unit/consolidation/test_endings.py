"""Who left an employer works there no longer, in whatever order it is told."""

from __future__ import annotations

from datetime import datetime
from itertools import permutations
from typing import Any

import pytest

from mem.consolidation.keeper import MemoryKeeper
from mem.consolidation.person import Correction
from mem.consolidation.reconciling.endings import effects_of
from mem.core.memory import Candidate, MemoryKind, MemoryStatus, Trust
from tests.unit.consolidation.conftest import Draw

MAY, JUNE = datetime(2023, 5, 1), datetime(2023, 6, 1)


def said(predicate: str, what: str, **values: Any) -> Candidate:
    """A statement of the user without evidence."""
    given = {"kind": MemoryKind.FACT, "text": f"The user {predicate} {what}.", **values}
    return Candidate(
        subject="user",
        predicate=predicate,
        object=what,
        evidence=(),
        said_at=MAY,
        trust=Trust.OWN_CHAT,
        confidence=0.8,
        origin="test",
        **given,
    )


@pytest.mark.parametrize(
    ("predicate", "what", "over", "kept"),
    [
        ("leave", "Acme", ("work at", "Acme"), ("live in", "Rome")),
        ("quit", "their job at Acme", ("work at", "Acme"), ("work at", "Globex")),
        ("stop", "working at Acme", ("work at", "Acme"), ("visit", "Acme")),
        ("stop", "smoking", ("smoke", "a pack a day"), ("like", "smoke")),
        ("move out of", "Lisbon", ("live in", "Lisbon"), ("live in", "Porto")),
        ("give up", "coffee", ("drink", "four cups of coffee"), ("like", "coffee")),
        ("sell", "the Volvo", ("have", "a red Volvo"), ("like", "the Volvo")),
        ("break up", "", ("be engaged to", "Rafael"), ("be named", "Pia")),
        ("drop", "Italian", ("learn", "Italian"), ("learn", "Greek")),
        ("visit", "Acme", None, ("work at", "Acme")),
    ],
)
def test_what_an_event_may_end(
    predicate: str, what: str, over: tuple[str, str] | None, kept: tuple[str, str]
) -> None:
    effects = effects_of(said(predicate, what, kind=MemoryKind.EVENT))
    assert not any(one.touches(said(*kept)) for one in effects)
    assert (over is not None) == any(over and one.touches(said(*over)) for one in effects)


def works(draw: Draw, place: str, at: str) -> Candidate:
    parts = ("user", "work at", place)
    return draw(f"I work at {place}.", parts, at, exclusive=True, entities=(place,))


def left(draw: Draw, place: str, at: str, **more: Any) -> Candidate:
    times = {"happened_from": MAY, "happened_to": JUNE, **more}
    parts = ("user", "leave", place)
    text = f"I left {place} in May."
    return draw(text, parts, at, kind=MemoryKind.EVENT, entities=(place,), **times)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_job_ends_when_it_is_left(
    keeper: MemoryKeeper, draw: Draw, order: tuple[int, ...]
) -> None:
    told = [
        works(draw, "Acme", "2023-01-10"),
        left(draw, "Acme", "2023-06-10"),
        works(draw, "Globex", "2024-02-01"),
    ]
    for place in order:
        keeper.take([told[place]])

    def at(moment: datetime) -> set[str]:
        return {one.text for one in keeper.list(as_of=moment)}

    assert at(datetime(2023, 4, 1)) == {"I work at Acme."}
    assert at(datetime(2023, 7, 1)) == {"I left Acme in May."}
    assert at(datetime(2024, 7, 1)) == {"I work at Globex."}
    assert keeper.take(told)[1].action == "known"


@pytest.mark.parametrize("words", ["early today", "at 5", "for a week", "for lunch"])
def test_who_leaves_for_a_while_comes_back(keeper: MemoryKeeper, draw: Draw, words: str) -> None:
    parts = ("user", "leave", "Acme")
    away = draw(f"I left Acme {words}.", parts, "2023-06-10", kind=MemoryKind.EVENT)
    keeper.take([works(draw, "Acme", "2023-01-10"), away])
    assert "I work at Acme." in {one.text for one in keeper.list()}


def test_other_things_that_are_left_end_nothing(keeper: MemoryKeeper, draw: Draw) -> None:
    keeper.take([works(draw, "Acme", "2023-01-10"), left(draw, "Globex", "2023-06-10")])
    assert {one.text for one in keeper.list()} == {"I work at Acme.", "I left Globex in May."}
    assert all(one.status is MemoryStatus.ACTIVE for one in keeper.list())


def test_an_ending_is_taken_back_and_corrected(keeper: MemoryKeeper, draw: Draw) -> None:
    keeper.take([works(draw, "Acme", "2023-01-10")])
    (job,) = keeper.list()
    keeper.take([left(draw, "Acme", "2023-06-10")])
    (end,) = keeper.list()
    assert keeper.get(job.id).valid_to == MAY
    later = keeper.edit(end.id, Correction(text="I left Acme on 3 April 2023."))
    assert keeper.get(job.id).valid_to == datetime(2023, 4, 3)
    assert [one.id for one in keeper.list()] == [later.id]
    keeper.undo(last=2)
    assert keeper.list() == [job]
    keeper.reject(job.id)
    assert keeper.take([left(draw, "Acme", "2023-06-10")])[0].action == "add"
