"""Chat JSON Lines: order, ids and times as given; a bad line costs only itself."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from mem.core.document import DocumentKind, Message, SaidAtOrigin
from mem.errors import ParseFailed
from mem.sources.chats.jsonl import ChatJsonlParser
from tests.unit.sources.helpers import parse


def lines(*messages: object) -> str:
    return "".join(
        (message if isinstance(message, str) else json.dumps(message)) + "\n"
        for message in messages
    )


def test_conversations_and_their_messages(tmp_path: Path) -> None:
    content = lines(
        {
            "conversation": "c1",
            "session": "s1",
            "id": "m1",
            "speaker": "Ann",
            "at": "2023-05-08T13:56:00+02:00",
            "text": " Hi\n",
        },
        {"conversation": "c2", "role": "assistant", "text": "Hello", "id": 7},
        {"conversation": "c1", "session": "s2", "id": "m2", "speaker": "Ben", "text": "Hey"},
        {"text": "stray", "speaker": "me"},
    )
    first, second, third = parse(ChatJsonlParser(), tmp_path / "x.jsonl", content)
    assert (first.uri, first.kind, first.title) == (
        *("chat-jsonl:c1", DocumentKind.CHAT, "Ann and Ben"),
    )
    at = datetime(2023, 5, 8, 13, 56)
    assert (first.said_at, first.said_at_origin) == (at, SaidAtOrigin.MESSAGE)
    assert first.messages == (
        Message("m1", "Ann", "other", " Hi\n", at=at, session="s1", line=1),
        Message("m2", "Ben", "other", "Hey", session="s2", line=3),
    )
    assert (second.title, second.said_at_origin) == ("c2", SaidAtOrigin.FILE_TIME)
    assert second.messages == (Message("7", "assistant", "assistant", "Hello", line=2),)
    assert third.uri == "chat-jsonl:x"
    assert (third.messages[0].speaker, third.messages[0].role) == ("me", "user")


def test_missing_ids_come_from_content(tmp_path: Path) -> None:
    same = {"speaker": "Ann", "text": "again"}
    content = lines(same, same, {"speaker": "Ann", "text": "other"})
    (chat,) = parse(ChatJsonlParser(), tmp_path / "a.jsonl", content)
    (moved,) = parse(ChatJsonlParser(), tmp_path / "b.jsonl", "\n" + content)
    ids = [message.id for message in chat.messages]
    assert len(set(ids)) == 3
    assert ids == [message.id for message in moved.messages]
    assert moved.messages[0].line == 2


def test_ids_given_twice(tmp_path: Path) -> None:
    content = lines(
        {"id": "1", "text": "one"},
        {"id": "1", "text": "one"},
        {"id": "1", "text": "two"},
        {"id": "1#2", "text": "three"},
        {"id": "1", "text": "four"},
    )
    (chat,) = parse(ChatJsonlParser(), tmp_path / "a.jsonl", content)
    assert [(message.id, message.text) for message in chat.messages] == [
        ("1", "one"),
        ("1#2", "two"),
        ("1#2#2", "three"),
        ("1#3", "four"),
    ]
    assert chat.notices[0] == "line 2: the same message as line 1"
    assert "also that of line 1" in chat.notices[1]


def test_bad_lines_are_named_and_the_good_ones_taken(tmp_path: Path) -> None:
    content = lines(
        "{",
        {"text": "good", "at": "yesterday"},
        [1],
        {"text": " "},
        {"text": 5},
        "[" * 100_000,
        "9" * 5000,
    )
    (chat,) = parse(ChatJsonlParser(), tmp_path / "a.jsonl", content)
    assert [message.text for message in chat.messages] == ["good"]
    assert [notice.split(":")[0] for notice in chat.notices] == [f"line {n}" for n in range(1, 8)]


def test_notices_are_capped(tmp_path: Path) -> None:
    content = lines({"text": "good"}, *["{"] * 30)
    (chat,) = parse(ChatJsonlParser(), tmp_path / "a.jsonl", content)
    assert len(chat.notices) == 21
    assert chat.notices[-1] == "and 10 more"


@pytest.mark.parametrize("content", ["", "\n", "{}\n{\n"])
def test_a_file_without_any_message_fails(tmp_path: Path, content: str) -> None:
    with pytest.raises(ParseFailed, match=r"no line holds a message"):
        parse(ChatJsonlParser(), tmp_path / "a.jsonl", content)


def test_bytes_and_escapes_that_are_no_text_become_visible(tmp_path: Path) -> None:
    content = b'\xef\xbb\xbf{"text": "caf\xe9 \\ud800 \\u0000"}\r\n'
    (chat,) = parse(ChatJsonlParser(), tmp_path / "a.jsonl", content)
    assert chat.messages[0].text == "caf\\xe9 \\ud800 \\x00"
