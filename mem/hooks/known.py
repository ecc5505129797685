"""Which first-party plugin reads a file that no importer reads. Names only: nothing is loaded."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

BY_SUFFIX: Final = {
    ".ics": "mem-calendar",
    ".ical": "mem-calendar",
    ".icalendar": "mem-calendar",
    ".epub": "mem-epub",
}
"""First-party plugins by the suffix of what they read."""

BOOKMARKS_START: Final = b"<!DOCTYPE NETSCAPE-Bookmark-file"
_BOOKMARKS: Final = "mem-bookmarks"


def missing_plugin(path: Path, head: bytes) -> str | None:
    """What to do so that the file can be read; None where no first-party plugin reads it."""
    if head.lstrip()[: len(BOOKMARKS_START)].upper() == BOOKMARKS_START.upper():
        name = _BOOKMARKS
    else:
        name = BY_SUFFIX.get(path.suffix.lower(), "")
    if not name:
        return None
    from mem.hooks.manager import is_enabled, search_path

    if not is_enabled():
        return f"{name} would, but MEM_PLUGINS=off"
    if name in _installed(tuple(search_path())):
        return f"{name} is installed but not in use (`mem plugins` says why)"
    return f"install {name}"


@lru_cache(maxsize=1)
def _installed(places: tuple[str, ...]) -> frozenset[str]:
    """Packages with a plugin in `places`; a folder of calendars asks for each of its files."""
    del places
    from mem.hooks.manager import names

    return frozenset(found.distribution for found in names())
