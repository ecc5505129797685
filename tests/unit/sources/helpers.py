"""Parsing one small file and checking what every note parser promises."""

from __future__ import annotations

import os
from pathlib import Path

from mem.core.document import ParsedDocument
from mem.core.protocols import FileEntry, Parser

#: 2025-06-15T15:06:40Z, when the files are said to have been written.
WRITTEN = 1_750_000_000


def entry_of(path: Path) -> FileEntry:
    """The entry a walk would make of `path`."""
    info = path.stat()
    return FileEntry(path, info.st_size, info.st_mtime_ns, info.st_ino)


def parse(parser: Parser, path: Path, content: str | bytes) -> list[ParsedDocument]:
    """Write `content` to `path`, always with the same time, and parse it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    os.utime(path, (WRITTEN, WRITTEN))
    return list(parser.parse(entry_of(path)))


def blocks_of(document: ParsedDocument) -> list[tuple[str, str, int, tuple[str, ...]]]:
    """Kind, words, line and headings of each block."""
    return [
        (block.kind.value, document.text[block.start : block.end], block.line, block.headings)
        for block in document.blocks
    ]


def check_coverage(document: ParsedDocument) -> None:
    """Blocks are ordered, disjoint, hold every non-blank character and know their line."""
    position = 0
    for block in document.blocks:
        assert position <= block.start < block.end <= len(document.text)
        assert not document.text[position : block.start].strip()
        before = document.text[: block.start]
        ends = before.count("\n") + before.count("\r") - before.count("\r\n")
        assert block.line == ends + 1
        position = block.end
    assert not document.text[position:].strip()
