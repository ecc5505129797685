"""Markdown notes: the text as written, under blocks that markdown-it's source maps give.

Only block structure is parsed (CommonMark and tables, https://spec.commonmark.org/0.31.2/).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mem.core.document import Block, BlockKind, DocumentKind, ParsedDocument
from mem.core.protocols import FileEntry
from mem.sources import dates
from mem.sources.folders import file_uri
from mem.sources.parsers import frontmatter, markup
from mem.sources.parsers.blocks import BlockBuilder, Lines
from mem.sources.sniffing import text_start
from mem.sources.textfile import read_text, well_formed

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_SUFFIXES = frozenset({".md", ".markdown", ".mdown", ".mkd", ".mdx", ".qmd"})
_DATE_KEYS = ("said_at", "date", "created", "created_at", "date created", "date_created")
_MAX_NESTING = 20
_MAX_CHARACTERS = 1_000_000
_MAX_LINES = 30_000
_KIND_OF = {
    "fence": BlockKind.CODE,
    "code_block": BlockKind.CODE,
    "bullet_list_open": BlockKind.LIST,
    "ordered_list_open": BlockKind.LIST,
    "table_open": BlockKind.TABLE,
}
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*))?$", re.DOTALL)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


class MarkdownParser:
    """One note a file; also what Obsidian and static site generators write."""

    name = "markdown"
    version = 1

    def sniff(self, path: Path, head: bytes) -> int:
        """Its suffixes, and files without one that open like a note."""
        start = text_start(head)
        if not start:
            return 0
        if path.suffix.lower() in _SUFFIXES:
            return 80
        opens = start.startswith(("# ", "---\n", "---\r\n"))
        return 45 if not path.suffix and opens else 0

    def parse(self, entry: FileEntry) -> Iterator[ParsedDocument]:
        """One document. Raises FileUnreadable, ParseFailed."""
        text, notices = read_text(entry)
        yield parse_text(text, entry, form=self.name, notices=notices)


def parse_text(
    text: str, entry: FileEntry, *, form: str, notices: tuple[str, ...] = ()
) -> ParsedDocument:
    """The note that `text` is, as a document of the format `form` at the entry's place."""
    front = frontmatter.read(text)
    blocks, h1, more = _read_blocks(text, front.end)
    links, inline_tags = markup.links_and_tags(text, blocks, tags_from=front.end)
    front_tags = (tag.lstrip("#") for tag in front.words("tags", "tag", separators=",\\s"))
    written = front.text(*_DATE_KEYS)
    moment, origin = dates.said_at(written, entry)
    unread = written is not None and dates.read_date(written) is None
    wrong_date = (f"front matter date {written!r} is not a date",) if unread else ()
    return ParsedDocument(
        uri=file_uri(entry.path),
        kind=DocumentKind.NOTE,
        format=form,
        title=front.text("title") or h1 or well_formed(entry.path.stem),
        text=text,
        blocks=blocks,
        said_at=moment,
        said_at_origin=origin,
        tags=tuple(dict.fromkeys(tag for tag in (*front_tags, *inline_tags) if tag)),
        aliases=front.words("aliases", "alias", separators=","),
        links=links,
        notices=(*notices, *front.notices, *wrong_date, *more),
    )


def _read_blocks(
    text: str, front_end: int
) -> tuple[tuple[Block, ...], str | None, tuple[str, ...]]:
    """The blocks, the first level-1 heading, and a notice where the text is too big for
    markdown-it, whose time and memory grow steeply with the number of blocks.
    """
    lines = Lines(text)
    builder = BlockBuilder(lines)
    first = lines.number_at(front_end) if front_end < len(text) else len(lines)
    builder.add(BlockKind.METADATA, 0, first)
    if len(text) > _MAX_CHARACTERS or len(lines) > _MAX_LINES:
        h1 = _scan(builder, lines, first)
        return (builder.finish(), h1, ("a very long note: only headings and fences were read",))
    tokens = _block_parser().parse(text[front_end:])
    h1 = _add_tokens(builder, tokens, first)
    return builder.finish(), h1, ()


@cache
def _block_parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING}).enable("table")
    return parser.disable(["inline", "text_join", "reference"])


def _add_tokens(builder: BlockBuilder, tokens: Sequence[Token], offset: int) -> str | None:
    """Claim the lines of the top-level tokens; the title of the first level-1 heading."""
    h1: str | None = None
    for index, token in enumerate(tokens):
        if token.level or token.nesting < 0 or token.map is None:
            continue
        first, last = token.map[0] + offset, token.map[1] + offset
        if token.type == "heading_open":
            level, title = (int(token.tag[1:]), markup.plain_title(tokens[index + 1].content))
            builder.heading(first, last, level, title)
            h1 = h1 or (title if level == 1 else None)
            continue
        kind = _KIND_OF.get(token.type, BlockKind.PROSE)
        for start, end in _inner_fences(tokens, index) if token.nesting else ():
            builder.add(kind, first, start + offset)
            builder.add(BlockKind.CODE, start + offset, min(end + offset, last))
        builder.add(kind, first, last)
    return h1


def _inner_fences(tokens: Sequence[Token], index: int) -> Iterator[tuple[int, int]]:
    """Line spans of the fenced code inside the container that `tokens[index]` opens."""
    for inner in range(index + 1, len(tokens)):
        token = tokens[inner]
        if not token.level:
            return
        if token.type == "fence" and token.map is not None:
            yield token.map[0], token.map[1]


def _scan(builder: BlockBuilder, lines: Lines, first: int) -> str | None:
    """Claim ATX headings and fenced code from line `first` on; paragraphs fill the rest."""
    h1: str | None = None
    opened, fence = 0, ""
    for number in range(first, len(lines)):
        line = lines[number]
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not line[mark.end() :].strip():
                builder.add(BlockKind.CODE, opened, number + 1)
                fence = ""
        elif mark:
            opened, fence = number, mark[1]
        elif heading := _ATX.match(line):
            level, title = (
                len(heading[1]),
                markup.plain_title((heading[2] or "").rstrip("# \t\r\n")),
            )
            builder.heading(number, number + 1, level, title)
            h1 = h1 or (title if level == 1 else None)
    if fence:
        builder.add(BlockKind.CODE, opened, len(lines))
    return h1
