from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mem.extraction.sentences import LineKind, split_sentences


def texts(text: str) -> list[str]:
    return [one.text for one in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I live in Leeds. My sister is a vet!", ["I live in Leeds.", "My sister is a vet!"]),
        ("Dr. Amara Obi moved to St. Ives.", ["Dr. Amara Obi moved to St. Ives."]),
        ("It cost 4.50 at J. Bell's shop.", ["It cost 4.50 at J. Bell's shop."]),
        ("I said no. I meant it.", ["I said no.", "I meant it."]),
        ("So cute! [shares a photo of a dog] We walk daily.", ["So cute!", "We walk daily."]),
        ("> I was quoted here\nI wrote this line.", ["I wrote this line."]),
        ("```\nI = my_value + 1\n```\nI fixed the lamp.", ["I fixed the lamp."]),
        ("| I own | a table |\nI own a boat.", ["I own a boat."]),
        ("# My heading here\nI own a boat.", ["I own a boat."]),
        ("I own a boat.\n-- \nSent from my phone today", ["I own a boat."]),
    ],
)
def test_split(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


def test_a_line_wrapped_by_hand_goes_on_in_the_next() -> None:
    text = "I have been looking for a small flat near the old\nharbour since spring. It is hard."
    assert texts(text)[0].endswith("since spring.")
    assert "\n" in texts(text)[0]


def test_kinds_of_lines() -> None:
    text = "- [ ] call the plumber\n- [x] pay the rent\nTODO: write to Amira\n- a plain item here"
    kinds = [one.line for one in split_sentences(text)]
    assert kinds == [LineKind.TODO, LineKind.DONE, LineKind.TODO, LineKind.ITEM]


@given(st.text(alphabet=st.sampled_from(list("aI .!?\n-[]x*>`\"'#|é😀TODO:")), max_size=200))
def test_every_sentence_is_a_slice(text: str) -> None:
    ends = 0
    for one in split_sentences(text):
        assert text[one.start : one.end] == one.text
        assert one.start >= ends
        ends = one.end
