"""Chat JSON Lines, the plain way in for any conversation: one message a line.

`{"conversation", "session", "id", "speaker", "role": "user|assistant|other", "at": ISO 8601,
"text"}`; only `text` is required. A role may be `system` or `tool`, too, as in exports
of assistants. Bad lines cost themselves and nothing else.
"""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from mem.core.clock import parse_time
from mem.core.document import DocumentKind, Message, ParsedDocument, SaidAtOrigin
from mem.core.ids import text_hash
from mem.core.protocols import FileEntry
from mem.errors import FileUnreadable, ParseFailed
from mem.sources import dates
from mem.sources.sniffing import text_start
from mem.sources.textfile import well_formed

_SUFFIXES = frozenset({".jsonl", ".ndjson", ".jsonlines"})
_ROLES = frozenset({"user", "assistant", "system", "tool", "other", "bulk"})
_ROLE_OF_SPEAKER = {
    **dict.fromkeys(("user", "human", "me"), "user"),
    **dict.fromkeys(("assistant", "ai", "bot"), "assistant"),
}
_CONTEXT_KEYS = ("conversation", "session", "speaker", "role")
_SNIFFED_LINES = 20
_MAX_NOTICES = 20
_ID_DIGITS = 16
_HELD_BYTES = 16 * 1024 * 1024
_MARK = b"\xef\xbb\xbf"


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
    streams = True

    def sniff(self, path: Path, head: bytes) -> int:
        """Lines that are messages with some context, not just any JSON with a text."""
        named = path.suffix.lower() in _SUFFIXES
        start = text_start(head)
        lines = [line for line in start.split("\n")[:_SNIFFED_LINES] if line.strip()]
        good = sum(map(_looks_like_message, lines))
        if good >= (1 if named else 2) and good * 2 >= len(lines):
            return 90 if named else 75
        one_long_line = named and len(lines) == 1 and start.startswith("{")
        keys = (f'"{key}"' in start for key in _CONTEXT_KEYS)
        return 60 if one_long_line and '"text"' in start and any(keys) else 0

    def parse(self, entry: FileEntry) -> Iterator[ParsedDocument]:
        """The file's conversations, by first appearance; notices stand on the first.

        A large file is gone through twice and never held whole. Raises FileUnreadable, and
        ParseFailed where no line holds a message.
        """
        if entry.size > _HELD_BYTES:
            yield from self._parse_large(entry)
            return
        notices = _Notices()
        conversations = _collected(_lines(entry), entry, notices)
        if not conversations:
            raise _nothing_in(entry, notices)
        for index, conversation in enumerate(conversations):
            yield _document(conversation, entry, notices.all() if index == 0 else ())

    def resume(self, entry: FileEntry, offset: int, line: int) -> Iterator[ParsedDocument]:
        """The conversations in what stands behind `offset`, whose first line is `line`.

        Raises FileUnreadable.
        """
        notices = _Notices()
        conversations = _collected(_lines(entry, offset, line), entry, notices)
        for index, conversation in enumerate(conversations):
            yield _document(conversation, entry, notices.all() if index == 0 else ())

    def _parse_large(self, entry: FileEntry) -> Iterator[ParsedDocument]:
        """One conversation at a time, from where its lines stand."""
        notices = _Notices()
        stem = well_formed(entry.path.stem)
        places: dict[str, array[int]] = {}
        for number, line in _lines(entry):
            try:
                name, _ = _read_line(line.text, stem, number, notices)
            except _BadLineError as error:
                notices.add(number, str(error))
                continue
            places.setdefault(name, array("Q")).extend((line.start, line.end, number))
        if not places:
            raise _nothing_in(entry, notices)
        found = notices.all()
        for name, spans in places.items():
            conversation = _Conversation(name)
            repeated = _Notices()
            for number, text in _lines_at(entry, spans):
                _, message = _read_line(text, stem, number, _Notices())
                _append(conversation, message, repeated)
            yield _document(conversation, entry, (*found, *repeated.all())[:_MAX_NOTICES])
            found = ()


def _collected(
    lines: Iterable[tuple[int, _Line]], entry: FileEntry, notices: _Notices
) -> list[_Conversation]:
    """The conversations whose messages the lines are, by first appearance."""
    stem = well_formed(entry.path.stem)
    conversations: dict[str, _Conversation] = {}
    for number, line in lines:
        try:
            name, message = _read_line(line.text, stem, number, notices)
        except _BadLineError as error:
            notices.add(number, str(error))
            continue
        _append(conversations.setdefault(name, _Conversation(name)), message, notices)
    return list(conversations.values())


def _nothing_in(entry: FileEntry, notices: _Notices) -> ParseFailed:
    reason = f"no line holds a message ({'; '.join(notices.all()[:3]) or 'it is empty'})"
    return ParseFailed(well_formed(str(entry.path)), reason)


class _Line(NamedTuple):
    """A line and the bytes `[start, end)` of the file that it is."""

    text: str
    start: int
    end: int


def _lines(entry: FileEntry, offset: int = 0, first: int = 1) -> Iterator[tuple[int, _Line]]:
    """The non-blank lines from the byte `offset` on, with their numbers from `first` on; bytes
    that are not UTF-8 arrive as surrogate escapes, which `well_formed` makes visible later.
    """
    try:
        with entry.path.open("rb") as file:
            file.seek(offset)
            for number, line in enumerate(file, start=first):
                start, offset = offset, offset + len(line)
                text = _decoded(line if start else line.removeprefix(_MARK))
                if text.strip():
                    yield number, _Line(text, start, offset)
    except OSError as error:
        raise _unreadable(entry, error) from error


def _lines_at(entry: FileEntry, spans: array[int]) -> Iterator[tuple[int, str]]:
    """The lines at (start, end, number) triples."""
    try:
        with entry.path.open("rb") as file:
            for place in range(0, len(spans), 3):
                start, end, number = spans[place : place + 3]
                file.seek(start)
                line = file.read(end - start)
                yield number, _decoded(line if start else line.removeprefix(_MARK))
    except OSError as error:
        raise _unreadable(entry, error) from error


def _decoded(line: bytes) -> str:
    return line.decode("utf-8", "surrogateescape")


def _unreadable(entry: FileEntry, error: OSError) -> FileUnreadable:
    reason = error.strerror or type(error).__name__
    return FileUnreadable(well_formed(str(entry.path)), reason)


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
