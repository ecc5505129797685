"""Codex CLI's session files (`rollout-….jsonl`): one record a line, one session a file.

What was said stands twice, as an item sent to the model and as an event for the screen: an event
counts only where no item has its words. Reasoning is left out; every other record is counted.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path, PurePosixPath, PureWindowsPath

from mem.core.document import Message, ParsedDocument
from mem.core.protocols import FileEntry
from mem.errors import ParseFailed
from mem.sources.chats.records import (
    SYSTEM,
    Beside,
    MessageList,
    Tally,
    chat_document,
    first_line,
    json_lines,
    nothing_beside,
    place_of,
    with_files,
)
from mem.sources.loose import (
    Fields,
    as_text,
    blocks_of,
    fields_of,
    first_word,
    iso_time,
    word,
    words,
)
from mem.sources.resuming import CannotResume
from mem.sources.sniffing import text_start
from mem.sources.textfile import read_bytes, well_formed

_ENVELOPE = re.compile(
    r'"type"\s*:\s*"(?:session_meta|response_item|event_msg|turn_context|compacted)"'
)
_OLD_META = re.compile(
    r'\{\s*"id"\s*:\s*"[^"]{1,80}"\s*,\s*"timestamp"\s*:[^{}]{0,80}"instructions"'
)
_OLD_RECORD = re.compile(r'"record_type"\s*:\s*"state"|"type"\s*:\s*"(?:input|output)_text"')
_CALLS = frozenset({"function_call", "custom_tool_call", "local_shell_call", "web_search_call"})
_RESULTS = frozenset({"function_call_output", "custom_tool_call_output", "local_shell_call_output"})
_EVENT_ROLES = {"user_message": "user", "agent_message": "assistant"}
_INSERTED = re.compile(
    r"\s*(?:<(?:environment_context|user_instructions|INSTRUCTIONS)>|# AGENTS\.md)"
)
_SNIFFED_LINES = 20


@dataclass(slots=True)
class _Session:
    """The session so far; `items` are (role, text) of what was sent to the model."""

    tally: Tally
    id: str = ""
    started: str = ""
    folder: str = ""
    said: list[tuple[Message, bool]] = field(default_factory=list)
    items: Counter[tuple[str, str]] = field(default_factory=Counter)
    tools: dict[str, str] = field(default_factory=dict)


class CodexParser:
    """One document a file."""

    name = "codex"
    version = 1

    def sniff(self, path: Path, head: bytes) -> int:
        """JSON Lines of `{"type", "payload"}` records, or the bare items of older versions."""
        start = text_start(head)
        if not start.startswith("{"):
            return 0
        lines = start.split("\n", _SNIFFED_LINES)[:_SNIFFED_LINES]
        if any(_ENVELOPE.search(line[:2000]) and '"payload"' in line[:2000] for line in lines[:3]):
            return 95
        old = _OLD_META.match(lines[0]) and any(map(_OLD_RECORD.search, lines[1:]))
        return 95 if old or (path.name.startswith("rollout-") and _OLD_RECORD.search(start)) else 0

    def parse(self, entry: FileEntry) -> Iterator[ParsedDocument]:
        """The file's session. Raises FileUnreadable, ParseFailed."""
        yield from self.parse_bytes(read_bytes(entry), entry)

    def resume(self, entry: FileEntry, offset: int, line: int) -> Iterator[ParsedDocument]:
        """What was said behind `offset`, whose first line is `line`.

        The records before it are read too, since they name tools and say what a later event
        repeats. Raises FileUnreadable, CannotResume.
        """
        data = read_bytes(entry)
        session = _Session(Tally())
        for number, record in json_lines(data[:offset], session.tally):
            _read_record(record, number, session)
        said = len(session.said)
        known = (session.id, session.started, session.folder)
        kept = [pair for pair in session.said if not _is_repeat(pair, session)]
        session.tally = Tally()
        for number, record in json_lines(data[offset:], session.tally, first=line):
            _read_record(record, number, session)
        named = any(message.role == "user" for message, _ in kept)
        changed = known != (session.id, session.started, session.folder)
        if not named or changed or any(_is_repeat(pair, session) for pair in kept):
            raise CannotResume
        messages = _kept(session, said)
        if messages.messages:
            yield _document(session, messages, entry)

    def parse_bytes(
        self, data: bytes, entry: FileEntry, beside: Beside = nothing_beside
    ) -> Iterator[ParsedDocument]:
        """The session in `data`. Raises ParseFailed where no record holds words."""
        del beside
        session = _Session(Tally())
        for line, record in json_lines(data, session.tally):
            _read_record(record, line, session)
        messages = _kept(session)
        if not messages.messages:
            raise ParseFailed(place_of(entry), "it holds no message with text", code="empty")
        yield _document(session, messages, entry)


def _kept(session: _Session, first: int = 0) -> MessageList:
    """What was said, from the place `first` on, without events that repeat an item."""
    messages = MessageList(session.tally)
    for message, event in session.said[first:]:
        if _is_repeat((message, event), session):
            session.tally.add("event that repeats a message")
        else:
            messages.add(message)
    return messages


def _is_repeat(said: tuple[Message, bool], session: _Session) -> bool:
    message, event = said
    return event and session.items[message.role, message.text.strip()] > 0


def _read_record(record: Fields, line: int, session: _Session) -> None:
    """One line: an envelope of a newer version, or the item itself of an older one."""
    at = iso_time(record.get("timestamp"))
    kind = word(record.get("type"))
    payload = fields_of(record.get("payload"))
    if kind == "session_meta" or (not kind and "instructions" in record and "id" in record):
        meta = payload or record
        # A forked session names the one it came from after itself.
        session.id = session.id or word(meta.get("id"))
        session.started = session.started or word(meta.get("timestamp"))
        session.folder = session.folder or word(meta.get("cwd"))
        session.tally.add("record of the session's settings")
    elif kind == "event_msg":
        _read_event(payload, at, line, session)
    elif kind == "response_item":
        _read_item(payload, at, line, session)
    elif kind in {"turn_context", "compacted"} or "record_type" in record:
        if kind == "turn_context":
            session.folder = session.folder or word(payload.get("cwd"))
        _read_compacted(payload, at, line, session)
    else:
        _read_item(record, at, line, session)


def _read_compacted(payload: Fields, at: datetime | None, line: int, session: _Session) -> None:
    """A summary that replaced what went before; other records of state are counted."""
    text = words(payload.get("message"))
    if text.strip():
        _say(session, payload, at, line, role=SYSTEM, speaker=SYSTEM, text=text)
    else:
        session.tally.add("record of the session's settings")


def _read_event(payload: Fields, at: datetime | None, line: int, session: _Session) -> None:
    kind = word(payload.get("type"))
    role = _EVENT_ROLES.get(kind)
    text = words(payload.get("message"))
    if role is None or not text.strip():
        session.tally.add(f"event of kind {kind or '(none)'}")
        return
    _say(session, payload, at, line, role=role, speaker=role, text=text, event=True)


def _read_item(item: Fields, at: datetime | None, line: int, session: _Session) -> None:
    kind = word(item.get("type"))
    if kind == "message":
        _read_message(item, at, line, session)
    elif kind in _CALLS:
        name = word(item.get("name")) or kind.removesuffix("_call")
        session.tools[word(item.get("call_id"))] = name
        text = "\n".join(part for part in (name, _arguments(item)) if part)
        _say(session, item, at, line, role="tool", speaker=name, text=text)
    elif kind in _RESULTS:
        name = session.tools.get(word(item.get("call_id")), "tool")
        output = _output(item.get("output"))
        text = output if output.strip() else f"[{name}: no output]"
        _say(session, item, at, line, role="tool", speaker=name, text=text)
    elif kind == "reasoning":
        session.tally.add("block of reasoning")
    else:
        session.tally.add(f"record of kind {kind or '(none)'}")


def _read_message(item: Fields, at: datetime | None, line: int, session: _Session) -> None:
    spoken: list[str] = []
    files: list[str] = []
    for block in blocks_of(item.get("content")):
        form = word(block.get("type"))
        if form.endswith("text"):
            spoken.append(words(block.get("text")))
        elif form.endswith(("image", "file")):
            files.append(first_word(block.get("filename"), block.get("name"))[:200] or "image")
        else:
            session.tally.add(f"block of kind {form or '(none)'}")
    role = word(item.get("role"))
    text = "\n".join(part for part in spoken if part)
    if role not in {"user", "assistant"} or (role == "user" and _INSERTED.match(text)):
        role = SYSTEM
    session.items[role, text.strip()] += 1
    text = with_files(text, tuple(files))
    if not text.strip():
        session.tally.add("message without words")
        return
    _say(session, item, at, line, role=role, speaker=role, text=text, files=tuple(files))


def _say(
    session: _Session,
    item: Fields,
    at: datetime | None,
    line: int,
    *,
    role: str,
    speaker: str,
    text: str,
    files: tuple[str, ...] = (),
    event: bool = False,
) -> None:
    """Keep a message under the id it has, else under its line."""
    given = word(item.get("id"))
    if role == "tool" and not given:
        given = word(item.get("call_id"))
    message = Message(
        id=given or str(line),
        speaker=speaker,
        role=role,
        text=text,
        at=at,
        line=line,
        attachments=files,
    )
    session.said.append((message, event))


def _arguments(item: Fields) -> str:
    """What a tool was called with; JSON in a string is shown as its fields."""
    for key in ("arguments", "input", "action"):
        given = item.get(key)
        if isinstance(given, str):
            try:
                given = json.loads(given)
            except (ValueError, RecursionError):
                return words(given)
        if isinstance(given, dict):
            lines = (f"{well_formed(str(name))}: {as_text(part)}" for name, part in given.items())
            return "\n".join(lines)
        if given is not None:
            return as_text(given)
    return ""


def _output(output: object) -> str:
    """What a tool answered: its text, out of the JSON that some versions wrap it in."""
    if isinstance(output, str) and output.startswith("{"):
        try:
            wrapped = json.loads(output)
        except (ValueError, RecursionError):
            return words(output)
        inner = fields_of(wrapped).get("output")
        return words(inner) if isinstance(inner, str) else words(output)
    if isinstance(output, dict):
        for key in ("content", "output"):
            if isinstance(output.get(key), str):
                return words(output[key])
    if isinstance(output, list):
        parts = (words(fields_of(part).get("text")) or as_text(part) for part in output)
        return "\n".join(parts)
    return as_text(output)


def _document(session: _Session, messages: MessageList, entry: FileEntry) -> ParsedDocument:
    name = session.id or well_formed(entry.path.stem)
    kind = PureWindowsPath if "\\" in session.folder else PurePosixPath
    folder = kind(session.folder).name
    asked = next((one.text for one in messages.messages if one.role == "user"), "")
    return chat_document(
        form=CodexParser.name,
        conversation=name,
        title=first_line(asked) or f"Codex session{f' in {folder}' if folder else ''}",
        messages=[_in_session(message, name) for message in messages.messages],
        entry=entry,
        written=session.started,
        notices=session.tally.notices(),
        tags=(folder,) if folder else (),
    )


def _in_session(message: Message, session: str) -> Message:
    return replace(message, session=session)
