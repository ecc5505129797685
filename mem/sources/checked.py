"""Values out of JSON that another process or home wrote, checked as they are read.

Each function raises TypeError for a value of another type. Texts come well-formed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mem.core.clock import parse_time
from mem.sources.textfile import well_formed


def text(value: object) -> str:
    """A text."""
    if not isinstance(value, str):
        raise TypeError("not a text")
    return well_formed(value)


def optional_text(value: object) -> str | None:
    """A text, or None for null."""
    return None if value is None else text(value)


def optional_time(value: object) -> datetime | None:
    """A naive time, or None for null. Raises ValueError for a text that is not ISO 8601."""
    return None if value is None else parse_time(text(value))


def listed(value: object) -> list[Any]:
    """A list of anything."""
    if not isinstance(value, list):
        raise TypeError("not a list")
    return value


def texts(value: object) -> tuple[str, ...]:
    """A list of texts."""
    return tuple(text(one) for one in listed(value))


def number(value: object) -> int:
    """A whole number; true and false are none."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("not a whole number")
    return value
