"""Claude.ai's export: branches, attachments, tools, and conversations that hold nothing."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from mem.errors import ParseFailed
from mem.sources.chats.claude import ClaudeParser
from tests.unit.sources.chats.helpers import by_id, entry_for, read, said

PARSER = ClaudeParser()


def parse(*conversations: object) -> list[list[str]]:
    """Ids of each conversation's messages, those of variants in brackets."""
    data = json.dumps(conversations).encode()
    documents = PARSER.parse_bytes(data, entry_for("conversations.json", data))
    return [[f"({m.id})" if m.variant else m.id for m in one.messages] for one in documents]


def message(uuid: str, parent: str | None = None, **fields: Any) -> dict[str, Any]:
    return {"uuid": uuid, "text": uuid, "sender": "human", "parent_message_uuid": parent, **fields}


def test_the_branch_that_ends_last_is_the_conversation() -> None:
    bread, untitled = read(PARSER, "claude/conversations.json")
    assert (bread.uri, bread.title) == ("claude:c-1", "Bread without a scale")
    assert said(bread) == [
        ("user", "user", "How do I bake bread without a scale?"),
        ("assistant", "assistant", "Use cups."),
        ("assistant", "assistant", "Use a cup and a spoon."),
        ("artifacts", "tool", "command: create\ntitle: Loaf"),
        ("artifacts", "tool", "OK"),
        ("user", "user", "Which flour?"),
        ("user", "user", "[file: recipe.txt]\n500 g rye\n[file: loaf.jpg]"),
        ("assistant", "assistant", "Rye it is."),
    ]
    messages = by_id(bread)
    assert [name for name, one in messages.items() if one.variant] == ["a1", "h2"]
    assert messages["a2"].at == datetime(2024, 6, 3, 7, 1, 20, 123456)
    assert messages["h3"].attachments == ("recipe.txt", "loaf.jpg")
    assert bread.notices == ()
    assert untitled.notices == (
        "left out: 1 × block of reasoning",
        "left out: 1 × conversation without words",
    )
    assert (untitled.title, said(untitled)) == (
        "Old export,",
        [("user", "user", "Old export,\nno blocks")],
    )


def test_a_stated_leaf_decides() -> None:
    chat = {
        "current_leaf_message_uuid": "b",
        "chat_messages": [message("q"), message("b", "q"), message("c", "q"), message("d", "c")],
    }
    assert parse(chat) == [["q", "b", "(c)", "(d)"]]


def test_messages_without_parents_are_nobodys_alternative() -> None:
    assert parse({"chat_messages": [message("a"), message("b"), message("c", "lost")]}) == [
        ["a", "b", "c"]
    ]


def test_a_circle_of_parents_ends() -> None:
    assert parse({"chat_messages": [message("a", "b"), message("b", "a")]}) == [["a", "b"]]


def test_of_two_copies_the_one_updated_last() -> None:
    old = {"uuid": "x", "updated_at": "2024-01-01", "chat_messages": [message("old")]}
    new = {"uuid": "x", "updated_at": "2024-02-01", "chat_messages": [message("new")]}
    assert parse(new, old) == parse(old, new) == [["new"]]


def test_one_conversation_alone(tmp_path: Path) -> None:
    path = tmp_path / "claude_conversation.json"
    path.write_text(json.dumps({"uuid": "x", "chat_messages": [message("a")]}))
    assert [one.uri for one in read(PARSER, path)] == ["claude:x"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'[{"uuid": "x", "chat_messages": []}]', "empty"),
        (b'[{"uuid": "a", "full_name": "Ada"}]', "companion"),
        (b'[{"uuid": "a"}]', "malformed"),
        (b'[{"uuid": ', "malformed"),
    ],
)
def test_files_that_yield_nothing_say_why(data: bytes, code: str) -> None:
    with pytest.raises(ParseFailed) as failure:
        list(PARSER.parse_bytes(data, entry_for("conversations.json", data)))
    assert failure.value.code == code
