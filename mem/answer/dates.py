"""Answers that are dates: time expressions of a statement, resolved against when it was said.

Invariant: a date that was not stated in full is given together with the words it was read from
and the day they were said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from mem.answer.context import Statement
from mem.answer.question import Asked, Wanted
from mem.answer.words import words
from mem.core.times.ahead import coming, looks_ahead
from mem.core.times.spans import Precision, TimeMention, TimeSpan, describe, find_mentions

_SETTLED: Final = re.compile(
    r"\b(?:ago|last|next|yesterday|today|tonight|tomorrow|this|past|coming|before|after|since|in)\b",
    re.IGNORECASE,
)
_MONTH: Final = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b|\d[./]\d", re.IGNORECASE
)
_WEEKDAY: Final = re.compile(r"\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\b", re.IGNORECASE)
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DENIED: Final = re.compile(
    r"(?:\bnot(?: on)?(?: the)?|instead of|rather than|\(was|no longer)\s*$", re.IGNORECASE
)
_NEW: Final = re.compile(
    r"(?:→|\b(?:now|instead|from|since|(?:moved|postponed|changed|rescheduled|put off) to)\b)"
    r"(?: (?:it|they)?(?: ?(?:is|are|'s|’s))?)?(?: on)?(?: the)?\W*$",
    re.IGNORECASE,
)
_OLD: Final = re.compile(r"\bhow old (?:is|am|are)\b", re.IGNORECASE)
_RANK: Final = {
    Precision.MINUTE: 4, Precision.HOUR: 4, Precision.DAY: 4, Precision.WEEKEND: 3,
    Precision.WEEK: 3, Precision.MONTH: 2, Precision.SEASON: 2, Precision.QUARTER: 2,
    Precision.YEAR: 1, Precision.DECADE: 0, Precision.RANGE: 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DateFound:
    """A date read from a statement; without a `mention` it is when the statement was said.

    `of_file`: of when that was, only the time of the file is known.
    """

    span: TimeSpan
    mention: TimeMention | None
    said_at: datetime | None
    of_file: bool = False

    def words(self, *, clock: bool = False) -> str:
        """The date as an answer says it, with where it comes from."""
        day = _day_of(self.span) if not clock else self.span
        if self.mention is None:
            return f"said on {describe(day)}; the date itself is not stated"
        if not self.mention.relative or self.said_at is None:
            return describe(day)
        known = "in a file of" if self.of_file else "said on"
        said = f"{known} {describe(day_of(self.said_at))}"
        return f"{describe(day)} (“{self.mention.text}”, {said})"


def day_of(moment: datetime) -> TimeSpan:
    """The calendar day that `moment` lies in."""
    start = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return TimeSpan(start, start + timedelta(days=1), Precision.DAY)


def mentions(statement: Statement) -> list[TimeMention]:
    """The time expressions of a statement, resolved towards past or future as its words suggest.

    Without a said-at time only expressions stated in full count.
    """
    text = statement.text
    said_at = statement.hit.said_at
    found = find_mentions(text, said_at=said_at or datetime(2000, 1, 1))
    if said_at is None:
        return [one for one in found if not one.relative]
    return [_directed(text, one, said_at) for one in found]


def in_tense(asked: Asked, statement: Statement, mention: TimeMention) -> bool:
    """Whether the mention lies where the question looks: the past only for "did", as it was said.

    A plan ("we open on 14 March") answers "when did" too once its day has come, so only an
    open-ended or far future is out of tense.
    """
    said_at = statement.hit.said_at
    if said_at is None or not asked.past or asked.future:
        return True
    return mention.span.start <= said_at + timedelta(days=45)


def dated(asked: Asked, statement: Statement) -> list[tuple[int, int]]:
    """Where the statement holds time expressions that could date what is asked.

    In a note of unknown time a day of a month is one ("4 May"), although its year is not known.
    """
    found = mentions(statement)
    if not found and statement.hit.said_at is None:
        every = find_mentions(statement.text, said_at=datetime(2000, 1, 1))
        found = [one for one in every if _MONTH.search(one.text)]
    return [(one.start, one.end) for one in found if in_tense(asked, statement, one)]


def pick(asked: Asked, statement: Statement, found: Sequence[TimeMention]) -> DateFound | None:
    """The date the statement gives for what is asked; None where nothing at all is dated."""
    said_at = statement.hit.said_at
    usable = [one for one in found if one.span.start > datetime.min and one.span.end < datetime.max]
    if usable:
        best = max(usable, key=lambda one: _fitness(asked, statement, one))
        return DateFound(best.span, best, said_at, statement.hit.of_file)
    if said_at is None or statement.hit.of_file:
        return None
    return DateFound(day_of(said_at), None, said_at)


def since(start: datetime, asked_at: datetime, unit: str | None) -> str:
    """How long before `asked_at` something was: "19 days ago", in `unit` where one is asked for."""
    return f"{length(start, asked_at, unit)} ago"


def length(start: datetime, end: datetime, unit: str | None) -> str:
    """The time from one day to another in words, in `unit` ("day", "week", …) where given."""
    days = (end.date() - start.date()).days
    unit = unit or (
        "day" if days < 21 else "week" if days < 90 else "month" if days < 730 else "year"
    )
    count = {"day": days, "week": round(days / 7), "month": round(days / 30.44)}.get(
        unit, round(days / 365.25)
    )
    return f"{count} {unit}" + ("" if count == 1 else "s")


def age(asked: Asked, statement: Statement, asked_at: datetime) -> int | None:
    """How many years old the one asked about is, where the statement says the day of birth.

    Only of "Ana was born …" or "she was born …" itself, not of whoever else is born there.
    """
    if not _OLD.search(asked.text):
        return None
    speaker = (statement.hit.speaker or "").lower()
    speaks = not asked.subjects or any(one in speaker for one in asked.subjects)
    who = "|".join(
        [
            "I" if speaks else "(?!)",
            "[Hh]e",
            "[Ss]he",
            *(rf"(?i:{re.escape(one)})" for one in asked.names),
        ]
    )
    told = re.search(rf"\b(?:{who}) (?:was|is|were) born\b", statement.text)
    if told is None:
        return None
    found = [
        one.span.start
        for one in mentions(statement)
        if not one.relative and one.span.precision is Precision.DAY and one.start > told.start()
    ]
    if len(found) != 1 or found[0] > asked_at:
        return None
    [born] = found
    had = (asked_at.month, asked_at.day) >= (born.month, born.day)
    return asked_at.year - born.year - (not had)


def _day_of(span: TimeSpan) -> TimeSpan:
    """A clock time or part of a day as its day."""
    return day_of(span.start) if span.precision in (Precision.MINUTE, Precision.HOUR) else span


def _fitness(asked: Asked, statement: Statement, mention: TimeMention) -> float:
    """How likely a mention dates what is asked, from precision, wording and nearness."""
    text = statement.text
    before, after = text[: mention.start], text[mention.end : mention.end + 25]
    value = 0.5 * _RANK[mention.span.precision]
    if _DENIED.search(before):
        value -= 4.0
    if _NEW.search(before[-32:]) or re.match(r"\W{0,3}instead\b", after):
        value += 1.5
    if before.count("~~") % 2:
        value -= 4.0
    value -= 0.0 if in_tense(asked, statement, mention) else 2.5
    if asked.clock and mention.span.precision is Precision.MINUTE:
        value += 2.0
    near = [
        min(abs(word.start - mention.end), abs(mention.start - word.end))
        for word in words(text)
        if word.stem in asked.stems and not mention.start <= word.start < mention.end
    ]
    stated = {word.stem for word in words(mention.text)} & asked.stems
    return value - (min(near) / 40 if near else 1.0) + (0.5 if stated else 0.0)


def _directed(text: str, mention: TimeMention, said_at: datetime) -> TimeMention:
    """A mention without its year, month or week, moved into the future where the words say so."""
    if not mention.relative or _SETTLED.search(mention.text):
        return mention
    later = coming(mention)
    if later is None:
        return mention
    named = _named_weekday(mention.text)
    if named is not None and _MONTH.search(mention.text):
        fits = [span for span in (mention.span, later) if span.start.weekday() == named]
        return replace(mention, span=fits[0]) if len(fits) == 1 else mention
    if _MONTH.search(mention.text):
        nearer = later.start - said_at < said_at - mention.span.start
        return replace(mention, span=later) if nearer else mention
    ahead = mention.span.end <= said_at and looks_ahead(text, mention)
    return replace(mention, span=later) if ahead else mention


def _named_weekday(text: str) -> int | None:
    match = _WEEKDAY.search(text)
    return _WEEKDAYS.index(match.group()[:3].lower()) if match else None


def wants_date(asked: Asked) -> bool:
    """Whether the answer is to begin with a date."""
    return asked.wanted in (Wanted.DATE, Wanted.AGO, Wanted.WEEKDAY)
