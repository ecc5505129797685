"""Limits that somebody gives in words (times, kinds, filters), read as values.

Pure: what "yesterday" means depends only on the moment that is given.
"""

from __future__ import annotations

from datetime import datetime

from mem.core.memory import MemoryKind, MemoryStatus
from mem.core.query import Filters, Scope
from mem.core.times.spans import TimeSpan, parse_span
from mem.errors import BadTimeExpression, UnknownKind


def span(option: str, text: str, now: datetime) -> TimeSpan:
    """The time that `text` names. Raises BadTimeExpression."""
    found = parse_span(text, now=now)
    if found is None:
        raise BadTimeExpression(option, text)
    return found


def moment(option: str, text: str, now: datetime) -> datetime:
    """The beginning of the time that `text` names. Raises BadTimeExpression."""
    return span(option, text, now).start


def memory_kind(given: str | None) -> MemoryKind | None:
    """The kind of memory that is named, in any case. Raises UnknownKind."""
    if given is None:
        return None
    try:
        return MemoryKind(given.lower())
    except ValueError as error:
        raise UnknownKind(given, [kind.value for kind in MemoryKind]) from error


def memory_status(given: str) -> MemoryStatus:
    """The status of memories that is named, in any case. Raises UnknownKind."""
    try:
        return MemoryStatus(given.lower())
    except ValueError as error:
        raise UnknownKind(given, [one.value for one in MemoryStatus]) from error


def filters(
    now: datetime,
    *,
    since: str | None = None,
    before: str | None = None,
    on: str | None = None,
    source: str | None = None,
    kind: str | None = None,
    speaker: str | None = None,
    scope: Scope | None = None,
    dashes: str = "",
) -> Filters:
    """The limits that are given; of `on` and another time the narrower holds.

    `dashes` stand before the name of a limit in what is said of it. Raises BadTimeExpression.
    """
    starts = [moment(f"{dashes}since", since, now)] if since is not None else []
    ends = [moment(f"{dashes}before", before, now)] if before is not None else []
    if on is not None:
        day = span(f"{dashes}on", on, now)
        starts.append(day.start)
        ends.append(day.end)
    return Filters(
        since=max(starts) if starts else None,
        before=min(ends) if ends else None,
        source=source,
        kind=kind,
        speaker=speaker,
        scope=scope or Scope(),
    )
