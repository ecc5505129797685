"""Read English time expressions as spans, and say a span in words.

Every result is a non-empty half-open span of naive local time, and depends only on the text and
on the reference time given. Conventions, where everyday English leaves a choice:

* Weeks run from Monday to Sunday. "last/this/next week" (month, quarter, year, weekend) is the
  calendar unit before, of, or after the reference time; "two weeks ago" is the calendar week that
  holds that day, "three months ago" the calendar month, "two years ago" the calendar year.
* "the last week", "the past month" and "last 30 days" roll: from that long ago to the end of the
  reference day ("in the next two weeks" the same way forward).
* A day, month or weekday without a year or week is the nearest one that has begun, today
  included. "last X" lies wholly before today; "this Friday" is today or the next one, in a
  sentence that tells of what has been ("we met this Friday") the last one; "next Friday" is the
  Friday of the next calendar week; "next March" is the first to begin after now.
* "two weeks before 5 May" is a day, "the two weeks before 5 May" the 14 days; "the week before
  5 May" is the 7 days, and a whole calendar unit where it is one ("the month before May 2020").
* `since X` runs from the start of X to the end of the reference day, `after X` from the end of X,
  `before X` ends where X starts, and `until X` ends where X ends.
* Seasons are meteorological and of the northern hemisphere; winter has the year of its December.
* Nights run from 18:00 to 06:00, mornings 05-12, afternoons 12-18, evenings 18-24.
* Numeric dates: a number above 12 is the day; otherwise `day_first` decides (8/5/2023 is 8 May).
* "a couple" is 2, "a few" is 3, "several" is 3 to 7. Early, mid and late are thirds.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from mem.core.times.ahead import gone_by
from mem.core.times.grammar import phrase, read_with, starters
from mem.core.times.values import (
    DAY_PARTS,
    ONE_DAY,
    Precision,
    TimeMention,
    TimeSpan,
    range_span,
    unit_span,
)
from mem.core.times.words import LEADS, may_mention_time, tokenize

__all__ = ["Precision", "TimeMention", "TimeSpan", "describe", "find_mentions", "parse_span"]


def parse_span(text: str, *, now: datetime, day_first: bool = True) -> TimeSpan | None:
    """Read a whole string as one time expression, as for a date filter.

    Args:
        text: the expression, for example "last March" or "since 2020".
        now: the reference time; a time zone on it is ignored.
        day_first: whether 8/5/2023 is 8 May (true) or August 5.

    Returns the span, or None where the string is not one expression.
    """
    tokens = tokenize(text)
    end = tokens.count
    while end and tokens.lows[end - 1] in (".", "?", "!", ","):
        end -= 1
    reader = read_with(text, tokens, now.replace(tzinfo=None), strict=False, day_first=day_first)
    for first in range(min(3, end)):
        if reader.low(first) == "by":
            hit = phrase(reader, first + 1, True)
            return _up_to(hit.span) if hit and hit.end == end else None
        hit = phrase(reader, first, True)
        if hit and hit.end == end:
            return hit.span
        if reader.low(first) not in LEADS:
            return None
    return None


def _up_to(span: TimeSpan) -> TimeSpan:
    """Return everything up to the end of a span."""
    return range_span(datetime.min, span.end)


def find_mentions(text: str, *, said_at: datetime, day_first: bool = True) -> list[TimeMention]:
    """Find the time expressions in a text, resolved against the time when it was said.

    Args:
        text: any prose; words such as "may" or "second" count only where they mean a time.
        said_at: the reference time; a time zone on it is ignored.
        day_first: as for `parse_span`.

    Returns the mentions from left to right; they do not overlap, and each is the longest reading
    from its first word on.
    """
    if not may_mention_time(text):
        return []
    reader = read_with(
        text, tokenize(text), said_at.replace(tzinfo=None), strict=True, day_first=day_first
    )
    mentions = []
    tokens, words = reader.tokens, starters()
    i = 0
    while i < tokens.count:
        known = tokens.lows[i] in words or tokens.kinds[i] not in ("word", "junk")
        hit = phrase(reader, i, False) if known else None
        if hit is None:
            i += 1
            continue
        start, end = tokens.starts[i], tokens.ends[hit.end - 1]
        mention = TimeMention(hit.span, start, end, text[start:end], hit.relative)
        mentions.append(gone_by(text, mention, said_at.replace(tzinfo=None)))
        i = hit.end
    return mentions


def describe(span: TimeSpan) -> str:  # noqa: PLR0911 - one return per case
    """Say a span in words; days, months and years read back as the same span."""
    start, last = span.start, span.end - timedelta(microseconds=1)
    match span.precision:
        case Precision.MINUTE:
            return f"about {start:%H:%M} on {_day(start)}"
        case Precision.HOUR:
            return _hour(span)
        case Precision.DAY:
            return _day(start)
        case Precision.WEEKEND | Precision.WEEK:
            return f"the {span.precision.value} of {_day(start)}"
        case Precision.MONTH:
            return _month(start)
        case Precision.SEASON:
            names = {3: "spring", 6: "summer", 9: "autumn", 12: "winter"}
            return f"{names[start.month]} {start.year}"
        case Precision.QUARTER:
            return f"Q{(start.month + 2) // 3} {start.year}"
        case Precision.YEAR:
            return str(start.year)
        case Precision.DECADE:
            return f"the {start.year}s"
    return _range(start, last)


def _day(t: datetime) -> str:
    return f"{t.day} {_month(t)}"


def _month(t: datetime) -> str:
    names = "January February March April May June July August September October November December"
    return f"{names.split()[t.month - 1]} {t.year}"


def _hour(span: TimeSpan) -> str:
    """Name a part of a day, else the hour."""
    for part, (first, hours) in DAY_PARTS.items():
        if span.start.hour == first and span.end - span.start == timedelta(hours=hours):
            return f"the {part} of {_day(span.start)}"
    return f"about {span.start:%H}:00 on {_day(span.start)}"


def _range(start: datetime, last: datetime) -> str:  # noqa: PLR0911 - one return per case
    """Say a range by its first and last day, or by months where it fills them."""
    if start == datetime.min:
        return f"up to {_day(last)}"
    if last.year >= 9999:
        return f"from {_day(start)} on"
    whole = start == unit_span(start, Precision.MONTH).start
    if whole and last + ONE_DAY >= unit_span(last, Precision.MONTH).end:
        if start.year == last.year:
            return f"{_month(start).split()[0]}–{_month(last)}"
        return f"{_month(start)} – {_month(last)}"
    if last - start < ONE_DAY and start.date() == last.date():
        return f"{start:%H:%M}–{last:%H:%M} on {_day(start)}"
    if (start.year, start.month) == (last.year, last.month):
        return f"{start.day}–{_day(last)}"
    if start.year == last.year:
        return f"{_day(start).rsplit(' ', 1)[0]} – {_day(last)}"
    return f"{_day(start)} – {_day(last)}"
