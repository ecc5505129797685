"""Blocks over a text: in order, disjoint, and together holding every non-blank character."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right

from mem.core.document import Block, BlockKind

_NEWLINE = re.compile(r"\r\n?|\n")
_WORD = re.compile(r"\S")
_BLANK_LINE = re.compile(r"(?:\r\n|\n|\r(?!\n))[^\S\r\n]*(?:\r\n?|\n|\Z)")
_MAX_TITLE = 300


class Lines:
    """The lines of a text (ended by LF, CRLF or CR), by 0-based number."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = array("I", [0])
        self._starts.extend(match.end() for match in _NEWLINE.finditer(text))

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, number: int) -> str:
        """The line with its end; IndexError past the last."""
        return self.text[self._starts[number] : self.start(number + 1)]

    def start(self, number: int) -> int:
        """Offset where the line starts; the length of the text past the last line."""
        return self._starts[number] if number < len(self._starts) else len(self.text)

    def number_at(self, offset: int) -> int:
        """The line that holds the character at `offset`."""
        return bisect_right(self._starts, offset) - 1


class Outline:
    """The headings that the current place stands under."""

    def __init__(self) -> None:
        self._open: list[tuple[int, str]] = []

    @property
    def path(self) -> tuple[str, ...]:
        """Titles, outermost first."""
        return tuple(title for _, title in self._open)

    def leave(self, level: int) -> None:
        """Leave the headings that a new one of `level` (1 is outermost) ends."""
        while self._open and self._open[-1][0] >= level:
            self._open.pop()

    def enter(self, level: int, title: str) -> None:
        """Stand under a heading of `level`."""
        self.leave(level)
        self._open.append((level, title[:_MAX_TITLE]))


class BlockBuilder:
    """Collects blocks by line spans; lines that nobody claims become prose."""

    def __init__(self, lines: Lines) -> None:
        self.outline = Outline()
        self._lines = lines
        self._blocks: list[Block] = []
        self._next = 0

    def add(self, kind: BlockKind, first: int, last: int) -> None:
        """Claim the lines `[first, last)`, less those claimed before."""
        first = max(first, self._next)
        if first >= last:
            return
        self.prose(first)
        self._append(kind, self._lines.start(first), self._lines.start(last))
        self._next = last

    def heading(self, first: int, last: int, level: int, title: str) -> None:
        """Claim a heading's lines; what follows stands under it."""
        self.prose(first)
        self.outline.leave(level)
        self.add(BlockKind.HEADING, first, last)
        self.outline.enter(level, title)

    def prose(self, until: int) -> None:
        """Claim the lines before `until` that are still free, a block a paragraph."""
        text, start, end = self._lines.text, self._lines.start(self._next), self._lines.start(until)
        while found := _WORD.search(text, start, end):
            blank = _BLANK_LINE.search(text, found.start(), end)
            stop = blank.start() if blank else end
            self._append(BlockKind.PROSE, start, stop)
            start = stop
        self._next = max(self._next, until)

    def finish(self) -> tuple[Block, ...]:
        """All blocks, after claiming what is left."""
        self.prose(len(self._lines))
        return tuple(self._blocks)

    def _append(self, kind: BlockKind, start: int, end: int) -> None:
        """Add a block without blank lines around it and blanks after it, if anything is left."""
        first = _WORD.search(self._lines.text, start, end)
        if first is None:
            return
        end = start + len(self._lines.text[start:end].rstrip())
        line = self._lines.number_at(first.start())
        start = max(start, self._lines.start(line))
        self._blocks.append(Block(kind, start, end, line + 1, self.outline.path))
