"""What a follow-up question takes over from the one before it."""

from __future__ import annotations

import pytest

from mem.answer.conversation import standing_alone


@pytest.mark.parametrize(
    ("earlier", "question", "told"),
    [
        ("What is Ana allergic to?", "When is her birthday?", "When is Ana's birthday?"),
        ("What did Ben say to Ana?", "Where does he live?", "Where does Ben live?"),
        ("Where is Ana?", "Did Ben see her?", "Did Ben see her?"),
        ("Where does Ana Ruiz work?", "Does anybody know her?", "Does anybody know Ana Ruiz?"),
        ("What is Ana allergic to?", "And Ben?", "What is Ben allergic to?"),
        ("When did Ana move?", "How much was the rent?", "How much was the rent (Ana)?"),
        ("What did I decide about the flat?", "And how much was it?", "flat"),
        ("What did I decide about the flat?", "Why?", "flat"),
        (
            "What did I decide about the flat?",
            "Which dentist looks after my teeth?",
            "Which dentist looks after my teeth?",
        ),
        ("", "What is the rent?", "What is the rent?"),
    ],
)
def test_a_follow_up_takes_over_what_it_lacks(earlier: str, question: str, told: str) -> None:
    understood = standing_alone(question, [earlier])
    assert told in understood
    if told.endswith("?"):
        assert understood == told


def test_a_question_alone_is_left_as_it_is() -> None:
    assert standing_alone("When is her birthday?", []) == "When is her birthday?"


def test_names_are_carried_through_several_questions() -> None:
    earlier = ["What is Ana allergic to?", "When is her birthday?"]
    assert standing_alone("Where does she live?", earlier) == "Where does Ana live?"
