"""Markdown notes: every word kept, under blocks that know their line and headings."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

import pytest

from mem.core.document import DocumentKind, SaidAtOrigin
from mem.sources.parsers.markdown import MarkdownParser
from tests.unit.sources.helpers import blocks_of, check_coverage, parse

NOTE = """---
title: The flat
date: 2023-05-08
tags: [home, "#rent"]
aliases:
  - Flat
---
Intro with [[People/Ann|Ann]] and #moving.

# Search

Deciding
--------

> [!note] Quoted
> words

- one
- two
  ```sh
  echo "#nocode [[nor this]]"
  ```
- three

| a | b |
|---|---|
| 1 | 2 |

    indented code

[ref]: https://example.org
Last `#no [[no]]` line ![[plan.png]] and [map](places/map.md).
"""


def test_blocks_of_a_note(tmp_path: Path) -> None:
    (note,) = parse(MarkdownParser(), tmp_path / "a.md", NOTE)
    under = ("Search", "Deciding")
    found = blocks_of(note)
    assert found[0][0::2] == ("metadata", 1)
    assert found[1:] == [
        ("prose", "Intro with [[People/Ann|Ann]] and #moving.", 8, ()),
        ("heading", "# Search", 10, ()),
        ("heading", "Deciding\n--------", 12, ("Search",)),
        ("prose", "> [!note] Quoted\n> words", 15, under),
        ("list", "- one\n- two", 18, under),
        ("code", '  ```sh\n  echo "#nocode [[nor this]]"\n  ```', 20, under),
        ("list", "- three", 23, under),
        ("table", "| a | b |\n|---|---|\n| 1 | 2 |", 25, under),
        ("code", "    indented code", 29, under),
        (
            "prose",
            NOTE[NOTE.index("[ref]") :].rstrip(),
            31,
            under,
        ),
    ]
    check_coverage(note)


def test_what_a_note_says_about_itself(tmp_path: Path) -> None:
    (note,) = parse(MarkdownParser(), tmp_path / "2020-01-01.md", NOTE)
    assert note.kind is DocumentKind.NOTE
    assert note.uri == (tmp_path / "2020-01-01.md").as_uri()
    assert note.text == NOTE
    assert note.title == "The flat"
    assert (note.said_at, note.said_at_origin) == (
        datetime(2023, 5, 8),
        SaidAtOrigin.FRONT_MATTER,
    )
    assert note.tags == ("home", "rent", "moving")
    assert note.aliases == ("Flat",)
    assert note.links == ("People/Ann", "plan.png", "places/map.md")
    assert note.notices == ()


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("---\ntitle: 2023\n---\n# H\n", "2023"),
        ("## Two\n\n# The **first** [[a|One]] #\n", "The first One"),
        ("First\n=====\n", "First"),
        ("words\n", "stem"),
    ],
)
def test_title(tmp_path: Path, text: str, title: str) -> None:
    (note,) = parse(MarkdownParser(), tmp_path / "stem.md", text)
    assert note.title == title


def test_line_ends_stay_as_written(tmp_path: Path) -> None:
    text = "---\r\ntitle: T\r\n---\r\n# H\r\n\r\nword\rword\r\n"
    (note,) = parse(MarkdownParser(), tmp_path / "a.md", text)
    assert note.text == text
    assert blocks_of(note)[1:] == [("heading", "# H", 4, ()), ("prose", "word\rword", 6, ("H",))]


@pytest.mark.parametrize(
    ("front", "reason"),
    [
        ("title: a: b", "mapping values"),
        ("a: &x [1]\ntitle: 'a: b'\nb: *x", "anchors and aliases"),
        ("title: 'a: b'\nx: " + "[" * 30 + "]" * 30, "nested too deeply"),
        ("title: 'a: b'\ncreated: {{date}}", "unhashable"),
    ],
)
def test_malformed_front_matter_costs_no_words(tmp_path: Path, front: str, reason: str) -> None:
    (note,) = parse(MarkdownParser(), tmp_path / "a.md", f"---\n{front}\n---\nBody\n")
    assert reason in note.notices[0]
    assert note.title == "a: b"
    assert blocks_of(note)[0][1] == f"---\n{front}\n---"
    check_coverage(note)


def test_an_alias_bomb_is_refused_at_once(tmp_path: Path) -> None:
    levels = "\n".join(f"k{n}: &k{n} [{', '.join([f'*k{n - 1}'] * 9)}]" for n in range(1, 12))
    start = time.perf_counter()
    (note,) = parse(MarkdownParser(), tmp_path / "a.md", f"---\nk0: &k0 x\n{levels}\n---\n")
    assert time.perf_counter() - start < 1
    assert "anchors" in note.notices[0]


def test_what_only_looks_like_front_matter_is_text(tmp_path: Path) -> None:
    (rule,) = parse(MarkdownParser(), tmp_path / "a.md", "---\nno end\n")
    assert [block[1] for block in blocks_of(rule)] == ["---", "no end"]
    long = "---\nx: " + "y" * 70_000 + "\n---\n"
    (too_long,) = parse(MarkdownParser(), tmp_path / "b.md", long)
    assert too_long.notices == ("front matter over 64 KB, kept as text",)
    check_coverage(too_long)


def test_a_date_that_is_none_is_said(tmp_path: Path) -> None:
    (note,) = parse(MarkdownParser(), tmp_path / "2023-05-08.md", "---\ndate: soon\n---\n")
    assert note.notices == ("front matter date 'soon' is not a date",)
    assert note.said_at_origin is SaidAtOrigin.FILE_NAME


@pytest.mark.parametrize(
    "text",
    [
        "> " * 10_000 + "x",
        "[" * 300_000,
        "- a\n" * 100_000,
        "".join("`" * length + " " for length in range(1, 800)),
        "|a" * 50_000 + "\n" + "|-" * 50_000,
        "".join("  " * depth + "- a\n" for depth in range(300)),
    ],
    ids=["quotes", "brackets", "list", "backticks", "table", "nested"],
)
def test_pathological_notes_end_soon(tmp_path: Path, text: str) -> None:
    start = time.perf_counter()
    (note,) = parse(MarkdownParser(), tmp_path / "a.md", text)
    assert time.perf_counter() - start < 10
    check_coverage(note)


def test_a_very_long_note_keeps_headings_and_fences(tmp_path: Path) -> None:
    text = "# Top\n\n~~~\n# code\n\n~~~\n\nwords\n\n" + "line\n\n" * 20_000
    (note,) = parse(MarkdownParser(), tmp_path / "a.md", text)
    assert blocks_of(note)[:3] == [
        ("heading", "# Top", 1, ()),
        ("code", "~~~\n# code\n\n~~~", 3, ("Top",)),
        ("prose", "words", 8, ("Top",)),
    ]
    assert note.title == "Top"
    assert "very long" in note.notices[0]
