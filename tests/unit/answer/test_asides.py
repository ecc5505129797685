"""How much of a chat message is about somebody else than the one asked about."""

from __future__ import annotations

import pytest

from mem.answer.asides import aside

RACE = {"race": 2.0, "learn": 1.0}


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("That race sounds great! What did you learn?", True),
        ("Did you win the race? You trained so hard for it.", True),
        ("I ran a race on Sunday. I learned a lot.", False),
    ],
)
def test_a_message_to_or_about_the_other_one_is_an_aside(text: str, own: bool) -> None:
    assert aside(text, RACE, own=own) > 0.6


def test_what_a_speaker_tells_of_themselves_is_none() -> None:
    assert aside("I ran a race on Sunday and learned a lot.", RACE, own=True) == 0.0
    assert aside("", RACE, own=True) == 0.0


def test_a_question_behind_what_is_told_counts_in_part() -> None:
    told = "I ran a race on Sunday. How are things?"
    assert 0.0 < aside(told, RACE, own=True) < 0.5
