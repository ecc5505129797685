"""What is asked in a text that is longer than questions are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mem.retrieval.asked import KEPT, LONG, asked_in

PROMPT = "You are a helpful assistant. Answer truthfully and cite what you use. " * 60


def test_a_question_of_common_length_is_left_as_it_is() -> None:
    assert asked_in("  What is Ana allergic to? ") == "What is Ana allergic to?"
    long = "I told you about the flat. " * 40 + "What did we decide?"
    assert len(long) < LONG
    assert asked_in(long) == long


def test_of_a_prompt_with_a_question_the_question_is_left() -> None:
    question = "Where do I keep the spare key?"
    assert asked_in(PROMPT + question) == question
    assert asked_in(f"{question}\n\n{PROMPT}") == question
    assert asked_in(f"{PROMPT}Who is Ana?\n{question}") == f"Who is Ana? {question}"


def test_the_last_questions_count_most() -> None:
    many = " ".join(f"Is number {at} among the boats in the harbour?" for at in range(200))
    left = asked_in(many)
    assert left.endswith("Is number 199 among the boats in the harbour?")
    assert len(left) <= KEPT


def test_without_a_question_beginning_and_end_are_left() -> None:
    left = asked_in(f"Summarise the lease. {PROMPT} Keep it short.")
    assert left.startswith("Summarise the lease.")
    assert left.endswith("Keep it short.")
    assert len(left) <= KEPT + 1
    assert asked_in("x" * 9_000)


@given(st.text(max_size=4_000))
def test_only_long_texts_are_shortened_and_never_to_nothing(text: str) -> None:
    left = asked_in(text)
    if len(text.strip()) <= LONG:
        assert left == text.strip()
    else:
        assert 0 < len(left) <= KEPT + 1
