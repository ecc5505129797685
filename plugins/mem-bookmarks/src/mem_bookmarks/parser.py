"""One document a file, one message a bookmark, said when it was added.

Icons (pictures inside the file) are no words and are left out silently.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from mem.core.document import DocumentKind, Message, ParsedDocument, SaidAtOrigin
from mem.core.protocols import FileEntry
from mem.errors import ParseFailed
from mem.sources import dates
from mem.sources.chats.records import MessageList, Tally
from mem.sources.folders import file_uri
from mem.sources.sniffing import text_start
from mem.sources.textfile import read_text, well_formed
from mem_bookmarks.reading import Bookmark, BookmarkReader

_OPENING = "<!DOCTYPE NETSCAPE-BOOKMARK-FILE"
_SPEAKER = "bookmarks"
_YEARS = range(1990, 2100)
# What a count of that many seconds would be past: such counts are of milliseconds or microseconds.
_MILLI, _MICRO = 10**11, 10**14
_LONGEST_URL = 2000


class BookmarksParser:
    """Bookmarks as browsers export them."""

    name = "bookmarks"
    version = 1

    def sniff(self, path: Path, head: bytes) -> int:
        """What opens with the format's own document type."""
        del path
        return 98 if text_start(head[:4096])[:80].upper().startswith(_OPENING) else 0

    def parse(self, entry: FileEntry) -> Iterator[ParsedDocument]:
        """One document. Raises FileUnreadable; ParseFailed with code empty for no bookmark."""
        text, notices = read_text(entry)
        reader = BookmarkReader()
        reader.feed(text)
        reader.close()
        tally = Tally()
        if reader.left_out:
            tally.add("link without a target", reader.left_out)
        listed = MessageList(tally)
        for bookmark in reader.bookmarks:
            listed.add(_message(bookmark))
        if not listed.messages:
            raise ParseFailed(well_formed(str(entry.path)), "it holds no bookmark", code="empty")
        said_at: datetime | None = min((one.at for one in listed.messages if one.at), default=None)
        origin: SaidAtOrigin | None = SaidAtOrigin.MESSAGE
        if said_at is None:
            said_at, origin = dates.said_at(None, entry)
        yield ParsedDocument(
            uri=file_uri(entry.path),
            kind=DocumentKind.CHAT,
            format=self.name,
            title=well_formed(reader.title or entry.path.stem),
            messages=tuple(listed.messages),
            said_at=said_at,
            said_at_origin=origin,
            links=tuple(dict.fromkeys(well_formed(one.url) for one in reader.bookmarks)),
            notices=(*notices, *tally.notices()),
        )


def _message(bookmark: Bookmark) -> Message:
    url = well_formed(bookmark.url)
    at = _time(bookmark.attributes.get("add_date", ""))
    shown = url if len(url) <= _LONGEST_URL else f"{url[:_LONGEST_URL]}…"
    lines = [well_formed(bookmark.title), shown]
    if bookmark.folders:
        lines.append(f"Folder: {well_formed(' > '.join(bookmark.folders))}")
    if bookmark.attributes.get("tags"):
        lines.append(f"Tags: {well_formed(bookmark.attributes['tags'])}")
    lines.append(well_formed(bookmark.remark))
    return Message(
        id="/".join((*map(well_formed, bookmark.folders), url)),
        speaker=_SPEAKER,
        role="other",
        text="\n".join(line for line in lines if line),
        at=at,
        session=at.date().isoformat() if at else None,
        line=bookmark.line,
    )


def _time(written: str) -> datetime | None:
    """The UTC wall clock of a count since 1970 in seconds, or in milli- or microseconds as some
    browsers write; None for nothing and absurd numbers.
    """
    text = written.strip()
    if not text.isdecimal() or len(text) > 20:
        return None
    count = int(text)
    seconds = count / (1e6 if count >= _MICRO else 1e3 if count >= _MILLI else 1)
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment.replace(tzinfo=None) if moment.year in _YEARS else None
