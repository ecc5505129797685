from __future__ import annotations

import pytest

from mem.answer.question import Wanted, clauses, read
from mem.answer.words import stem


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("When was Ana born?", Wanted.DATE),
        ("On which date did we sign?", Wanted.DATE),
        ("What pressure should it show when it is cold?", Wanted.OTHER),
        ("On which day are the bins collected?", Wanted.WEEKDAY),
        ("How long ago did I move?", Wanted.AGO),
        ("How many days ago did I buy a lamp?", Wanted.AGO),
        ("How long is the path?", Wanted.DURATION),
        ("How much did the lamp cost?", Wanted.MONEY),
        ("How many grams of flour go in?", Wanted.COUNT),
        ("What is my passport number?", Wanted.NUMBER),
        ("What is my current address?", Wanted.ADDRESS),
        ("Which command makes the site?", Wanted.COMMAND),
        ("Who is my manager?", Wanted.PERSON),
        ("Where is the key?", Wanted.PLACE),
        ("Did Ana like the soup?", Wanted.YES_NO),
    ],
)
def test_the_kind_of_question_is_read(question: str, wanted: Wanted) -> None:
    assert read(question).wanted is wanted


def test_what_must_be_answered_is_the_noun_after_its_owner() -> None:
    assert read("What is the name of Ana's dog?").focus == {"dog"}
    assert read("In which hospital was Ben born?").focus == {"hospital"}


def test_a_person_asked_about_is_a_subject_and_a_place_is_not() -> None:
    asked = read("When did Ana visit the Harbour Museum?")
    assert asked.subjects == ("ana",)
    assert "harbour" in asked.names
    assert asked.event == "visit"


def test_two_questions_in_one_and_both_people_are_taken_apart() -> None:
    assert [one.text for one in clauses("Who called, and when did Ana leave?")] == [
        "Who called",
        "when did Ana leave?",
    ]
    assert [one.text for one in clauses("What do I cook for both Ana and Ben?")] == [
        "What do I cook for Ana?",
        "What do I cook for Ben?",
    ]
    assert len(clauses("Where do Ana and Ben live?")) == 1


def test_stress_is_no_name_and_the_deed_asked_about_is_read() -> None:
    assert read("What did Ana order? Mention ONLY food.").names == ("ana",)
    assert read("Why did Ian Bell move to Canada?").deed == stem("move")
    assert read("Has my sister sold her car?").deed == stem("sold")
    assert read("Where does Ana live?").why is False
