"""What counts as naming something."""

from __future__ import annotations

import pytest

from mem.core.mentions import Mentions


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Ann", "I saw ann, again."),
        ("Ann", "Ann's boat"),
        ("ann lee", "It was Ann\n  Lee who"),
        ("Ann Lee", "It was Ann **Lee**."),
        ("Ann", "_Ann_"),
        ("C++", "written in C++, mostly"),
        ("Zoe\u0301", "With Zo\u00e9 there"),
        ("\u6771\u4eac", "\u79c1\u306f\u6771\u4eac\u306b\u4f4f\u3080"),
    ],
)
def test_a_name_is_found(name: str, text: str) -> None:
    assert Mentions([name]).within(text)


@pytest.mark.parametrize(
    ("name", "text"), [("Ann", "an annual fair"), ("Ann Lee", "Ann and Lee"), ("x.y", "xay")]
)
def test_other_words_are_not(name: str, text: str) -> None:
    assert not Mentions([name]).within(text)


def test_names_without_a_word_name_nothing() -> None:
    empty = Mentions(["", "?!"])
    assert empty.names == ()
    assert empty.spans("?! anything") == []
