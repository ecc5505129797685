"""One note a book: its data, then its chapters in reading order, each block under its headings.

Text is of our own making, so a locator names the chapter, not a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mem.core.document import Block, BlockKind, DocumentKind, ParsedDocument
from mem.core.protocols import FileEntry
from mem.errors import ParseFailed
from mem.sources import dates
from mem.sources.folders import file_uri
from mem.sources.parsers.blocks import Outline
from mem.sources.parsers.html import text_of
from mem.sources.textfile import decode, read_bytes, well_formed
from mem_epub.package import Archive, Book, Chapter, read_book

_MIMETYPE = b"mimetypeapplication/epub+zip"
_ZIP = b"PK\x03\x04"
_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}encoding\s*=\s*["']([\w.:-]{1,40})""")
_PARAGRAPHS = re.compile(r"\n{2,}")
# A heading whose words come out differently (around a picture) is passed over.
_AHEAD = 5


class EpubParser:
    """Books in EPUB."""

    name = "epub"
    version = 1

    def sniff(self, path: Path, head: bytes) -> int:
        """The media type that a book opens with; else a zip file with its suffix."""
        if not head.startswith(_ZIP):
            return 0
        if head[30:].startswith(_MIMETYPE):
            return 100
        return 90 if path.suffix.lower() == ".epub" else 0

    def parse(self, entry: FileEntry) -> Iterator[ParsedDocument]:
        """One document. Raises FileUnreadable; ParseFailed with code malformed, archive-bomb,
        encrypted, or empty.
        """
        place = well_formed(str(entry.path))
        archive = Archive(read_bytes(entry), place)
        book = read_book(archive, place)
        writing = _Writing()
        writing.data(_card(book))
        missing = 0
        for number, chapter in enumerate(book.chapters, start=1):
            if chapter.name not in archive.names:
                missing += 1
                continue
            writing.chapter(chapter, _source(archive.read(chapter.name)), f"chapter {number}")
        if not any(block.place for block in writing.blocks):
            raise ParseFailed(place, "it holds no text", code="empty")
        moment, origin = dates.said_at(book.date, entry)
        left = (f"left out: {missing} × chapter that is not in the file",) if missing else ()
        yield ParsedDocument(
            uri=file_uri(entry.path),
            kind=DocumentKind.NOTE,
            format=self.name,
            title=well_formed(book.title or entry.path.stem),
            text="".join(writing.pieces),
            blocks=tuple(writing.blocks),
            said_at=moment,
            said_at_origin=origin,
            tags=tuple(dict.fromkeys(map(well_formed, book.subjects))),
            notices=(*writing.notices, *left),
        )


def _card(book: Book) -> str:
    """What is known of the book, a line each."""
    pairs = (
        ("Title", book.title),
        ("Author", ", ".join(book.authors)),
        ("Publisher", book.publisher),
        ("Date", book.date),
    )
    return "\n".join(f"{label}: {well_formed(value)}" for label, value in pairs if value)


def _source(data: bytes) -> str:
    """A chapter's markup, without the declaration that HTML has no use for."""
    found = _ENCODING.match(data)
    text, _ = decode(data, stated=found[1].decode("ascii") if found else None)
    return text


def _headings(source: str) -> list[tuple[int, str]]:
    """Levels and words of the headings in order."""
    from selectolax.lexbor import LexborHTMLParser

    nodes = LexborHTMLParser(source).css("h1, h2, h3, h4, h5, h6")
    found = ((node.tag, " ".join(node.text(separator="").split())) for node in nodes)
    return [(int((tag or "h1")[1]), words) for tag, words in found if words]


@dataclass(slots=True)
class _Writing:
    """The text and blocks so far."""

    pieces: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    _length: int = 0
    _line: int = 1

    def data(self, card: str) -> None:
        """The book's data as metadata."""
        if card:
            self._append(BlockKind.METADATA, card, (), None)

    def chapter(self, chapter: Chapter, source: str, place: str) -> None:
        """The words of a chapter; one without a heading stands under its title in the contents."""
        text = text_of(source)
        if text is None:
            self.notices.append(f"left out: {place}, whose elements are nested too deeply")
            return
        outline = Outline()
        headings = _headings(source)
        title = well_formed(chapter.title)
        if title and (not headings or headings[0][1] != title):
            outline.enter(0, title)
        position = 0
        for paragraph in _PARAGRAPHS.split(text):
            if not paragraph.strip():
                continue
            words = " ".join(paragraph.split())
            near = headings[position : position + _AHEAD]
            found = next((at for at, one in enumerate(near) if one[1] == words), None)
            if found is None:
                self._append(BlockKind.PROSE, paragraph, outline.path, place)
                continue
            position += found + 1
            outline.leave(near[found][0])
            self._append(BlockKind.HEADING, paragraph, outline.path, place)
            outline.enter(near[found][0], words)

    def _append(self, kind: BlockKind, text: str, path: tuple[str, ...], place: str | None) -> None:
        gap = "\n\n" if self.blocks else ""
        start = self._length + len(gap)
        line = self._line + len(gap)
        self.blocks.append(Block(kind, start, start + len(text), line, path, place))
        self.pieces += (gap, text)
        self._length = start + len(text)
        self._line = line + text.count("\n")
