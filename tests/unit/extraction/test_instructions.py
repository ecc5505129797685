"""Notes that show how something is done, quoted speech and opinions: what is not drawn."""

from __future__ import annotations

import pytest

from mem.extraction.rules import RulesExtractor
from tests.unit.extraction.making import from_chat, from_note

NOTE = """I wanted to run the tests on every push.
I bought a second server in May.
I prefer plain shell scripts to build tools.
I decided to keep the old runner for a year.
"""


def test_a_note_with_code_gives_choices_and_traits_alone(extractor: RulesExtractor) -> None:
    told = [one.text for one in from_note(extractor, f"{NOTE}```\nmake test\n```\n")]
    assert "Ines Calloway prefers plain shell scripts to build tools." in told
    assert not any("second server" in text or "wanted" in text for text in told)
    assert any("second server" in one.text for one in from_note(extractor, NOTE))


def test_one_word_in_code_makes_no_note_of_instructions(extractor: RulesExtractor) -> None:
    text = "I moved to Porto in May.\n" + "It rained all day. " * 200 + "\nI like `vim`."
    assert any(one.predicate == "live in" for one in from_note(extractor, text))


def test_a_recipe_tells_what_is_liked_not_what_was_cooked(extractor: RulesExtractor) -> None:
    text = (
        "- 200 g flour\n- 2 tbsp sugar\n- 50 g butter\n"
        "I split the finished dough ball in half and wrapped it.\nI prefer nectarines to peaches.\n"
    )
    assert [one.predicate for one in from_note(extractor, text)] == ["prefer"]


@pytest.mark.parametrize(
    "text",
    [
        "I prefer nectarines to peaches in this recipe.",
        "I'm not sure why the runner needs a second key.",
        "I think signals are a better way to do such things.",
        "To use it, set the folder that contains the library.",
        "He stood up. “I lost my leg in the war. I moved to Leeds in May.”",
        'She wrote: "We sold our house in June. I bought a flat in Turin." That was all.',
        "Then came a warning from the tower.",
        "The other thought that came was a chance to win my trust.",
        "Submitted manuscript should normally be 4000 words long.",
    ],
)
def test_what_says_nothing_of_its_writer(extractor: RulesExtractor, text: str) -> None:
    assert from_note(extractor, text) == []


def test_a_document_pasted_to_an_assistant_is_not_the_user_s_talk(
    extractor: RulesExtractor,
) -> None:
    body = "I moved to Porto in May 2024 and bought a small flat there. " + "It rained a lot. " * 40
    reply = ("Assistant", "assistant", "Noted.")
    assert from_chat(extractor, [("User", "user", body), reply])
    assert from_chat(extractor, [("User", "user", f"# My year\n\n{body}"), reply]) == []


def test_what_others_think_is_not_drawn(extractor: RulesExtractor) -> None:
    theirs = [("Otto", "other", "I think the old bridge is a danger to my kids.")]
    assert from_chat(extractor, [*theirs, ("Ines Calloway", "user", "Really?")]) == []


def test_a_statement_is_told_in_the_third_person_throughout(extractor: RulesExtractor) -> None:
    (one,) = from_note(extractor, "My phone has a fault: I can not open my mail on it in trains.")
    assert " I " not in one.text and one.text.endswith("open their mail on it in trains.")
