"""Signal messages as JSON: Signal has no export of its own, so the shapes of the tools for it.

Rows of Signal Desktop's database (a list, or `messages` beside `conversations`), the lines that
signal-cli receives, and the `data.json` lines of signal-export.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from mem.core.document import Message, ParsedDocument
from mem.core.ids import text_hash
from mem.core.protocols import FileEntry
from mem.sources.chats.records import (
    SYSTEM,
    Beside,
    MessageList,
    Tally,
    chat_documents,
    json_lines,
    nothing_beside,
    parse_json,
    place_of,
    with_files,
)
from mem.sources.loose import (
    Fields,
    epoch_time,
    fields_of,
    first_word,
    iso_time,
    items_of,
    word,
    words,
)
from mem.sources.sniffing import text_start
from mem.sources.textfile import read_bytes, well_formed

_ROW = (
    re.compile(r'"conversationId"\s*:'),
    re.compile(r'"type"\s*:\s*"(?:incoming|outgoing)"|"sent_at"\s*:'),
)
_ENVELOPE = re.compile(r'\{[^{}]{0,200}"envelope"\s*:\s*\{')
_LINE = tuple(re.compile(rf'"{key}"\s*:') for key in ("date", "sender", "body", "quote", "sticker"))
_MILLISECONDS = 1000
_FILE_NAME_KEYS = ("fileName", "filename", "name", "contentType", "path")
_SPOKEN = frozenset({"incoming", "outgoing"})


@dataclass(slots=True)
class _Chat:
    """One conversation so far."""

    key: str
    title: str
    messages: MessageList


@dataclass(slots=True)
class _Reading:
    """The conversations of a file and the names that ids and numbers stand for."""

    tally: Tally = field(default_factory=Tally)
    names: dict[str, str] = field(default_factory=dict)
    chats: dict[str, _Chat] = field(default_factory=dict)

    def chat(self, key: str, title: str) -> _Chat:
        """The conversation `key`, begun under `title`."""
        if key not in self.chats:
            self.chats[key] = _Chat(key, title, MessageList(self.tally))
        return self.chats[key]


class SignalParser:
    """One document a conversation."""

    name = "signal"
    version = 1

    def sniff(self, path: Path, head: bytes) -> int:
        """JSON, or JSON Lines, with the keys of one of the shapes."""
        del path
        start = text_start(head)
        if not start.startswith(("{", "[")):
            return 0
        if all(pattern.search(start) for pattern in _ROW) or _ENVELOPE.match(start):
            return 88
        line = start.partition("\n")[0]
        return 85 if all(pattern.search(line) for pattern in _LINE) else 0

    def parse(self, entry: FileEntry) -> Iterator[ParsedDocument]:
        """The file's conversations. Raises FileUnreadable, ParseFailed."""
        yield from self.parse_bytes(read_bytes(entry), entry)

    def parse_bytes(
        self, data: bytes, entry: FileEntry, beside: Beside = nothing_beside
    ) -> Iterator[ParsedDocument]:
        """The conversations in `data`. Raises ParseFailed; code "empty" where none has words."""
        del beside
        reading = _Reading()
        for record, chat in _records(data, entry, reading):
            _read_record(record, chat, entry, reading)
        spoken = ((one.key, one.title, one.messages.messages) for one in reading.chats.values())
        empty = "it holds no Signal message with text"
        yield from chat_documents(self.name, spoken, entry, reading.tally, empty=empty)


def _records(data: bytes, entry: FileEntry, reading: _Reading) -> Iterator[tuple[Fields, Fields]]:
    """Records with the conversation they stand in, where the file nests them."""
    lines = data.lstrip().split(b"\n", 2)
    if len(lines) > 1 and lines[0].rstrip().endswith(b"}") and lines[1].startswith(b"{"):
        for _, record in json_lines(data, reading.tally):
            yield record, {}
        return
    loaded = parse_json(data, place_of(entry))
    whole = fields_of(loaded)
    conversations = [fields_of(one) for one in items_of(whole.get("conversations"))]
    for one in conversations:
        _learn_names(one, reading)
    nested = [(one, chat) for chat in conversations for one in items_of(chat.get("messages"))]
    loose = loaded if isinstance(loaded, list) else whole.get("messages")
    if loose is None and not nested and whole:
        loose = [whole]
    for record, chat in [*nested, *((one, Fields()) for one in items_of(loose))]:
        if isinstance(record, dict):
            yield record, chat
        else:
            reading.tally.add("entry that is no message")


def _learn_names(conversation: Fields, reading: _Reading) -> None:
    """A conversation with one person names that person under each of their ids."""
    name = first_word(
        conversation.get("name"),
        conversation.get("profileFullName"),
        conversation.get("profileName"),
        conversation.get("e164"),
    )
    for key in ("id", "uuid", "serviceId", "e164", "groupId"):
        known = word(conversation.get(key))
        if known and name:
            reading.names[known] = name


def _read_record(record: Fields, chat: Fields, entry: FileEntry, reading: _Reading) -> None:
    if isinstance(record.get("envelope"), dict):
        _read_envelope(record["envelope"], reading)
    elif "sender" in record and "conversationId" not in record:
        _read_line(record, entry, reading)
    else:
        _read_row(record, chat, entry, reading)


def _read_row(record: Fields, chat: Fields, entry: FileEntry, reading: _Reading) -> None:
    """A row of Signal Desktop's table of messages."""
    key = first_word(record.get("conversationId"), chat.get("id")) or well_formed(entry.path.stem)
    kind = word(record.get("type")) or ("incoming" if word(record.get("source")) else "")
    at = _moment(record.get("sent_at")) or _moment(record.get("timestamp"))
    sources = [word(record.get(one)) for one in ("source", "sourceUuid", "sourceServiceId")]
    known = [reading.names[one] for one in sources if one in reading.names]
    title = first_word(record.get("conversationName"), reading.names.get(key), chat.get("name"))
    sender = first_word(*known, *sources, title) or "unknown"
    text = words(record.get("body"))
    if kind not in _SPOKEN and not text.strip():
        text = f"[{kind.replace('-', ' ')}]" if kind else ""
    _say(
        reading,
        reading.chat(key, title or first_word(*known) or key),
        record,
        text=text,
        at=at,
        given=word(record.get("id")),
        speaker="me" if kind == "outgoing" else sender if kind == "incoming" else SYSTEM,
        role="user" if kind == "outgoing" else "other" if kind == "incoming" else SYSTEM,
    )


def _read_envelope(envelope: Fields, reading: _Reading) -> None:
    """What signal-cli received, or another device of the user sent."""
    sent = fields_of(fields_of(envelope.get("syncMessage")).get("sentMessage"))
    received = fields_of(envelope.get("dataMessage"))
    if not sent and not received:
        kinds = [key for key in envelope if key.endswith("Message")]
        reading.tally.add(f"envelope with {kinds[0] if kinds else 'no message'}")
        return
    message = sent or received
    sender = first_word(envelope.get("sourceName"), envelope.get("sourceNumber"))
    sender = sender or first_word(envelope.get("source"), envelope.get("sourceUuid")) or "unknown"
    group = fields_of(message.get("groupInfo"))
    if sent:
        other = first_word(sent.get("destinationUuid"), sent.get("destination"))
    else:
        other = first_word(envelope.get("sourceUuid"), envelope.get("source"))
    key = first_word(group.get("groupId"), other) or "unknown"
    title = first_word(group.get("groupName"), group.get("name")) or (key if sent else sender)
    _say(
        reading,
        reading.chat(key, title),
        message,
        text=words(message.get("message")),
        at=_moment(message.get("timestamp")) or _moment(envelope.get("timestamp")),
        given=first_word(message.get("timestamp"), envelope.get("timestamp")),
        speaker="me" if sent else sender,
        role="user" if sent else "other",
    )


def _read_line(record: Fields, entry: FileEntry, reading: _Reading) -> None:
    """A line of signal-export, in a folder named after the conversation."""
    name = well_formed(entry.path.parent.name) or well_formed(entry.path.stem)
    sender = word(record.get("sender")) or SYSTEM
    own = sender.lower() in {"me", "you"}
    at = iso_time(record.get("date")) or _moment(record.get("date"))
    quote = words(record.get("quote")).strip()
    parts = [quote, words(record.get("body")).strip()]
    sticker = words(record.get("sticker")).strip()
    if sticker:
        parts.append(f"[sticker: {sticker}]")
    _say(
        reading,
        reading.chat(name, name),
        record,
        text="\n".join(part for part in parts if part),
        at=at,
        given="",
        speaker="me" if own else sender,
        role="user" if own else SYSTEM if sender == SYSTEM else "other",
    )


def _say(
    reading: _Reading,
    chat: _Chat,
    record: Fields,
    *,
    text: str,
    at: datetime | None,
    given: str,
    speaker: str,
    role: str,
) -> None:
    """Add a message with its files; one without words is counted."""
    names = _files(record)
    if items_of(record.get("reactions")):
        reading.tally.add("reaction", len(record["reactions"]))
    text = with_files(text, names)
    if not text.strip():
        kind = word(record.get("type")) or "no kind"
        reading.tally.add(f"message without words ({kind})")
        return
    if record.get("editHistory"):
        text += " (edited)"
    chat.messages.add(
        Message(
            id=given or _derived_id(speaker, at, text),
            speaker=speaker,
            role=role,
            text=text,
            at=at,
            session=at.date().isoformat() if at else None,
            attachments=names,
        )
    )


def _files(record: Fields) -> tuple[str, ...]:
    """Names of a message's files, else their kinds."""
    files = [fields_of(one) for one in items_of(record.get("attachments"))]
    return tuple(
        first_word(*(one.get(key) for key in _FILE_NAME_KEYS)) or "unnamed" for one in files
    )


def _derived_id(speaker: str, at: datetime | None, text: str) -> str:
    return text_hash("\x1f".join((speaker, at.isoformat() if at else "", text)))[:16]


def _moment(value: object) -> datetime | None:
    """The UTC wall clock of a count of milliseconds."""
    return epoch_time(value, per_second=_MILLISECONDS)
