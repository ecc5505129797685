"""Thinking aloud never reaches the reader, and white space comes to an end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mem.errors import EndlessReply
from mem.inference.replies import MAX_BLANKS, ReplyCleaner


def read(pieces: list[str]) -> str:
    cleaner = ReplyCleaner("m")
    return "".join([*map(cleaner.feed, pieces), cleaner.finish()])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<think>hm</think>\n\nYes.", "Yes."),
        ("Yes.", "Yes."),
        ("\n Yes. \n", "Yes. \n"),
        ("<think>never closed", ""),
        ("A<think>b</think>C<think>d</think>", "AC"),
        ("a < b <thin air", "a < b <thin air"),
        ("<think><think>x</think>y", "y"),
        ("<think></think>", ""),
    ],
)
def test_thinking_is_left_out_however_it_is_cut(text: str, expected: str) -> None:
    assert read([text]) == expected
    assert read(list(text)) == expected
    for place in range(len(text)):
        assert read([text[:place], text[place:]]) == expected


@given(st.lists(st.sampled_from(["<", "<thi", "nk>", "</think>", "a", " ", "think", "/"])))
def test_pieces_read_like_the_whole(pieces: list[str]) -> None:
    assert read(pieces) == read(["".join(pieces)])


def test_what_cannot_begin_a_mark_is_passed_on_at_once() -> None:
    cleaner = ReplyCleaner("m")
    assert cleaner.feed("Hello") == "Hello"
    assert cleaner.feed(" <") == " "
    assert cleaner.feed("b") == "<b"


@pytest.mark.parametrize("size", [1, 7, 300])
def test_endless_white_space_is_an_error(size: int) -> None:
    cleaner = ReplyCleaner("m")
    cleaner.feed("Some words" + " " * (MAX_BLANKS - 1))
    cleaner.feed(".")
    for _ in range(MAX_BLANKS // size):
        cleaner.feed("\n" * size)
    with pytest.raises(EndlessReply, match="The language model m wrote nothing but white space"):
        cleaner.feed("\n" * size)


def test_white_space_while_thinking_is_endless_too() -> None:
    with pytest.raises(EndlessReply):
        read(["<think>", " " * (MAX_BLANKS + 1)])
