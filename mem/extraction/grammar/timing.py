"""Times of a clause: relative words are taken out and come back as absolute dates.

What depends on when it was said ("yesterday", "next month") never stays in a statement; a time
that cannot be resolved is dropped, never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from mem.core.times.ahead import coming, looks_ahead
from mem.core.times.spans import Precision, TimeMention, TimeSpan, describe, find_mentions

_BEFORE = re.compile(
    r"(?:,\s*)?\b(?:on|in|at|by|during|over|from|around|about|just|only|back|late|early)\s*$",
    re.IGNORECASE,
)
_WHEN = re.compile(r"\b(in|on|during|around)\s+$", re.IGNORECASE)
_COPULA = re.compile(
    r"(?:\b(?:is|are|was|were|be)|'s)\s+(?:on |in |at |due |due on |for )?$", re.IGNORECASE
)
_FIXED = re.compile(
    r"\b(?:last|this|next|ago|today|yesterday|tomorrow|tonight|\d{4})\b", re.IGNORECASE
)
#: A time after one of these belongs to what is said: "moved to Thursday", "until next week".
_TOWARDS = re.compile(r"\b(?:to|until|till|than|between|of|for)\s*$", re.IGNORECASE)
_SAID_OF = re.compile(r"\s+(?:is|are|was|were|will|works?|suits?)\b", re.IGNORECASE)
_WEEKDAY = re.compile(r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?", re.IGNORECASE)
_YEARLY = re.compile(
    r"\b(?:birthday|anniversary|name day|christmas)\b(?! (?:party|dinner|lunch|trip|do|market)\b)",
    re.IGNORECASE,
)
#: The word before a time that comes again and again: "every Friday", "once a week".
_EACH = tuple([word] for word in ("every", "each", "most", "per", "a", "any"))
_VAGUE = re.compile(
    r",?\s*\b(?:for now|recently|lately|just now|right now|the other day|these days|"
    r"nowadays|(?:a (?:few|couple of)|several|some|many|two|three|four|\d+) "
    r"(?:minute|hour|day|night|week|month|year)s (?:later|earlier|afterwards)|earlier|"
    r"at the moment|so far|not long ago|a while ago|a while back|soon|later|already|yesterday|"
    r"today|tonight|tomorrow|(?:this|last|next) (?:morning|evening|night|week|weekend|month|year|"
    r"summer|winter|spring|autumn|fall|monday|tuesday|wednesday|thursday|friday|saturday|sunday))\b,?",
    re.IGNORECASE,
)
_YEAR_ONLY = re.compile(r"^since (?:\w+ )?\d{4}$", re.IGNORECASE)
_OPEN_ENDED = re.compile(r"\bsince\b", re.IGNORECASE)
#: A part of a date that stands in every calendar.
_OF_CALENDAR = re.compile(
    r"\b(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec|christmas|easter)|\d[./]\d",
    re.IGNORECASE,
)
_ANY_DAY = datetime(2000, 1, 1)  # what does not depend on it was said at no known time
_PREPOSITION = {
    Precision.DAY: "on ",
    Precision.WEEKEND: "on ",
    Precision.WEEK: "in ",
    Precision.MONTH: "in ",
    Precision.SEASON: "in ",
    Precision.QUARTER: "in ",
    Precision.YEAR: "in ",
    Precision.DECADE: "in ",
    Precision.HOUR: "in ",
    Precision.MINUTE: "",
    Precision.RANGE: "",
}


@dataclass(frozen=True, slots=True)
class Timed:
    """A clause without its relative times; `phrase` says them absolutely (" on 7 May 2023")."""

    text: str
    phrase: str
    start: datetime | None
    end: datetime | None
    since: datetime | None = None


def take_times(clause: str, said_at: datetime | None, *, future: bool) -> Timed:
    """Separates a clause from its time.

    `future` says that the clause speaks of what is to come: a bare weekday or date then is the
    next one. More than one time leaves the span unset. Without `said_at` only what names its year
    is a time.
    """
    if said_at is None:
        clause, said_at = _unplaced(clause), _ANY_DAY
        mentions = [one for one in find_mentions(clause, said_at=_ANY_DAY) if _is_placed(one)]
    else:
        mentions = find_mentions(clause, said_at=said_at)
    spans = [_turned(one, said_at, future or looks_ahead(clause, one)) for one in mentions]
    text, phrases = clause, list[str]()
    for mention, span in reversed(list(zip(mentions, spans, strict=True))):
        text, phrase = _placed(text, mention, span)
        phrases.insert(0, phrase)
    text = _without_vague(text)
    phrase = "".join(dict.fromkeys(phrases))
    if len(spans) != 1 or _recurring(clause, mentions[0]):
        return Timed(text, phrase, None, None)
    if _OPEN_ENDED.match(mentions[0].text):
        return Timed(text, phrase, None, None, since=_bounds(spans[0])[0])
    if _YEARLY.search(clause):
        return Timed(text, phrase, None, None)
    return Timed(text, phrase, *_bounds(spans[0]))


def _is_placed(mention: TimeMention) -> bool:
    """Whether it is the same time whenever it was said: it names its year."""
    return not mention.relative or _YEAR_ONLY.match(mention.text) is not None


def _unplaced(clause: str) -> str:
    """The clause without what only the day on which it was said would place: "two weeks ago". A
    day or month without its year stays as it was written.
    """
    for one in reversed(find_mentions(clause, said_at=_ANY_DAY)):
        if _is_placed(one) or _recurring(clause, one) or _OF_CALENDAR.search(one.text):
            continue
        if not _TOWARDS.search(clause[: one.start]):
            clause = _dropped(clause[: one.start], clause[one.end :])
    return clause


def _bounds(span: TimeSpan) -> tuple[datetime | None, datetime | None]:
    return (
        None if span.start == datetime.min else span.start,
        None if span.end.year >= 9999 else span.end,
    )


def _turned(mention: TimeMention, said_at: datetime, future: bool) -> TimeSpan:
    """The mention's span; of a plan, a bare day that has passed becomes the coming one."""
    span, said = mention.span, said_at.replace(tzinfo=None)
    if not future or span.end > said or _FIXED.search(mention.text) or not mention.relative:
        return span
    return coming(mention) or _year_on(mention, said)


def _year_on(mention: TimeMention, said: datetime) -> TimeSpan:
    """The same season, holiday or quarter of the year after; some feasts move."""
    span = mention.span
    again = find_mentions(f"at {mention.text}", said_at=said + timedelta(days=365))
    if len(again) == 1 and again[0].span.start > span.start:
        return again[0].span
    try:
        return TimeSpan(
            span.start.replace(year=span.start.year + 1),
            span.end.replace(year=span.end.year + 1),
            span.precision,
        )
    except ValueError:  # 29 February
        return span


def _placed(  # noqa: PLR0911 - one return per case
    text: str, mention: TimeMention, span: TimeSpan
) -> tuple[str, str]:
    """The text with the mention replaced or taken out, and the phrase that stands for it."""
    before, after = text[: mention.start], text[mention.end :]
    if _YEARLY.search(text) or _recurring(text, mention):
        return text, ""
    if _OPEN_ENDED.match(mention.text):
        if _YEAR_ONLY.match(mention.text):
            return text, ""
        return _dropped(before, after), f" since {span.start.day} {span.start:%B %Y}"
    if _TOWARDS.search(before) and _WEEKDAY.fullmatch(mention.text.strip()):
        return text, ""
    said = describe(span)
    if mention.relative and (
        _TOWARDS.search(before) or (not before.strip() and _SAID_OF.match(after))
    ):
        return before + said + after, ""
    if after.startswith("'s") or _COPULA.search(before):
        return before + said + after, ""
    if not mention.relative and before.strip():
        opening = _WHEN.search(before)
        if after.strip(" .!,") or not opening or not before[: opening.start()].strip():
            return text, ""
        return before[: opening.start()].rstrip(" ,"), f" {opening[1]} {mention.text}"
    lead = "" if said.startswith(("about", "from", "up to")) else _PREPOSITION[span.precision]
    if span.precision is Precision.RANGE:
        return _dropped(before, after), f" ({said})"
    return _dropped(before, after), f" {lead}{said}"


def _dropped(before: str, after: str) -> str:
    """The words around a time that was taken out, without the preposition that led to it."""
    head = _BEFORE.sub("", before)
    if not head.strip():
        after = after.lstrip(" ,")
    apart = head and after and not head.endswith(" ") and not after.startswith((" ", ","))
    return (head + (" " if apart else "") + after).strip()


def _recurring(text: str, mention: TimeMention) -> bool:
    """Whether the time is one of many: "on Tuesdays", "every Friday", "each month"."""
    before = text[: mention.start].lower().split()
    return before[-1:] in _EACH or text[mention.end : mention.end + 1] == "s"


def _without_vague(text: str) -> str:
    spaced = re.sub(r"\s{2,}", " ", _VAGUE.sub(" ", text))
    return re.sub(r"\s+(?=[,.;!](?:\s|$))", "", spaced).strip(" ,")
