"""Calendars (ICS, RFC 5545) for `mem`: every event, task and journal entry is a dated item."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mem.core.protocols import Parser

MEM_HOOKS = 1


def mem_parsers() -> list[Parser]:
    """The hook that `mem` calls."""
    from mem_calendar.parser import CalendarParser

    return [CalendarParser()]
