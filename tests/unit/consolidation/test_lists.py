"""A list of the first few is the beginning of the list of all."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from mem.consolidation import views
from mem.consolidation.keeper import MemoryKeeper
from mem.core.memory import MemoryKind, MemoryStatus, Trust
from tests.unit.consolidation.conftest import Draw

PLACES = ("Paris", "Berlin", "Oslo", "Rome")


@pytest.fixture
def filled(keeper: MemoryKeeper, draw: Draw) -> MemoryKeeper:
    """Some sixty statements, dated and undated, replaced, in conflict, waiting, put away."""
    rng = random.Random(3)
    for number in range(60):
        day = datetime(2020, 1, 1) + timedelta(days=rng.randrange(1500))
        exclusive = rng.random() < 0.4
        more: dict[str, Any] = {}
        if rng.random() < 0.3:
            more = {"happened_from": day, "happened_to": day + timedelta(days=1)}
        verb = "live in" if exclusive else rng.choice(("like", "see"))
        place = rng.choice(PLACES)
        candidate = draw(
            f"Number {number}: {verb} {place}.",
            (rng.choice(("user", "I", "Ann", "")), verb, place),
            f"{day:%Y-%m-%d}",
            kind=rng.choice(tuple(MemoryKind)),
            exclusive=exclusive,
            trust=rng.choice((Trust.OTHERS, Trust.OWN_CHAT, Trust.INFERRED)),
            valid_to=day + timedelta(days=90) if rng.random() < 0.2 else None,
            importance=rng.random(),
            **more,
        )
        keeper.take([candidate])
    twice = [draw(f"Home {p}", ("Kim", "live in", p), exclusive=True) for p in PLACES[:3]]
    keeper.take(twice)
    every = [one.id for one in keeper.list()]
    keeper.archive(every[:2])
    keeper.reject(every[2])
    keeper.pin(every[3])
    return keeper


def test_what_was_true(filled: MemoryKeeper) -> None:
    every = filled.list(statuses=tuple(MemoryStatus))
    stored = {one.memory.id: one for one in map(filled.find, [one.id for one in every])}
    for moment in (datetime(2020, 6, 1), datetime(2022, 3, 4, 12), datetime(2025, 1, 1)):
        was = [
            one.id
            for one in every
            if one.status in views.EVER_HELD
            and (stored[one.id].slot or one.status is not MemoryStatus.SUPERSEDED)
            and views.was_true(one, moment)
        ]
        assert [one.id for one in filled.list(as_of=moment)] == was
        assert [one.id for one in filled.list(as_of=moment, limit=3)] == was[:3]
        facts = [one for one in filled.list(as_of=moment) if one.kind is MemoryKind.FACT]
        assert filled.list(as_of=moment, kind=MemoryKind.FACT) == facts
    now = datetime(2026, 1, 1)
    assert filled.list(known_at=now, limit=4) == filled.list(known_at=now)[:4]
    assert {one.id for one in filled.list(known_at=now)} == {one.id for one in filled.list()}


def test_how_things_went(filled: MemoryKeeper) -> None:
    every = [(one.at, one.memory.id) for one in filled.timeline()]
    assert len(every) > 20
    assert every == sorted(every, key=lambda one: one[0] or datetime.min)
    few = {(one.at, one.memory.id) for one in filled.timeline(limit=7)}
    assert len(few) == 7
    assert min(at for at, _ in few if at) >= max(
        at for at, one in every if at and (at, one) not in few
    )
    since = datetime(2022, 1, 1)
    assert all(one.at and one.at >= since for one in filled.timeline(since=since))


def test_what_is_known_of_the_user(filled: MemoryKeeper) -> None:
    whole = dict(filled.profile(each=None).sections)
    few = dict(filled.profile(each=2).sections)
    assert max(map(len, whole.values())) > 2
    assert few == {title: those[:2] for title, those in whole.items()}
    assert all(one.subject in ("user", "I", "") for those in whole.values() for one in those)


def test_what_waits(filled: MemoryKeeper) -> None:
    every = list(filled.review())
    reasons = [one.reason for one in every]
    assert reasons == sorted(reasons)  # conflicts first, then proposals
    assert {"conflict", "proposed"} <= set(reasons)
    for limit in (1, 2, 5):
        assert list(filled.review(limit=limit)) == every[:limit]
