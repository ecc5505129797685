"""When a file's words were written: what it says itself, else its name, else its file time.

All times are naive local wall-clock times; a zone that is written is dropped, not converted.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from mem.core.clock import parse_time
from mem.core.document import SaidAtOrigin
from mem.core.protocols import FileEntry

_YEARS = range(1900, 2100)
_DAY = r"(?<!\d)(?P<y>\d{4})(?P<sep>[-_./]?)(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})"
_DATED = (
    re.compile(
        _DAY + r"[ T_-]{1,3}(?:at )?(?P<H>\d{1,2})[.:hH-](?P<M>\d\d)(?:[.:-](?P<S>\d\d))?(?!\d)"
    ),
    re.compile(
        r"(?<!\d)(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)[T_-]?(?P<H>\d\d)(?P<M>\d\d)(?P<S>\d\d)?(?!\d)"
    ),
    re.compile(r"(?<!\d)(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)(?!\d)"),
    re.compile(r"(?<!\d)(?P<y>\d{4})(?P<sep>[-_./])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})(?!\d)"),
)
_SPELLED = ("%B %d, %Y", "%d %B %Y", "%b %d, %Y", "%d %b %Y", "%A, %B %d, %Y", "%d.%m.%Y")
_MAX_LENGTH = 200


def said_at(written: str | None, entry: FileEntry) -> tuple[datetime | None, SaidAtOrigin | None]:
    """When the words of a file were written, and where that was read.

    `written` is the date the file states, if any.
    """
    stated = read_date(written) if written else None
    if stated is not None:
        return stated, SaidAtOrigin.FRONT_MATTER
    named = date_in_path(entry.path)
    if named is not None:
        return named, SaidAtOrigin.FILE_NAME
    modified = file_time(entry)
    return modified, SaidAtOrigin.FILE_TIME if modified else None


def read_date(written: str) -> datetime | None:
    """A date as people and tools write it: ISO 8601, `2023/5/8`, `8 May 2023`, `[[2023-05-08]]`."""
    text = written.strip().strip("[]<>\"'").strip()[:_MAX_LENGTH]
    try:
        moment = parse_time(text)
    except ValueError:
        return _first_date(text) or _spelled_date(text)
    return moment if moment.year in _YEARS else None


def date_in_path(path: Path) -> datetime | None:
    """The date in a file's name, or in daily-note folders such as `2023/05/08.md`."""
    found = _first_date(path.stem[:_MAX_LENGTH])
    if found is not None or len(path.parts) < 3:
        return found
    year, month = path.parts[-3], re.match(r"\d{1,2}(?=\D|$)", path.parts[-2])
    if month and re.fullmatch(r"\d{4}", year) and re.fullmatch(r"\d{1,2}", path.stem):
        return _moment(year, month[0], path.stem)
    return None


def file_time(entry: FileEntry) -> datetime | None:
    """The file's modification time; None where the clock that wrote it was absurd."""
    try:
        seconds = entry.modified_ns // 1_000_000_000
        moment = datetime.fromtimestamp(seconds)  # noqa: DTZ006 (naive local time is meant)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.year in _YEARS else None


def _first_date(text: str) -> datetime | None:
    for pattern in _DATED:
        for match in pattern.finditer(text):
            part = match.groupdict()
            moment = _moment(
                part["y"], part["m"], part["d"], part.get("H"), part.get("M"), part.get("S")
            )
            if moment is not None:
                return moment
    return None


def _moment(year: str, month: str, day: str, *clock: str | None) -> datetime | None:
    """The moment these digits name, None where there is no such day or time."""
    if int(year) not in _YEARS:
        return None
    try:
        hour, minute, second = (int(part or 0) for part in (*clock, None, None, None)[:3])
        return datetime(int(year), int(month), int(day), hour, minute, second)
    except ValueError:
        return None


def _spelled_date(text: str) -> datetime | None:
    for form in _SPELLED:
        try:
            moment = datetime.strptime(text, form)
        except ValueError:
            continue
        return moment if moment.year in _YEARS else None
    return None
