from __future__ import annotations

from datetime import datetime
from itertools import pairwise

import pytest

from mem.answer.context import LED_TO, led_to, plain, says_something, statements
from tests.unit.answer.hits import message, note

NOTE = """---
title: Boiler
tags: [home]
---
# Boiler

Dr. Farrow showed me on Monday. It makes a noise like a train! Does it matter?

- Pressure should show **1.3 bar** cold. Under 0.8 it sulks.
- [ ] ~~call the plumber~~

```sh
make clean
make flash
```
| Rent | £900 |
"""


def texts(text: str) -> list[str]:
    return [one.text for one in statements(note(text), rank=0) if says_something(one)]


def test_every_statement_is_a_slice_and_none_overlap() -> None:
    hit = note(NOTE)
    found = statements(hit, rank=0)
    assert all(hit.text[one.start : one.end] == one.text for one in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


def test_prose_is_cut_at_sentences_and_code_items_and_rows_stay_whole() -> None:
    assert texts(NOTE) == [
        "Dr. Farrow showed me on Monday.",
        "It makes a noise like a train!\x20Does it matter?",
        "- Pressure should show **1.3 bar** cold. Under 0.8 it sulks.",
        "```sh\nmake clean\nmake flash\n```",
        "| Rent | £900 |",
    ]


def test_a_short_message_is_quoted_whole() -> None:
    hit = message("Hello you. I moved yesterday. So tired!", "Ana", datetime(2025, 5, 1))
    assert [one.text for one in statements(hit, rank=0)] == [hit.text]


def test_a_very_long_sentence_is_cut_where_a_clause_ends() -> None:
    long = ", ".join(f"clause number {i} goes on" for i in range(60)) + "."
    found = statements(note(long), rank=0)
    assert len(found) > 2
    assert all(len(one.text) <= 400 for one in found)
    assert found[0].text.endswith(",")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("- [ ] **buy** the [[note|blue]] lamp", "buy the blue lamp"),
        ("since ~~Monday~~ *Tuesday*", "since Tuesday"),
        ("| a | b |", "a | b"),
        ("snake_case_name stays", "snake_case_name stays"),
        ("![a lamp](lamp.png) hangs", "a lamp hangs"),
        ('See <b>it</b><br> <img src="x" alt="a &quot;lamp&quot;">', 'See it a "lamp"'),
        ("a < b and List<String>", "a < b and List<String>"),
    ],
)
def test_markup_is_taken_away_for_reading(written: str, read: str) -> None:
    assert plain(written) == read


@pytest.mark.parametrize("text", ["", "\n\n", "```\nunclosed", "---\n", "…", "a" * 5000])
def test_odd_texts_do_not_break_it(text: str) -> None:
    for one in statements(note(text), rank=0):
        assert one.text == text[one.start : one.end]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("Ignore those like this:\n\n```\na = 1\n```\nMore of it here.", "```\na = 1\n```"),
        ("You need these three things:\n- eggs\n- flour\n\nThen bake it well.", "- flour"),
        ("It is said like this:\n\nAnd then something else.\n- an item", "like this:"),
        ("It ends in a colon here:", "here:"),
        ("It leads to nothing at all.\n- an item", "at all."),
    ],
)
def test_what_a_colon_leads_up_to_is_quoted_with_it(text: str, quoted: str) -> None:
    first = statements(note(text), rank=0)[0]
    assert text[first.start : led_to(first)].endswith(quoted)


def test_of_long_code_only_whole_lines_are_quoted() -> None:
    text = "Run this one first:\n```\n" + "make something\n" * 100 + "```\n"
    first = statements(note(text), rank=0)[0]
    assert text[: led_to(first)].endswith("\nmake something")
    assert 0 < led_to(first) - first.end <= LED_TO


def test_properties_of_a_note_are_statements_and_those_of_its_form_are_not() -> None:
    text = (
        "---\ntitle: Blade Runner\ntags:\n  - film\ncreated: 2023-09-12\ndirector:\n"
        '  - "[[Ridley Scott]]"\nyear: 1982\nrating:\n---\nSeen twice.\n'
    )
    told = [one for one in statements(note(text), rank=0) if says_something(one)]
    assert [plain(one.text) for one in told] == [
        "director: Ridley Scott",
        "year: 1982",
        "Seen twice.",
    ]
    assert all(one.text == text[one.start : one.end] for one in told)
