"""Which way a day without a year, month or week lies from when it was said.

`find_mentions` reads such a day as the latest one; the words around it may say that it is to come
("we leave on 3 March", "then Friday it is", "call Ben on Friday"). "This Friday" it reads as the
coming one, unless its sentence tells of what has been. What is stated in full is never moved.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from mem.core.times.values import TimeMention, TimeSpan

#: How many characters before and after a mention are looked at.
_BEFORE: Final = 40
_AFTER: Final = 24
_AHEAD: Final = re.compile(
    r"\b(?:will|won't|shall|going to|gonna|starts?|begins?|opens?|due|until|till|by|moves?|plan|"
    r"plans|planned|book(?:ed|ing)?|appointment|deadline|new day|arrives?|leaves?|fly|flies|"
    r"travels?|returns?|meets?|see you|let's|let us|can we|could we|how about|what about|coming|"
    r"next)\b|'ll\b|→",
    re.IGNORECASE,
)
#: Of a weekday or a day of the month these look ahead too; of a date they are said of any year.
_PRESENT: Final = re.compile(r"\b(?:be|is|are|now|from)\b|'(?:m|re)\b", re.IGNORECASE)
#: Of a weekday these do, where nothing in the sentence tells of what has been.
_ACTS: Final = re.compile(
    r"\b(?:comes?|visits?|sees?|calls?|plays?|gets?|picks?|brings?|takes?|has|have|needs?|wants?"
    r"|must)\b|^\W*(?:please |don't forget to |remember to |(?:to ?do|reminder):? )?(?:call|ring"
    r"|phone|pay|buy|send|ask|fetch|collect|submit|hand in|return|write|mail|email|order|cancel"
    r"|renew|water|clean|finish)\b",
    re.IGNORECASE,
)
#: A time of day right after a day: it is kept for something.
_AT_TIME: Final = re.compile(r"\s*,?\s*(?:at|from) \d|\s+\d{1,2}[:.]\d\d", re.IGNORECASE)
_AHEAD_AFTER: Final = re.compile(
    r"\W*\b(?:it is|it's|then|works|suits|will|would|could|should|sounds|"
    r"is (?:fine|good|ok|okay))\b"
    r"|\s*\?",
    re.IGNORECASE,
)
_BEHIND: Final = re.compile(
    r"\b(?:was|were|did|had|went|came|saw|got|took|made|met|fell|bought|left|ended|arrived|died|"
    r"found|ran|wrote|built|gave|said|told|felt|kept|knew|thought|brought|caught|sent|spent|began|"
    r"broke|chose|drove|ate|flew|forgot|grew|heard|held|lost|paid|sold|sat|slept|spoke|stood|won|"
    r"taught|wore|woke|became|drank|been|done|gone|seen|\w{3,}ed)\b",
    re.IGNORECASE,
)
_MONTH: Final = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b|\d[./]\d", re.IGNORECASE
)
_WEEKDAY: Final = re.compile(r"\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\b", re.IGNORECASE)
_THIS: Final = re.compile(
    r"this (?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|weekend)(?: \w+ing)?", re.IGNORECASE
)
_DAY: Final = re.compile(r"\d(?:st|nd|rd|th)\b", re.IGNORECASE)
_YEAR: Final = re.compile(r"\b\d{4}\b")


def looks_ahead(text: str, mention: TimeMention) -> bool:
    """Whether the words around a mention in `text` speak of what is to come."""
    before = re.split(r"[.!?\n]\s", text[max(0, mention.start - _BEFORE) : mention.start])[-1]
    if _BEHIND.search(before):
        return False
    after = text[mention.end : mention.end + _AFTER]
    around = f"{before}{mention.text}"
    dated = _MONTH.search(mention.text) is not None
    return (
        _AHEAD.search(around) is not None
        or _AHEAD_AFTER.match(after) is not None
        or (not dated and _PRESENT.search(around) is not None)
        or (_WEEKDAY.search(mention.text) is not None and not dated and _is_kept(text, mention))
    )


def _is_kept(text: str, mention: TimeMention) -> bool:
    """Whether a weekday is told of as kept for something, and its sentence of nothing past."""
    before, after = _sentence(text, mention)
    if _BEHIND.search(before) or _BEHIND.search(after):
        return False
    timed = _AT_TIME.match(after) or re.search(r"\d[:.]\d\d|\bat \d", mention.text)
    return bool(timed or _ACTS.search(before) or _ACTS.match(after.lstrip(" ,")))


def _sentence(text: str, mention: TimeMention) -> tuple[str, str]:
    """What stands before and after a mention in its sentence."""
    before = re.split(r"[.!?]\s|\n", text[: mention.start])[-1]
    after = re.split(r"[.!?](?:\s|$)|\n", text[mention.end :], maxsplit=1)[0]
    return before, after


def gone_by(text: str, mention: TimeMention, said_at: datetime) -> TimeMention:
    """The last Monday for "this Monday" (or weekend) in a sentence that tells of what has been."""
    if mention.span.start <= said_at or not _THIS.fullmatch(mention.text):
        return mention
    before, after = _sentence(text, mention)
    told = f"{before} {after}"
    if not _BEHIND.search(told) or _AHEAD.search(told) or _PRESENT.search(told):
        return mention
    span, week = mention.span, timedelta(days=7)
    return replace(mention, span=TimeSpan(span.start - week, span.end - week, span.precision))


def coming(mention: TimeMention) -> TimeSpan | None:
    """The occurrence after the mention's own; None where it comes but once, or has no such day."""
    start, end = mention.span.start, mention.span.end
    if _YEAR.search(mention.text):
        return None
    if start == datetime.min:  # "until Friday": only its end moves
        later = coming(replace(mention, span=replace(mention.span, start=end - timedelta(days=1))))
        return replace(mention.span, end=later.end) if later else None
    try:
        if _MONTH.search(mention.text):
            moved = start.replace(year=start.year + 1)
        elif _WEEKDAY.search(mention.text):
            moved = start + timedelta(days=7)
        elif _DAY.search(mention.text):
            moved = start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
        else:
            return None
    except ValueError:
        return None
    return TimeSpan(moved, moved + (end - start), mention.span.precision)
