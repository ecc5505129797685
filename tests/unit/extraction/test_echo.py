"""Text that `mem` printed is recognised however it was pasted; a person's words never are."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

import mem.samples
from mem.extraction.speaking import echo

ANSWER = """\
15 October 2025 (“the 15th”, said on 9 November 2025). [1] Ines, 9 November
2025: “I moved to Porto. My job is at the harbour” [1] Note “Bike
trailer”: “I prefer the blue one.” [2] [3]

[1] Joel and Ines                                                     2025-11-09
    Ines · chat-jsonl:joel, message joel-021
    "I moved to Porto. My job
    is at the harbour"
"""
HITS = """\
 1. Boiler at Marigold Street                                   2025-10-14  0.25
    notes/boiler.md:4
    I keep the pressure at 1.3 bar.
    memory m7e659e58b: The user keeps the pressure at 1.3 bar.
"""
LIST = "m7e659e58b  2025-11-30  event     active *  The user lives in Porto.\n"
TIMELINE = "2025-11-30  m7e659e58b  active  The user lives in Porto.\n"
PROFILE = "About the user:\n- The user is an aunt. (2025-11-09)\nFacts:\n- The user has a car.\n"
JSON = '{\n  "schema": 1,\n  "question": "Where do I live?",\n  "answer": "I live in Porto"\n}\n'

SHOWN = """\
The user lives in Ghent.
id        md3e02c2861c8b8c51f1
kind      profile
says      user · live in · Ghent
trust     own chat, from rules
entities  Ghent

Me · 2024-02-14 · diary
chat-jsonl:diary, message m13
    I live in Ghent.
"""
MEMBERS = """\
"said_at": "2024-01-09T00:00:00", "evidence": [{"chunk_id": "c0817c2469a2f0252279", "start": 9,
"end": 39, "quote": "My friend Ines lives in Ghent."}]}, {"text": "I own a blue canoe."
"""
SPOKEN = "**Me** (2024-02-14 10:00): I live in Ghent.\n\n**Me** (2024-02-15 10:00): I am a nurse.\n"


def left(text: str) -> str:
    """What is no echo."""
    found = echo.spans(text)
    return "".join(
        letter for at, letter in enumerate(text) if not echo.touches(found, at, at + 1)
    ).strip()


@pytest.mark.parametrize(
    "printed", [ANSWER, HITS, LIST, TIMELINE, PROFILE, JSON, SHOWN, MEMBERS, SPOKEN]
)
def test_what_mem_prints(printed: str) -> None:
    assert left(printed) == ""


@pytest.mark.parametrize("margin", ["> ", "| ", "  "])
def test_what_was_quoted_on_the_way(margin: str) -> None:
    pasted = "".join(margin + line for line in ANSWER.splitlines(keepends=True))
    assert "Porto" not in left(pasted)
    assert "blue" not in left(pasted)


@pytest.mark.parametrize("printed", [TIMELINE, PROFILE, SHOWN, MEMBERS, LIST + TIMELINE])
def test_what_was_run_together_on_the_way(printed: str) -> None:
    for width in (40, 60, 10_000):
        run = "\n\n".join(textwrap.fill(one, width) for one in printed.split("\n\n"))
        for said in ("lives in", "I live", "is an aunt", "has a car", "blue canoe"):
            assert said not in " ".join(left(run).split())


def test_a_statement_of_the_user_is_no_persons_own() -> None:
    assert (
        left("I asked. The user's sister lives\nin Porto. I was glad.") == "I asked.  I was glad."
    )


def test_own_words_beside_an_echo_stay() -> None:
    text = f"I asked mem today.\n\n{ANSWER}\nI live in Lisbon now."
    assert left(text).split("\n\n")[0] == "I asked mem today."
    assert left(text).endswith("I live in Lisbon now.")


@pytest.mark.parametrize(
    "own",
    [
        "I moved to Porto. My job is at the harbour",
        "Ines, 9 November 2025: “I moved to Porto.”",
        "Ines said: “I moved to Porto” [1]",
        "1. Boiler at Marigold Street 2025-10-14\n   I keep it at 1.3 bar.",
        "[1] Smith, J. Memory. 2019\n    I read this twice.",
        "Facts:\n- I live in Porto.",
        "- I am an aunt. (2025-11-09)",
        '{"name": "me", "city": "Porto"}',
        '{"quote": "I live in Porto."}',
        "Me · 2024-02-14 · diary\nI live in Porto.",
        "**Me**: I live in Porto.",
        "I think the user should live in Porto.",
        "My id is m1234567890, and I live in Porto.",
    ],
)
def test_a_persons_words(own: str) -> None:
    assert echo.spans(own) == []


def test_no_sample_note_is_an_echo() -> None:
    notes = list(Path(str(mem.samples.__file__)).parent.rglob("*.md"))
    assert len(notes) > 20
    assert [note.name for note in notes if echo.spans(note.read_text(encoding="utf-8"))] == []


def test_long_texts_take_no_long_time() -> None:
    for text in (
        "Ann, 8 October 2025: “" * 5_000,
        "“" * 50_000,
        "Note “" * 10_000,
        "- > " * 20_000,
    ):
        assert echo.spans(text) == []
