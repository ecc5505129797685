"""Books (EPUB 2 and 3) for `mem`: their text in reading order, under the chapters' titles."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mem.core.protocols import Parser

MEM_HOOKS = 1


def mem_parsers() -> list[Parser]:
    """The hook that `mem` calls."""
    from mem_epub.parser import EpubParser

    return [EpubParser()]
