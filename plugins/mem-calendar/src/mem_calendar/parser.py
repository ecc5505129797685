"""One document a calendar file, one message an occurrence, said when it takes place.

The same file gives the same documents: the window for repeating events hangs on the file's own
dates, not on today.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from mem.core.document import DocumentKind, Message, ParsedDocument, SaidAtOrigin
from mem.core.protocols import FileEntry
from mem.errors import ParseFailed
from mem.sources import dates
from mem.sources.chats.records import MessageList, Tally
from mem.sources.folders import file_uri
from mem.sources.sniffing import text_start
from mem.sources.textfile import read_text, well_formed
from mem_calendar.component import (
    Entry,
    Unreadable,
    in_calendar,
    is_usual,
    naive,
    read,
    zone_called,
)
from mem_calendar.lines import Pieces, cut
from mem_calendar.recurrence import UnknownRule, Window, described, occurrences
from mem_calendar.wording import span, words

_SUFFIXES = frozenset({".ics", ".ical", ".icalendar", ".ifb"})
_OPENINGS = ("BEGIN:VCALENDAR", "BEGIN:VEVENT", "BEGIN:VTODO", "BEGIN:VJOURNAL")
_SPEAKER = "calendar"
MOST = 50_000
"""Messages of one file."""


class CalendarParser:
    """iCalendar files: events, tasks and journal entries."""

    name = "calendar"
    version = 1

    def sniff(self, path: Path, head: bytes) -> int:
        """What opens as a calendar; else its suffixes."""
        start = text_start(head[:4096])
        if start[:40].upper().startswith(_OPENINGS):
            return 95
        return 60 if path.suffix.lower() in _SUFFIXES and start else 0

    def parse(self, entry: FileEntry) -> Iterator[ParsedDocument]:
        """One document. Raises FileUnreadable; ParseFailed with code empty where it holds no item,
        malformed where none of them can be read.
        """
        text, notices = read_text(entry)
        pieces = cut(text)
        place = well_formed(str(entry.path))
        if not pieces.items:
            raise ParseFailed(place, "it holds no event, task or journal entry", code="empty")
        calendar = _Calendar(pieces)
        if not calendar.entries:
            raise ParseFailed(place, "none of its items can be read")
        calendar.expand()
        messages = tuple(calendar.messages())
        said_at: datetime | None = min((one.at for one in messages if one.at), default=None)
        origin: SaidAtOrigin | None = SaidAtOrigin.MESSAGE
        if said_at is None:
            said_at, origin = dates.said_at(None, entry)
        yield ParsedDocument(
            uri=file_uri(entry.path),
            kind=DocumentKind.CHAT,
            format=self.name,
            title=calendar.title or well_formed(entry.path.stem),
            messages=messages,
            said_at=said_at,
            said_at_origin=origin,
            notices=(*notices, *calendar.notices()),
        )


@dataclass(frozen=True, slots=True)
class _Occurrence:
    """An entry at one of its times: naive wall clock, and which one of the series it is."""

    entry: Entry
    start: datetime | None
    mark: str
    first: bool


@dataclass(slots=True)
class _Calendar:
    """The items of a file and what becomes of them."""

    pieces: Pieces
    tally: Tally = field(default_factory=Tally)
    entries: list[Entry] = field(default_factory=list)
    found: list[_Occurrence] = field(default_factory=list)
    expanded: int = 0

    def __post_init__(self) -> None:
        for item in self.pieces.items:
            try:
                self.entries.append(read(item))
            except Unreadable:
                self.tally.add(f"{item.kind} that cannot be read (line {item.line})")
        for kind in self.pieces.others:
            self.tally.add(kind)
        for entry in self.entries:
            for name in entry.broken:
                self.tally.add(f"{name} that cannot be read")

    @property
    def title(self) -> str:
        """The calendar's name, or the title of the only item."""
        named = self.pieces.properties.get("X-WR-CALNAME") or self.pieces.properties.get("NAME")
        if named:
            return " ".join(well_formed(named).split())
        return self.entries[0].summary if len(self.entries) == 1 else ""

    @property
    def zone(self) -> tzinfo | None:
        """The zone that times in UTC are shown in."""
        return zone_called(self.pieces.properties.get("X-WR-TIMEZONE", ""))

    @property
    def window(self) -> Window:
        """Around the last time that the file was touched, as far as it says so."""
        stamps = [stamp for entry in self.entries for stamp in entry.stamps]
        starts = [entry.series().start for entry in self.entries if entry.start is not None]
        usual = [moment for moment in stamps or starts if is_usual(moment)]
        return Window.around(max(usual, default=datetime(2000, 1, 1)))

    def expand(self) -> None:
        """Find every occurrence; one that an override stands for is not there twice."""
        overridden = {
            (one.uid, one.local(one.recurrence)) for one in self.entries if one.recurrence
        }
        window = self.window
        for entry in self.entries:
            for occurrence in self._of(entry, window):
                moment = occurrence.start
                again = entry.recurrence is None and (entry.uid, moment) in overridden
                if again and entry.uid and (entry.rules or entry.further):
                    continue
                self.found.append(occurrence)

    def _of(self, entry: Entry, window: Window) -> Iterator[_Occurrence]:
        if entry.start is None:
            yield _Occurrence(entry, None, "", first=True)
            return
        series = entry.series()
        if entry.recurrence is not None:
            mark = entry.local(entry.recurrence).isoformat()
            yield _Occurrence(entry, series.start, mark, first=False)
            return
        if not (entry.rules or entry.further):
            yield _Occurrence(entry, series.start, "", first=True)
            return
        self.expanded += 1
        try:
            times = occurrences(series, window)
        except UnknownRule as error:
            self.tally.add(f"repetition by a rule that is not expanded ({str(error)[:60]})")
            times = [series.start]
        for number, moment in enumerate(times):
            yield _Occurrence(entry, moment, moment.isoformat(), first=number == 0)

    def messages(self) -> Sequence[Message]:
        """One message an occurrence, in order of time."""
        listed = MessageList(self.tally)
        dated = sorted(self.found, key=lambda one: (one.start or datetime.max, one.entry.line))
        for occurrence in dated[:MOST]:
            listed.add(self._message(occurrence))
        if len(dated) > MOST:
            self.tally.add("occurrence", len(dated) - MOST)
        return listed.messages

    def _message(self, occurrence: _Occurrence) -> Message:
        entry = occurrence.entry
        start, end = self._times(occurrence)
        identity = entry.uid or f"line-{entry.line}"
        at = start if start is not None and is_usual(start) else None
        return Message(
            id=f"{identity}/{occurrence.mark}" if occurrence.mark else identity,
            speaker=entry.organizer or _SPEAKER,
            role="other",
            text=words(
                entry,
                when=span(entry, start, end, self._shown_zone(entry)),
                repeats=[described(rule) for rule in entry.rules] if occurrence.first else [],
            ),
            at=at,
            session=at.date().isoformat() if at else None,
            line=entry.line,
        )

    def _times(self, occurrence: _Occurrence) -> tuple[datetime | None, datetime | None]:
        """Start and end of an occurrence in the wall clock that is shown."""
        entry, start = occurrence.entry, occurrence.start
        if start is None or entry.start is None:
            return None, None
        end = None
        if entry.end is not None:
            length = naive(entry.end, entry.zone) - entry.local(entry.start)
            try:
                end = start + max(length, timedelta(0))
            except OverflowError:
                end = None
        zone = self.zone
        shown = in_calendar(start, entry, zone)
        return shown, in_calendar(end, entry, zone) if end is not None else None

    def _shown_zone(self, entry: Entry) -> str:
        """The zone to name: none where it is the calendar's own."""
        own = self.pieces.properties.get("X-WR-TIMEZONE", "")
        if entry.zone_name == "UTC" and self.zone is not None:
            return ""
        return "" if entry.zone_name == own else entry.zone_name

    def notices(self) -> tuple[str, ...]:
        """What was left out, and how far repeating events reach."""
        if not self.expanded:
            return self.tally.notices()
        start, end = self.window.start, self.window.end
        reach = f"from {start:%Y-%m-%d} to {end:%Y-%m-%d}, besides the first of each"
        return (*self.tally.notices(), f"repeating events are expanded {reach}")
