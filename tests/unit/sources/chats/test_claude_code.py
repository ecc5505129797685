"""Claude Code's sessions: words, tools, subagents, titles, and records that say nothing."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path

import pytest

from mem.errors import ParseFailed
from mem.sources.chats.claude_code import ClaudeCodeParser
from tests.unit.sources.chats.helpers import by_id, entry_for, read, read_one, said

PARSER = ClaudeCodeParser()
STAMP = re.compile(r'"timestamp": ?"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)')


def parse(*records: object) -> list[tuple[str, str, str]]:
    data = "\n".join(json.dumps(record) for record in records).encode()
    (document,) = PARSER.parse_bytes(data, entry_for("s.jsonl", data))
    return said(document)


def test_a_session_keeps_every_word_and_counts_the_rest() -> None:
    session = read_one(PARSER, "claude-code/session.jsonl")
    assert (session.uri, session.title) == ("claude-code:5f0c", "Watering plan for the beds")
    assert session.tags == ("garden",)
    assert said(session) == [
        ("system", "system", "<command-name>/clear</command-name>"),
        ("user", "user", "Plan the watering of my three beds"),
        ("assistant", "assistant", "Let me look."),
        ("Read", "tool", "Read\nfile_path: /home/ada/garden/beds.md\nlimit: 10"),
        ("Read", "tool", "north\nsouth\nherbs\n[file: image/png]"),
        ("user", "user", "Find the soil type"),
        ("assistant", "assistant", "Loam."),
        ("assistant", "assistant", "Water the north bed on Monday.\nThe herbs can wait."),
        ("tool", "tool", "[tool: no output]"),
        ("system", "system", "Conversation compacted"),
        ("user", "user", "[file: image/jpeg]"),
    ]
    assert session.notices == (
        "left out: 1 × record of kind file-history-snapshot",
        "left out: 1 × block of reasoning",
        "left out: 1 × record of kind system",
        "left out: 1 × line that is not JSON",
        "left out: 1 × line that is not a record",
        "left out: 1 × summary of another session",
    )


def test_ids_times_lines_and_subagents() -> None:
    messages = by_id(read_one(PARSER, "claude-code/session.jsonl"))
    assert list(messages)[:5] == ["u0", "u1", "u3", "u3#2", "u4"]
    call = messages["u3#2"]
    assert (call.at, call.line, call.session) == (datetime(2025, 3, 2, 9, 0, 11), 7, "5f0c")
    assert [name for name, one in messages.items() if one.variant] == ["s1", "s2"]
    assert messages["u4"].attachments == ("image/png",)


def test_a_file_of_a_subagent_alone_is_a_document_of_its_own() -> None:
    record = {"type": "user", "sessionId": "s", "isSidechain": True, "message": {"content": "Dig"}}
    data = json.dumps(record).encode()
    (document,) = PARSER.parse_bytes(data, entry_for("agent-7.jsonl", data))
    assert (document.uri, document.title) == ("claude-code:s/agent-7", "Dig")


def test_content_of_any_shape() -> None:
    assert parse(
        {"type": "user", "sessionId": "s", "message": "a bare string"},
        {"type": "assistant", "sessionId": "s", "message": {"content": [7, None, {"type": "new"}]}},
        {"type": "user", "sessionId": "s", "message": {"content": [{"type": "tool_result"}]}},
    ) == [
        ("user", "user", "a bare string"),
        ("assistant", "assistant", "7"),
        ("tool", "tool", "[tool: no output]"),
    ]


def test_a_file_without_words_says_so() -> None:
    data = b'{"type":"summary","summary":"x","leafUuid":"y"}\n'
    with pytest.raises(ParseFailed) as failure:
        list(PARSER.parse_bytes(data, entry_for("s.jsonl", data)))
    assert failure.value.code == "empty"


@pytest.mark.parametrize(
    "head",
    [b"", b"{}", b'{"type":"user","text":"hi","speaker":"Ada"}\n', b"[1]", b"\x00{", b"{" * 99],
)
def test_other_files_are_not_its_own(head: bytes) -> None:
    assert PARSER.sniff(Path("x.jsonl"), head) == 0


def test_real_sessions_keep_all_texts_tools_and_times(shared: Path) -> None:
    """Counted in the raw text: calls and results of tools, texts, and time stamps."""
    files = sorted((shared / "data/corpora/claude-code").glob("*.json*"))
    assert len(files) == 6
    for path in files:
        raw = path.read_text("utf-8")
        messages = [one for document in read(PARSER, path) for one in document.messages]
        tools = re.findall(r'"type": ?"tool_(?:use|result)"', raw)
        # One record of edge_cases.jsonl has its content under a misspelt key.
        misspelt = 1 if '"contenst"' in raw else 0
        assert sum(one.role == "tool" for one in messages) == len(tools) - misspelt
        everything = "\n".join(one.text for one in messages)
        texts = re.findall(r'"type": ?"text",\s*"text": ?("(?:[^"\\]|\\.)*")', raw)
        texts += re.findall(r'"role": ?"user",\s*"content": ?("(?:[^"\\]|\\.)*")', raw)
        assert texts
        assert all(json.loads(text) in everything for text in texts)
        stamps = {one.at.isoformat(timespec="seconds") for one in messages if one.at}
        assert stamps <= set(STAMP.findall(raw))
        assert len(set(STAMP.findall(raw)) - stamps) <= misspelt
