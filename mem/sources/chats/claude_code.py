"""Claude Code's session files: JSON Lines, one record a line, of one or several sessions.

Words of people and model are messages, calls of tools and their results are messages of role
tool; reasoning is left out; every other record is counted in a notice. What a subagent was
asked and answered is a variant; a file of a subagent alone is a document of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
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
    parse_json,
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
    items_of,
    word,
    words,
)
from mem.sources.resuming import CannotResume, bytes_behind
from mem.sources.sniffing import text_start
from mem.sources.textfile import read_bytes, well_formed

_SPOKEN = frozenset({"user", "assistant"})
_TITLES = {"custom-title": "customTitle", "ai-title": "aiTitle"}
_MARKS = re.compile(
    r'"type"\s*:\s*"(?:user|assistant|summary|system|file-history-snapshot|queue-operation|'
    r'progress|custom-title|ai-title)"'
)
_OWN_KEYS = re.compile(r'"(?:sessionId|leafUuid|parentUuid|isSidechain)"\s*:')
_LOGLINES = re.compile(r'\{\s*"loglines"\s*:\s*\[')
_SNIFFED_LINES = 20
_HEAD_BYTES = 256 * 1024


@dataclass(slots=True)
class _Session:
    """One session as far as it was read."""

    name: str
    messages: MessageList
    records: set[str] = field(default_factory=set)
    tools: dict[str, str] = field(default_factory=dict)
    title: dict[str, str] = field(default_factory=dict)
    answers_unknown: bool = False
    asked: str = ""
    folder: str = ""


class ClaudeCodeParser:
    """One document a session."""

    name = "claude-code"
    version = 1

    def sniff(self, path: Path, head: bytes) -> int:
        """JSON Lines with the keys of session records, or a session wrapped as `loglines`."""
        del path
        start = text_start(head)
        if not start.startswith("{"):
            return 0
        if _LOGLINES.match(start):
            return 92
        lines = start.split("\n", _SNIFFED_LINES)[:_SNIFFED_LINES]
        good = sum(1 for line in lines if _MARKS.search(line) and _OWN_KEYS.search(line))
        return 95 if good and good * 3 >= len(lines) else 0

    def parse(self, entry: FileEntry) -> Iterator[ParsedDocument]:
        """The file's sessions, by first appearance. Raises FileUnreadable, ParseFailed."""
        yield from self.parse_bytes(read_bytes(entry), entry)

    def resume(self, entry: FileEntry, offset: int, line: int) -> Iterator[ParsedDocument]:
        """The sessions in what stands behind `offset`, whose first line is `line`.

        Raises FileUnreadable, CannotResume.
        """
        data = bytes_behind(entry.path, offset)
        tally = Tally()
        titled = _titled_at_start(entry, offset)
        sessions: dict[str, _Session] = {}
        for number, record in json_lines(data, tally, first=line):
            _refuse_dependent(record)
            name = word(record.get("sessionId"))
            if not name:
                tally.add(f"record of kind {word(record.get('type')) or '(none)'}")
                continue
            if name not in titled:
                raise CannotResume
            session = sessions.setdefault(name, _Session(name, MessageList(tally)))
            _read_record(record, number, session, tally)
            if session.answers_unknown:
                raise CannotResume
        notices = tally.notices()
        for session in sessions.values():
            if session.messages.messages:
                yield _document(session, entry, notices)
                notices = ()

    def parse_bytes(
        self, data: bytes, entry: FileEntry, beside: Beside = nothing_beside
    ) -> Iterator[ParsedDocument]:
        """The sessions in `data`. Raises ParseFailed where no record holds words."""
        del beside
        tally = Tally()
        sessions: dict[str, _Session] = {}
        summaries: list[Fields] = []
        latest = well_formed(entry.path.stem)
        for line, record in _records(data, entry, tally):
            if record.get("type") == "summary":
                summaries.append(record)
                continue
            latest = word(record.get("sessionId")) or latest
            session = sessions.get(latest)
            if session is None:
                session = sessions[latest] = _Session(latest, MessageList(tally))
            _read_record(record, line, session, tally)
        spoken = [session for session in sessions.values() if session.messages.messages]
        if not spoken:
            raise ParseFailed(place_of(entry), "it holds no message with text", code="empty")
        _use_summaries(summaries, spoken, tally)
        notices = tally.notices()
        for session in spoken:
            yield _document(session, entry, notices)
            notices = ()


def _refuse_dependent(record: Fields) -> None:
    """Raises CannotResume for a record that says something of what stands before it."""
    kind = word(record.get("type"))
    spoken = kind in _SPOKEN or kind == SYSTEM
    if kind == "summary" or kind in _TITLES or (spoken and not word(record.get("sessionId"))):
        raise CannotResume


def _titled_at_start(entry: FileEntry, offset: int) -> set[str]:
    """The sessions whose first question stands near the start of the file, so that nothing behind
    `offset` names them. Raises FileUnreadable.
    """
    head = bytes_behind(entry.path, 0, min(offset, _HEAD_BYTES))
    tally = Tally()
    sessions: dict[str, _Session] = {}
    for line, record in json_lines(head[: head.rfind(b"\n") + 1], tally):
        name = word(record.get("sessionId"))
        session = sessions.setdefault(name, _Session(name, MessageList(tally)))
        _read_record(record, line, session, tally)
    return {name for name, session in sessions.items() if session.asked}


def _records(data: bytes, entry: FileEntry, tally: Tally) -> Iterator[tuple[int | None, Fields]]:
    """Records with their lines; those of a `loglines` wrapper have none."""
    if not _LOGLINES.match(text_start(data[:4096])):
        yield from json_lines(data, tally)
        return
    for record in items_of(fields_of(parse_json(data, place_of(entry))).get("loglines")):
        if isinstance(record, dict):
            yield None, record
        else:
            tally.add("line that is not a record")


def _read_record(record: Fields, line: int | None, session: _Session, tally: Tally) -> None:
    kind = word(record.get("type"))
    session.records.add(word(record.get("uuid")))
    session.folder = session.folder or word(record.get("cwd"))
    if kind in _TITLES:
        session.title[kind] = word(record.get(_TITLES[kind]))
        return
    if kind == SYSTEM and words(record.get("content")).strip():
        _add(record, line, session, text=words(record["content"]), role=SYSTEM, speaker=SYSTEM)
        return
    if kind not in _SPOKEN:
        tally.add(f"record of kind {kind or '(none)'}")
        return
    before = len(session.messages.messages)
    left_out = _read_message(record, kind, line, session, tally)
    if len(session.messages.messages) == before and not left_out:
        tally.add(f"{kind} record without words")


def _read_message(
    record: Fields, kind: str, line: int | None, session: _Session, tally: Tally
) -> bool:
    """Add what the record says; whether something else of it is in the tally already."""
    message = record.get("message")
    content = message if isinstance(message, str) else fields_of(message).get("content")
    counted = sum(tally.counts.values())
    spoken: list[str] = []
    files: list[str] = []
    for block in blocks_of(content):
        form = word(block.get("type"))
        if form == "text":
            spoken.append(words(block.get("text")))
        elif form in {"image", "document"}:
            files.append(_file_name(block, form))
        elif form in {"thinking", "redacted_thinking"}:
            tally.add("block of reasoning")
        elif form in {"tool_use", "server_tool_use"}:
            _say(record, kind, line, session, spoken, files)
            _add_call(record, block, line, session)
        elif form.endswith("tool_result"):
            _say(record, kind, line, session, spoken, files)
            _add_result(record, block, line, session)
        else:
            tally.add(f"block of kind {form or '(none)'}")
    _say(record, kind, line, session, spoken, files)
    return sum(tally.counts.values()) > counted


def _say(
    record: Fields,
    kind: str,
    line: int | None,
    session: _Session,
    spoken: list[str],
    files: list[str],
) -> None:
    """One message of the text so far, which is then empty."""
    text = with_files("\n".join(part for part in spoken if part), tuple(files))
    if text.strip():
        # Reminders, command output and summaries of what went before are put in as the user's.
        inserted = record.get("isMeta") is True or record.get("isCompactSummary") is True
        role = SYSTEM if inserted else kind
        if role == "user" and not session.asked and not text.startswith("<"):
            session.asked = text
        _add(record, line, session, text=text, role=role, speaker=role, files=tuple(files))
    spoken.clear()
    files.clear()


def _add_call(record: Fields, block: Fields, line: int | None, session: _Session) -> None:
    """A call of a tool: its arguments, one a line."""
    name = word(block.get("name")) or "tool"
    session.tools[word(block.get("id"))] = name
    arguments = block.get("input")
    if isinstance(arguments, dict):
        parts = [f"{well_formed(str(key))}: {as_text(part)}" for key, part in arguments.items()]
    else:
        parts = [as_text(arguments)]
    text = "\n".join([name, *(part for part in parts if part)])
    _add(record, line, session, text=text, role="tool", speaker=name)


def _add_result(record: Fields, block: Fields, line: int | None, session: _Session) -> None:
    """What a tool answered, whole."""
    parts: list[str] = []
    files: list[str] = []
    for part in blocks_of(block.get("content")):
        form = word(part.get("type"))
        if form in {"image", "document"}:
            files.append(_file_name(part, form))
        else:
            parts.append(words(part.get("text")) if form == "text" else as_text(part))
    text = with_files("\n".join(part for part in parts if part), tuple(files))
    name = session.tools.get(word(block.get("tool_use_id")), "")
    if not name:
        session.answers_unknown = True
        name = "tool"
    if not text.strip():
        text = f"[{name}: no output]"
    _add(record, line, session, text=text, role="tool", speaker=name, files=tuple(files))


def _file_name(block: Fields, form: str) -> str:
    source = fields_of(block.get("source"))
    given = first_word(block.get("title"), block.get("name"), source.get("media_type"))
    return given[:200] or form


def _add(
    record: Fields,
    line: int | None,
    session: _Session,
    *,
    text: str,
    role: str,
    speaker: str,
    files: tuple[str, ...] = (),
) -> None:
    place = str(line if line is not None else len(session.messages.messages) + 1)
    session.messages.add(
        Message(
            id=word(record.get("uuid")) or place,
            speaker=speaker,
            role=role,
            text=text,
            at=iso_time(record.get("timestamp")),
            session=session.name,
            variant=record.get("isSidechain") is True,
            line=line,
            attachments=files,
        )
    )


def _use_summaries(summaries: list[Fields], sessions: list[_Session], tally: Tally) -> None:
    """A summary names the session that holds the record it points to, or the only session.

    A summary that points elsewhere belongs to an earlier session and names this one only where
    the file has no other words for a title.
    """
    for summary in summaries:
        text = word(summary.get("summary"))
        leaf = word(summary.get("leafUuid"))
        owner = next((one for one in sessions if leaf and leaf in one.records), None)
        if owner is not None:
            owner.title["summary"] = text
        elif len(sessions) == 1 and len(summaries) == 1:
            sessions[0].title["summary"] = text
        else:
            tally.add("summary of another session")


def _document(session: _Session, entry: FileEntry, notices: tuple[str, ...]) -> ParsedDocument:
    messages = session.messages.messages
    subagent = all(message.variant for message in messages)
    given = (session.title.get(kind) for kind in ("custom-title", "summary", "ai-title"))
    title = next((text for text in given if text), "") or first_line(session.asked)
    folder = _folder_name(session.folder)
    stem = well_formed(entry.path.stem)
    return chat_document(
        form=ClaudeCodeParser.name,
        conversation=f"{session.name}/{stem}" if subagent else session.name,
        title=title or f"Claude Code session{f' in {folder}' if folder else ''}",
        messages=messages,
        entry=entry,
        notices=notices,
        tags=(folder,) if folder else (),
    )


def _folder_name(path: str) -> str:
    """The last part of a path of whichever system wrote it."""
    kind = PureWindowsPath if "\\" in path else PurePosixPath
    return kind(path).name
