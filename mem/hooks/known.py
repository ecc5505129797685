"""Which first-party plugin reads a file that no importer reads. Names only: nothing is loaded."""

from __future__ import annotations

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
    from mem.hooks.manager import is_enabled, names

    if not is_enabled():
        return f"{name} would, but MEM_PLUGINS=off"
    if name in {found.distribution for found in names()}:
        return f"{name} is installed but not in use (`mem plugins` says why)"
    return f"install {name}"
