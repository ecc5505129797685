"""What a newer statement replaces is told as earlier; what is merely alike is not."""

from __future__ import annotations

from datetime import datetime

import pytest

from mem.answer.extractive import ExtractiveAnswerer
from mem.core.answer import Answer
from mem.core.query import Hit
from mem.inference.embedder import OnnxEmbedder
from tests.unit.answer.hits import found, message, note

AT = datetime(2025, 10, 1)


@pytest.fixture(scope="module")
def answerer() -> ExtractiveAnswerer:
    return ExtractiveAnswerer(embedder=OnnxEmbedder())


def ask(answerer: ExtractiveAnswerer, question: str, *hits: Hit) -> Answer:
    return answerer.answer(question, found(question, *hits), asked_at=AT)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        (
            "Physio appointment was on Tuesday 9 September. They rang: it is 12 September instead.",
            "12 September",
        ),
        ("- physio appointment: 9 September\n- they rang → now 12 September\n", "12 September"),
        ("Physio appointment: booked for 9 September; now it is 12 September.", "12 September"),
        ("Physio appointment: first 9 September, postponed to 12 September.", "12 September"),
    ],
)
def test_a_date_told_after_the_old_one_is_the_answer(
    answerer: ExtractiveAnswerer, text: str, day: str
) -> None:
    hit = note(text, title="Health", said_at=datetime(2025, 8, 28))
    answer = ask(answerer, "When is my physio appointment?", hit)
    assert not answer.abstained
    assert day in answer.sentences[0].text


def test_the_next_thing_in_a_list_amends_nothing(answerer: ExtractiveAnswerer) -> None:
    hit = note("- physio appointment: 9 September\n- dentist: 12 September\n", title="Health")
    answer = ask(answerer, "When is my physio appointment?", hit)
    assert "9 September" in answer.answer
    assert not answer.notices


def test_what_is_only_alike_is_not_earlier(answerer: ExtractiveAnswerer) -> None:
    """Two messages about one subject with other numbers contradict each other in nothing."""
    question = "How can I organise my garden work?"
    answer = ask(
        answerer,
        question,
        message("I organise my garden work with 3 lists on the shed.", "Ana", datetime(2025, 5, 2)),
        message("My garden work took 14 hours, the hedge most of it.", "Ana", datetime(2025, 3, 1)),
    )
    assert not [one for one in answer.notices if one.startswith("Earlier")]


def test_a_changed_amount_is_earlier(answerer: ExtractiveAnswerer) -> None:
    answer = ask(
        answerer,
        "How much is the rent?",
        message("The rent is 640 euros now.", "Ana", datetime(2025, 5, 2)),
        message("The rent is 610 euros.", "Ana", datetime(2025, 3, 1)),
    )
    assert "640" in answer.sentences[0].text
    assert any("610" in one for one in answer.notices)
