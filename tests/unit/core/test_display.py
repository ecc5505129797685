"""Nothing that steers a terminal comes out of `sanitize`, and nothing else changes."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mem.core.display import escape_json, plural, sanitize, sanitize_line

ANY_TEXT = st.text(st.characters(), max_size=60) | st.text(
    st.sampled_from("a \n\r\t\x00\x07\x1b[]\\\x7f\x85\x9b\u200d\u200e\u202e\u2066\u2028\ud800é😀"),
    max_size=30,
)
_BIDI = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}


def steers(character: str) -> bool:
    """Whether a terminal may act on it; stated apart from the table under test."""
    category = unicodedata.category(character)
    return (
        (category == "Cc" and character not in "\n\t")
        or category in ("Cs", "Zl", "Zp")
        or unicodedata.bidirectional(character) in _BIDI
        or character in "\u200e\u200f\u061c"
    )


@given(ANY_TEXT)
def test_output_is_safe_and_as_long(text: str) -> None:
    safe = sanitize(text)
    assert not any(map(steers, safe))
    assert len(safe) == len(text)
    assert sanitize(safe) == safe
    safe.encode("utf-8")
    assert "\n" not in sanitize_line(text)


@given(ANY_TEXT)
def test_only_unsafe_characters_change(text: str) -> None:
    for before, after in zip(text, sanitize(text), strict=True):
        assert before == after or steers(before)


@given(ANY_TEXT)
def test_json_keeps_the_value_and_shows_no_control(text: str) -> None:
    encoded = escape_json(json.dumps({"text": text}, ensure_ascii=False))
    assert not any(map(steers, encoded))
    assert json.loads(encoded) == json.loads(json.dumps({"text": text}))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("\x1b]52;c;aGk=\x07", "␛]52;c;aGk=␇"),
        ("a\r\nb\rc", "a \nb\nc"),
        ("\x9b2J\u202eexe", "\ufffd2J\ufffdexe"),
        ("👩\u200d💻 é tab\tok", "👩\u200d💻 é tab\tok"),
    ],
)
def test_examples(text: str, shown: str) -> None:
    assert sanitize(text) == shown


@pytest.mark.parametrize(
    ("count", "noun", "shown"),
    [
        (1, "memory", "1 memory"),
        (2000, "memory", "2,000 memories"),
        (0, "older copy", "0 older copies"),
        (2, "passage", "2 passages"),
        (2, "day", "2 days"),
    ],
)
def test_counted_nouns(count: int, noun: str, shown: str) -> None:
    assert plural(count, noun) == shown
