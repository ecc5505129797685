"""The Netscape bookmark format: HTML that never closes what it opens, read tag by tag.

A folder is a heading followed by a list; only the end of that list ends it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

MAX_DEPTH: Final = 100
MAX_BOOKMARKS: Final = 100_000

Attributes = dict[str, str]


@dataclass(slots=True)
class Bookmark:
    """One bookmark as written; `folders` outermost first, `line` 1-based."""

    url: str
    line: int
    folders: tuple[str, ...]
    attributes: Attributes
    title: str = ""
    remark: str = ""


@dataclass(slots=True)
class _Open:
    """What the characters that come next belong to."""

    words: list[str] = field(default_factory=list)
    what: str = ""


class BookmarkReader(HTMLParser):
    """Collects `bookmarks` from what it is fed, and the title of the file."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.bookmarks: list[Bookmark] = []
        self.left_out = 0
        self.title = ""
        self._folders: list[str] = []
        self._named: str | None = None
        self._open = _Open()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin what the tag begins, and end what it ends silently."""
        given = {name: value or "" for name, value in attrs}
        if tag == "dl":
            self._finish()
            self._folders.append(self._named or "")
            self._named = None
        elif tag in {"h3", "h1", "title", "dd"}:
            self._begin(tag)
        elif tag == "a":
            self._begin(tag)
            self._add(given)
        elif tag == "dt":
            self._finish()
        elif tag == "br":
            self._open.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """End what the tag ends."""
        if tag in {"h3", "h1", "title", "a", "dd"}:
            self._finish()
        elif tag == "dl":
            self._finish()
            if self._folders:
                self._folders.pop()

    def handle_data(self, data: str) -> None:
        """Words of whatever is open."""
        if self._open.what:
            self._open.words.append(data)

    def close(self) -> None:
        """End of the file."""
        super().close()
        self._finish()

    def _add(self, attributes: Attributes) -> None:
        url = attributes.pop("href", "").strip()
        if not url or len(self.bookmarks) >= MAX_BOOKMARKS:
            self._open = _Open()
            self.left_out += 1
            return
        self._named = None
        folders = tuple(name for name in self._folders[:MAX_DEPTH] if name)
        self.bookmarks.append(Bookmark(url, self.getpos()[0], folders, attributes))

    def _begin(self, what: str) -> None:
        self._finish()
        self._open = _Open(what=what)

    def _finish(self) -> None:
        """Give the collected words to what they belong to."""
        opened, self._open = self._open, _Open()
        text = "".join(opened.words)
        words = " ".join(text.split())
        if opened.what == "h3":
            self._named = words
        elif opened.what in {"h1", "title"}:
            self.title = self.title or words
        elif opened.what == "a" and self.bookmarks:
            self.bookmarks[-1].title = words
        elif opened.what == "dd" and self.bookmarks and not self._named:
            # A description after a heading is the folder's.
            self.bookmarks[-1].remark = text.strip()
