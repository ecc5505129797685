"""However an export is damaged: its parser ends, and fails only with an InputError."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mem.core.document import ParsedDocument
from mem.core.protocols import FileEntry
from mem.errors import InputError
from mem.ingest.chunking import chunk_document
from mem.sources.builtin import parsers
from mem.sources.chats.claude import ClaudeParser
from mem.sources.chats.claude_code import ClaudeCodeParser
from mem.sources.chats.codex import CodexParser
from mem.sources.chats.gemini import GeminiParser
from mem.sources.chats.records import nothing_beside
from mem.sources.chats.signal import SignalParser
from mem.sources.chats.slack import SlackParser
from mem.sources.chats.telegram import TelegramParser
from mem.sources.chats.whatsapp import WhatsAppParser
from mem.sources.sniffing import HEAD_BYTES, choose

FIXTURES = Path(__file__).parents[1] / "fixtures" / "chats"
CHATS = {
    parser.name: parser
    for parser in (
        ClaudeCodeParser(),
        CodexParser(),
        ClaudeParser(),
        GeminiParser(),
        SlackParser(),
        TelegramParser(),
        SignalParser(),
        WhatsAppParser(),
    )
}
FILES = [(name, path) for name in CHATS for path in sorted((FIXTURES / name).rglob("*.*"))]
EXAMPLES = int(os.environ.get("MEM_FUZZ", "150"))
FEW = settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
ODD = st.sampled_from(
    [
        b"null",
        b"-1",
        b"1e999",
        b"[]",
        b"{}",
        b'""',
        b'"\\ud800"',
        b"[[[[",
        b"9" * 30,
        b"\xff",
        b"\0",
    ]
)
LEAVES = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=3)
VALUES = LEAVES | st.lists(LEAVES, max_size=2) | st.dictionaries(st.text(max_size=3), LEAVES)


def read(name: str, path: Path, data: bytes) -> list[ParsedDocument]:
    """The documents; [] where the parser says in its own words that it cannot."""
    entry = FileEntry(path, len(data), 1_750_000_000_000_000_000)
    try:
        documents = list(CHATS[name].parse_bytes(data, entry, nothing_beside))
    except InputError:
        return []
    for document in documents:
        words = [document.uri, document.title, *document.notices, *document.tags]
        for one in document.messages:
            words += [one.id, one.speaker, one.role, one.text, one.session or "", *one.attachments]
            assert one.text.strip()
        assert "\0" not in "".join(words)
        "".join(words).encode()
        assert document.messages
        assert len({one.id for one in document.messages}) == len(document.messages)
        chunk_document(document, "d")
    return documents


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, Path, bytes]:
    """A golden file cut off, with bytes replaced, or with pieces left out or said twice."""
    name, path = draw(st.sampled_from(FILES))
    data = bytearray(path.read_bytes())
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 200)))
        piece = draw(st.sampled_from([b"", bytes(data[start:end]) * 2]) | ODD)
        data[start:end] = piece
    if draw(st.booleans()):
        del data[draw(st.integers(0, len(data))) :]
    return name, path, bytes(data)


@given(damaged())
@FEW
def test_damaged_bytes(example: tuple[str, Path, bytes]) -> None:
    name, path, data = example
    read(name, path, data)
    choose(parsers(), path, data[:HEAD_BYTES])


@st.composite
def reshaped(draw: st.DrawFn) -> tuple[str, Path, bytes]:
    """A golden JSON file in which some values are of any other kind."""
    name, path = draw(st.sampled_from([one for one in FILES if one[1].suffix != ".txt"]))
    text = path.read_text("utf-8")
    rows = text.splitlines() if path.suffix == ".jsonl" or "data.json" in path.name else [text]
    shown = []
    for row in rows:
        try:
            value = json.loads(row)
        except ValueError:
            continue
        places = list(_places(value))
        for _ in range(draw(st.integers(1, 3))):
            holder, key = draw(st.sampled_from(places)) if places else (None, None)
            if isinstance(holder, dict | list):
                holder[key] = draw(VALUES)  # type: ignore[call-overload]
        shown.append(json.dumps(value))
    return name, path, "\n".join(shown).encode()


def _places(value: object) -> list[tuple[object, object]]:
    """Every (holder, key or index) of a JSON value."""
    found: list[tuple[object, object]] = []
    stack = [value]
    while stack:
        holder = stack.pop()
        pairs = (
            holder.items()
            if isinstance(holder, dict)
            else enumerate(holder)
            if isinstance(holder, list)
            else ()
        )
        for key, inner in pairs:
            found.append((holder, key))
            stack.append(inner)
    return found


@given(reshaped())
@FEW
def test_values_of_any_kind(example: tuple[str, Path, bytes]) -> None:
    read(*example)


@pytest.mark.parametrize(("name", "path"), FILES, ids=[f"{n}-{p.stem}" for n, p in FILES])
def test_golden_files_are_read_whole(name: str, path: Path) -> None:
    """What the damage starts from yields documents, save for lists that have none."""
    lists = path.name in {"users.json", "channels.json", "dms.json", "mpims.json"}
    assert bool(read(name, path, path.read_bytes())) is not lists


@pytest.mark.parametrize(
    ("name", "piece"),
    [
        ("whatsapp", b"1/1/24, 1:00 PM - A: <x: "),
        ("whatsapp", b"1/1/24, "),
        ("whatsapp", b"\xe2\x80\x8e"),
        ("slack", b'[{"ts":"1683532800.0","text":"<<<<@|'),
        ("claude-code", b'{"type":"user","sessionId":"'),
        ("codex", b'{"id":"x","timestamp":"'),
        ("telegram", b'{"messages":['),
        ("signal", b'{"envelope":{'),
        ("claude", b'[{"uuid":"'),
    ],
)
@pytest.mark.timeout(20)
def test_repeats_of_a_piece_take_linear_time(name: str, piece: bytes) -> None:
    data = piece * (2_000_000 // len(piece))
    read(name, Path("WhatsApp Chat.txt"), data)
    for head in (data[:HEAD_BYTES], data.replace(b"\n", b"")[:HEAD_BYTES]):
        for parser in CHATS.values():
            parser.sniff(Path("_chat.txt"), head)
