"""Time comes through a clock that can be fixed; everything stored is ISO 8601.

Said-at and happened-at times are *naive local* times (the wall clock of whoever wrote them);
recorded-at times are UTC with a trailing `Z`.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where "now" comes from."""

    def now(self) -> datetime:
        """The local wall-clock time, naive."""
        ...

    def utc(self) -> datetime:
        """The same moment as an aware UTC time."""
        ...


class SystemClock:
    """The machine's clock, or the moment `MEM_NOW` (ISO 8601) fixes."""

    def __init__(self, fixed: str | None = None) -> None:
        self._fixed = parse_time(fixed) if fixed else None

    @classmethod
    def from_environment(cls) -> SystemClock:
        """A clock fixed at `MEM_NOW` where that is set."""
        return cls(os.environ.get("MEM_NOW") or None)

    def now(self) -> datetime:
        return self._fixed or datetime.now()

    def utc(self) -> datetime:
        return self._fixed.astimezone(UTC) if self._fixed else datetime.now(UTC)


def parse_time(text: str) -> datetime:
    """A naive local time from ISO 8601 (`Z` and offsets keep the written wall-clock time).

    Raises ValueError where `text` is not ISO 8601.
    """
    return datetime.fromisoformat(text).replace(tzinfo=None)


def format_time(moment: datetime) -> str:
    """ISO 8601 to the second, without a zone for naive times and with `Z` for UTC."""
    if moment.tzinfo is not None:
        return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    return moment.isoformat(timespec="seconds")
