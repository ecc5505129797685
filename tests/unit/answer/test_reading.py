"""What is read without embedding: the form that is asked for, near what it is asked of."""

from __future__ import annotations

from datetime import datetime

import pytest

from mem.answer.question import Wanted, read
from mem.answer.reading import how_sure, worth_reading
from mem.answer.states import borne_out
from mem.answer.words import content_stems, stem
from tests.unit.answer.hits import found, message, note

DAY = datetime(2025, 3, 8)


def sure(question: str, *texts: str) -> float:
    hits = [note(text, title=f"Note {n}") for n, text in enumerate(texts)]
    return how_sure(question, found(question, *hits), hits=5)


@pytest.mark.parametrize(
    ("question", "told", "other"),
    [
        ("How much is my rent?", "The rent is 640 euros.", "The lamp was 640 euros."),
        ("How much is my rent?", "The rent is 640 euros.", "The rent is due on Friday."),
        ("Who is my dentist?", "My dentist, Dr Vogel, has moved.", "Met Vogel at the bakery."),
        ("When is Ana's birthday?", "Ana's birthday is 4 May.", "Ben's birthday is 4 May."),
        ("Where does Ana live?", "Ana moved to Lyon in spring.", "Ana likes the colour blue."),
        ("What colour is Ana's car?", "Ana's car is green.", "Ana's car is old."),
        ("What is the name of Ana's dog?", "Ana has a dog, and Biscuit is old.", "Ana has a dog."),
        ("What is the door code?", "The door code is 4711.", "The door code is in the drawer."),
    ],
)
def test_what_tells_it_makes_surer_than_what_is_near_it(
    question: str, told: str, other: str
) -> None:
    rest = ("Bought bread and milk.", "So Biscuit and Vogel came.", "The bus was late today.")
    assert sure(question, told, *rest) > 0.5 > sure(question, other, *rest)


def test_the_words_of_somebody_else_are_no_answer() -> None:
    said = "I broke my wrist on Monday."
    question = "When did Ana break her wrist?"
    own, other = (
        how_sure(question, found(question, message(said, who, DAY)), hits=5)
        for who in ("Ana", "Ben")
    )
    assert own > other


@pytest.mark.parametrize(
    ("question", "told", "other"),
    [
        ("Why did Ana sell the boat?", "Ana sold the boat as it leaked.", "Ana has a red boat."),
        ("Did Ana sell the boat?", "Ana sold the boat in May.", "Ana has a red boat."),
        ("How long is Ana's boat ride?", "Ana's boat ride is two hours.", "Ana's boat ride is on."),
        ("How many pages has Ana's book?", "Ana's book has 320 pages.", "year: 2020, Ana's book"),
    ],
)
def test_a_sentence_without_what_is_asked_for_is_no_answer(
    question: str, told: str, other: str
) -> None:
    rest = ("Bought bread and milk.", "The bus was late today.")
    assert sure(question, told, *rest) > 0.5 > sure(question, other, *rest)


def test_what_is_asked_of_the_other_one_of_a_chat_is_no_answer() -> None:
    question = "What did Ana learn from the race?"
    tells, asks = (
        how_sure(question, found(question, message(said, "Ana", DAY)), hits=5)
        for said in (
            "The race taught me patience, I learn slowly.",
            "The race sounds great! What did you learn?",
        )
    )
    assert tells > asks + 0.2


def test_nothing_found_is_no_answer() -> None:
    assert how_sure("How much is my rent?", found("How much is my rent?"), hits=5) == 0.0


def test_each_part_of_a_question_must_be_there() -> None:
    one = sure("Who is my boss?", "My boss is Ines.", "So we met Ines.")
    both = sure("Who is my boss, and when was Ana born?", "My boss is Ines.", "So we met Ines.")
    assert both < one


def test_pages_of_links_are_not_read() -> None:
    index = note("# Index\n\n- [[boiler]] the boiler\n- [[garden]]\n- [[bins]]\n", title="Index")
    page = note("The boiler is from 2009.", title="Boiler")
    assert worth_reading([index, page]) == [page]
    assert worth_reading([index]) == [index]


def test_an_event_bears_out_a_state_and_not_the_reverse() -> None:
    live, move = stem("live"), stem("move")
    assert live in borne_out(frozenset({live}), content_stems("She moved to Lyon."))
    assert move not in borne_out(frozenset({move}), content_stems("She lives in Lyon."))


@pytest.mark.parametrize(
    ("question", "wanted", "focus"),
    [
        ("How much is my rent?", Wanted.MONEY, {"rent"}),
        ("How much did the roof cost?", Wanted.MONEY, {"roof"}),
        ("What did Ana pay for the lamp?", Wanted.MONEY, {"lamp"}),
        ("Who is Ana's boss?", Wanted.PERSON, {"boss"}),
        ("Where does Ana live?", Wanted.PLACE, {stem("live")}),
        ("When is the concert now?", Wanted.DATE, {"concert"}),
        ("How many grams of butter go in?", Wanted.COUNT, {"butter"}),
        ("What is the total number of chairs?", Wanted.COUNT, {"chair"}),
        ("What colour is the door?", Wanted.COLOUR, set()),
        ("What is the code of the shed?", Wanted.NUMBER, {stem("code")}),
        ("What is the name of Ana's dog?", Wanted.NAME, {"dog"}),
    ],
)
def test_what_a_value_is_asked_of_is_read(question: str, wanted: Wanted, focus: set[str]) -> None:
    asked = read(question)
    assert asked.wanted is wanted
    assert asked.focus == focus
