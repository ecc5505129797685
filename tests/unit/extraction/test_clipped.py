"""Clipped sentences of a person's own: what they state, and what only looks like one."""

from __future__ import annotations

from datetime import datetime

import pytest

from mem.extraction.rules import RulesExtractor
from scripts.measure_sentences import read
from tests.unit.extraction.making import from_chat, from_note


@pytest.mark.parametrize(
    ("sentence", "texts"),
    [
        (
            "Moved to Porto last month with Lea.",
            ["Ines Calloway moved to Porto with Lea in October 2025."],
        ),
        ("Rent is now 640.", ["Ines Calloway's rent is now 640."]),
        ("My rent is 640.", ["Ines Calloway's rent is 640."]),
        ("Passport expires in March 2027.", ["Ines Calloway's passport expires in March 2027."]),
        ("Allergic to wasps.", ["Ines Calloway is allergic to wasps."]),
        ("Can't eat walnuts.", ["Ines Calloway can not eat walnuts."]),
        ("Bike: red Koga, frame 8812.", ["Ines Calloway's bike: red Koga, frame 8812."]),
        ("Laptop has a cracked screen.", ["Ines Calloway's laptop has a cracked screen."]),
        ("Need to return the drill to Omar.", ["Ines Calloway needs to return the drill to Omar."]),
    ],
)  # fmt: skip
def test_what_is_left_out_is_put_back(
    extractor: RulesExtractor, sentence: str, texts: list[str]
) -> None:
    found = from_note(extractor, sentence)
    assert [one.text for one in found] == texts
    assert all(one.evidence[0].quote == sentence for one in found)


@pytest.mark.parametrize(
    "text",
    [
        "Moving to Windows",
        "Moved Permanently",
        "Opened in 1889, the station serves two lines.",
        "Used by most hospitals since 2015.",
        "Added a cache to the parser.",
        "Don't open the window.",
        "Love is blind in most stories.",
        "Need for speed and other films.",
        "Car: wash it before the weekend",
        "Title: The long way home",
        "`Rent` is now 640 in the test.",
        "- 200 g flour\n- 50 g butter\nBaked the cake for an hour in May.",
        "Wedding on 3 March 1981.",
        "House is a series with a grumpy doctor.",
        "Doctor: a person who treats the sick",
        "Weight is mass times gravity.",
        "Hate speech is on the rise.",
        "Can't reproduce the bug on Linux.",
        "Prefer composition over inheritance.",
        "Working with strings in Python.",
    ],
)
def test_what_only_looks_like_one_yields_nothing(extractor: RulesExtractor, text: str) -> None:
    assert from_note(extractor, text) == []


def test_a_note_under_somebody_s_name_tells_of_them(extractor: RulesExtractor) -> None:
    spoken = [(None, None, "Car: grey Fiat, plate LU 4471.")]
    assert read(extractor, spoken, note=True, title="Oscar") == []
    assert len(read(extractor, spoken, note=True, title="Things I own")) == 1


@pytest.mark.parametrize("text", ["Rent is now 640.", "Dentist on 3 June at 10."])
def test_only_one_s_own_words_are_made_whole(extractor: RulesExtractor, text: str) -> None:
    mine = [("Ines Calloway", "user", text), ("Otto", "other", "I see.")]
    assert len(from_chat(extractor, mine)) == 1
    assert from_chat(extractor, [("Otto", "other", text), (*mine[0][:2], "I see.")]) == []


def test_a_day_to_come_is_kept_for_something(extractor: RulesExtractor) -> None:
    (plan,) = from_note(extractor, "Dentist on 3 June at 10.")
    assert plan.text == "Ines Calloway has dentist at 10 on 3 June 2026."
    assert plan.happened_from == datetime(2026, 6, 3)
    assert from_note(extractor, "Release on 3 June.") == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("I saw Dr. Patel about my knee.", ("Dr Patel",)),
        ("Dr Smith changed my tablets.", ("Dr Smith",)),
        ("My dentist is Dr Amara Nwosu.", ("Dr Amara Nwosu",)),
    ],
)
def test_a_title_is_a_part_of_a_name(
    extractor: RulesExtractor, text: str, names: tuple[str, ...]
) -> None:
    (one,) = from_note(extractor, text)
    assert tuple(name for name in one.entities if name != "Ines Calloway") == names


def test_what_is_over_is_told_of_someone_by_name(extractor: RulesExtractor) -> None:
    first, second = from_note(extractor, "Clara no longer works as a nurse. She opened a bakery.")
    assert (first.subject, first.predicate, first.negated) == ("Clara", "work as", True)
    assert (second.subject, second.predicate, second.object) == ("Clara", "open", "a bakery")
    assert from_note(extractor, "The parser no longer returns a list.") == []
