"""PDF: the text that the file holds, page by page; what is only a picture is not read.

Each block is a paragraph or a run of lines of one page, and its place is that page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mem.core.document import Block, BlockKind, DocumentKind, ParsedDocument
from mem.core.protocols import FileEntry
from mem.errors import FileUnreadable, ParseFailed
from mem.sources import dates
from mem.sources.folders import file_uri
from mem.sources.textfile import well_formed

_MAGIC = b"%PDF-"
_MAX_PAGES = 10_000
_MAX_CHARACTERS = 20_000_000
# PDFium marks a hyphen that only divides a word over two lines with one of these.
_DIVIDED = re.compile("[\ufffe\x02][ \t]*\n?")
_CONTROLS = re.compile("[\x01-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff]")
_DATE = re.compile(r"D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?")
_NO_TITLES = frozenset({"", "untitled", "(anonymous)", "anonymous", "(unspecified)", "unspecified"})

_Pages = list[str]
_Metadata = dict[str, str]


class PdfParser:
    """One note a file; meant to run isolated (`mem.sources.isolation`)."""

    name = "pdf"
    version = 1

    def sniff(self, path: Path, head: bytes) -> int:
        """The mark of PDF at its start; its suffix, so that a broken one is named."""
        if head.lstrip().startswith(_MAGIC):
            return 95
        return 60 if path.suffix.lower() == ".pdf" and head else 0

    def parse(self, entry: FileEntry) -> Iterator[ParsedDocument]:
        """One document.

        Raises FileUnreadable; ParseFailed with code encrypted, no-text, malformed or too-large.
        """
        place = well_formed(str(entry.path))
        try:
            import pypdfium2  # noqa: F401 (whether it is there)
        except ImportError:
            pages, metadata = _read_in_python(entry, place)
        else:
            pages, metadata = _read(entry, place)
        pages = [_clean(page) for page in pages]
        if not any(page.strip() for page in pages):
            reason = "it holds no text, only pictures of pages"
            raise ParseFailed(place, reason, code="no-text")
        text, blocks = _blocks(pages)
        moment, origin = dates.said_at(_date(metadata), entry)
        title = well_formed(metadata.get("Title", "")).strip()
        bare = sum(not page.strip() for page in pages)
        yield ParsedDocument(
            uri=file_uri(entry.path),
            kind=DocumentKind.NOTE,
            format=self.name,
            title=well_formed(entry.path.stem) if title.lower() in _NO_TITLES else title,
            text=text,
            blocks=tuple(blocks),
            said_at=moment,
            said_at_origin=origin,
            notices=(f"{bare} of {len(pages)} pages hold no text",) if bare else (),
        )


def _read(entry: FileEntry, place: str) -> tuple[_Pages, _Metadata]:
    """Text of each page and the document's properties, by PDFium."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(entry.path)
    except FileNotFoundError as error:
        raise FileUnreadable(place, "there is no such file") from error
    except pypdfium2.PdfiumError as error:
        raise _refused(place, str(error)) from error
    try:
        _check_pages(len(document), place)
        texts = (_page(document, number) for number in range(len(document)))
        return _limited(texts, place), document.get_metadata_dict()
    finally:
        document.close()


def _page(document: object, number: int) -> str:
    """The text of one page; "" for a page that cannot be opened."""
    import pypdfium2

    assert isinstance(document, pypdfium2.PdfDocument)
    try:
        page = document[number]
        textpage = page.get_textpage()
    except pypdfium2.PdfiumError:
        return ""
    text: str = textpage.get_text_bounded()
    textpage.close()
    page.close()
    return text


def _read_in_python(entry: FileEntry, place: str) -> tuple[_Pages, _Metadata]:
    """The same by pypdf, where there is no PDFium for the system."""
    import pypdf
    import pypdf.errors

    try:
        reader = pypdf.PdfReader(entry.path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise _refused(place, "password")
        _check_pages(len(reader.pages), place)
        pages = _limited((page.extract_text() for page in reader.pages), place)
        properties: Mapping[Any, Any] = reader.metadata or {}
    except OSError as error:
        raise FileUnreadable(place, error.strerror or type(error).__name__) from error
    except pypdf.errors.PyPdfError as error:
        raise _refused(place, str(error)) from error
    return pages, {str(key).lstrip("/"): str(value) for key, value in properties.items()}


def _refused(place: str, message: str) -> ParseFailed:
    if "password" in message.lower() or "security" in message.lower():
        reason = "it is encrypted and asks for a password"
        return ParseFailed(place, reason, code="encrypted")
    return ParseFailed(place, "it is not a PDF that can be read")


def _check_pages(count: int, place: str) -> None:
    if count > _MAX_PAGES:
        raise ParseFailed(place, f"it has over {_MAX_PAGES:,} pages", code="too-large")


def _limited(texts: Iterator[str], place: str) -> _Pages:
    """All the texts. Raises ParseFailed with code too-large."""
    pages: _Pages = []
    length = 0
    for text in texts:
        length += len(text)
        if length > _MAX_CHARACTERS:
            reason = f"it holds over {_MAX_CHARACTERS:,} characters of text"
            raise ParseFailed(place, reason, code="too-large")
        pages.append(text)
    return pages


def _clean(page: str) -> str:
    text = page.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", well_formed(_DIVIDED.sub("", text))).rstrip()


def _blocks(pages: _Pages) -> tuple[str, list[Block]]:
    """The text of all pages, and the paragraphs of each as blocks."""
    pieces: list[str] = []
    blocks: list[Block] = []
    offset, line = 0, 1
    for number, page in enumerate(pages, start=1):
        for found in re.finditer(r"[^\n]*\S[^\n]*(?:\n[^\n]*\S[^\n]*)*", page):
            at = line + page.count("\n", 0, found.start())
            start, end = offset + found.start(), offset + found.end()
            blocks.append(Block(BlockKind.PROSE, start, end, at, (), f"page {number}"))
        pieces.append(page + "\n\n")
        offset += len(page) + 2
        line += page.count("\n") + 2
    return "".join(pieces).rstrip("\n"), blocks


def _date(metadata: _Metadata) -> str | None:
    """When the file says it was made, as ISO 8601."""
    for key in ("CreationDate", "ModDate"):
        found = _DATE.match(metadata.get(key, ""))
        if found:
            year, month, day, *clock = found.groups()
            hour, minute, second = (part or "00" for part in clock)
            return f"{year}-{month or '01'}-{day or '01'}T{hour}:{minute}:{second}"
    return None
