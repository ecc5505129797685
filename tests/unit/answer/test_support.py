"""A written sentence stands only where the passages it cites bear it out."""

from __future__ import annotations

from datetime import datetime

import pytest

from mem.answer.prompts import Passage, Written
from mem.answer.support import Checker, Reason, names, numbers
from mem.inference.embedder import OnnxEmbedder
from tests.unit.answer.hits import message, note

NOW = datetime(2025, 12, 1, 9)
MARCH = datetime(2024, 3, 12, 18)
PASSAGES = [
    Passage(
        1,
        message(
            "Great news! We signed the lease yesterday, it is 900 a month for the flat.",
            "Ana",
            MARCH,
        ),
    ),
    Passage(2, note("The boiler should show 1.3 bar when cold. Never open the red valve.")),
    Passage(3, message("I painted the shed blue with Ben.", "Carla", MARCH)),
    Passage(4, message("Hey Dan, I painted the shed blue with Ben!", "Carla", MARCH)),
    Passage(5, message("Dan is moving to Leeds, I hear.", "Carla", MARCH)),
    Passage(6, message("Good for him.", "Dan", MARCH)),
]


@pytest.fixture(scope="module")
def embedder() -> OnnxEmbedder:
    return OnnxEmbedder()


@pytest.fixture(scope="module")
def checker(embedder: OnnxEmbedder) -> Checker:
    return Checker(embedder, "What is the rent of the flat?", PASSAGES, NOW)


@pytest.mark.parametrize(
    ("text", "cited", "quotes"),
    [
        ("The flat is 900 a month.", (1,), ["900 a month"]),
        ("Ana signed the lease on 11 March 2024.", (1,), ["signed the lease"]),
        ("The boiler should show 1.3 bar when it is cold.", (2,), ["1.3 bar"]),
        ("Never open the red valve.", (2,), ["red valve"]),
        ("Carla painted the shed blue with Ben.", (3,), ["shed blue"]),
        ("Dan is moving to Leeds.", (5,), ["Leeds"]),
    ],
)
def test_what_a_passage_says_is_supported(
    checker: Checker, text: str, cited: tuple[int, ...], quotes: list[str]
) -> None:
    support = checker.check(Written(text, cited))
    assert support.reason is None
    assert all(quote in one.text for quote, one in zip(quotes, support.statements, strict=True))
    for one in support.statements:
        assert one.text == one.hit.text[one.start : one.end]


@pytest.mark.parametrize(
    ("text", "cited", "reason"),
    [
        ("The flat is 950 a month.", (1,), Reason.NUMBER),
        ("Dora signed the lease of the flat.", (1,), Reason.NAME),
        ("Ana signed the lease in Leeds.", (1,), Reason.NAME),
        ("We never signed the lease of the flat.", (1,), Reason.DENIAL),
        ("Cats sleep for most of the day.", (2,), Reason.UNLIKE),
        ("Cats sleep for most of the day.", (), Reason.UNCITED),
        ("Cats sleep for most of the day.", (9,), Reason.UNLIKE),
        ("Ana signed the lease on 10 March 2024.", (1,), Reason.NUMBER),
        ("Ana painted the shed blue with Ben.", (3,), Reason.SPEAKER),
        ("Dan painted the shed blue with Ben.", (4,), Reason.SPEAKER),
        ("You painted the shed blue with Ben.", (4,), Reason.SPEAKER),
    ],
)
def test_what_no_passage_says_is_not(
    checker: Checker, text: str, cited: tuple[int, ...], reason: Reason
) -> None:
    support = checker.check(Written(text, cited))
    assert support.statements == ()
    assert support.reason is reason


@pytest.mark.parametrize("cited", [(), (2,), (7,)])
def test_a_missing_or_wrong_number_is_mended_where_one_passage_clearly_says_it(
    checker: Checker, cited: tuple[int, ...]
) -> None:
    support = checker.check(Written("Carla painted the shed blue with Ben.", cited))
    assert [one.hit.speaker for one in support.statements] == ["Carla"]


def test_a_question_of_how_long_ago_may_be_answered_by_counting(embedder: OnnxEmbedder) -> None:
    checker = Checker(embedder, "How many months ago did we sign the lease?", PASSAGES, NOW)
    assert checker.check(Written("You signed the lease 21 months ago.", (1,))).statements
    assert not checker.check(Written("You signed the lease 24 months ago.", (1,))).statements


def test_names_leave_openers_out_and_keep_names_at_the_beginning() -> None:
    assert names("However, the flat is cold.") == frozenset()
    assert names("Ana met Ben's aunt in May 2024.") == {"ana", "ben", "may"}
    assert names("You may go.") == frozenset()


def test_numbers_are_compared_however_they_are_written() -> None:
    assert numbers("three boxes, 1,200 euros, 1.50 each") == {"3", "1200", "1.5"}
    assert numbers("one of them") == frozenset()
