"""Reading the small exports in `tests/fixtures/chats` and naming what became of them."""

from __future__ import annotations

from pathlib import Path

from mem.core.document import Message, ParsedDocument
from mem.core.protocols import FileEntry, Parser
from mem.sources.builtin import parsers
from mem.sources.sniffing import HEAD_BYTES, choose
from tests.unit.sources.helpers import entry_of

FIXTURES = Path(__file__).parents[3] / "fixtures" / "chats"


def read(parser: Parser, path: Path | str) -> list[ParsedDocument]:
    """The documents of a file, by a path below the fixtures or of its own; the file must also
    be one that sniffing gives to `parser`.
    """
    path = FIXTURES / path
    chosen = choose(parsers(), path, path.read_bytes()[:HEAD_BYTES])
    assert chosen is not None and chosen.name == parser.name
    return list(parser.parse(entry_of(path)))


def read_one(parser: Parser, path: Path | str) -> ParsedDocument:
    """The only document of a file."""
    (document,) = read(parser, path)
    assert len({message.id for message in document.messages}) == len(document.messages)
    return document


def said(document: ParsedDocument) -> list[tuple[str, str, str]]:
    """Speaker, role and text of each message."""
    return [(one.speaker, one.role, one.text) for one in document.messages]


def by_id(document: ParsedDocument) -> dict[str, Message]:
    """The messages by their ids."""
    return {message.id: message for message in document.messages}


def entry_for(path: str, data: bytes, *, modified: int = 1_750_000_000) -> FileEntry:
    """The entry of a member of an archive: nothing of it is on the disk."""
    return FileEntry(Path(path), len(data), modified * 1_000_000_000)
