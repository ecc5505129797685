"""Time spans as values, and the calendar arithmetic that makes them.

Every function here is pure; every span is half-open, naive and non-empty. A date outside the
years 1-9999 raises `ValueError` or `OverflowError`, which the span parser turns into "no span".
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Final

ONE_DAY: Final = timedelta(days=1)
#: First hour and length in hours of each part of a day.
DAY_PARTS: Final = {"morning": (5, 7), "afternoon": (12, 6), "evening": (18, 6), "night": (18, 12)}
#: First month of each season of three months (meteorological, northern hemisphere).
SEASONS: Final = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
#: Month and day of holidays with a fixed date.
FIXED_HOLIDAYS: Final = {
    "christmas": (12, 25),
    "christmas eve": (12, 24),
    "boxing day": (12, 26),
    "new year": (1, 1),
    "new year's eve": (12, 31),
    "halloween": (10, 31),
    "valentine's day": (2, 14),
}


class Precision(Enum):
    """How exactly a span was stated; `RANGE` is a span that is no single calendar unit."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEKEND = "weekend"
    WEEK = "week"
    MONTH = "month"
    SEASON = "season"
    QUARTER = "quarter"
    YEAR = "year"
    DECADE = "decade"
    RANGE = "range"


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """A half-open stretch of local time `[start, end)`; both ends are naive datetimes."""

    start: datetime
    end: datetime
    precision: Precision

    def contains(self, t: datetime) -> bool:
        """Say whether `t` (naive local time) lies in the span."""
        return self.start <= t < self.end

    def overlaps(self, other: TimeSpan) -> bool:
        """Say whether the two spans share any time."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class TimeMention:
    """A time expression in a text: `text` is the slice `[start, end)` of it.

    `relative` says that the span depends on the reference time, as for "last week" or "8 May".
    """

    span: TimeSpan
    start: int
    end: int
    text: str
    relative: bool


def midnight(t: datetime) -> datetime:
    """Return the start of the day of `t`."""
    return datetime(t.year, t.month, t.day)


def add_months(t: datetime, months: int) -> datetime:
    """Shift by calendar months; a day that the target month lacks becomes its last day."""
    year, month = divmod(t.year * 12 + t.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise ValueError(f"year {year} is out of range")
    return t.replace(year=year, month=month + 1, day=min(t.day, monthrange(year, month + 1)[1]))


def shift(t: datetime, count: int, unit: Precision) -> datetime:  # noqa: PLR0911 - one return per case
    """Move `t` by `count` units, keeping the time of day for units of a day or more."""
    match unit:
        case Precision.MINUTE:
            return t + timedelta(minutes=count)
        case Precision.HOUR:
            return t + timedelta(hours=count)
        case Precision.DAY:
            return t + timedelta(days=count)
        case Precision.WEEK | Precision.WEEKEND:
            return t + timedelta(weeks=count)
        case Precision.YEAR:
            return add_months(t, 12 * count)
        case Precision.DECADE:
            return add_months(t, 120 * count)
        case Precision.QUARTER | Precision.SEASON:
            return add_months(t, 3 * count)
        case _:
            return add_months(t, count)


def unit_span(t: datetime, unit: Precision) -> TimeSpan:
    """Return the calendar unit that contains `t`: weeks start on Monday, weekends on Saturday.

    For `WEEKEND` it is the weekend of the calendar week of `t`.
    """
    day = midnight(t)
    match unit:
        case Precision.MINUTE:
            start = t.replace(second=0, microsecond=0)
        case Precision.HOUR:
            start = t.replace(minute=0, second=0, microsecond=0)
        case Precision.WEEK:
            start = day - timedelta(days=day.weekday())
        case Precision.WEEKEND:
            start = day + timedelta(days=5 - day.weekday())
            return TimeSpan(start, start + 2 * ONE_DAY, unit)
        case Precision.MONTH:
            start = day.replace(day=1)
        case Precision.QUARTER:
            start = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case Precision.SEASON:
            start = add_months(day.replace(day=1), -(day.month % 3))
        case Precision.YEAR:
            start = day.replace(month=1, day=1)
        case Precision.DECADE:
            start = datetime(max(1, day.year // 10 * 10), 1, 1)
        case _:
            start = day
            unit = Precision.DAY
    return TimeSpan(start, shift(start, 1, unit), unit)


def day_span(year: int, month: int, day: int) -> TimeSpan:
    """Return the span of one calendar day."""
    return unit_span(datetime(year, month, day), Precision.DAY)


def range_span(start: datetime, end: datetime) -> TimeSpan:
    """Return `[start, end)` as a range; raises `ValueError` when it would be empty."""
    if start >= end:
        raise ValueError("a time span cannot be empty")
    return TimeSpan(start, end, Precision.RANGE)


def fitted_span(start: datetime, end: datetime) -> TimeSpan:
    """Return `[start, end)` with the precision of the calendar unit that it fills, else a range."""
    for unit in (Precision.DAY, Precision.WEEK, Precision.MONTH, Precision.YEAR):
        span = unit_span(start, unit)
        if (span.start, span.end) == (start, end):
            return span
    return range_span(start, end)


def part_of_day(day: datetime, part: str) -> TimeSpan:
    """Return the morning, afternoon, evening or night of the day of `day`."""
    first, hours = DAY_PARTS[part]
    start = midnight(day) + timedelta(hours=first)
    return TimeSpan(start, start + timedelta(hours=hours), Precision.HOUR)


def season_span(year: int, season: str) -> TimeSpan:
    """Return a season; winter is named after the year of its December."""
    start = datetime(year, SEASONS[season], 1)
    return TimeSpan(start, add_months(start, 3), Precision.SEASON)


def third_of(span: TimeSpan, which: int) -> TimeSpan:
    """Return the early (0), middle (1) or late (2) third of a span.

    Months split at days 11 and 21, years at May and September, decades at years 4 and 7, weeks at
    Wednesday and Friday; anything else splits into equal thirds of whole days.
    """
    months = {Precision.YEAR: (4, 8), Precision.DECADE: (48, 84), Precision.SEASON: (1, 2)}
    if span.precision is Precision.QUARTER:
        cuts = [add_months(span.start, 1), add_months(span.start, 2)]
    elif span.precision in months:
        cuts = [add_months(span.start, m) for m in months[span.precision]]
    elif span.precision is Precision.MONTH:
        cuts = [span.start + 10 * ONE_DAY, span.start + 20 * ONE_DAY]
    elif span.precision is Precision.WEEK:
        cuts = [span.start + 2 * ONE_DAY, span.start + 4 * ONE_DAY]
    else:
        third = (span.end - span.start).days // 3
        cuts = [span.start + third * ONE_DAY, span.end - third * ONE_DAY]
    edges = [span.start, *cuts, span.end]
    return range_span(edges[which], edges[which + 1])


def half_of(span: TimeSpan, which: int) -> TimeSpan:
    """Return the first (0) or second (1) half of a span, cut at a month or at a day."""
    if span.precision is Precision.YEAR:
        middle = add_months(span.start, 6)
    else:
        middle = span.start + (span.end - span.start).days // 2 * ONE_DAY
    return range_span(span.start, middle) if which == 0 else range_span(middle, span.end)


def easter(year: int) -> date:
    """Return Easter Sunday of a year (Gregorian; the Meeus-Jones-Butcher computation)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)


def holiday_span(year: int, name: str) -> TimeSpan:
    """Return the day of a holiday of `FIXED_HOLIDAYS`, "easter" or "thanksgiving" (American)."""
    if name == "easter":
        found = easter(year)
        return day_span(year, found.month, found.day)
    if name == "thanksgiving":
        first = date(year, 11, 1).weekday()
        return day_span(year, 11, 22 + (3 - first) % 7)
    return day_span(year, *FIXED_HOLIDAYS[name])
