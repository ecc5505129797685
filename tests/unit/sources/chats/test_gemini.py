"""Gemini's activity of Takeout: questions, answers and other things done, as JSON and as a page."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from mem.errors import ParseFailed
from mem.sources.chats.gemini import GeminiParser
from mem.sources.chats.gemini_page import read_time
from tests.unit.sources.chats.helpers import FIXTURES, read, said
from tests.unit.sources.helpers import parse

PARSER = GeminiParser()
FIRST_OF_MAY = [
    (
        "user",
        "user",
        "When do I plant tomatoes in Graz?\nThe balcony faces south.\n[file: balcony.png]",
    ),
    ("Gemini", "assistant", "After the Ice Saints, in the middle of May & not before."),
    ("user", "user", "And basil?"),
    ("Gemini", "assistant", "Basil likes the same place.\n\n- sun\n- water"),
]


def test_the_json() -> None:
    first, second = read(PARSER, "gemini/MyActivity.json")
    assert (first.uri, first.title) == ("gemini:2024-05-01", "Gemini, 2024-05-01")
    assert said(first) == FIRST_OF_MAY
    assert first.messages[0].at == datetime(2024, 5, 1, 20, 10, 11)
    assert first.messages[0].attachments == ("balcony.png",)
    assert first.notices == (
        "left out: 1 × activity of another product",
        "left out: 1 × activity without words",
    )
    assert said(second) == [("Gemini", "system", "Used an Assistant feature")]


def test_the_page_says_the_same() -> None:
    (page,) = read(PARSER, "gemini/MyActivity.html")
    assert (page.uri, said(page)) == ("gemini:2024-05-01", FIRST_OF_MAY)
    assert page.messages[0].at == datetime(2024, 5, 1, 22, 10, 11)
    assert page.messages[0].attachments == ("balcony.png",)


@pytest.mark.parametrize("name", ["MyActivity.json", "MyActivity.html"])
def test_it_knows_its_own(name: str) -> None:
    path = FIXTURES / "gemini" / name
    assert PARSER.sniff(Path("x"), path.read_bytes()) >= 95
    assert PARSER.sniff(path, path.read_bytes().replace(b"Gemini", b"Search")) == 0


@pytest.mark.parametrize(
    ("line", "time"),
    [
        ("May 1, 2024, 10:11:12\u202fPM CEST", datetime(2024, 5, 1, 22, 11, 12)),
        ("1 Sept 2024, 09:11:12 GMT+02:00", datetime(2024, 9, 1, 9, 11, 12)),
        ("01.05.2024, 22:11:12 MESZ", datetime(2024, 5, 1, 22, 11, 12)),
        ("Prompted on May 1, 2024", None),
        ("", None),
    ],
)
def test_times_of_the_page(line: str, time: datetime | None) -> None:
    assert read_time(line) == time


def test_nothing_said(tmp_path: Path) -> None:
    with pytest.raises(ParseFailed) as failure:
        parse(PARSER, tmp_path / "MyActivity.json", '[{"header": "Gemini Apps", "title": ""}]')
    assert failure.value.code == "empty"
