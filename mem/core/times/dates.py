"""Rules for expressions that name a place in the calendar: dates, months, years, weekdays, seasons.

Each rule reads tokens from index `i` and returns a `Hit` or None; `free` says that the words
before it already make clear that a time is meant. Raises `ValueError` for an impossible date.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from mem.core.times.reader import Hit, Reader, day_number_at, occurrence, ordinal_at, year_at
from mem.core.times.values import (
    SEASONS,
    Precision,
    TimeSpan,
    add_months,
    day_span,
    holiday_span,
    season_span,
    unit_span,
)
from mem.core.times.words import (
    CLEAR_NAMES,
    DECADE_WORDS,
    DOUBTFUL_NAMES,
    HOLIDAYS,
    MONTHS,
    TIME_PREPOSITIONS,
    WEEKDAYS,
)

_MONTH_LEADS: Final = frozenset(
    {"in", "since", "during", "by", "until", "till", "til", "before", "after", "through", "mid"}
    | {"throughout", "early", "late"}
)
_LOWER_LEADS: Final = frozenset({"in", "since", "during", "until", "early", "mid", "late"})
_AUXILIARIES: Final = frozenset({"be", "have", "not", "well", "also", "i", "we", "you", "seem"})
_HABITS: Final = frozenset(
    {"every", "each", "most", "all", "any", "some", "good", "black", "cyber", "ash", "palm"}
)
_DAY_NOUNS: Final = frozenset({"school", "best", "roast", "times", "league"})
_CENTURY_LEADS: Final = frozenset({"in", "since", "year", "during", "until", "before"})
_DECADE_LEADS: Final = frozenset({"the", "early", "mid", "late", "-"})
_DAY_LEADS: Final = frozenset(
    {"on", "since", "by", "until", "till", "before", "after", "around", "about", "from", "for"}
)
_DAY_FOLLOWERS: Final = frozenset(
    {"but", "at", "i", "we", "he", "she", "they", "you", "it", "in", "when", "with"}
    | {"because", "for", "was", "is", "to", "so", "after", "before", "if", "the", "my"}
)
#: What follows a bare "the 24th" that is a day; the first three of anything are seldom one.
_BARE_FOLLOWERS: Final = frozenset(
    {"", ".", ",", "?", "!", ";", ":", ")", "works", "suits", "would", "will", "then", "at", "it"}
)
_LEAST_BARE: Final = 4


def month_span(month: int, year: int) -> TimeSpan:
    """Return one calendar month."""
    return unit_span(datetime(year, month, 1), Precision.MONTH)


def _month_day(month: int, day: int, year: int) -> TimeSpan:
    return day_span(year, month, day)


def _yearly(r: Reader, make: partial[TimeSpan], end: int, step: int | None = None) -> Hit:
    """Return the occurrence of a yearly span nearest to the reference time."""
    return Hit(occurrence(r, make, step), end, True, make)


def led(r: Reader, i: int, free: bool) -> bool:
    """Say whether a bare calendar word at `i` may be taken as a time."""
    return free or not r.strict or r.low(i - 1) in TIME_PREPOSITIONS


def written_date(r: Reader, i: int, _free: bool) -> Hit | None:
    """Read a date in digits: ISO 8601 or numbers separated by slashes, dots or dashes."""
    low = r.low(i)
    if r.kind(i) == "stamp":
        moment = datetime.fromisoformat(low.upper()).replace(tzinfo=None)
        return Hit(unit_span(moment, Precision.MINUTE), i + 1, False)
    numbers = [int(n) for n in low.replace("/", "-").replace(".", "-").split("-")]
    if len(numbers) == 2:
        return Hit(month_span(numbers[1], numbers[0]), i + 1, False)
    if numbers[0] > 31:
        return Hit(day_span(*numbers), i + 1, False)
    first, second, year = numbers
    day, month = (first, second) if r.day_first else (second, first)
    if month > 12:
        day, month = month, day
    return Hit(day_span(year + 2000 if year < 100 else year, month, day), i + 1, False)


def clock_time(low: str) -> tuple[int, int] | None:
    """Return hour and minute of "10:30", "5pm" or "5.30 p.m."; None when impossible."""
    digits = low.rstrip("apm. \t\n\u00a0")
    hour, minute = (int(n) for n in [*digits.split(":"), "0"][:2])
    if low != digits:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if "p" in low else 0)
    return (hour, minute) if hour < 24 and minute < 60 else None


def _year_after(r: Reader, i: int) -> tuple[int, int] | None:
    """Read an optional comma or "of" and a year."""
    j = r.skip(i, ",", "of")
    year = year_at(r, j, oldest=1000)
    return None if year is None else (year, j + 1)


def _far_year(r: Reader, i: int) -> bool:
    """Say whether a year that is none of ours follows, as in "1 January 4713 BC"."""
    j = r.skip(i, ",")
    return r.kind(j) == "number" and r.low(j + 1) in ("bc", "bce", "ad", "ce")


def day_month(r: Reader, i: int, _free: bool) -> Hit | None:
    """Read "8 May 2023", "8th of May" or "the eighth of May" (from its number on)."""
    found = day_number_at(r, i)
    if found is None:
        return None
    day, j = found
    j = j if r.kind(i) == "number" else r.skip(j, "of")
    month = MONTHS.get(r.low(j))
    if month is None:
        return None
    dated = _year_after(r, j + 1)
    if dated:
        return Hit(day_span(dated[0], month, day), dated[1], False)
    if r.low(j) == "may" and r.low(j + 1) in _AUXILIARIES and not r.capital(j):
        return None
    if _far_year(r, j + 1):
        return None
    return _yearly(r, partial(_month_day, month, day), j + 1)


def month_rule(r: Reader, i: int, free: bool, step: int | None = None) -> Hit | None:
    """Read "May 8th, 2023", "May 8", "May 2023" or a bare month."""
    month = MONTHS[r.low(i)]
    dated = _year_after(r, i + 1)
    if dated:
        return Hit(month_span(month, dated[0]), dated[1], False)
    found = day_number_at(r, r.skip(i + 1, "the"))
    if found and not _is_count(r, i, found[1], free):
        day, j = found
        dated = _year_after(r, j)
        if dated:
            return Hit(day_span(dated[0], month, day), dated[1], False)
        if _far_year(r, j):
            return None
        return _yearly(r, partial(_month_day, month, day), j, step)
    if not _bare_month(r, i, free):
        return None
    return _yearly(r, partial(month_span, month), i + 1, step)


def _is_count(r: Reader, i: int, after: int, free: bool) -> bool:
    """Say whether the number after the month word at `i` counts something else."""
    if not r.strict or r.kind(after - 1) == "ordinal":
        return False
    if r.counts_things(after):
        return True
    verb = r.low(i) in ("may", "march") and not r.capital(i)
    return verb and not free and i > 0 and r.low(i - 1) not in TIME_PREPOSITIONS


def _bare_month(r: Reader, i: int, free: bool) -> bool:
    """Say whether a month word without a number is a month: "may" and names need more."""
    low = r.low(i)
    if low == "may" and r.low(i + 1) in _AUXILIARIES and not r.capital(i):
        return False
    if free or not r.strict or low in CLEAR_NAMES:
        return True
    if low in DOUBTFUL_NAMES and not r.capital(i):
        return r.low(i - 1) in _LOWER_LEADS
    return r.low(i - 1) in _MONTH_LEADS


def bare_year(r: Reader, i: int, free: bool) -> Hit | None:
    """Read a year that stands alone; in prose it needs a preposition or "year" before it."""
    year = year_at(r, i)
    if year is None or not led(r, i, free):
        return None
    if r.strict and not free and year % 100 == 0 and r.low(i - 1) not in _CENTURY_LEADS:
        return None
    return Hit(unit_span(datetime(year, 1, 1), Precision.YEAR), i + 1, False)


def decade(r: Reader, i: int, free: bool) -> Hit | None:
    """Read "1990s", "90s" or "nineties"; two digits mean the latest such decade begun."""
    digits = r.low(i).strip("'\u2019s").replace("'", "").replace("\u2019", "")
    value = DECADE_WORDS.get(r.low(i)) if r.kind(i) == "word" else int(digits)
    if value is None:
        return None
    if value >= 1000:
        return Hit(unit_span(datetime(value, 1, 1), Precision.DECADE), i + 1, False)
    bare = r.kind(i) == "word" or r.low(i)[0] not in "'\u2019"
    if r.strict and not free and bare and r.low(i - 1) not in _DECADE_LEADS:
        return None
    century = r.now.year // 100 * 100
    start = century + value if century + value <= r.now.year else century - 100 + value
    return Hit(unit_span(datetime(start, 1, 1), Precision.DECADE), i + 1, False)


def quarter_span(number: int, year: int) -> TimeSpan:
    """Return a quarter of a year."""
    return unit_span(datetime(year, 3 * number - 2, 1), Precision.QUARTER)


def quarter(r: Reader, i: int, _free: bool) -> Hit | None:
    """Read "Q3 2025", "Q3 of 2025" or "Q3"."""
    number = int(r.low(i)[1])
    dated = _year_after(r, i + 1)
    if dated:
        return Hit(quarter_span(number, dated[0]), dated[1], False)
    return _yearly(r, partial(_quarter_of, number), i + 1)


def _quarter_of(number: int, year: int) -> TimeSpan:
    return quarter_span(number, year)


def _season_of(name: str, year: int) -> TimeSpan:
    return season_span(year, name)


def season(r: Reader, i: int, free: bool, step: int | None = None) -> Hit | None:
    """Read "summer 2022", "summer of 2022" or, after "the", "last" and the like, "summer"."""
    name = r.low(i)
    if name not in SEASONS:
        return None
    dated = _year_after(r, i + 1)
    if dated:
        return Hit(season_span(dated[0], name), dated[1], False)
    if r.strict and not free:
        return None
    if r.strict and r.low(i + 1) == "of" and r.low(i + 2) not in ("last", "this", "that"):
        return None
    return _yearly(r, partial(_season_of, name), i + 1, step)


def _holiday_of(name: str, year: int) -> TimeSpan:
    return holiday_span(year, name)


def holiday(r: Reader, i: int, free: bool, step: int | None = None) -> Hit | None:
    """Read a holiday of the vocabulary, with or without a year."""
    for words, name in HOLIDAYS:
        if all(r.low(i + k) == word for k, word in enumerate(words)):
            end = i + len(words)
            dated = _year_after(r, end)
            if dated:
                return Hit(holiday_span(dated[0], name), dated[1], False)
            if not led(r, i, free):
                return None
            return _yearly(r, partial(_holiday_of, name), end, step)
    return None


def weekday(r: Reader, i: int, free: bool) -> Hit | None:
    """Read "Friday" (the latest one, today included) or "Friday, 5 May 2023"."""
    low = r.low(i)
    j = r.skip(r.skip(i + 1, ","), "the")
    dated = written_or_named(r, j)
    if dated and dated.span.precision is Precision.DAY:
        return dated
    if r.strict and not free:
        short = low not in CLEAR_NAMES
        if r.low(i - 1) in _HABITS or r.low(i + 1) in _DAY_NOUNS:
            return None
        if short and not (r.capital(i) and r.low(i - 1) in TIME_PREPOSITIONS):
            return None
    start = r.today - timedelta(days=(r.now.weekday() - WEEKDAYS[low]) % 7)
    return Hit(unit_span(start, Precision.DAY), i + 1, True, None, WEEKDAYS[low])


def written_or_named(r: Reader, i: int) -> Hit | None:
    """Read any date of one day that states its month."""
    if r.kind(i) in ("iso", "numeric"):
        return written_date(r, i, True)
    if r.low(i) in MONTHS:
        return month_rule(r, i, False)
    return day_month(r, i, True)


def _is_day(r: Reader, i: int, day: int, after: int) -> bool:
    """Say whether "the 24th" at `i` in prose is a day, by the words around it."""
    if r.low(i - 2) in _DAY_LEADS:
        return r.kind(after) != "word" or r.low(after) in _DAY_FOLLOWERS | _BARE_FOLLOWERS
    named = i > 1 and r.kind(i - 2) == "word" and r.capital(i - 2) and len(r.low(i - 2)) > 1
    return day >= _LEAST_BARE and not named and r.low(after) in _BARE_FOLLOWERS


def day_of_month(r: Reader, i: int, free: bool) -> Hit | None:
    """Read "5th" after "the" as the latest such day; in prose only where a date can stand."""
    found = ordinal_at(r, i)
    if found is None or not 1 <= found[0] <= 31:
        return None
    day, j = found
    if r.strict and not free and (r.kind(i) != "ordinal" or not _is_day(r, i, day, j)):
        return None
    for back in range(13):
        first = add_months(r.today.replace(day=1), -back)
        span = unit_span(first + timedelta(days=day - 1), Precision.DAY)
        if span.start.month == first.month and span.start <= r.now:
            return Hit(span, j, True)
    return None
