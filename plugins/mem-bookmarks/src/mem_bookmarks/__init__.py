"""Browser bookmarks (the HTML that every browser exports) for `mem`: each one a dated item."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mem.core.protocols import Parser

MEM_HOOKS = 1


def mem_parsers() -> list[Parser]:
    """The hook that `mem` calls."""
    from mem_bookmarks.parser import BookmarksParser

    return [BookmarksParser()]
