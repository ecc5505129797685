"""An occurrence in words: its first line says what and when, so that a question finds both."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from mem_calendar.component import Entry

_WEEKDAYS: Final = (
    *("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
)
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_LEADS: Final = {"VTODO": "To do: ", "VJOURNAL": "Journal: "}
_UNTITLED: Final = "(no title)"


def words(entry: Entry, *, when: str, repeats: Sequence[str]) -> str:
    """The text of one occurrence."""
    title = _LEADS.get(entry.kind, "") + (entry.summary or _UNTITLED)
    lines = [f"{title}: {when}." if when else title]
    lines += [f"{label}: {value}" for label, value in entry.details]
    lines += [f"Repeats: {rule}" for rule in repeats]
    return "\n".join([*lines, *([entry.description] if entry.description else [])])


def span(entry: Entry, start: datetime | None, end: datetime | None, zone: str) -> str:
    """When an occurrence takes place, in full; the end of whole days is the day before."""
    if start is None:
        return ""
    remark = f" ({zone})" if zone else ""
    if not isinstance(entry.start, datetime):
        last = (end or start) - timedelta(days=1) if end and end > start else start
        return day(start) if last.date() <= start.date() else f"{day(start)} to {day(last)}"
    shown = f"{day(start)}, {start:%H:%M}"
    if end is None or end <= start:
        return shown + remark
    if end.date() == start.date():
        return f"{shown} to {end:%H:%M}{remark}"
    return f"{shown} to {day(end)}, {end:%H:%M}{remark}"


def day(moment: date) -> str:
    """`Tuesday, 4 March 2025`."""
    month = _MONTHS[moment.month - 1]
    return f"{_WEEKDAYS[moment.weekday()]}, {moment.day} {month} {moment.year}"
