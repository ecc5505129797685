"""Codex CLI's sessions, of today's and of the first versions."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from mem.core.document import SaidAtOrigin
from mem.errors import ParseFailed
from mem.sources.chats.codex import CodexParser
from tests.unit.sources.chats.helpers import by_id, entry_for, read_one, said

PARSER = CodexParser()
NEW = "codex/rollout-2025-10-29T00-59-38-019a.jsonl"


def test_what_was_said_stands_once() -> None:
    session = read_one(PARSER, NEW)
    assert (session.uri, session.title) == ("codex:019a-2d7a", "Sum the March receipts")
    assert session.tags == ("budget",)
    context = "<environment_context>\n  <cwd>/home/ada/budget</cwd>\n</environment_context>"
    assert said(session) == [
        ("system", "system", context),
        ("user", "user", "Sum the March receipts\n[file: image]"),
        ("shell", "tool", 'shell\ncommand: ["ls", "march"]\nworkdir: .'),
        ("shell", "tool", "a.csv\nb.csv\n"),
        ("assistant", "assistant", "The sum is 118.40 EUR."),
        ("assistant", "assistant", "Shall I file them?"),
    ]
    assert session.notices == (
        "left out: 2 × record of the session's settings",
        "left out: 1 × block of reasoning",
        "left out: 1 × event of kind token_count",
        "left out: 2 × event that repeats a message",
    )


def test_ids_and_times() -> None:
    messages = by_id(read_one(PARSER, NEW))
    assert list(messages) == ["2", "3", "call_1", "call_1#2", "msg_7", "12"]
    assert messages["msg_7"].at == datetime(2025, 10, 29, 0, 59, 44, 1000)
    assert messages["msg_7"].line == 11


def test_the_first_versions_had_bare_items() -> None:
    session = read_one(PARSER, "codex/rollout-2025-05-01-old.jsonl")
    assert said(session) == [
        ("user", "user", "Rename the photos"),
        ("shell", "tool", "shell\nnot json"),
        ("shell", "tool", "done"),
        ("assistant", "assistant", "Renamed."),
    ]
    assert session.said_at == datetime(2025, 5, 1, 8)
    assert session.said_at_origin is SaidAtOrigin.FRONT_MATTER


@pytest.mark.parametrize(
    "output",
    [
        "plain",
        {"content": "plain", "success": True},
        [{"type": "input_text", "text": "plain"}],
        json.dumps({"output": "plain"}),
    ],
)
def test_an_output_in_any_wrapping(output: object) -> None:
    record = {"type": "function_call_output", "call_id": "c", "output": output}
    data = json.dumps({"type": "response_item", "payload": record}).encode()
    (session,) = PARSER.parse_bytes(data, entry_for("rollout-x.jsonl", data))
    assert said(session) == [("tool", "tool", "plain")]


@pytest.mark.parametrize("output", ["", " ", None, {"content": "\n"}])
def test_a_tool_that_answers_nothing_is_said_so(output: object) -> None:
    record = {"type": "function_call_output", "call_id": "c", "output": output}
    data = json.dumps({"type": "response_item", "payload": record}).encode()
    (session,) = PARSER.parse_bytes(data, entry_for("rollout-x.jsonl", data))
    assert said(session) == [("tool", "tool", "[tool: no output]")]


def test_a_session_in_which_nothing_was_said() -> None:
    data = b'{"type":"session_meta","payload":{"id":"x"}}\n'
    with pytest.raises(ParseFailed) as failure:
        list(PARSER.parse_bytes(data, entry_for("rollout-x.jsonl", data)))
    assert failure.value.code == "empty"


@pytest.mark.parametrize("head", [b"", b"{}", b'{"text":"hi","role":"user"}\n', b'["payload"]'])
def test_other_files_are_not_its_own(head: bytes) -> None:
    assert PARSER.sniff(Path("x.jsonl"), head) == 0


def test_a_fork_keeps_its_own_id() -> None:
    lines = [
        {"type": "session_meta", "payload": {"id": "fork"}},
        {"type": "session_meta", "payload": {"id": "origin"}},
        {"type": "compacted", "payload": {"message": "What went before"}},
    ]
    data = "\n".join(map(json.dumps, lines)).encode()
    (session,) = PARSER.parse_bytes(data, entry_for("rollout-x.jsonl", data))
    assert session.uri == "codex:fork"
    assert said(session) == [("system", "system", "What went before")]
