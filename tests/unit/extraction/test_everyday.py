"""What the rules draw from everyday sentences: floors, half of the sentences held out."""

from __future__ import annotations

from datetime import datetime

import pytest

from mem.extraction.rules import RulesExtractor
from mem.inference.embedder import OnnxEmbedder
from scripts.measure_sentences import cases, measure
from tests.unit.extraction.making import from_note


@pytest.fixture(scope="module")
def unnamed(embedder: OnnxEmbedder) -> RulesExtractor:
    return RulesExtractor(embedder)


@pytest.mark.parametrize(("part", "right"), [("build", 0.88), ("held", 0.75)])
def test_everyday_sentences(unnamed: RulesExtractor, part: str, right: float) -> None:
    figures = measure(unnamed, [case for case in cases() if case["part"] == part])
    assert figures["right"] >= right
    assert figures["false"] == 0


@pytest.mark.parametrize(("part", "right"), [("build", 0.93), ("held", 0.78)])
def test_jotted_sentences(unnamed: RulesExtractor, part: str, right: float) -> None:
    figures = measure(unnamed, [case for case in cases("jotted") if case["part"] == part])
    assert figures["right"] >= right
    assert figures["false"] <= {"build": 0, "held": 0.08}[part]


@pytest.mark.parametrize(
    ("sentence", "texts"),
    [
        (
            "My dad, who is a pilot, retired in 2024.",
            ["Ines Calloway's dad is a pilot.", "Ines Calloway's dad retired in 2024."],
        ),
        (
            "Marta, my landlady, lives on the ground floor.",
            ["Marta is Ines Calloway's landlady.", "Marta lives on the ground floor."],
        ),
        ("Me and my friends hiked Ben Nevis", ["Ines Calloway and their friends hiked Ben Nevis."]),
        ("My phone was stolen in May.", ["Ines Calloway's phone was stolen in May 2025."]),
        ("I no longer work at Siemens.", ["Ines Calloway no longer works at Siemens."]),
        ("I don't crave sweets anymore.", ["Ines Calloway does not crave sweets anymore."]),
        ("I highly recommend a tart pan.", []),
        ("I retook the test in May.", ["Ines Calloway retook the test in May 2025."]),
        ("I finished Act I of the play.", ["Ines Calloway finished Act I of the play."]),
        ("Rising temperatures and altered patterns all contribute to shifts in the weather.", []),
        ("I'll try to keep that in mind.", []),
        ("My aunt flew to the US in May.", ["Ines Calloway's aunt flew to the US in May 2025."]),
        ("Remember to water Olga's plants.", ["Ines Calloway has to water Olga's plants."]),
    ],
)  # fmt: skip
def test_told_as_it_was_meant(extractor: RulesExtractor, sentence: str, texts: list[str]) -> None:
    assert [one.text for one in from_note(extractor, sentence)] == texts


def test_two_things_of_one_sentence_have_each_their_date_and_words(
    extractor: RulesExtractor,
) -> None:
    text = "We moved to Lyon in May 2021 and **sold the house** in 2023."
    first, second = from_note(extractor, text)
    assert (first.predicate, first.object) == ("live in", "Lyon")
    assert (second.predicate, second.object) == ("sell", "the house")
    assert first.valid_from == datetime(2021, 5, 1)
    assert (second.valid_from, second.happened_from) == (None, datetime(2023, 1, 1))
    assert first.evidence[0].quote == "We moved to Lyon in May 2021"
    assert second.evidence[0].quote == "sold the house** in 2023"


def test_what_is_tied_by_a_reason_is_quoted_whole(extractor: RulesExtractor) -> None:
    text = "I sold my old car because we moved to Lisbon in 2021."
    assert {one.evidence[0].quote for one in from_note(extractor, text)} == {text}
