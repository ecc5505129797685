"""Titles are made of the episode's own words, the same each time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from mem.core.chunk import Chunk
from mem.ingest.titles import MAX_CHARACTERS, Vocabulary, title_of


def stems(texts: Sequence[str]) -> list[list[str]]:
    return [text.lower().split() for text in texts]


def frequencies(asked: Sequence[str]) -> Mapping[str, int]:
    return {stem: 400 if stem in {"meeting", "coffee"} else 2 for stem in asked}


VOCABULARY = Vocabulary(stems, frequencies, 1000)


def chunk(text: str, *, role: str = "user", context: str = "") -> Chunk:
    return Chunk("c", "d", 0, text, context, 0, len(text), "message 1", role=role)


def test_seldom_words_said_often_make_the_title() -> None:
    told = [
        chunk("After the meeting I saw the blue van for the move."),
        chunk("The blue van costs 80 euros, and Joel Tembo drives it."),
    ]
    title = title_of(told, "chat", VOCABULARY, note=False)
    assert title.lower().startswith("blue van")
    assert "Joel Tembo" in title
    assert "meeting" not in title
    assert title == title_of(told, "chat", VOCABULARY, note=False)


def test_what_people_say_counts_before_a_machine() -> None:
    told = [chunk("My sourdough is flat."), chunk("The hydration ratio.", role="assistant")]
    assert title_of(told, "chat", VOCABULARY, note=False) == "Sourdough"
    assert title_of(told[1:], "chat", VOCABULARY, note=False) == "Hydration ratio"


@pytest.mark.parametrize("text", ["ok", "yes yes", "👍", "that was it then " * 20])
def test_words_that_name_nothing_stand_for_themselves(text: str) -> None:
    title = title_of([chunk(text)], "chat", VOCABULARY, note=False)
    assert title[:2] == text[:2]
    assert len(title) <= MAX_CHARACTERS


def test_a_note_has_its_headings() -> None:
    inner = chunk("Clay.", context="Garden > Soil > Depth")
    other = chunk("Sand.", context="Garden > Soil > Sides")
    assert title_of([inner], "Garden", VOCABULARY, note=True) == "Garden: Depth"
    assert title_of([inner, other], "Garden", VOCABULARY, note=True) == "Garden: Soil"
    assert title_of([chunk("x", context="Soil")], "Soil", VOCABULARY, note=True) == "Soil"
