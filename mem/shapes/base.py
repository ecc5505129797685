"""What every shape shares: its number, its type, and how a time is written."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mem.core.clock import format_time

SCHEMA = 1

Shape = dict[str, Any]


def time(moment: datetime | None) -> str | None:
    """ISO 8601 to the second."""
    return format_time(moment) if moment else None
