"""Questions are read for speakers, times, kind and parts; wrong guesses are the failures here."""

from __future__ import annotations

from datetime import datetime

import pytest

from mem.retrieval.asked import asked_in
from mem.retrieval.parse import Asks, ParsedQuestion, parse

NOW = datetime(2025, 12, 1, 9)
SPEAKERS = ["user", "Assistant", "Delphine", "Joel Ruiz", "Will Hart", "May"]


def read(text: str) -> ParsedQuestion:
    return parse(text, speakers=SPEAKERS, asked_at=NOW)


@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        ("When did Delphine move?", ("Delphine",)),
        ("What is Delphine's address?", ("Delphine",)),
        ("what did delphine say", ("Delphine",)),
        ("Did Joel call?", ("Joel Ruiz",)),
        ("Did Del call?", ("Delphine",)),
        ("Will it rain?", ()),
        ("what will it cost", ()),
        ("What did Will buy?", ("Will Hart",)),
        ("May I ask?", ()),
        ("What did the assistant tell the user?", ()),
        ("Where is the Assistant's note?", ()),
        ("Who is Dolores?", ()),
    ],
)
def test_speakers_are_named(text: str, speakers: tuple[str, ...]) -> None:
    assert read(text).speakers == speakers


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("When did Delphine's dog run?", "When did dog run?"),
        ("What did Joel Ruiz cook?", "What did cook?"),
        ("Delphine", "Delphine"),
        ("Delphine?", "Delphine?"),
    ],
)
def test_names_of_speakers_are_taken_out_of_what_is_embedded(text: str, rest: str) -> None:
    assert read(text).rest == rest


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("When did I move?", {Asks.WHEN}),
        ("How many bikes do I currently own?", {Asks.COUNT, Asks.CURRENT}),
        ("Who came?", {Asks.WHO}),
        ("Did Joel come?", {Asks.YES_NO}),
        ("How did my plan change over time?", {Asks.HISTORY}),
        ("Where do I keep the keys?", {Asks.WHERE}),
        ("the keys", set()),
    ],
)
def test_kind_of_question(text: str, asks: set[Asks]) -> None:
    assert set(read(text).asks) == asks


def test_times_are_resolved_against_the_moment_of_asking() -> None:
    (mention,) = read("What happened last week?").times
    assert mention.span.start == datetime(2025, 11, 24)


def test_quoted_phrases_and_names() -> None:
    question = read('Who said "the big day" about New Harbour, and what\'s up?')
    assert question.phrases == ("the big day",)
    assert question.names == ("New Harbour",)


def test_a_message_that_continues_a_conversation_is_told_from_a_question() -> None:
    assert read("Hi. The boiler makes strange noises again. What now?").continuing
    assert read("What is the next step for the trailer?").continuing
    assert not read("Who repaired the roof?").continuing


@pytest.mark.parametrize("text", ["??", "a" * 100_000, "\x00", "'s 's 's", '"""', "Ünïcödé 🙂"])
def test_odd_questions_are_read(text: str) -> None:
    assert read(text).text == asked_in(text)
