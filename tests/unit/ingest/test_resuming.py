"""A file that grew is read from where it ended; the store is as after reading all of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mem.assistant import Assistant
from mem.sources.chats.claude_code import ClaudeCodeParser
from mem.sources.chats.codex import CodexParser
from mem.sources.chats.jsonl import ChatJsonlParser
from mem.testing import FakeEmbedder

FIXTURES = Path(__file__).parents[2] / "fixtures" / "chats"
SESSION = FIXTURES / "claude-code" / "session.jsonl"
CODEX = FIXTURES / "codex" / "rollout-2025-10-29T00-59-38-019a.jsonl"


def line(number: int, **fields: Any) -> str:
    base = {"conversation": "c", "id": f"m{number}", "speaker": "Ada", "role": "user"}
    at = f"2025-05-01T10:{number:02}:00"
    return json.dumps(base | {"at": at, "text": f"text {number}"} | fields) + "\n"


def rows(assistant: Assistant) -> dict[str, list[tuple[object, ...]]]:
    """Everything that an import decides."""
    queries = {
        "document": "SELECT id, uri, title, said_at, tags, content_hash, state FROM document",
        "chunk": 'SELECT id, seq, text, context, "start", locator, speaker, said_at FROM chunk',
        "file": "SELECT uri, size, content_hash IS NULL, reader, state, documents FROM file",
        "links": "SELECT document_id FROM file_document",
    }
    return {
        name: sorted(assistant.store.database.rows(query), key=repr)
        for name, query in queries.items()
    }


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which way each file was read."""
    done: list[str] = []
    for kind in (ChatJsonlParser, ClaudeCodeParser, CodexParser):
        for name in ("parse", "resume"):
            spy(monkeypatch, kind, name, done)
    return done


def spy(monkeypatch: pytest.MonkeyPatch, kind: type, name: str, done: list[str]) -> None:
    real: Callable[..., Any] = getattr(kind, name)

    def heard(self: object, *arguments: Any) -> Any:
        done.append(name)
        return real(self, *arguments)

    monkeypatch.setattr(kind, name, heard)


def fresh(tmp_path: Path, path: Path) -> dict[str, list[tuple[object, ...]]]:
    with Assistant.open(tmp_path / "fresh", embedder=FakeEmbedder()) as other:
        other.ingest(path)
        return rows(other)


def grow(assistant: Assistant, tmp_path: Path, *parts: str) -> dict[str, Any]:
    path = tmp_path / "log.jsonl"
    for part in parts:
        with path.open("a", encoding="utf-8") as file:
            file.write(part)
        assistant.ingest(path)
    found = rows(assistant)
    assert found == fresh(tmp_path, path)
    return found


def test_messages_are_added(
    assistant: Assistant, embedder: FakeEmbedder, tmp_path: Path, reads: list[str]
) -> None:
    both = line(0) + line(1, speaker="Bob")
    found = grow(assistant, tmp_path, both, line(2) + line(3, speaker="Bob"), line(4))
    assert reads[:3] == ["parse", "resume", "resume"]
    assert len(found["chunk"]) == 5
    assert sum("text 0" in text for text in embedder.embedded) == 1


@pytest.mark.parametrize(
    "more",
    [
        line(9, id="m0", text="another"),
        line(0),
        line(9, at=None),
        line(9, speaker="Zoe"),
        line(9, conversation="other"),
        line(9) + line(9, id="m0"),
    ],
    ids=["id", "repeat", "no time", "speaker", "conversation", "one of two"],
)
def test_what_depends_on_the_rest_is_read_with_it(
    assistant: Assistant, tmp_path: Path, reads: list[str], more: str
) -> None:
    grow(assistant, tmp_path, line(0) + line(1, speaker="Bob"), more)
    assert reads[:3] == ["parse", "resume", "parse"]


def test_an_unfinished_line_is_read_again(
    assistant: Assistant, tmp_path: Path, reads: list[str]
) -> None:
    whole = line(1)
    grow(assistant, tmp_path, line(0) + whole[:20], whole[20:], line(2))
    assert reads[:3] == ["parse", "parse", "resume"]


def test_lines_that_say_nothing(assistant: Assistant, tmp_path: Path, reads: list[str]) -> None:
    grow(assistant, tmp_path, line(0), "\n", line(1))
    assert reads[:3] == ["parse", "resume", "resume"]


def rewritten(path: Path, text: str, assistant: Assistant) -> None:
    path.write_text(text)
    assistant.ingest(path)


@pytest.mark.parametrize(
    "text",
    [line(0), line(7) + line(8) + line(9), line(0, text="changed") + line(1) + line(2)],
    ids=["truncated", "rotated", "edited"],
)
def test_a_file_that_did_not_only_grow(
    assistant: Assistant, tmp_path: Path, reads: list[str], text: str
) -> None:
    path = tmp_path / "log.jsonl"
    rewritten(path, line(0) + line(1), assistant)
    rewritten(path, text, assistant)
    assert reads == ["parse", "parse"]
    assert rows(assistant) == fresh(tmp_path, path)


@pytest.mark.parametrize(("session", "least"), [(SESSION, 5), (CODEX, 3)])
def test_a_session_cut_anywhere(
    session: Path, least: int, tmp_path: Path, reads: list[str]
) -> None:
    lines = session.read_text("utf-8").splitlines(keepends=True)
    path = tmp_path / session.name
    path.write_text("".join(lines))
    whole = fresh(tmp_path, path)
    for cut in range(5, len(lines)):
        path.write_text("".join(lines[:cut]))
        with Assistant.open(tmp_path / f"home{cut}", embedder=FakeEmbedder()) as grown:
            grown.ingest(path)
            path.write_text("".join(lines))
            grown.ingest(path)
            assert rows(grown) == whole, cut
    assert reads.count("resume") >= least


def codex(number: int, kind: str, **payload: Any) -> str:
    stamp = f"2025-05-01T10:{number:02}:00Z"
    return json.dumps({"timestamp": stamp, "type": kind, "payload": payload}) + "\n"


def codex_item(number: int, role: str, text: str) -> str:
    content = [{"type": "input_text", "text": text}]
    return codex(number, "response_item", type="message", role=role, content=content)


def codex_event(number: int, kind: str, text: str) -> str:
    return codex(number, "event_msg", type=kind, message=text)


META = codex(0, "session_meta", id="s1", timestamp="2025-05-01T10:00:00Z", cwd="/home/ann/van")
ASKED = META + codex_item(1, "user", "Which van?") + codex_item(2, "assistant", "The blue one.")


@pytest.mark.parametrize(
    ("first", "more", "read"),
    [
        (ASKED, codex_item(3, "user", "How much?"), "resume"),
        (ASKED, codex_event(3, "user_message", "Which van?"), "resume"),
        (ASKED + codex_event(3, "user_message", "Go"), codex_item(4, "user", "Go"), "parse"),
        (META + codex_item(1, "assistant", "Hello"), codex_item(2, "user", "Hello?"), "parse"),
        (
            ASKED.replace("/home/ann/van", ""),
            codex(3, "turn_context", cwd="/home/ann/van"),
            "parse",
        ),
    ],
    ids=["more", "repeated before", "repeats what was kept", "first question", "its folder"],
)
def test_a_codex_session_that_grows(
    assistant: Assistant, tmp_path: Path, reads: list[str], first: str, more: str, read: str
) -> None:
    path = tmp_path / "rollout-log.jsonl"
    rewritten(path, first, assistant)
    rewritten(path, first + more, assistant)
    assert reads[-1] == read
    assert rows(assistant) == fresh(tmp_path, path)


def test_a_secret_in_what_is_added(assistant: Assistant, tmp_path: Path) -> None:
    secret = "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"
    path = tmp_path / "log.jsonl"
    rewritten(path, line(0) + line(1), assistant)
    with path.open("a") as file:
        file.write(line(2, text=f"the key is {secret}"))
    ledger = assistant.ingest(path)
    assert any("secrets replaced" in notice for notice in ledger.notices)
    assert not any(secret in str(row) for row in rows(assistant)["chunk"])
    assert len(assistant.store.database.rows("SELECT 1 FROM secret_place")) == 1


def test_a_large_file_gives_what_a_small_one_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log.jsonl"
    text = "".join(
        line(number % 50, id=f"m{number % 7}", conversation=f"c{number % 3}")
        for number in range(60)
    )
    path.write_bytes(b"\xef\xbb\xbf" + text.encode() + b"{bad\n\xff\n")
    whole = fresh(tmp_path, path)
    monkeypatch.setattr("mem.sources.chats.jsonl._HELD_BYTES", 10)
    with Assistant.open(tmp_path / "large", embedder=FakeEmbedder()) as large:
        ledger = large.ingest(path)
        assert rows(large) == whole
        assert ledger.added == 3
