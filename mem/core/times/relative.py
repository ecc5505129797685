"""Rules for expressions whose meaning depends on the reference time: "last week", "two days ago".

No rule here reads another whole expression, so each looks at a bounded number of tokens.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from mem.core.times.dates import holiday, month_rule, season
from mem.core.times.reader import Hit, Reader, count_at, unit_at
from mem.core.times.values import (
    ONE_DAY,
    Precision,
    TimeSpan,
    add_months,
    midnight,
    part_of_day,
    range_span,
    shift,
    unit_span,
)
from mem.core.times.words import (
    DOUBTFUL_NAMES,
    HOLIDAY_STARTS,
    MONTHS,
    PARTS,
    SEASON_NAMES,
    STEPS,
    WEEKDAYS,
)

_DAY_WORDS: Final = {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1}
#: "I haven't seen her in three days" looks back, without saying when.
_PERFECT: Final = frozenset({"haven't", "hasn't", "hadn't", "never", "first"})
_SHORT: Final = frozenset({Precision.MINUTE, Precision.HOUR, Precision.DAY})


def day_word(r: Reader, i: int, _free: bool) -> Hit | None:
    """Read "yesterday", "today", "tonight" or "tomorrow"."""
    day = r.today + _DAY_WORDS[r.low(i)] * ONE_DAY
    if r.low(i) == "tonight":
        return Hit(part_of_day(day, "night"), i + 1)
    return Hit(unit_span(day, Precision.DAY), i + 1)


def rolling(r: Reader, count: int, unit: Precision, end: int, *, past: bool) -> Hit:
    """Return the `count` units up to the reference time, or from it on, whole days included."""
    if unit in (Precision.MINUTE, Precision.HOUR):
        there = shift(r.now, -count if past else count, unit)
        return Hit(range_span(min(r.now, there), max(r.now, there)), end)
    if past:
        return Hit(range_span(midnight(shift(r.now, -count, unit)), r.tomorrow), end)
    return Hit(range_span(r.today, midnight(shift(r.now, count, unit)) + ONE_DAY), end)


def step(r: Reader, i: int, _free: bool) -> Hit | None:
    """Read "last week", "this past Friday", "next March", "the past two weeks", "last night"."""
    word, by = r.low(i), STEPS[r.low(i)]
    article = r.low(i - 1) == "the"
    if r.strict and article and word in ("previous", "following", "this", "current"):
        return None
    j = i + 1
    if word == "this" and r.low(j) in ("past", "last", "coming"):
        word, by, j = r.low(j), STEPS[r.low(j)], j + 1
    if word == "this" and r.low(j) == "time":
        return _this_time(r, j + 1)
    counted = count_at(r, j)
    if counted and by:
        unit = unit_at(r, counted[2])
        if unit and unit[0] is not Precision.WEEKEND:
            return rolling(r, counted[1] * unit[1], unit[0], counted[2] + 1, past=by < 0)
    unit = unit_at(r, j)
    if unit and not r.low(j).removesuffix("'s").endswith("s"):
        return _step_unit(r, j, by, unit, roll=by != 0 and (article or word == "past"))
    return _step_name(r, j, by)


def _step_unit(
    r: Reader, j: int, by: int, unit: tuple[Precision, int], *, roll: bool
) -> Hit | None:
    """Resolve "last week": the calendar unit, or with `roll` the stretch of that length."""
    kind, many = unit
    if kind in _SHORT:
        usable = kind is Precision.HOUR and by < 0
        return rolling(r, 1, kind, j + 1, past=True) if usable else None
    if (roll and kind is not Precision.WEEKEND) or many > 1:
        return rolling(r, many, kind, j + 1, past=by < 0) if by else None
    return Hit(unit_span(shift(unit_span(r.now, kind).start, by, kind), kind), j + 1)


def _step_name(r: Reader, j: int, by: int) -> Hit | None:  # noqa: PLR0911 - one return per case
    """Resolve "last night", "this Friday", "next March", "last summer", "this Christmas"."""
    low = r.low(j)
    if low in PARTS:
        if by == 0:
            return Hit(part_of_day(r.today, low), j + 1)
        late = by < 0 and low in ("night", "evening")
        return Hit(part_of_day(r.today - ONE_DAY, low), j + 1) if late else None
    if r.strict and by == 0 and low in DOUBTFUL_NAMES and not r.capital(j):
        return None
    if low in WEEKDAYS:
        return Hit(_step_weekday(r, WEEKDAYS[low], by), j + 1, True, None, WEEKDAYS[low])
    if low in MONTHS:
        return month_rule(r, j, True, by)
    if low in SEASON_NAMES:
        return season(r, j, True, by)
    return holiday(r, j, True, by) if low in HOLIDAY_STARTS else None


def _step_weekday(r: Reader, weekday: int, by: int) -> TimeSpan:
    """Return the weekday before today (-1), from today on (0), or in the next week (1)."""
    if by < 0:
        day = r.today - timedelta(days=(r.now.weekday() - weekday - 1) % 7 + 1)
    elif by == 0:
        day = r.today + timedelta(days=(weekday - r.now.weekday()) % 7)
    else:
        day = r.today + timedelta(days=7 - r.now.weekday() + weekday)
    return unit_span(day, Precision.DAY)


def _this_time(r: Reader, j: int) -> Hit | None:
    """Read what follows "this time": a year or month ago means within a week of the date."""
    low, by = r.low(j), STEPS.get(r.low(j))
    if low in ("yesterday", "tomorrow"):
        there = r.now + ONE_DAY * _DAY_WORDS[low]
        return Hit(unit_span(there, Precision.HOUR), j + 1)
    unit = unit_at(r, j + 1)
    if not by or unit is None or unit[0] in _SHORT:
        return None
    there = shift(r.today, by, unit[0])
    if unit[0] is Precision.WEEK:
        return Hit(unit_span(there, Precision.DAY), j + 2)
    return Hit(range_span(there - 7 * ONE_DAY, there + 8 * ONE_DAY), j + 2)


def point(r: Reader, least: int, most: int, unit: Precision, end: int) -> Hit:
    """Return the calendar unit `most` units away from now, or the range down to `least` away."""
    far = unit_span(shift(r.now, most, unit), unit)
    near = unit_span(shift(r.now, least, unit), unit)
    if unit is Precision.WEEKEND:
        far, near = (unit_span(shift(r.now, n, Precision.WEEK), unit) for n in (most, least))
    if far == near:
        return Hit(far, end)
    return Hit(range_span(min(far.start, near.start), max(far.end, near.end)), end)


def ago(r: Reader, i: int, _free: bool) -> Hit | None:
    """Read "three days ago", "half an hour ago", "two Fridays ago", "a week ago today"."""
    half = _half(r, i)
    if half:
        return half
    counted = count_at(r, i)
    if counted is None:
        return None
    least, most, j = counted
    unit = unit_at(r, j)
    if unit is None:
        return _named_ago(r, most, j)
    kind, many = unit
    j += 1
    if r.low(j) == "or" and count_at(r, j + 1):
        most, j = (count_at(r, j + 1) or (0, most, 0))[1], j + 2
    if not _says_ago(r, j):
        return None
    if r.low(j + 1) in _DAY_WORDS and least == most:
        there = shift(r.today, -most * many, kind) + _DAY_WORDS[r.low(j + 1)] * ONE_DAY
        return Hit(unit_span(there, Precision.DAY), j + 2)
    return point(r, -least * many, -most * many, kind, j + 1)


def _says_ago(r: Reader, j: int) -> bool:
    low = r.low(j)
    return low == "ago" or (low == "back" and r.low(j + 1) not in ("to", "from", "pain"))


def _half(r: Reader, i: int) -> Hit | None:
    """Read "half an hour ago", "half a year ago", "two and a half years ago"."""
    parts = {Precision.HOUR: (30, Precision.MINUTE), Precision.YEAR: (6, Precision.MONTH)}
    whole, j = 0, i
    counted = count_at(r, i)
    unit = None
    if counted:
        whole, j = counted[1], counted[2]
        unit = unit_at(r, j)
        j = j + 1 if unit else j
        if [r.low(j), r.low(j + 1), r.low(j + 2)] != ["and", "a", "half"]:
            return None
        j += 3
    elif r.low(i) == "half" and r.low(i + 1) in ("a", "an"):
        j = i + 2
        whole = 0
    else:
        return None
    if unit is None:
        unit = unit_at(r, j)
        j += 1
    if unit is None or unit[0] not in parts or not _says_ago(r, j):
        return None
    half, smaller = parts[unit[0]]
    steps = half * (2 * whole + 1)
    return point(r, -steps, -steps, smaller, j + 1)


def _named_ago(r: Reader, count: int, j: int) -> Hit | None:
    """Read "two Fridays ago" or "three summers ago" from the name on."""
    low = r.low(j).removesuffix("s")
    if not _says_ago(r, j + 1) or r.low(j + 1) == "back":
        return None
    if low in WEEKDAYS and len(low) > 4:
        last = _step_weekday(r, WEEKDAYS[low], -1)
        return Hit(unit_span(last.start - timedelta(weeks=count - 1), Precision.DAY), j + 2)
    if low in SEASON_NAMES:
        found = season(r, j, True, -1) or _plural_season(r, low, j)
        return Hit(_years_back(found.span, count - 1), j + 2) if found else None
    return None


def _plural_season(r: Reader, name: str, j: int) -> Hit:
    """Return the last season of a name, whose token may be a plural."""
    for back in range(8):
        span = unit_span(add_months(r.now, -3 * back), Precision.SEASON)
        names = {3: ("spring",), 6: ("summer",), 9: ("autumn", "fall"), 12: ("winter",)}
        if span.end <= r.today and name in names[span.start.month]:
            return Hit(span, j + 1)
    raise ValueError(f"no season {name!r}")


def _years_back(span: TimeSpan, years: int) -> TimeSpan:
    """Return a calendar span a number of years earlier."""
    return unit_span(add_months(span.start, -12 * years), span.precision)


def before_last(r: Reader, i: int, _free: bool) -> Hit | None:
    """Read "week before last", "Friday before last", "month after next"."""
    pair = (r.low(i + 1), r.low(i + 2))
    if pair not in (("before", "last"), ("after", "next")):
        return None
    by = -2 if pair[0] == "before" else 2
    low = r.low(i)
    unit = unit_at(r, i)
    if unit:
        if unit[0] in _SHORT or unit[1] > 1:
            return None
        return Hit(unit_span(shift(unit_span(r.now, unit[0]).start, by, unit[0]), unit[0]), i + 3)
    if low in WEEKDAYS:
        one = _step_weekday(r, WEEKDAYS[low], by // 2)
        return Hit(unit_span(one.start + timedelta(weeks=by // 2), Precision.DAY), i + 3)
    if low == "night" and by < 0:
        return Hit(part_of_day(r.today - 2 * ONE_DAY, low), i + 3)
    found = None
    if low in SEASON_NAMES:
        found = season(r, i, True, by // 2)
    elif low in MONTHS:
        found = month_rule(r, i, True, by // 2)
    return Hit(_years_back(found.span, -(by // 2)), i + 3) if found else None


def in_units(r: Reader, i: int, _free: bool) -> Hit | None:
    """Read "in 3 days", "in two weeks' time"; in prose "in a day" and "in a year" do not count."""
    counted = count_at(r, r.skip(i + 1, "about", "around"))
    unit = unit_at(r, counted[2]) if counted else None
    if counted is None or unit is None or counted[1] == 0:
        return None
    least, most, j = counted
    kind, many = unit
    if r.strict and r.low(i - 1) in ("once", "twice", "times", "time"):
        return None
    if r.strict and not _PERFECT.isdisjoint(r.tokens.lows[max(0, i - 5) : i]):
        return None
    if r.strict and r.low(j - 1) in ("a", "an") and kind not in (Precision.WEEK, Precision.MONTH):
        return None
    j = r.skip(r.skip(j + 1, "'", "\u2019"), "time")
    return point(r, least * many, most * many, kind, j)


def earlier(r: Reader, i: int, free: bool) -> Hit | None:
    """Read "earlier today", "earlier this week", "later in the month" from "earlier"."""
    before = r.low(i) == "earlier"
    j = i + 1
    if r.low(j) in _DAY_WORDS:
        return day_word(r, j, free)
    if r.low(j) == "in" and r.low(j + 1) == "the":
        unit, end = unit_at(r, j + 2), j + 3
        within = unit_span(r.now, unit[0]) if unit and unit[0] not in _SHORT else None
    elif r.low(j) == "this":
        found = step(r, j, True)
        within, end = (found.span, found.end) if found else (None, j)
    else:
        return None
    if within is None:
        return None
    if within.precision is Precision.HOUR:
        return Hit(within, end)
    if before:
        return Hit(range_span(within.start, min(within.end, r.tomorrow)), end)
    return Hit(range_span(max(within.start, r.today), within.end), end)
