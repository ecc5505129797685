"""Rows of a table as (first line in the file, column names, values); no cell with words is lost."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from mem.errors import ParseFailed
from mem.sources.loose import as_text
from mem.sources.textfile import well_formed

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_LINES = 30
_MAX_COLUMN_NAME = 200


class Row(NamedTuple):
    """One row: the 1-based line where it begins, and its cells by column in order."""

    line: int
    cells: tuple[tuple[str, str], ...]


def delimited_rows(text: str, place: str, *, delimiter: str | None = None) -> Iterator[Row]:
    """The rows of CSV, TSV and the like; the first yields the names of columns as its cells' words.

    A first row with an empty, repeated or numeric cell is no header: columns are numbered then.
    Raises ParseFailed for what is no such table.
    """
    names: list[str] | None = None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or _delimiter(text))
    before = 0
    try:
        for values in reader:
            line, before = before + 1, reader.line_num
            if not any(value.strip() for value in values):
                continue
            if names is None:
                names = _header(values)
                if names:
                    yield Row(line, tuple(("", name) for name in names))
                    continue
            yield Row(line, tuple(_cells(values, names)))
    except csv.Error as error:
        raise ParseFailed(place, f"not a table that can be read ({error})") from error


def json_line_rows(text: str) -> Iterator[Row | None]:
    """The objects of JSON Lines; None for each line that is no object."""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            yield None
            continue
        yield Row(number, tuple(_fields(value))) if isinstance(value, dict) else None


def flat_json_rows(text: str, place: str) -> Iterator[Row]:
    """The objects of a JSON list, numbered from 1.

    Raises ParseFailed, with code unsupported where they hold other objects.
    """
    try:
        loaded = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ParseFailed(place, "not valid JSON") from error
    records = loaded if isinstance(loaded, list) else []
    if not records or not all(isinstance(one, dict) and _is_flat(one) for one in records):
        reason = "no importer reads this kind of JSON"
        raise ParseFailed(place, reason, code="unsupported")
    for number, record in enumerate(records, start=1):
        yield Row(number, tuple(_fields(record)))


def is_flat_line(line: str) -> bool:
    """Whether a line is a JSON object without objects in it."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and bool(value) and _is_flat(value)


def _is_flat(record: dict[str, Any]) -> bool:
    return not any(
        isinstance(value, dict)
        or (isinstance(value, list) and any(isinstance(one, dict | list) for one in value))
        for value in record.values()
    )


def _fields(record: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in record.items():
        if isinstance(value, list) and not any(isinstance(one, dict | list) for one in value):
            words = ", ".join(as_text(one) for one in value)
        else:
            words = as_text(value)
        if words.strip():
            yield well_formed(" ".join(name.split()))[:_MAX_COLUMN_NAME], words


def _delimiter(text: str) -> str:
    """The delimiter that gives the first lines the most equal columns."""
    lines = text.split("\n", _SAMPLE_LINES)[:_SAMPLE_LINES]
    best, best_score = ",", (0, 0)
    for candidate in _DELIMITERS:
        try:
            widths = Counter(len(row) for row in csv.reader(lines, delimiter=candidate) if row)
        except csv.Error:
            continue
        width, rows = max(widths.items(), key=lambda pair: (pair[1], pair[0]), default=(0, 0))
        score = (rows, width) if width > 1 else (0, 0)
        if score > best_score:
            best, best_score = candidate, score
    return best


def _header(values: list[str]) -> list[str]:
    """The names of columns where `values` are names, else []."""
    names = [" ".join(value.split())[:_MAX_COLUMN_NAME] for value in values]
    while names and not names[-1]:
        names.pop()
    if len(set(names)) < len(names) or not all(names) or any(map(_is_number, names)):
        return []
    return names


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return True


def _cells(values: list[str], names: list[str] | None) -> Iterator[tuple[str, str]]:
    for number, value in enumerate(values):
        if value.strip():
            known = names[number] if names and number < len(names) else f"column {number + 1}"
            yield known, value
