"""Org notes (https://orgmode.org/worg/org-syntax.html): the text as written under its outline."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from mem.core.document import BlockKind, DocumentKind, ParsedDocument
from mem.core.protocols import FileEntry
from mem.sources import dates
from mem.sources.folders import file_uri
from mem.sources.parsers.blocks import BlockBuilder, Lines
from mem.sources.sniffing import text_start
from mem.sources.textfile import read_text, well_formed

_HEADLINE = re.compile(r"(\*+)[ \t]+(.*)")
_HEADLINE_TAGS = re.compile(r"[ \t](:[\w@#%:]{1,200}:)$")
_KEYWORD = re.compile(r"[ \t]*#\+(\w{1,40}):[ \t]*(.*)")
_FRAME = re.compile(r"[ \t]*#\+(begin|end)_(\w{1,40})", re.IGNORECASE)
_ITEM = re.compile(r"[ \t]*(?:[-+]|\d{1,9}[.)])(?:[ \t]|$)|[ \t]+\*[ \t]")
_LINK = re.compile(r"\[\[([^\[\]\n]{1,2000})\]")
_ORG_START = re.compile(r"^(?:#\+\w+:|\*+ .*\n[ \t]*:PROPERTIES:)", re.MULTILINE | re.IGNORECASE)
_PROSE_FRAMES = frozenset({"quote", "verse", "center"})


class OrgParser:
    """One note a file. Source, example and other framed blocks are kept whole as code."""

    name = "org"
    version = 1

    def sniff(self, path: Path, head: bytes) -> int:
        """Its suffix, and files without one that open with org keywords."""
        start = text_start(head)
        if not start:
            return 0
        if path.suffix.lower() == ".org":
            return 80
        return 45 if not path.suffix and _ORG_START.match(start) else 0

    def parse(self, entry: FileEntry) -> Iterator[ParsedDocument]:
        """One document. Raises FileUnreadable, ParseFailed."""
        text, notices = read_text(entry)
        lines = Lines(text)
        builder = BlockBuilder(lines)
        keywords, tags = _read_lines(builder, lines)
        moment, origin = dates.said_at(keywords.get("date"), entry)
        links = (match[1].removeprefix("file:") for match in _LINK.finditer(text))
        yield ParsedDocument(
            uri=file_uri(entry.path),
            kind=DocumentKind.NOTE,
            format=self.name,
            title=keywords.get("title") or well_formed(entry.path.stem),
            text=text,
            blocks=builder.finish(),
            said_at=moment,
            said_at_origin=origin,
            tags=tuple(dict.fromkeys((*_split_tags(keywords.get("filetags", "")), *tags))),
            links=tuple(dict.fromkeys(links)),
            notices=notices,
        )


def _read_lines(builder: BlockBuilder, lines: Lines) -> tuple[dict[str, str], list[str]]:
    """Claim headlines, frames, tables and lists; the first value of each keyword, and the tags."""
    frames = _frames(lines)
    keywords: dict[str, str] = {}
    tags: list[str] = []
    number = 0
    while number < len(lines):
        line = lines[number].rstrip()
        end = number + 1
        if number in frames:
            end, kind = frames[number]
            builder.add(kind, number, end)
        elif headline := _HEADLINE.match(line):
            title, found = _split_headline(headline[2])
            tags.extend(found)
            builder.heading(number, end, len(headline[1]), title)
        elif keyword := _KEYWORD.match(line):
            keywords.setdefault(keyword[1].lower(), keyword[2].strip())
        elif line.lstrip().startswith("|"):
            end = _run(lines, number, frames, table=True)
            builder.add(BlockKind.TABLE, number, end)
        elif _ITEM.match(line):
            end = _run(lines, number, frames, table=False)
            builder.add(BlockKind.LIST, number, end)
        number = end
    return keywords, tags


def _frames(lines: Lines) -> dict[int, tuple[int, BlockKind]]:
    """First line of each closed `#+begin_x … #+end_x` → (line behind it, its kind)."""
    opened: list[tuple[int, str]] = []
    ends: dict[str, list[int]] = defaultdict(list)
    headlines: list[int] = []
    for number in range(len(lines)):
        line = lines[number]
        if _HEADLINE.match(line):
            headlines.append(number)
        elif frame := _FRAME.match(line):
            name = frame[2].lower()
            if frame[1].lower() == "begin":
                opened.append((number, name))
            else:
                ends[name].append(number)
    frames: dict[int, tuple[int, BlockKind]] = {}
    for number, name in opened:
        end = _next_after(ends[name], number)
        barrier = _next_after(headlines, number)
        if end is not None and (barrier is None or end < barrier):
            kind = BlockKind.PROSE if name in _PROSE_FRAMES else BlockKind.CODE
            frames[number] = (end + 1, kind)
    return frames


def _next_after(numbers: list[int], number: int) -> int | None:
    place = bisect_left(numbers, number)
    return numbers[place] if place < len(numbers) else None


def _run(lines: Lines, first: int, frames: dict[int, tuple[int, BlockKind]], *, table: bool) -> int:
    """The line behind the table or list that starts at `first`."""
    number = first + 1
    while number < len(lines) and number not in frames:
        line = lines[number]
        if table:
            goes_on = line.lstrip().startswith("|")
        else:
            goes_on = bool(_ITEM.match(line)) or (line[:1] in " \t" and not line.isspace())
        if not goes_on:
            break
        number += 1
    return number


def _split_headline(text: str) -> tuple[str, list[str]]:
    """A headline's words and its tags."""
    found = _HEADLINE_TAGS.search(text)
    if found is None:
        return text.strip(), []
    return text[: found.start()].strip(), _split_tags(found[1])


def _split_tags(written: str) -> list[str]:
    return [tag for tag in re.split(r"[:\s]+", written) if tag]
