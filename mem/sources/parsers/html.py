"""HTML pages: the words that a reader comes for, as text of our own making, under blocks.

Locators count lines of that extracted text. The tree is walked without recursion, so that depth
costs no stack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mem.core.document import Block, BlockKind, DocumentKind, ParsedDocument
from mem.core.protocols import FileEntry
from mem.errors import ParseFailed
from mem.sources import dates
from mem.sources.folders import file_uri
from mem.sources.parsers.blocks import Outline
from mem.sources.parsers.readability import UNREAD, beside_the_content
from mem.sources.sniffing import text_start
from mem.sources.textfile import read_text, well_formed

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_SUFFIXES = frozenset({".html", ".htm", ".xhtml"})
_CHARSET = re.compile(rb"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_OPENING = re.compile(
    r"(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)?<(?:!doctype html|html)\b",
    re.IGNORECASE | re.DOTALL,
)


def _tags(names: str) -> frozenset[str]:
    return frozenset(names.split())


_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_INLINE = _tags(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q rp rt "
    "ruby s samp small span strike strong sub sup time tt u var wbr img br input button"
)
_CELLS = frozenset({"td", "th"})
_LISTS = frozenset({"ul", "ol", "dl"})
_ITEMS = frozenset({"li", "dt", "dd"})
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,20})")
_MAX_DEPTH = 2000
_UNCLOSED = _tags(
    "p li dt dd tr td th thead tbody tfoot colgroup caption option optgroup rp rt html head body "
    "area base br col embed hr img input link meta param source track wbr path"
)
_SPACED = re.compile(r"\s+")
_BREAK = "\0"  # stands for <br>; `well_formed` leaves no NUL in the words themselves
_AROUND_BREAK = re.compile(f" ?{_BREAK} ?")
_DATE_METAS = (
    *("article:published_time", "datepublished", "date", "dc.date", "dc.date.issued"),
    *("dcterms.created", "dcterms.date", "created", "pubdate"),
)


class HtmlParser:
    """One note a page: title, text, links and the date it states."""

    name = "html"
    version = 2

    def sniff(self, path: Path, head: bytes) -> int:
        """What opens as HTML; else its suffixes, where there is a tag at all."""
        start = text_start(head)
        named = path.suffix.lower() in _SUFFIXES
        if _OPENING.match(start):
            return 95 if named else 60
        return 70 if named and "<" in start else 0

    def parse(self, entry: FileEntry) -> Iterator[ParsedDocument]:
        """One document. Raises FileUnreadable, ParseFailed."""
        from selectolax.lexbor import LexborHTMLParser

        source, notices = read_text(entry, declared=_CHARSET)
        if nests_too_deep(source):
            place = well_formed(str(entry.path))
            raise ParseFailed(place, f"its elements are nested over {_MAX_DEPTH} deep")
        page = LexborHTMLParser(source)
        metas = _metas(page)
        reading = _Reading()
        if page.root is not None:
            aside = beside_the_content(page.root)
            _read(page.root, reading, aside.elements)
            notices = (*notices, *aside.notices())
        written = next((metas[key] for key in _DATE_METAS if key in metas), None)
        moment, origin = dates.said_at(written, entry)
        yield ParsedDocument(
            uri=file_uri(entry.path),
            kind=DocumentKind.NOTE,
            format=self.name,
            title=_title(page) or reading.h1 or well_formed(entry.path.stem),
            text="".join(reading.pieces),
            blocks=tuple(reading.blocks),
            said_at=moment,
            said_at_origin=origin,
            tags=tuple(dict.fromkeys(_keywords(metas.get("keywords", "")))),
            links=tuple(reading.links),
            notices=notices,
        )


def text_of(source: str) -> str | None:
    """The words that a reader of the HTML in `source` sees, a line a block; None where its
    elements are nested too deeply.
    """
    from selectolax.lexbor import LexborHTMLParser

    if nests_too_deep(source):
        return None
    page = LexborHTMLParser(source)
    reading = _Reading()
    if page.root is not None:
        _read(page.root, reading)
    return "".join(reading.pieces)


def nests_too_deep(source: str) -> bool:
    """Whether elements nest so deeply, tags that need no end left out, that building the tree,
    whose time grows with the square of the depth, would take long.
    """
    depth = deepest = 0
    for closing, tag in _TAG.findall(source):
        if tag.lower() not in _UNCLOSED:
            depth = depth - 1 if closing and depth else depth + (not closing)
            deepest = max(deepest, depth)
    return deepest > _MAX_DEPTH


class _Open(NamedTuple):
    """The block that words go into: its kind, whether blanks count, and the list or table that
    it continues (0 for none).
    """

    kind: BlockKind
    verbatim: bool = False
    group: int = 0
    prefix: str = ""


class _Reading:
    """The text and blocks read so far."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.blocks: list[Block] = []
        self.links: dict[str, None] = {}
        self.h1: str | None = None
        self.words: list[str] = []
        self._outline = Outline()
        self._length = 0
        self._line = 1
        self._group = 0

    def flush(self, place: _Open, heading: int = 0) -> None:
        """End the current block; nothing happens where it holds no words."""
        text = "".join(self.words)
        self.words.clear()
        if not place.verbatim:
            text = _SPACED.sub(" ", text)
        text = _AROUND_BREAK.sub("\n", text).strip("\r\n" if place.verbatim else None)
        if not text.strip():
            return
        if heading:
            self._outline.leave(heading)
        self._append(place, place.prefix + text)
        if heading:
            self._outline.enter(heading, _SPACED.sub(" ", text))
            self.h1 = self.h1 or (text if heading == 1 else None)

    def _append(self, place: _Open, text: str) -> None:
        continued = bool(place.group) and place.group == self._group
        gap = "" if not self.blocks else "\n" if continued else "\n\n"
        start, line = self._length + len(gap), self._line + len(gap)
        end = start + len(text)
        if continued:
            last = self.blocks.pop()
            start, line = last.start, last.line
        self.blocks.append(Block(place.kind, start, end, line, self._outline.path))
        self.pieces += (gap, text)
        self._length = end
        self._line += len(gap) + text.count("\n")
        self._group = place.group


def _read(root: LexborNode, reading: _Reading, left_out: frozenset[int] = frozenset()) -> None:
    """Walk the tree in document order, opening and ending a block at each block element; the
    elements `left_out` (by their `mem_id`) are not entered.
    """
    stack: list[tuple[LexborNode, _Open]] = []
    place = _Open(BlockKind.PROSE)
    node: LexborNode | None = root
    groups = 0
    while node is not None:
        tag = node.tag or ""
        if node.is_text_node:
            reading.words.append(well_formed(node.text_content or ""))
        elif node.is_element_node and tag not in UNREAD and node.mem_id not in left_out:
            _note_attributes(node, tag, reading)
            inner = place
            if tag in _CELLS:
                reading.words.extend([" | "] if reading.words else ())
            elif tag not in _INLINE:
                reading.flush(place)
                groups += 1
                inner = _inside(tag, place, groups)
            if node.child is not None:
                stack.append((node, place))
                place, node = inner, node.child
                continue
        while node is not None and node.next is None and stack:
            node, outer = stack.pop()
            _leave(node.tag or "", place, reading)
            place = outer
        node = node.next if node is not None and stack else None
    reading.flush(place)


def _inside(tag: str, place: _Open, group: int) -> _Open:
    """How the words inside a block element are kept."""
    if tag == "pre":
        return _Open(BlockKind.CODE, verbatim=True, group=group)
    if tag in _LISTS and place.kind is not BlockKind.LIST:
        return _Open(BlockKind.LIST, group=group)
    if tag in _ITEMS:
        return _Open(BlockKind.LIST, group=place.group, prefix="- " if tag == "li" else "")
    if tag == "table":
        return _Open(BlockKind.TABLE, group=group)
    if tag in _HEADINGS:
        return _Open(BlockKind.HEADING)
    return place


def _leave(tag: str, place: _Open, reading: _Reading) -> None:
    """End what a closing tag ends."""
    if tag not in _INLINE and tag not in _CELLS:
        reading.flush(place, _HEADINGS.get(tag, 0))


def _note_attributes(node: LexborNode, tag: str, reading: _Reading) -> None:
    """Keep what attributes say: link targets and the words that stand for an image."""
    if tag == "a":
        target = (node.attributes.get("href") or "").strip()
        if target and not target.startswith(("#", "javascript:", "data:")):
            reading.links[well_formed(target)] = None
    elif tag == "img":
        shown = (node.attributes.get("alt") or "").strip()
        if shown:
            reading.words.append(well_formed(f"[image: {shown}]"))
    elif tag == "br":
        reading.words.append(_BREAK)


def _metas(page: LexborHTMLParser) -> dict[str, str]:
    """The page's `meta` values by lower-case name or property, the first of each."""
    found: dict[str, str] = {}
    for node in page.css("meta[content]"):
        name = node.attributes.get("property") or node.attributes.get("name")
        name = name or node.attributes.get("itemprop")
        content = (node.attributes.get("content") or "").strip()
        if name and content:
            found.setdefault(name.strip().lower(), well_formed(content))
    return found


def _title(page: LexborHTMLParser) -> str:
    node = page.css_first("title")
    return _SPACED.sub(" ", well_formed(node.text() if node is not None else "")).strip()


def _keywords(written: str) -> Iterator[str]:
    return (word.strip() for word in written.split(",") if word.strip())
