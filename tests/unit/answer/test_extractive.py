from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from mem.answer.extractive import ExtractiveAnswerer
from mem.answer.protocol import Answerer
from mem.core.answer import Answer
from mem.core.query import Hit
from mem.inference.embedder import OnnxEmbedder
from tests.unit.answer.hits import found, message, note

NOW = datetime(2025, 12, 1, 9)


@pytest.fixture(scope="module")
def answerer() -> Answerer:
    return ExtractiveAnswerer(embedder=OnnxEmbedder())


def ask(answerer: Answerer, question: str, *hits: Hit, confidence: float = 0.5) -> Answer:
    result = found(question, *hits, confidence=confidence)
    answer = answerer.answer(question, result, asked_at=NOW)
    texts = {hit.id: hit.text for hit in hits}
    numbers = [citation.n for citation in answer.citations]
    assert numbers == list(range(1, len(numbers) + 1))
    for citation in answer.citations:
        assert texts[citation.id][citation.start : citation.end] == citation.quote
    for sentence in answer.sentences:
        assert sentence.citations
        assert set(sentence.citations) <= set(numbers)
    return answer


FOOD = note(
    "# What people eat\n\n- Ana Ruiz – 17 December. Allergic to hazelnuts\n- Ben – eats all\n",
    title="What people eat",
)


def test_the_answer_quotes_the_evidence_with_its_number(answerer: Answerer) -> None:
    answer = ask(answerer, "What is Ana allergic to?", note("We walked a lot."), FOOD)
    assert not answer.abstained
    assert "Allergic to hazelnuts” [1]" in answer.answer
    assert answer.citations[0].quote.startswith("- Ana Ruiz")
    assert answer.mode == "extractive"


@pytest.mark.parametrize(
    "question",
    [
        "What is Ana's passport number?",
        "What is the name of Ana's dog?",
        "When is Carla's birthday?",
        "What is my blood type?",
    ],
)
def test_it_abstains_where_only_other_things_are_known(answerer: Answerer, question: str) -> None:
    near = note("The soup needs salt and Ana's passport is blue.", score=0.2)
    answer = ask(answerer, question, replace(FOOD, score=0.2), near, confidence=0.2)
    assert answer.abstained
    assert answer.answer == ""
    assert answer.sentences == ()
    assert answer.nearest
    assert answer.confidence < 0.5


def test_a_date_question_is_answered_with_the_date(answerer: Answerer) -> None:
    hit = message("I signed the lease last Friday, so happy", "Ana", datetime(2025, 9, 29, 18))
    answer = ask(answerer, "When did Ana sign the lease?", hit)
    assert answer.answer.startswith(
        "26 September 2025 (“last Friday”, said on 29 September 2025). [1] Ana, 29 September 2025:"
    )


def test_how_long_ago_is_counted_from_the_moment_of_asking(answerer: Answerer) -> None:
    hit = message("I bought a lamp yesterday", "Ana", datetime(2025, 11, 12, 18))
    answer = ask(answerer, "How many days ago did Ana buy a lamp?", hit)
    assert answer.answer.startswith("20 days ago: 11 November 2025")


def test_the_newest_of_conflicting_statements_wins_and_the_older_is_shown(
    answerer: Answerer,
) -> None:
    old = message("my rent is £900 a month", "Ana", datetime(2024, 3, 1), score=0.6)
    new = message("my rent is £1,060 a month now", "Ana", datetime(2025, 9, 1), score=0.5)
    answer = ask(answerer, "How much is Ana's rent?", old, new)
    assert "£1,060" in answer.sentences[0].text
    assert all("£900" not in sentence.text for sentence in answer.sentences)
    assert [notice for notice in answer.notices if "£900" in notice]
    assert any("£900" in citation.quote for citation in answer.citations)


def test_somebody_elses_words_do_not_answer_for_the_person_asked_about(
    answerer: Answerer,
) -> None:
    hit = message("I adopted a cat called Moss in the spring", "Ben", datetime(2025, 5, 1))
    assert not ask(answerer, "What is the name of Ben's cat?", hit).abstained
    assert ask(answerer, "What is the name of Ana's cat?", hit).abstained


def test_nothing_found_is_an_abstention(answerer: Answerer) -> None:
    answer = ask(answerer, "What is Ana allergic to?")
    assert answer.abstained
    assert answer.confidence == 0.0


def test_a_how_to_shows_what_its_note_leads_to(answerer: Answerer) -> None:
    text = (
        "I needed to tell both flake8 and mypy to ignore the same line of code.\n\nThis worked:\n\n"
        "```python\nimport iterdump  # type: ignore # noqa: F401\n```\n\nThe order here mattered."
    )
    hit = note(text, title="Ignoring a line in both flake8 and mypy")
    answer = ask(answerer, "How do I ignore a line in flake8 and mypy?", hit)
    assert "noqa: F401" in answer.citations[1].quote
    other = ask(answerer, "Which tools were told to ignore the same line of code?", hit)
    assert all("noqa: F401" not in one.quote for one in other.citations[:1])


def test_a_picture_is_no_answer(answerer: Answerer) -> None:
    text = "![A whisky sour](sour.jpg)\n\nA whisky sour is made with rye and lemon.\n"
    answer = ask(answerer, "How do I make a whisky sour?", note(text, title="Whisky sour"))
    assert [one.quote for one in answer.citations] == ["A whisky sour is made with rye and lemon."]


def test_an_age_is_told_from_a_day_of_birth(answerer: Answerer) -> None:
    answer = ask(answerer, "How old is Ana?", note("Ana was born on 4 May 1988.", title="Ana"))
    assert answer.answer.startswith("37 years old. [1]")


def test_what_has_nothing_to_do_with_the_question_is_not_told_beside_the_answer(
    answerer: Answerer,
) -> None:
    others = (note("Call the bank on Friday."), note("She lives in Porto with two cats."))
    answer = ask(answerer, "Where do I live?", note("I live in Leipzig."), *others)
    assert [one.quote for one in answer.citations] == ["I live in Leipzig."]
