"""Chat JSON Lines, the plain way in for any conversation: one message a line.

`{"conversation", "session", "id", "speaker", "role": "user|assistant|other", "at": ISO 8601,
"text"}`; only `text` is required. Bad lines cost themselves and nothing else.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from mem.core.clock import parse_time
from mem.core.document import DocumentKind, Message, ParsedDocument, SaidAtOrigin
from mem.core.ids import text_hash
from mem.core.protocols import FileEntry
from mem.errors import FileUnreadable, ParseFailed
from mem.sources import dates
from mem.sources.sniffing import text_start
from mem.sources.textfile import well_formed

_SUFFIXES = frozenset({".jsonl", ".ndjson", ".jsonlines"})
_ROLES = frozenset({"user", "assistant", "system", "tool", "other"})
_ROLE_OF_SPEAKER = {
    **dict.fromkeys(("user", "human", "me"), "user"),
    **dict.fromkeys(("assistant", "ai", "bot"), "assistant"),
}
_CONTEXT_KEYS = ("conversation", "session", "speaker", "role")
_SNIFFED_LINES = 20
_MAX_NOTICES = 20
_ID_DIGITS = 16


@dataclass(slots=True)
class _Conversation:
    """The messages of one conversation so far."""

    name: str
    messages: list[Message] = field(default_factory=list)
    seen: dict[str, Message] = field(default_factory=dict)
    derived: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Notices:
    """What was wrong, the first few in words and the rest as a number."""

    shown: list[str] = field(default_factory=list)
    more: int = 0

    def add(self, line: int, problem: str) -> None:
        if len(self.shown) < _MAX_NOTICES:
            self.shown.append(f"line {line}: {problem}")
        else:
            self.more += 1

    def all(self) -> tuple[str, ...]:
        return (*self.shown, f"and {self.more} more") if self.more else tuple(self.shown)


class _BadLineError(Exception):
    """A line that holds no message; the text says why."""


class ChatJsonlParser:
    """One document a conversation; messages keep the order of the file."""

    name = "chat-jsonl"
    version = 1

    def sniff(self, path: Path, head: bytes) -> int:
        """Lines that are messages with some context, not just any JSON with a text."""
        named = path.suffix.lower() in _SUFFIXES
        start = text_start(head)
        lines = start.split("\n", _SNIFFED_LINES)[:_SNIFFED_LINES]
        good = sum(map(_looks_like_message, lines))
        if good >= (1 if named else 2) and good * 2 >= len(lines):
            return 90 if named else 75
        one_long_line = named and len(lines) == 1 and start.startswith("{")
        keys = (f'"{key}"' in start for key in _CONTEXT_KEYS)
        return 60 if one_long_line and '"text"' in start and any(keys) else 0

    def parse(self, entry: FileEntry) -> Iterator[ParsedDocument]:
        """The file's conversations, by first appearance; notices stand on the first.

        Raises FileUnreadable, and ParseFailed where no line holds a message.
        """
        notices = _Notices()
        stem = well_formed(entry.path.stem)
        conversations: dict[str, _Conversation] = {}
        for number, line in _lines(entry):
            try:
                name, message = _read_line(line, stem, number, notices)
            except _BadLineError as error:
                notices.add(number, str(error))
                continue
            conversation = conversations.setdefault(name, _Conversation(name))
            _append(conversation, message, notices)
        if not conversations:
            reason = f"no line holds a message ({'; '.join(notices.all()[:3]) or 'it is empty'})"
            raise ParseFailed(well_formed(str(entry.path)), reason)
        for index, conversation in enumerate(conversations.values()):
            yield _document(conversation, entry, notices.all() if index == 0 else ())


def _lines(entry: FileEntry) -> Iterator[tuple[int, str]]:
    """The file's non-blank lines with their 1-based numbers; bytes that are not UTF-8 arrive
    as surrogate escapes, which `well_formed` makes visible later.
    """
    try:
        with entry.path.open(encoding="utf-8-sig", errors="surrogateescape", newline="\n") as file:
            for number, line in enumerate(file, start=1):
                if not line.isspace():
                    yield number, line
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise FileUnreadable(well_formed(str(entry.path)), reason) from error


def _looks_like_message(line: str) -> bool:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return False
    if not isinstance(fields, dict) or not isinstance(fields.get("text"), str):
        return False
    return any(key in fields for key in _CONTEXT_KEYS)


def _read_line(line: str, stem: str, number: int, notices: _Notices) -> tuple[str, Message]:
    """The conversation's name and the message of one line; its id is "" where none is given."""
    try:
        fields = json.loads(line)
    except json.JSONDecodeError as error:
        raise _BadLineError(f"not JSON ({error.msg}, column {error.colno})") from error
    except (ValueError, RecursionError) as error:
        raise _BadLineError("not JSON that can be read") from error
    if not isinstance(fields, dict):
        raise _BadLineError("not a JSON object")
    text = fields.get("text")
    if not isinstance(text, str) or not text.strip():
        raise _BadLineError("no text")
    speaker = _word(fields, "speaker")
    role = (_word(fields, "role") or _ROLE_OF_SPEAKER.get(speaker.lower(), "other")).lower()
    message = Message(
        id=_word(fields, "id"),
        speaker=speaker or role,
        role=role if role in _ROLES else "other",
        text=well_formed(text),
        at=_time(fields.get("at"), number, notices),
        session=_word(fields, "session") or None,
        line=number,
    )
    return _word(fields, "conversation") or stem, message


def _word(fields: dict[str, Any], key: str) -> str:
    """A short value as text; "" where it is missing or not a word or number."""
    value = fields.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return well_formed(str(value)).strip()


def _time(value: object, number: int, notices: _Notices) -> datetime | None:
    """The written wall-clock time; a zone is dropped."""
    if value is None or value == "":
        return None
    try:
        return parse_time(str(value).strip())
    except ValueError:
        notices.add(number, "`at` is not an ISO 8601 time; the message is kept without it")
        return None


def _append(conversation: _Conversation, message: Message, notices: _Notices) -> None:
    """Add a message under an id of its own; the very same message again is left out."""
    line = message.line or 0
    if not message.id:
        message = replace(message, id=_derived_id(conversation, message))
    earlier = conversation.seen.get(message.id)
    if earlier is not None:
        if replace(earlier, line=message.line) == message:
            notices.add(line, f"the same message as line {earlier.line}")
            return
        notices.add(line, f"its id {message.id[:80]!r} is also that of line {earlier.line}")
        message = replace(message, id=_free_id(conversation, message.id))
    conversation.seen[message.id] = message
    conversation.messages.append(message)


def _derived_id(conversation: _Conversation, message: Message) -> str:
    """An id from the content, and from how many times it occurred before."""
    at = message.at.isoformat() if message.at else ""
    content = "\x1f".join((message.session or "", message.speaker, at, message.text))
    digest = text_hash(content)[:_ID_DIGITS]
    conversation.derived[digest] += 1
    occurrence = conversation.derived[digest]
    return digest if occurrence == 1 else f"{digest}-{occurrence}"


def _free_id(conversation: _Conversation, taken: str) -> str:
    while True:
        conversation.derived[taken] += 1
        candidate = f"{taken}#{conversation.derived[taken] + 1}"
        if candidate not in conversation.seen:
            return candidate


def _document(
    conversation: _Conversation, entry: FileEntry, notices: tuple[str, ...]
) -> ParsedDocument:
    messages = tuple(conversation.messages)
    first = next((message.at for message in messages if message.at), None)
    origin: SaidAtOrigin | None = SaidAtOrigin.MESSAGE
    if first is None:
        first, origin = dates.said_at(None, entry)
    return ParsedDocument(
        uri=f"chat-jsonl:{conversation.name}",
        kind=DocumentKind.CHAT,
        format=ChatJsonlParser.name,
        title=_title(conversation.name, messages),
        messages=messages,
        said_at=first,
        said_at_origin=origin,
        notices=notices,
    )


def _title(name: str, messages: tuple[Message, ...]) -> str:
    """The two people who speak, where they have names; else the conversation's name."""
    speakers = list(dict.fromkeys(message.speaker for message in messages))
    generic = _ROLES | _ROLE_OF_SPEAKER.keys()
    if len(speakers) == 2 and not any(speaker.lower() in generic for speaker in speakers):
        return f"{speakers[0]} and {speakers[1]}"
    return name
