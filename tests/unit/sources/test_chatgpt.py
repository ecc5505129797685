"""ChatGPT's export: the current branch, its variants, and every kind of content."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from mem.core.document import Message, ParsedDocument, SaidAtOrigin
from mem.errors import ParseFailed
from mem.sources.chats.chatgpt import ChatGptParser
from tests.unit.sources.helpers import parse


def node(
    name: str, parent: str | None, children: list[str], *, role: str = "user", **fields: Any
) -> dict[str, Any]:
    content = fields.pop("content", {"content_type": "text", "parts": [f"text of {name}"]})
    message = {"id": name, "author": {"role": role}, "content": content, **fields}
    return {"id": name, "message": message, "parent": parent, "children": children}


def conversation(*nodes: dict[str, Any], **fields: Any) -> dict[str, Any]:
    root = {"id": "root", "message": None, "parent": None, "children": [nodes[0]["id"]]}
    mapping = {"root": root, **{one["id"]: one for one in nodes}}
    return {"conversation_id": "c", "title": "T", "mapping": mapping, **fields}


def parse_one(tmp_path: Path, content: object) -> ParsedDocument:
    (chat,) = parse(ChatGptParser(), tmp_path / "conversations.json", json.dumps(content))
    return chat


def test_the_current_branch_and_what_it_left_behind(tmp_path: Path) -> None:
    chat = parse_one(
        tmp_path,
        [
            conversation(
                node("q", "root", ["a1", "a2"], create_time=1683554160.5),
                node("a2", "q", ["q2"], role="assistant"),
                node("a1", "q", [], role="assistant"),
                node("q2", "a2", []),
                current_node="q2",
                create_time=1683554160,
            )
        ],
    )
    assert (chat.uri, chat.title, chat.notices) == ("chatgpt:c", "T", ())
    at = datetime(2023, 5, 8, 13, 56)
    assert (chat.said_at, chat.said_at_origin) == (at, SaidAtOrigin.MESSAGE)
    assert chat.messages[0] == Message(
        "q", "user", "user", "text of q", at=at.replace(microsecond=500_000), session="c"
    )
    assert [(message.id, message.role, message.variant) for message in chat.messages] == [
        ("q", "user", False),
        ("a1", "assistant", True),
        ("a2", "assistant", False),
        ("q2", "user", False),
    ]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"content_type": "text", "parts": ["a", "", "b"]}, "a\nb"),
        ({"content_type": "code", "language": "python", "text": "print()"}, "print()"),
        ({"content_type": "execution_output", "text": "1"}, "1"),
        (
            {
                "content_type": "multimodal_text",
                "parts": [
                    {"content_type": "image_asset_pointer", "asset_pointer": "file-1"},
                    {"content_type": "audio_transcription", "text": "spoken"},
                    "what is it?",
                ],
            },
            "[image: file-1]\nspoken\nwhat is it?",
        ),
        ({"content_type": "tether_quote", "title": "t", "url": "u", "text": "x"}, "t\nu\nx"),
        ({"content_type": "thoughts", "thoughts": [{"summary": "s", "content": "c"}]}, "s\nc"),
        (
            {
                "content_type": "user_editable_context",
                "user_profile": "p",
                "user_instructions": "i",
            },
            "p\ni",
        ),
        ({"content_type": "new_kind", "x": "é"}, '{"content_type": "new_kind", "x": "é"}'),
        ({"content_type": "text", "parts": None}, '{"content_type": "text", "parts": null}'),
    ],
)
def test_content(tmp_path: Path, content: object, text: str) -> None:
    chat = parse_one(tmp_path, conversation(node("q", "root", [], content=content)))
    assert chat.messages[0].text == text


def test_system_and_tool_messages(tmp_path: Path) -> None:
    empty = {"content_type": "text", "parts": [""]}
    about = {"user_context_message_data": {"about_user_message": "I live in Graz."}}
    chat = parse_one(
        tmp_path,
        conversation(
            node("s1", "root", ["s2"], role="system", content=empty),
            node("s2", "s1", ["t"], role="system", content=empty, metadata=about),
            node("t", "s2", ["u"], author={"role": "tool", "name": "browser"}),
            node("u", "t", [], content=empty, metadata={"attachments": [{"name": "a.pdf"}]}),
            current_node="u",
        ),
    )
    assert [(one.id, one.role, one.speaker, one.text) for one in chat.messages] == [
        ("s2", "system", "system", "I live in Graz."),
        ("t", "tool", "browser", "text of t"),
        ("u", "user", "user", "[attachment: a.pdf]"),
    ]
    assert chat.messages[-1].attachments == ("a.pdf",)


def test_a_broken_tree_falls_back_to_the_latest_leaf(tmp_path: Path) -> None:
    chat = parse_one(
        tmp_path,
        conversation(
            node("q", "root", ["old", "new"], create_time=1),
            node("old", "q", ["gone"], create_time=2),
            node("new", "q", [], create_time=3),
            node("lost", "nowhere", [], create_time=1),
            node("x", "y", ["y"]),
            node("y", "x", ["x"]),
            current_node="missing",
        ),
    )
    assert {one.id: one.variant for one in chat.messages} == {
        "q": False,
        "old": True,
        "new": False,
        "lost": True,
        "x": True,
        "y": True,
    }
    assert "current branch is broken" in chat.notices[0]


def test_a_circle_ends(tmp_path: Path) -> None:
    tree = {"x": node("x", "y", ["y"]), "y": node("y", "x", ["x"])}
    chat = parse_one(tmp_path, {"id": "c", "mapping": tree, "current_node": "x"})
    assert [(one.id, one.variant) for one in chat.messages] == [("y", False), ("x", False)]


def test_entries_that_are_no_conversation_cost_only_themselves(tmp_path: Path) -> None:
    only = node("q", "root", [])
    newer = conversation(only, update_time=2, title="newer", current_node="q")
    older = conversation(only, update_time=1, title="older", current_node="q")
    chat = parse_one(tmp_path, [newer, older, None, {"title": "x"}])
    assert chat.title == "newer"
    assert chat.notices == ("2 entries of the export are not conversations",)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('[\n{"mapping": ', "line 2, column 13"),
        ("[]", "no ChatGPT conversation"),
        ("[" * 100_000, "not JSON that can be read"),
    ],
)
def test_broken_files_say_where(tmp_path: Path, content: str, reason: str) -> None:
    with pytest.raises(ParseFailed, match=reason):
        parse(ChatGptParser(), tmp_path / "conversations.json", content)


def test_absurd_times_are_none(tmp_path: Path) -> None:
    times = (1e300, -1e300, float("nan"), "x", True, None)
    nodes = [node(str(at), "root", [], create_time=at) for at in times]
    chat = parse_one(tmp_path, conversation(*nodes))
    assert [message.at for message in chat.messages] == [None] * len(times)
