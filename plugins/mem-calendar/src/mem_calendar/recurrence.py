"""The occurrences of a repeating event (RFC 5545, 3.8.5) inside a window, in its own wall clock.

Work is bounded whatever the rule says: rules below a day, and those of absurd years, give only
the first occurrence.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

MOST: Final = 1200
"""Occurrences of one event; a daily one fills the window with 1,096."""

_UNITS: Final = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
_DAYS: Final = {
    "MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday",
    "SA": "Saturday", "SU": "Sunday",
}  # fmt: skip
_YEARS: Final = range(1900, 2100)


@dataclass(frozen=True, slots=True)
class Window:
    """The time in which repeating events are expanded, both ends included."""

    start: datetime
    end: datetime

    @classmethod
    def around(cls, anchor: datetime) -> Window:
        """Two years back and one year ahead."""
        return cls(anchor - timedelta(days=731), anchor + timedelta(days=366))


@dataclass(frozen=True, slots=True)
class Series:
    """How an event repeats: rules as written, further and excluded times in its wall clock.

    A `date` in `excluded` excludes everything on that day. `zone` is the event's own, None for
    one that has none; the end of a rule is written in UTC.
    """

    start: datetime
    rules: tuple[str, ...] = ()
    further: tuple[datetime, ...] = ()
    excluded: frozenset[datetime | date] = frozenset()
    zone: tzinfo | None = None


class UnknownRule(ValueError):
    """A rule that cannot be expanded; the message is the rule."""


def occurrences(series: Series, window: Window) -> list[datetime]:
    """The first occurrence, those of rules inside the window, and all that are listed by date; in
    order, without the excluded ones.

    Raises UnknownRule.
    """
    found = {series.start, *series.further}
    for rule in series.rules:
        found.update(_of_rule(rule, series, window))
    kept = sorted(one for one in found if not _is_excluded(one, series.excluded))
    return kept[:MOST]


def described(rule: str) -> str:
    """A rule in words where it is a simple one, else as it is written."""
    parts = _parts(rule)
    unit, interval = _UNITS.get(parts.pop("FREQ", "")), parts.pop("INTERVAL", "1")
    parts.pop("WKST", None)
    days = [_DAYS.get(one) for one in parts.pop("BYDAY", "").split(",") if one]
    until, count = parts.pop("UNTIL", ""), parts.pop("COUNT", "")
    if unit is None or parts or None in days:
        return rule
    text = f"every {unit}" if interval == "1" else f"every {interval} {unit}s"
    text += f" on {', '.join(filter(None, days))}" if days else ""
    text += f" until {until[:4]}-{until[4:6]}-{until[6:8]}" if until else ""
    return text + (f", {count} times" if count else "")


def _is_excluded(moment: datetime, excluded: Collection[datetime | date]) -> bool:
    return moment in excluded or moment.date() in excluded


def _inside(moment: datetime, window: Window) -> bool:
    return window.start <= moment <= window.end


def _parts(rule: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in rule.strip().upper().split(";") if "=" in part)
    return {name.strip(): value.strip() for name, _, value in pairs}


def _of_rule(rule: str, series: Series, window: Window) -> Iterator[datetime]:
    """Occurrences by one rule inside the window."""
    from dateutil.rrule import rrulestr  # type: ignore[import-untyped]

    parts = _parts(rule)
    if parts.get("FREQ") not in _UNITS or series.start.year not in _YEARS:
        raise UnknownRule(rule)
    if _number(parts.get("INTERVAL", "1"), rule) < 1:
        raise UnknownRule(rule)
    count = _number(parts.pop("COUNT", "0"), rule)
    end = min(window.end, _until(parts.pop("UNTIL", ""), rule, series.zone))
    bare = ";".join(f"{name}={value}" for name, value in parts.items())
    try:
        expanded: Iterable[datetime] = rrulestr(bare, dtstart=series.start).replace(until=end)
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise UnknownRule(rule) from error
    for number, moment in enumerate(expanded, start=1):
        if count and number > count:
            return
        if _inside(moment, window):
            yield moment


def _number(text: str, rule: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise UnknownRule(rule)
    return int(text)


def _until(text: str, rule: str, zone: tzinfo | None) -> datetime:
    """The last moment of a rule in the event's wall clock; a date counts to its end."""
    if not text:
        return datetime.max
    try:
        day = datetime.strptime(text[:8], "%Y%m%d")
        if len(text) == 8:
            return datetime.combine(day, time.max)
        moment = datetime.strptime(text[:15], "%Y%m%dT%H%M%S")
        if zone is None or not text.endswith("Z"):
            return moment
        return moment.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
    except (ValueError, OverflowError) as error:
        raise UnknownRule(rule) from error
