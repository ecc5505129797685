"""A large list gives the items that loading it gives; what is wrong with it is said."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from mem.errors import FileUnreadable, ParseFailed
from mem.sources import jsonstream
from mem.sources.chats.chatgpt import ChatGptParser
from mem.sources.chats.claude import ClaudeParser
from mem.sources.jsonstream import list_items, newest
from tests.contract.samples import CHATGPT
from tests.unit.sources.helpers import entry_of, parse

LIST = re.compile(r"\s*\[")
FIXTURES = Path(__file__).parents[2] / "fixtures" / "chats"


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonstream, "_PIECE", 16)


def items(tmp_path: Path, text: str) -> list[object]:
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    return list(list_items(tmp_path / "a.json", LIST))


@pytest.mark.parametrize(
    "value",
    [
        [],
        [1],
        [123456789012345678, 1.5e10, True, None],
        ["a" * 100, "]", '\\"'],
        [{}, [[]]],
        [{"a": [1, {"b": "ü" * n}]} for n in range(40)],
    ],
    ids=str,
)
@pytest.mark.parametrize("indent", [None, 2])
def test_all_items(tmp_path: Path, value: list[object], indent: int | None) -> None:
    assert items(tmp_path, json.dumps(value, indent=indent, ensure_ascii=False)) == value


@pytest.mark.parametrize("text", ["", "{}", "[", '[{"a": 1}', '[{"a": 1}, {"a"', "[nope]"])
def test_what_is_no_list(tmp_path: Path, text: str) -> None:
    with pytest.raises(ParseFailed):
        items(tmp_path, text)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable):
        list(list_items(tmp_path / "none", LIST))


def test_of_two_with_one_id_the_later() -> None:
    given = [("a", 1), "bad", ("b", 5), ("a", 2), ("b", 4)]
    chosen, older, bad = newest(lambda: iter(given), lambda one: one if one != "bad" else None)  # type: ignore[arg-type, return-value]
    assert list(chosen()) == [("b", ("b", 5)), ("a", ("a", 2))]
    assert (older, bad) == (2, 1)


def test_exports_read_in_parts_and_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chats = [CHATGPT | {"conversation_id": f"c{n % 3}", "update_time": n} for n in range(5)]
    page = f"<html><title>ChatGPT Data Export</title><script>var jsonData = {json.dumps(chats)};"
    whole = [
        parse(ChatGptParser(), tmp_path / "x" / "chat.html", page),
        parse(ChatGptParser(), tmp_path / "conversations.json", json.dumps(chats)),
        list(ClaudeParser().parse(entry_of(FIXTURES / "claude" / "conversations.json"))),
    ]
    monkeypatch.setattr("mem.sources.chats.chatgpt.HELD_BYTES", 10)
    monkeypatch.setattr("mem.sources.chats.claude.HELD_BYTES", 10)
    monkeypatch.setattr(jsonstream, "_PIECE", 500)
    assert [
        parse(ChatGptParser(), tmp_path / "x" / "chat.html", page),
        parse(ChatGptParser(), tmp_path / "conversations.json", json.dumps(chats)),
        list(ClaudeParser().parse(entry_of(FIXTURES / "claude" / "conversations.json"))),
    ] == whole
    assert len(whole[0]) == 3
