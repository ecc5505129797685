"""Sentences printed to stdout while an answer is being written.

Invariant: what is printed is sanitized, stands in lines of the style's width, and is out at once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mem.cli.layout import cells
from mem.core.display import sanitize_line

if TYPE_CHECKING:
    from mem.cli.output import Style
    from mem.core.answer import Citation, Sentence


class SentencePrinter:
    """Prints each sentence it is called with; `end` closes the last line."""

    def __init__(self, style: Style) -> None:
        self._width = style.width
        self._column = 0
        self.printed: list[Sentence] = []

    def __call__(self, sentence: Sentence, _: Sequence[Citation]) -> None:
        """Print one sentence with its numbers."""
        self.printed.append(sentence)
        numbers = "".join(f" [{n}]" for n in sentence.citations)
        for word in (sanitize_line(sentence.text) + numbers).split():
            wide = cells(word)
            if self._column and self._column + 1 + wide > self._width:
                sys.stdout.write("\n")
                self._column = 0
            sys.stdout.write(" " * bool(self._column) + word)
            self._column += bool(self._column) + wide
        sys.stdout.flush()

    def end(self) -> None:
        """Go to a line of its own, where anything stands on this one."""
        if self._column:
            sys.stdout.write("\n")
            sys.stdout.flush()
            self._column = 0
