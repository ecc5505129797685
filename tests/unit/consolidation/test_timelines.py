"""Histories of one thing: whatever the order of arrival, what is true when comes out right."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from mem.consolidation.keeper import MemoryKeeper
from mem.core.memory import Memory, MemoryKind, MemoryStatus, Relation, Trust
from tests.unit.consolidation.conftest import Draw

TOPICS = (
    ("user", "live in", ("Paris", "Berlin", "Oslo", "Lima")),
    ("user", "work at", ("Acme", "Globex", "Initech", "Umbra")),
    ("user", "be married to", ("Kim", "Sasha", "Robin")),
    ("the basic plan", "cost", ("9 euros", "12 euros", "15 euros")),
    ("user", "drive", ("a red Fiat", "a blue Opel", "a van")),
)


def lives(keeper: MemoryKeeper, **values: object) -> list[str]:
    return sorted(memory.object for memory in keeper.list(**values))  # type: ignore[arg-type]


def day(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize("seed", range(4))
def test_a_hundred_timelines_in_any_order(keeper: MemoryKeeper, draw: Draw, seed: int) -> None:
    """25 histories a seed: said, restated, changed, changed back, and taken in out of order."""
    rng = random.Random(seed)
    right = asked = 0
    for number in range(25):
        subject, predicate, values = TOPICS[number % len(TOPICS)]
        subject = f"{subject} {number}" if subject != "user" else f"friend {number}"
        at, history, value = datetime(2019, 1, 1), [], ""
        for _ in range(rng.randint(2, 6)):
            if not value or rng.random() < 0.65:
                value = rng.choice([one for one in values if one != value])
            history.append((at, value))
            at += timedelta(days=rng.randint(20, 300))
        candidates = [
            draw(
                f"{subject} {predicate} {said}.",
                (subject, predicate, said),
                when.isoformat(),
                exclusive=True,
            )
            for when, said in history
        ]
        rng.shuffle(candidates)
        keeper.take(candidates)
        mine = [one for one in everything(keeper) if one.subject == subject]
        assert sum(len(one.evidence) for one in mine) == len(history), "something was lost"
        current = [one.object for one in mine if one.status is MemoryStatus.ACTIVE]
        asked, right = asked + 1, right + (current == [history[-1][1]])
        for (when, said), following in zip(history, [*history[1:], (at, "")], strict=True):
            moment = when + (following[0] - when) / 2
            then = [one.object for one in keeper.list(as_of=moment) if one.subject == subject]
            asked, right = asked + 1, right + (then == [said])
    assert right >= 0.98 * asked, f"{right} of {asked}"


def everything(keeper: MemoryKeeper) -> list[Memory]:
    return keeper.list(statuses=tuple(MemoryStatus))


def test_a_newer_one_supersedes_and_both_stay(keeper: MemoryKeeper, draw: Draw) -> None:
    first = draw("I live in Paris.", ("user", "live in", "Paris"), "2022-01-05", exclusive=True)
    second = draw("I live in Berlin.", ("user", "live in", "Berlin"), "2023-05-01", exclusive=True)
    assert [one.action for one in keeper.take([first])] == ["add"]
    (outcome,) = keeper.take([second])
    assert (outcome.action, outcome.reason) == ("supersede", "newer statement of the same thing")
    assert lives(keeper) == ["Berlin"]
    assert lives(keeper, as_of=day("2022-06-01")) == ["Paris"]
    assert lives(keeper, as_of=day("2021-01-01")) == []
    (old,) = keeper.list(statuses=(MemoryStatus.SUPERSEDED,))
    assert (old.valid_from, old.valid_to) == (day("2022-01-05"), day("2023-05-01"))
    assert [link.relation for link in old.links] == [Relation.SUPERSEDES]


def test_an_older_one_that_arrives_late_is_inserted_as_superseded(
    keeper: MemoryKeeper, draw: Draw
) -> None:
    keeper.take([draw("Berlin", ("user", "live in", "Berlin"), "2023-05-01", exclusive=True)])
    late = draw("Paris", ("user", "live in", "Paris"), "2022-01-05", exclusive=True)
    assert keeper.take([late])[0].action == "insert-superseded"
    assert lives(keeper) == ["Berlin"]
    assert lives(keeper, as_of=day("2022-06-01")) == ["Paris"]


def test_love_that_turned_to_hate_is_one_current_statement(
    keeper: MemoryKeeper, draw: Draw
) -> None:
    kind = MemoryKind.PROFILE
    keeper.take([draw("I love cilantro.", ("user", "love", "cilantro"), "2022-01-01", kind=kind)])
    keeper.take([draw("I hate cilantro.", ("user", "hate", "cilantro"), "2023-01-01", kind=kind)])
    assert [one.predicate for one in keeper.list()] == ["hate"]
    assert [one.predicate for one in keeper.list(as_of=day("2022-06-01"))] == ["love"]


def test_equal_dates_are_a_conflict_and_both_visible(keeper: MemoryKeeper, draw: Draw) -> None:
    keeper.take([draw("Paris", ("user", "live in", "Paris"), "2022-01-05", exclusive=True)])
    other = draw("Berlin", ("user", "live in", "Berlin"), "2022-01-05", exclusive=True)
    assert keeper.take([other])[0].action == "conflict"
    assert lives(keeper) == ["Berlin", "Paris"]
    (item,) = keeper.review()
    assert item.reason == "conflict"
    assert {item.memory.object, item.against[0].object} == {"Berlin", "Paris"}
    keeper.accept(next(one.id for one in keeper.list() if one.object == "Paris"))
    assert lives(keeper) == ["Paris"]
    assert keeper.review() == []


def test_lower_trust_never_supersedes(keeper: MemoryKeeper, draw: Draw) -> None:
    keeper.take(
        [draw("Ann owes 5", ("Ann", "owe", "5"), "2022-01-05", exclusive=True, trust=Trust.TYPED)]
    )
    rumour = draw("Ann owes 500", ("Ann", "owe", "500"), exclusive=True, trust=Trust.WEB)
    assert keeper.take([rumour])[0].action == "conflict"
    states = {one.object: one.status for one in keeper.list()}
    assert states == {"5": MemoryStatus.ACTIVE, "500": MemoryStatus.PROPOSED}
    assert [item.memory.object for item in keeper.review()] == ["500"]


def test_what_others_say_of_the_user_waits(keeper: MemoryKeeper, draw: Draw) -> None:
    said = draw("You live in Rome", ("user", "live in", "Rome"), exclusive=True, trust=Trust.OTHERS)
    assert keeper.take([said])[0].action == "propose"
    own = draw("I live in Oslo", ("user", "live in", "Oslo"), "2021-01-01", exclusive=True)
    assert keeper.take([own])[0].action == "add"
    assert lives(keeper, statuses=(MemoryStatus.ACTIVE,)) == ["Oslo"]


def test_a_denial_ends_what_it_denies_and_nothing_else(keeper: MemoryKeeper, draw: Draw) -> None:
    keeper.take([draw("Acme", ("user", "work at", "Acme"), "2022-01-01", exclusive=True)])
    other = draw(
        "not Globex", ("user", "work at", "Globex"), "2022-06-01", exclusive=True, negated=True
    )
    keeper.take([other])
    assert lives(keeper) == ["Acme"]
    quit_ = draw("quit Acme", ("user", "work at", "Acme"), "2023-01-01", negated=True)
    keeper.take([quit_])
    assert [one.negated for one in keeper.list()] == [True]
    assert [one.negated for one in keeper.list(as_of=day("2022-08-01"))] == [False]


def test_a_stated_beginning_counts_over_when_it_was_said(keeper: MemoryKeeper, draw: Draw) -> None:
    keeper.take([draw("Paris", ("user", "live in", "Paris"), "2020-01-01", exclusive=True)])
    moved = draw(
        "I moved to Berlin in 2021.",
        ("user", "live in", "Berlin"),
        "2023-01-01",
        exclusive=True,
        valid_from=datetime(2021, 3, 1),
    )
    keeper.take([moved])
    assert lives(keeper, as_of=day("2021-02-01")) == ["Paris"]
    assert lives(keeper, as_of=day("2021-04-01")) == ["Berlin"]


def test_a_stay_of_stated_length_interrupts(keeper: MemoryKeeper, draw: Draw) -> None:
    keeper.take([draw("Berlin", ("user", "live in", "Berlin"), "2018-01-01", exclusive=True)])
    stay = draw(
        "Paris 2019 to 2020",
        ("user", "live in", "Paris"),
        "2023-01-01",
        valid_from=datetime(2019, 1, 1),
        valid_to=datetime(2021, 1, 1),
    )
    keeper.take([stay])
    assert lives(keeper) == ["Berlin"]
    assert [lives(keeper, as_of=day(f"{year}-06-01")) for year in (2018, 2019, 2021)] == [
        ["Berlin"],
        ["Paris"],
        ["Berlin"],
    ]


def test_what_we_knew_then(keeper: MemoryKeeper, draw: Draw, clock: object) -> None:
    keeper.take([draw("Paris", ("user", "live in", "Paris"), "2022-01-05", exclusive=True)])
    clock.moment = datetime(2025, 12, 3, 9)  # type: ignore[attr-defined]
    keeper.take([draw("Berlin", ("user", "live in", "Berlin"), "2023-05-01", exclusive=True)])
    assert lives(keeper, known_at=datetime(2025, 12, 2)) == ["Paris"]
    then = keeper.list(known_at=datetime(2025, 12, 2), as_of=day("2024-01-01"))
    assert [(one.object, one.valid_to) for one in then] == [("Paris", None)]
    assert lives(keeper, known_at=datetime(2025, 12, 4)) == ["Berlin"]
    assert lives(keeper, known_at=datetime(2024, 1, 1)) == []


def test_the_same_is_restated_once_for_each_source(keeper: MemoryKeeper, draw: Draw) -> None:
    one = draw("I like tea.", ("user", "like", "tea"), "2022-01-01")
    again = draw("I enjoy tea!", ("user", "enjoy", "tea"), "2022-03-01")
    outcomes = [keeper.take([item])[0].action for item in (one, again, one, again)]
    assert outcomes == ["add", "merge", "known", "known"]
    (memory,) = keeper.list()
    assert len(memory.evidence) == 2
    assert memory.confidence > 0.8
