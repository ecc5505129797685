"""Tables (CSV, TSV, JSON Lines, a JSON list of flat objects): each row a line of `column: value`.

In CSV and JSON Lines a row stands on the line of the text that it begins on in the file, so that
locators name the file's own lines. With a column mapping rows are messages instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mem.core.document import (
    Block,
    BlockKind,
    DocumentKind,
    Message,
    ParsedDocument,
    SaidAtOrigin,
)
from mem.core.protocols import FileEntry
from mem.errors import BadMapping, ParseFailed
from mem.sources import dates
from mem.sources.folders import file_uri
from mem.sources.parsers.tablerows import (
    Row,
    delimited_rows,
    flat_json_rows,
    is_flat_line,
    json_line_rows,
)
from mem.sources.sniffing import text_start
from mem.sources.textfile import read_text, well_formed

_DELIMITED = {".csv": None, ".tsv": "\t", ".tab": "\t"}
_JSON_LINES = frozenset({".jsonl", ".ndjson", ".jsonlines"})
_BETWEEN = " · "
_ROLES = ("text", "at", "speaker", "conversation")


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which columns hold what: `text` the words of a message (joined where several), and where
    named who said it, when, and in which conversation.
    """

    text: tuple[str, ...]
    speaker: str | None = None
    at: str | None = None
    conversation: str | None = None

    @classmethod
    def read(cls, written: str) -> ColumnMapping:
        """The mapping in `text=body,at=date,speaker=from,conversation=thread`; more than one
        `text` is joined. Raises BadMapping.
        """
        text: list[str] = []
        other: dict[str, str] = {}
        for part in written.split(","):
            role, _, column = (one.strip() for one in part.partition("="))
            if not column or role not in _ROLES or role in other:
                raise BadMapping(written, part.strip())
            if role == "text":
                text.append(column)
            else:
                other[role] = column
        if not text:
            raise BadMapping(written, "")
        return cls(tuple(text), **other)

    @property
    def columns(self) -> tuple[str, ...]:
        """All the columns that it names."""
        others = (self.speaker, self.at, self.conversation)
        return (*self.text, *(name for name in others if name is not None))

    def __str__(self) -> str:
        """As `read` takes it."""
        pairs = [*(("text", name) for name in self.text), ("at", self.at)]
        pairs += [("speaker", self.speaker), ("conversation", self.conversation)]
        return ",".join(f"{role}={name}" for role, name in pairs if name is not None)


class TableParser:
    """One note a file; one chat a conversation with a mapping."""

    name = "table"
    version = 1

    def __init__(self, mapping: ColumnMapping | None = None) -> None:
        self._mapping = mapping

    @property
    def options(self) -> str:
        """The mapping as text, "" without one."""
        return str(self._mapping) if self._mapping else ""

    def with_options(self, written: str) -> TableParser:
        """The parser with another mapping. Raises BadMapping."""
        return TableParser(ColumnMapping.read(written) if written else None)

    def sniff(self, path: Path, head: bytes) -> int:
        """Its suffixes; JSON only where it opens as objects, and after every chat format."""
        suffix = path.suffix.lower()
        start = text_start(head)
        if suffix in _DELIMITED:
            return 70 if start else 0
        if suffix in _JSON_LINES:
            return 30 if is_flat_line(start.partition("\n")[0]) else 0
        listed = start.startswith("[") and start[1:200].lstrip().startswith("{")
        return 10 if suffix == ".json" and listed else 0

    def parse(self, entry: FileEntry) -> Iterator[ParsedDocument]:
        """The file's documents.

        Raises FileUnreadable; ParseFailed, with code unsupported for JSON that is no table.
        """
        text, notices = read_text(entry)
        place = well_formed(str(entry.path))
        rows = list(_rows(text, entry.path.suffix.lower(), place))
        bad = sum(row is None for row in rows)
        if bad:
            notices = (*notices, f"left out: {bad} × line that is not a record")
        kept = [row for row in rows if row is not None]
        if not kept:
            raise ParseFailed(place, "it holds no row", code="empty")
        if self._mapping is None:
            yield _note(kept, entry, notices)
        else:
            _check_columns(kept, self._mapping, place)
            yield from _chats(kept, self._mapping, entry, notices)


def _rows(text: str, suffix: str, place: str) -> Iterable[Row | None]:
    if suffix in _DELIMITED:
        return delimited_rows(text, place, delimiter=_DELIMITED[suffix])
    if suffix in _JSON_LINES or not text.lstrip().startswith("["):
        return json_line_rows(text)
    return flat_json_rows(text, place)


def _check_columns(rows: list[Row], mapping: ColumnMapping, place: str) -> None:
    """Raises ParseFailed, code no-such-column, with the columns that there are."""
    found: dict[str, None] = {}
    for row in rows:
        found.update(dict.fromkeys(name or value for name, value in row.cells))
    missing = [name for name in mapping.columns if name not in found]
    if missing:
        reason = f"it has no column {missing[0]!r}; its columns are {', '.join(found)}"[:500]
        raise ParseFailed(place, reason, code="no-such-column")


def _note(rows: list[Row], entry: FileEntry, notices: tuple[str, ...]) -> ParsedDocument:
    pieces: list[str] = []
    blocks: list[Block] = []
    length, line = 0, 1
    for row in rows:
        words = _BETWEEN.join(_shown(name, value) for name, value in row.cells)
        if not words:
            continue
        gap = "\n" * max(row.line - line, 1 if pieces else 0)
        start = length + len(gap)
        line += len(gap)
        pieces += (gap, words)
        length = start + len(words)
        blocks.append(Block(BlockKind.TABLE, start, length, line))
    moment, origin = dates.said_at(None, entry)
    return ParsedDocument(
        uri=file_uri(entry.path),
        kind=DocumentKind.NOTE,
        format=TableParser.name,
        title=well_formed(entry.path.stem),
        text="".join(pieces),
        blocks=tuple(blocks),
        said_at=moment,
        said_at_origin=origin,
        notices=notices,
    )


def _shown(name: str, value: str) -> str:
    words = " ".join(value.split())
    return f"{name}: {words}" if name else words


def _chats(
    rows: list[Row], mapping: ColumnMapping, entry: FileEntry, notices: tuple[str, ...]
) -> Iterator[ParsedDocument]:
    """A chat for each conversation; rows without words are counted."""
    chats: dict[str, list[Message]] = {}
    empty = 0
    for row in rows:
        cells = dict(row.cells)
        if "" in cells:
            continue
        text = "\n".join(cells[name] for name in mapping.text if name in cells)
        if not text.strip():
            empty += 1
            continue
        conversation = cells.get(mapping.conversation or "", "").strip()
        message = Message(
            id=f"row-{row.line}",
            speaker=cells.get(mapping.speaker or "", "").strip() or "unknown",
            role="other",
            text=text,
            at=dates.read_date(cells.get(mapping.at or "", "")),
            session=conversation or None,
            line=row.line,
        )
        chats.setdefault(conversation, []).append(message)
    if empty:
        notices = (*notices, f"left out: {empty} × row without words")
    if not chats:
        raise ParseFailed(well_formed(str(entry.path)), "no row holds words", code="empty")
    for conversation, messages in chats.items():
        yield _chat(conversation, messages, entry, notices)
        notices = ()


def _chat(
    conversation: str, messages: list[Message], entry: FileEntry, notices: tuple[str, ...]
) -> ParsedDocument:
    said_at = min((one.at for one in messages if one.at), default=None)
    origin: SaidAtOrigin | None = SaidAtOrigin.MESSAGE
    if said_at is None:
        said_at, origin = dates.said_at(None, entry)
    uri = file_uri(entry.path)
    return ParsedDocument(
        uri=f"{uri}#{conversation}" if conversation else uri,
        kind=DocumentKind.CHAT,
        format=TableParser.name,
        title=conversation or well_formed(entry.path.stem),
        messages=tuple(messages),
        said_at=said_at,
        said_at_origin=origin,
        notices=notices,
    )
