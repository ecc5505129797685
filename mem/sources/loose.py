"""Values out of JSON whose every field may have any shape; reading one never raises.

Texts come well-formed. `checked` is for JSON of our own, of which anything else is refused.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from mem.core.clock import parse_time
from mem.sources.textfile import well_formed

Fields = dict[str, Any]


def fields_of(value: object) -> Fields:
    """`value` where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def items_of(value: object) -> list[Any]:
    """`value` where it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def blocks_of(content: object) -> list[Fields]:
    """The parts of a message's content; what is no object is a part of type text."""
    parts = content if isinstance(content, list) else [] if content is None else [content]
    return [
        one if isinstance(one, dict) else {"type": "text", "text": as_text(one)} for one in parts
    ]


def word(value: object) -> str:
    """A name or id as text, without outer blanks; "" for what is neither string nor integer."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    if isinstance(value, int) and abs(value) >= 10**40:
        return ""
    return well_formed(str(value)).strip()


def first_word(*values: object) -> str:
    """The first value that is a non-empty word, else ""."""
    return next((found for value in values if (found := word(value))), "")


def words(value: object) -> str:
    """A string as it was written; "" for anything else."""
    return well_formed(value) if isinstance(value, str) else ""


def as_text(value: object) -> str:
    """A string as it is, anything else as JSON; "" for nothing."""
    if value is None or isinstance(value, str):
        return words(value)
    try:
        return well_formed(json.dumps(value, ensure_ascii=False))
    except (ValueError, RecursionError):
        return "[nested too deeply to be shown]"


def iso_time(value: object) -> datetime | None:
    """The written wall-clock time of ISO 8601; None where there is no such time."""
    if not isinstance(value, str):
        return None
    try:
        return parse_time(value.strip())
    except ValueError:
        return None


def epoch_time(value: object, *, per_second: int = 1) -> datetime | None:
    """The UTC wall clock of a count (or its digits) since 1970; None for 0 and absurd numbers."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        seconds = float(value) / per_second
        moment = datetime.fromtimestamp(seconds, UTC) if seconds else None
    except (ValueError, OverflowError, OSError):
        return None
    return moment.replace(tzinfo=None) if moment else None
