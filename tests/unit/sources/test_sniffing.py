"""Which parser takes a file: content before name."""

from __future__ import annotations

from pathlib import Path

import pytest

from mem.sources.builtin import parsers
from mem.sources.sniffing import choose, is_binary

CHAT = '{"conversation": "c", "speaker": "Ann", "text": "Hi"}\n'
TREE = '[{"title": "t", "mapping": {"a": {"id": "a", "children": []}}, "current_node": "a"}]'


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.md", "# Hi", "markdown"),
        ("a.txt", "# Hi", "text"),
        ("README", "# Hi", "markdown"),
        ("LICENSE", "Free", "text"),
        ("a.org", "* Hi", "org"),
        ("notes", "#+TITLE: x\n", "org"),
        ("a.html", "<p>Hi", "html"),
        ("a.txt", "<!DOCTYPE html><p>Hi", "html"),
        ("saved", "<?xml version='1.0'?>\n<!-- x --><html>", "html"),
        ("a.jsonl", CHAT, "chat-jsonl"),
        ("a.txt", CHAT * 3, "chat-jsonl"),
        ("a.jsonl", '{"text": "pre-training"}\n', "table"),
        ("a.jsonl", '{"type": "user", "message": {"role": "user"}}\n', None),
        ("a.jsonl", CHAT[:-4] + "x" * 70_000, "chat-jsonl"),
        ("conversations.json", TREE, "chatgpt"),
        ("renamed.json", TREE[1:-1], "chatgpt"),
        ("conversations.json", '[{"uuid": "1", "chat_messages": []}]', "claude"),
        ("a.json", '{"mapping": {"a": 1}, "message": 2}', None),
        ("a.json", CHAT, None),
        ("a.py", "print()", None),
        ("a.md", "%PDF-1.7", "pdf"),
        ("a.txt", "\0\1\2", None),
        ("a.md", "", None),
    ],
)
def test_choice(name: str, content: str, expected: str | None) -> None:
    chosen = choose(parsers(), Path(name), content.encode()[: 64 * 1024])
    assert (chosen.name if chosen else None) == expected


def test_utf16_with_a_mark_is_text_and_nul_is_not() -> None:
    assert not is_binary("Zoë".encode("utf-16"))
    assert not is_binary("Zoë \x1b[1m".encode())
    assert is_binary(b"text\0")
    assert is_binary(bytes(range(1, 9)) * 10)


def test_names_and_versions_are_stated() -> None:
    names = [parser.name for parser in parsers()]
    assert len(set(names)) == len(names)
    assert {"chat-jsonl", "chatgpt", "slack", "whatsapp", "markdown", "html", "text"} <= set(names)
    assert all(parser.version >= 1 for parser in parsers())
