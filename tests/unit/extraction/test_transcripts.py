"""A talk with an assistant that was saved as a note: only the person's turns are the user's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mem.extraction.rules import RulesExtractor
from mem.extraction.speaking.transcripts import machine_spans
from tests.unit.extraction.making import from_note, note

MINE = "I live in Porto and work as a nurse."
THEIRS = "I was created by a large company and I live in Lisbon."


@pytest.mark.parametrize(
    "text",
    [
        f"#### You:\n{MINE}\n\n#### ChatGPT:\n{THEIRS}\n",
        f"**User:** {MINE}\n\n**Claude:** {THEIRS}\n",
        f"User: {MINE}\nAssistant: {THEIRS}\nI moved to Lisbon in May 2024.\n",
        f"## Prompt\n\n{MINE}\n\n## Response\n\n{THEIRS}\n",
    ],
)
def test_the_assistant_s_turns_are_not_the_user_s(extractor: RulesExtractor, text: str) -> None:
    found = from_note(extractor, text)
    assert {one.object for one in found if one.predicate == "live in"} == {"Porto"}


def test_a_turn_goes_on_under_headings_of_its_own() -> None:
    chunks = [
        note(MINE, context="Talk > You"),
        note(THEIRS, context="Talk > ChatGPT"),
        note("I am sure.", context="Talk > Where it lives"),
        note(MINE, context="Talk > You"),
    ]
    named = [replace(one, id=f"n{at}") for at, one in enumerate(chunks)]
    spans = machine_spans(named)
    assert [bool(spans[one.id]) for one in named] == [False, True, True, False]


def test_a_note_that_names_one_side_is_one_s_own(extractor: RulesExtractor) -> None:
    text = f"# Model\n\n{MINE}\n\nAssistant: Ben\n"
    assert any(one.object == "Porto" for one in from_note(extractor, text))
    assert machine_spans([note(f"You\n\n{MINE}\nmodel\n{MINE}")]) == {}
