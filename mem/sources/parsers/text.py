"""Plain text: the text as written, one block a paragraph."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mem.core.document import DocumentKind, ParsedDocument
from mem.core.protocols import FileEntry
from mem.sources import dates
from mem.sources.folders import file_uri
from mem.sources.parsers.blocks import BlockBuilder, Lines
from mem.sources.sniffing import text_start
from mem.sources.textfile import read_text, well_formed

_SUFFIXES = frozenset({".txt", ".text", ".log", ".rst", ".adoc", ".asciidoc", ".tex", ".textile"})


class TextParser:
    """One note a file; paragraphs end at blank lines."""

    name = "text"
    version = 1

    def sniff(self, path: Path, head: bytes) -> int:
        """Its suffixes, and any text file without a suffix."""
        if not text_start(head):
            return 0
        return 50 if path.suffix.lower() in _SUFFIXES else 0 if path.suffix else 20

    def parse(self, entry: FileEntry) -> Iterator[ParsedDocument]:
        """One document. Raises FileUnreadable, ParseFailed."""
        text, notices = read_text(entry)
        moment, origin = dates.said_at(None, entry)
        yield ParsedDocument(
            uri=file_uri(entry.path),
            kind=DocumentKind.NOTE,
            format=self.name,
            title=well_formed(entry.path.stem),
            text=text,
            blocks=BlockBuilder(Lines(text)).finish(),
            said_at=moment,
            said_at_origin=origin,
            notices=notices,
        )
