"""Whose a statement is: the question's person, or somebody else."""

from __future__ import annotations

from datetime import datetime

import pytest

from mem.answer.bearing import without_calls
from mem.answer.context import says_something, statements
from mem.answer.question import read
from mem.answer.reading import Reading
from mem.core.query import Hit
from tests.unit.answer.hits import message, note

DAY = datetime(2025, 3, 8, 12)


def told(question: str, *hits: Hit) -> dict[str, bool]:
    """Each statement of the hits, and whether it may be told as the answer."""
    reading = Reading.of(read(question), hits, {})
    pool = [one for n, hit in enumerate(hits) for one in statements(hit, rank=n)]
    return {
        one.text: not reading.scored(one, (0.0, 0.0)).barred for one in pool if says_something(one)
    }


FAMILY = (
    "Marta is my sister. She lives in Porto with her two cats. Her birthday is on 9 August.\n\n"
    "Our father lives in Delft. He is allergic to penicillin.\n\nI live above the old bakery."
)


@pytest.mark.parametrize(
    ("question", "mine", "others"),
    [
        ("Where do I live?", "I live above", "She lives in Porto"),
        ("Where do I live?", "I live above", "Our father lives"),
        ("How many cats do I have?", "I live above", "She lives in Porto"),
        ("When is my birthday?", "I live above", "Her birthday is"),
        ("What am I allergic to?", "I live above", "He is allergic"),
        ("Where does Marta live?", "She lives in Porto", "Our father lives"),
        ("Where does Marta live?", "She lives in Porto", "I live above"),
        ("What is Marta allergic to?", "She lives in Porto", "He is allergic"),
        ("Where does my father live?", "Our father lives", "She lives in Porto"),
        ("What is my father allergic to?", "He is allergic", "I live above"),
    ],
)
def test_a_sentence_about_somebody_else_is_no_answer(question: str, mine: str, others: str) -> None:
    found = told(question, note(FAMILY, title="Family"))
    assert [may for text, may in found.items() if text.startswith(mine)] == [True]
    assert [may for text, may in found.items() if text.startswith(others)] == [False]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Who is my dentist?", "Dr Visser is the dentist on the square."),
        ("Where is my passport?", "Ben has the passport in his drawer."),
        ("What did Ben give me?", "He gave me a watch."),
        ("What did Marta say about Ben's job?", "Ben starts at the bank in May."),
        ("Where did I live in 2019?", "Moved to Lyon in spring 2019."),
        ("How much is the rent?", "She pays 700 euros for the flat."),
        ("When do I see the doctor?", "The doctor sees me on Thursday."),
    ],
)
def test_nobody_is_ruled_out_where_the_words_do_not_say_so(question: str, text: str) -> None:
    assert all(told(question, note(text)).values())


def test_a_note_on_one_person_is_about_that_person() -> None:
    hit = note("Born in Porto. Works as a nurse.", title="Marta")
    assert not any(told("Where was I born?", hit).values())
    assert all(told("Where was Marta born?", hit).values())


def test_what_is_put_to_the_other_one_is_not_told_of_the_speaker() -> None:
    asking = message("Thanks, Ben! Do you play any instruments?", "Ana", DAY)
    telling = message("Thanks, Ana! I play the cello, as you know.", "Ben", DAY)
    of_ana = Reading.of(read("Which instrument does Ana play?"), [asking, telling], {})
    of_ben = Reading.of(read("Which instrument does Ben play?"), [asking, telling], {})
    one, other = (statements(hit, rank=0)[0] for hit in (asking, telling))
    assert of_ana.scored(one, (0.0, 0.0)).feature("other") == 1.0
    assert of_ben.scored(other, (0.0, 0.0)).feature("other") == 0.0
    # Being called by name is not being spoken of, unless what follows is put to the one called.
    assert of_ana.scored(other, (0.0, 0.0)).feature("foreign") == 0.0
    claim = statements(message("Yup, Ana! We did it yesterday.", "Ben", DAY), rank=0)[0]
    assert of_ana.scored(claim, (0.0, 0.0)).feature("foreign") == 1.0


def test_a_speaker_who_tells_of_another_one_is_not_told_of_themselves() -> None:
    found = told("Which marathon did Ana run?", message("Vera ran her first marathon.", "Ana", DAY))
    assert found == {"Vera ran her first marathon.": False}
    party = message("My birthday party is on 13 May, bring Vera.", "Ben", DAY)
    assert not any(told("When is Vera's birthday?", party).values())
    assert all(told("When is Ben's birthday?", party).values())


def test_names_that_only_call_somebody_are_left_out() -> None:
    assert "Ana" not in without_calls("Thanks, Ana! We did it.", {"ana"})
    assert "Ana" in without_calls("We saw Ana there.", {"ana"})
