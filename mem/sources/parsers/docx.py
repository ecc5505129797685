"""Word documents: headings, paragraphs, lists and tables in order, then notes and comments.

Text of our own making, a line a paragraph or table row; deleted text (tracked changes), page
headers and page footers are left out.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mem.core.document import Block, BlockKind, DocumentKind, ParsedDocument
from mem.core.protocols import FileEntry
from mem.errors import FileUnreadable, ParseFailed
from mem.sources import dates
from mem.sources.folders import file_uri
from mem.sources.parsers.blocks import Outline
from mem.sources.textfile import well_formed

if TYPE_CHECKING:
    from docx.document import Document

_LOCAL_HEADER = b"PK\x03\x04"
_PACKAGE_PARTS = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"word/", b"customXml/")
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SPACES = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_HEADING = re.compile(r"heading (\d)")
_NOTES = {"footnotes": "Footnote", "endnotes": "Endnote"}
_MAX_UNPACKED = 300 * 1024 * 1024
_MAX_XML = 60 * 1024 * 1024
_MAX_PARTS = 5000


class DocxParser:
    """One note a file; meant to run isolated (`mem.sources.isolation`)."""

    name = "docx"
    version = 1

    def sniff(self, path: Path, head: bytes) -> int:
        """A package of Office Open XML with a Word part; else its suffix on any zip."""
        if not head.startswith(_LOCAL_HEADER):
            return 0
        named = path.suffix.lower() in {".docx", ".docm"}
        packaged = head[30:].startswith(_PACKAGE_PARTS) and b"word/" in head
        return 95 if named and packaged else 85 if packaged else 80 if named else 0

    def parse(self, entry: FileEntry) -> Iterator[ParsedDocument]:
        """One document. Raises FileUnreadable; ParseFailed with code malformed or too-large."""
        from lxml.etree import XMLSyntaxError

        place = well_formed(str(entry.path))
        try:
            _check_sizes(entry.path, place)
            document = _open(entry.path)
            reading = _read(document)
            title, written = _properties(document)
        except OSError as error:
            raise FileUnreadable(place, error.strerror or type(error).__name__) from error
        except (zipfile.BadZipFile, zlib.error, XMLSyntaxError) as error:
            raise ParseFailed(place, "it is damaged") from error
        except (KeyError, ValueError, EOFError, NotImplementedError) as error:
            raise ParseFailed(place, "it is not a Word document that can be read") from error
        if not reading.blocks:
            raise ParseFailed(place, "it holds no text", code="no-text")
        moment, origin = dates.said_at(written.isoformat() if written else None, entry)
        yield ParsedDocument(
            uri=file_uri(entry.path),
            kind=DocumentKind.NOTE,
            format=self.name,
            title=title or reading.title or well_formed(entry.path.stem),
            text="".join(reading.pieces),
            blocks=tuple(reading.blocks),
            said_at=moment,
            said_at_origin=origin,
            links=_links(document),
        )


def _check_sizes(path: Path, place: str) -> None:
    """Refuse a package that unpacks to more than a document has."""
    with zipfile.ZipFile(path) as package:
        parts = package.infolist()
        texts = max((one.file_size for one in parts if one.filename.endswith(".xml")), default=0)
        if (
            len(parts) > _MAX_PARTS
            or texts > _MAX_XML
            or sum(one.file_size for one in parts) > _MAX_UNPACKED
        ):
            raise ParseFailed(place, "it unpacks to more than is read", code="archive-bomb")


def _open(path: Path) -> Document:
    import docx

    return docx.Document(str(path))


@dataclass(slots=True)
class _Reading:
    """The text and blocks so far; list items that follow each other are one block."""

    pieces: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    title: str = ""
    outline: Outline = field(default_factory=Outline)
    _length: int = 0
    _line: int = 1
    _continues: bool = False

    def add(self, kind: BlockKind, text: str, *, level: int = 0) -> None:
        """Append a paragraph or a whole table; nothing where it has no words."""
        text = well_formed(text).strip("\n").rstrip()
        if not text.strip():
            return
        joins = kind is BlockKind.LIST and self._continues
        self._continues = kind is BlockKind.LIST
        gap = "" if not self.blocks else "\n" if joins else "\n\n"
        start, line = self._length + len(gap), self._line + len(gap)
        end = start + len(text)
        if kind is BlockKind.HEADING:
            self.outline.leave(level)
        if joins:
            last = self.blocks.pop()
            start_of_block, line_of_block = last.start, last.line
        else:
            start_of_block, line_of_block = start, line
        self.blocks.append(Block(kind, start_of_block, end, line_of_block, self.outline.path))
        if kind is BlockKind.HEADING:
            self.outline.enter(level, " ".join(text.split()))
            self.title = self.title or (text if level <= 1 else "")
        self.pieces += (gap, text)
        self._length = end
        self._line = line + text.count("\n")


def _read(document: Document) -> _Reading:
    reading = _Reading()
    names = _style_names(document)
    for element in _elements(document.element.body):
        if element.tag == f"{_W}tbl":
            reading.add(BlockKind.TABLE, "\n".join(_rows(element)))
        else:
            _read_paragraph(element, names, reading)
    for label, text in (*_notes(document), *_comments(document)):
        reading.add(BlockKind.PROSE, f"{label}: {text}")
    return reading


def _elements(body: Any) -> Iterator[Any]:
    """Paragraphs and tables in order, those in content controls and the like too."""
    stack = list(reversed(body))
    while stack:
        element = stack.pop()
        if element.tag in {f"{_W}p", f"{_W}tbl"}:
            yield element
        elif element.tag not in {f"{_W}del", f"{_W}sectPr", f"{_W}sdtPr", _FALLBACK}:
            stack += reversed(element)


def _read_paragraph(element: Any, names: dict[str, str], reading: _Reading) -> None:
    properties = element.find(f"{_W}pPr")
    style = properties.find(f"{_W}pStyle") if properties is not None else None
    name = names.get(style.get(f"{_W}val"), "") if style is not None else ""
    text = _text(element)
    heading = _HEADING.match(name)
    if name == "title" or heading:
        reading.add(BlockKind.HEADING, text, level=int(heading[1]) if heading else 0)
    elif name.startswith("list") or (
        properties is not None and properties.find(f"{_W}numPr") is not None
    ):
        reading.add(BlockKind.LIST, f"- {text}" if text.strip() else "")
    else:
        reading.add(BlockKind.PROSE, text)


def _text(element: Any) -> str:
    """The words of a paragraph or cell, text boxes and formulas included."""
    pieces: list[str] = []
    stack = [element]
    while stack:
        node = stack.pop()
        if node.tag in {f"{_W}t", _MATH_TEXT}:
            pieces.append(node.text or "")
        elif node.tag in _SPACES:
            pieces.append(_SPACES[node.tag])
        elif node.tag not in {f"{_W}del", _FALLBACK, f"{_W}pPr"}:
            if node.tag == f"{_W}p" and pieces:
                pieces.append("\n")
            stack += reversed(node)
    return "".join(pieces)


def _rows(table: Any) -> Iterator[str]:
    """A line for each row; a table inside a cell stands in that cell."""
    for row in table.iter(f"{_W}tr"):
        if next(row.iterancestors(f"{_W}tbl")) is table:
            cells = (
                " ".join(_text(cell).split())
                for cell in row.iter(f"{_W}tc")
                if next(cell.iterancestors(f"{_W}tr")) is row
            )
            yield " | ".join(cells)


def _style_names(document: Document) -> dict[str, str]:
    """Lower-case names of styles by id (ids are translated, names of built-in styles are not)."""
    names: dict[str, str] = {}
    for style in document.styles.element.iter(f"{_W}style"):
        name = style.find(f"{_W}name")
        if name is not None:
            names[style.get(f"{_W}styleId")] = (name.get(f"{_W}val") or "").lower()
    return names


def _notes(document: Document) -> Iterator[tuple[str, str]]:
    """Footnotes and endnotes with their labels."""
    from docx.oxml.parser import parse_xml

    for relation in document.part.rels.values():
        label = _NOTES.get(relation.reltype.rpartition("/")[2])
        if label is None or relation.is_external:
            continue
        for note in parse_xml(relation.target_part.blob):
            text = _text(note).strip()
            if text and note.get(f"{_W}type") is None:
                yield f"{label} {note.get(f'{_W}id') or ''}".strip(), text


def _comments(document: Document) -> Iterator[tuple[str, str]]:
    for comment in document.comments:
        text = comment.text.strip()
        if text:
            yield f"Comment by {comment.author}" if comment.author else "Comment", text


def _properties(document: Document) -> tuple[str, datetime | None]:
    """The title that the file states and when it was last changed."""
    properties = document.core_properties
    title = well_formed(properties.title or "").strip()
    return title, properties.modified or properties.created


def _links(document: Document) -> tuple[str, ...]:
    targets = (
        relation.target_ref
        for relation in document.part.rels.values()
        if relation.is_external and relation.reltype.endswith("/hyperlink")
    )
    return tuple(dict.fromkeys(map(well_formed, targets)))
