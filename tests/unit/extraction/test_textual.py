"""A note that walks through something tells of itself; what it says of its writer is kept."""

from __future__ import annotations

import pytest

from mem.extraction.rules import RulesExtractor
from tests.unit.extraction.making import from_chat, from_note


@pytest.mark.parametrize(
    "text",
    [
        "I uploaded my file and I clicked the blue button.",
        "A chart at the top shows my score over time.",
        "The resulting video is 9.5 hours long.",
        "The simple explanation is that our street has grown.",
        "Gone with the wind, lost in translation.",
        "I drove it for a week and I was blown away, says our editor.",
        "Below is my configuration of the router.",
        "We're presented with a list of my servers.",
        "**My theme does not load on the site.**\n\nThe site keeps its own themes.",
        "Considering my use of Git as a means to track changes.",
    ],
)
def test_steps_and_pointers_are_of_the_note(extractor: RulesExtractor, text: str) -> None:
    assert from_note(extractor, text) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("I moved my parrots to the **larger cage**.", "moved their parrots to the larger cage."),
        ("We visited the Show Me State Fair in Sedalia.", "visited the Show Me State Fair"),
        ("A few days later my application was approved.", "'s application was approved."),
    ],
)
def test_what_became_of_the_writer_is_kept(extractor: RulesExtractor, text: str, told: str) -> None:
    (one,) = from_note(extractor, text)
    assert told in one.text
    assert "few days" not in one.text


def test_what_others_say_of_things_is_no_fact_of_theirs(extractor: RulesExtractor) -> None:
    said = "The price is 218 euros. My brother Tom lives in Leeds."
    found = from_chat(extractor, [("Una Kerr", "other", said)])
    assert [one.object for one in found] == ["Leeds"]


def test_what_is_sought_of_an_assistant_is_no_plan(extractor: RulesExtractor) -> None:
    for text, kept in (
        ("I'm looking for a way to print the share of free disk space.", 0),
        ("I'm looking for a flat in Ghent with two bedrooms.", 1),
    ):
        talk = [("User", "user", text), ("Assistant", "assistant", "Let me see.")]
        assert len(from_chat(extractor, talk)) == kept, text
