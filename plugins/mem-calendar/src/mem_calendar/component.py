"""One item of a calendar as plain values; a property that cannot be read counts as not there.

Times are naive wall clock: that of the item's own zone, and for UTC that of the calendar.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mem.sources.parsers.html import text_of
from mem.sources.textfile import well_formed
from mem_calendar.lines import Item
from mem_calendar.recurrence import Series

if TYPE_CHECKING:
    from icalendar.cal.component import Component

_MARKUP = re.compile(r"</?(?:a|b|br|div|i|li|ol|p|span|strong|u|ul)\b[^<>]{0,2000}>", re.IGNORECASE)
_STAMPS = ("DTSTAMP", "LAST-MODIFIED", "CREATED")
_YEARS = range(1900, 2100)

Moment = datetime | date


class Unreadable(ValueError):
    """An item that is no component at all; the message says why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An event, task or journal entry. `start` and `end` as the file has them, with their zone.

    `recurrence` is the time of the series' occurrence that it stands for, `zone_name` the zone
    as written.
    """

    kind: str
    uid: str
    line: int
    start: Moment | None
    end: Moment | None
    summary: str
    recurrence: Moment | None = None
    zone_name: str = ""
    details: tuple[tuple[str, str], ...] = ()
    description: str = ""
    organizer: str = ""
    rules: tuple[str, ...] = ()
    further: tuple[Moment, ...] = ()
    excluded: tuple[Moment, ...] = ()
    stamps: tuple[datetime, ...] = ()
    broken: tuple[str, ...] = field(default=())

    @property
    def zone(self) -> tzinfo | None:
        """The zone that the start is in."""
        return self.start.tzinfo if isinstance(self.start, datetime) else None

    def series(self) -> Series:
        """How it repeats; only for one with a start."""
        assert self.start is not None
        return Series(
            self.local(self.start),
            self.rules,
            tuple(self.local(one) for one in self.further),
            frozenset(
                self.local(one) if isinstance(one, datetime) else one for one in self.excluded
            ),
            self.zone,
        )

    def local(self, moment: Moment) -> datetime:
        """`moment` as naive wall clock of this item's zone."""
        return naive(moment, self.zone)


def naive(moment: Moment, zone: tzinfo | None) -> datetime:
    """`moment` as naive wall clock of `zone`, of its own zone where that is None; a date is its
    first moment.
    """
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time.min)
    if zone is not None and moment.tzinfo is not None and moment.tzinfo is not zone:
        try:
            moment = moment.astimezone(zone)
        except OverflowError:
            return moment.replace(tzinfo=None)
    return moment.replace(tzinfo=None)


def in_calendar(moment: datetime, entry: Entry, zone: tzinfo | None) -> datetime:
    """Naive wall clock of an item, moved to the calendar's own `zone` where it is in UTC."""
    if zone is None or entry.zone is None or entry.zone_name != "UTC":
        return moment
    try:
        return moment.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
    except OverflowError:
        return moment


def is_usual(moment: datetime) -> bool:
    """Whether it can stand as the time of something; calendars hold years such as 1601."""
    return moment.year in _YEARS


def zone_called(name: str) -> tzinfo | None:
    """The zone of that name, None where there is none."""
    try:
        return ZoneInfo(name.strip()) if name.strip() else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def read(item: Item) -> Entry:
    """The item as values. Raises Unreadable."""
    from icalendar import Component

    try:
        component = Component.from_ical("\r\n".join(item.lines))
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise Unreadable(str(error)) from error
    return _entry(item, component)


def _entry(item: Item, component: Component) -> Entry:
    start, zone_name = _time(component, "DTSTART")
    due, due_zone = _time(component, "DUE")
    end = _time(component, "DTEND")[0] or due
    if start is None:
        start, zone_name, end = due, due_zone, None
    if start is not None and end is None:
        end = _after(start, _one(component, "DURATION"))
    return Entry(
        kind=item.kind,
        uid=_text(component, "UID"),
        line=item.line,
        start=start,
        end=end,
        summary=" ".join(_text(component, "SUMMARY").split()),
        recurrence=_time(component, "RECURRENCE-ID")[0],
        zone_name=zone_name,
        details=tuple(_details(component)),
        description=_words(_text(component, "DESCRIPTION")),
        organizer=_person(_one(component, "ORGANIZER")),
        rules=tuple(_raw(one) for one in _all(component, "RRULE")),
        further=tuple(_times(component, "RDATE")),
        excluded=tuple(_times(component, "EXDATE")),
        stamps=tuple(_stamps(component)),
        broken=tuple(sorted({str(name) for name, _ in component.errors if name})),
    )


def _all(component: Component, name: str) -> list[Any]:
    """The readable values of a property."""
    from icalendar.prop import vBroken

    value = component.get(name)
    values = value if isinstance(value, list) else [] if value is None else [value]
    return [one for one in values if not isinstance(one, vBroken)]


def _one(component: Component, name: str) -> Any:
    return next(iter(_all(component, name)), None)


def _text(component: Component, name: str) -> str:
    value = _one(component, name)
    return well_formed(str(value)).strip() if value is not None else ""


def _raw(value: Any) -> str:
    """A value as it is written in the file."""
    return well_formed(value.to_ical().decode("utf-8", "replace"))


def _time(component: Component, name: str) -> tuple[Moment | None, str]:
    """A date or time, and the name of its zone as written."""
    value = _one(component, name)
    moment = getattr(value, "dt", None)
    if not isinstance(moment, date):
        return None, ""
    written = value.params.get("TZID", "") if isinstance(moment, datetime) else ""
    is_utc = isinstance(moment, datetime) and moment.tzinfo is not None and not written
    return moment, "UTC" if is_utc else well_formed(str(written))


def _times(component: Component, name: str) -> Iterator[Moment]:
    """The times of a list; of a period its start."""
    for value in _all(component, name):
        for one in getattr(value, "dts", [value]):
            moment = getattr(one, "dt", None)
            moment = moment[0] if isinstance(moment, tuple) else moment
            if isinstance(moment, date):
                yield moment


def _stamps(component: Component) -> Iterator[datetime]:
    for name in _STAMPS:
        moment = _time(component, name)[0]
        if isinstance(moment, datetime) and is_usual(moment):
            yield naive(moment, UTC)


def _after(start: Moment, duration: Any) -> Moment | None:
    length = getattr(duration, "td", None) or getattr(duration, "dt", None)
    if not isinstance(length, timedelta) or length < timedelta(0):
        return None
    try:
        return start + length
    except OverflowError:
        return None


def _details(component: Component) -> Iterator[tuple[str, str]]:
    """What is said below the first line: a word and its value."""
    for label, name in (("Where", "LOCATION"), ("Link", "URL"), ("Status", "STATUS")):
        value = " ".join(_text(component, name).split())
        if value and value.upper() not in {"CONFIRMED", "FINAL"}:
            yield label, value.lower() if label == "Status" else value
    people = list(dict.fromkeys(filter(None, map(_person, _all(component, "ATTENDEE")))))
    if people:
        yield "With", ", ".join(people)
    labels: list[str] = []
    for value in _all(component, "CATEGORIES"):
        labels += (well_formed(str(one)).strip() for one in getattr(value, "cats", [value]))
    if any(labels):
        yield "Categories", ", ".join(filter(None, labels))
    for value in _all(component, "COMMENT"):
        yield "Comment", " ".join(well_formed(str(value)).split())
    files = [one for value in _all(component, "ATTACH") if "://" in (one := str(value))]
    for one in files:
        yield "Attached", well_formed(one)[:500]


def _person(value: Any) -> str:
    """A participant's name, else address."""
    if value is None:
        return ""
    name = str(getattr(value, "params", {}).get("CN", "")).strip().strip('"')
    address = re.sub("^mailto:", "", str(value), flags=re.IGNORECASE)
    return " ".join(well_formed(name or address).split())


def _words(text: str) -> str:
    """A description as words, where some calendars write HTML."""
    if not _MARKUP.search(text):
        return text
    shown = text_of(text.replace("\n", "<br>"))
    return text if shown is None else shown.strip()
