"""A calendar's text cut into its items, each by itself, so that a broken one spoils no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

ITEMS = frozenset({"VEVENT", "VTODO", "VJOURNAL"})
_LINE_END = re.compile(r"\r\n|\n|\r")
_HEAD = re.compile(r"([A-Za-z0-9-]+)(?:;[^:]*)?:(.*)", re.DOTALL)
_CONTAINERS = frozenset({"VCALENDAR", "VTIMEZONE", "STANDARD", "DAYLIGHT", "VALARM"})
_ESCAPE = re.compile(r"\\([\\;,nN])")


@dataclass(slots=True)
class Item:
    """One component as lines; `line` is the 1-based line of its BEGIN in the file."""

    kind: str
    line: int
    lines: list[str]


@dataclass(slots=True)
class Pieces:
    """What a file holds: its items, its calendars' own properties, and the kinds of the rest."""

    items: list[Item] = field(default_factory=list)
    properties: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)


def cut(text: str) -> Pieces:
    """The items of a calendar, however it nests them; one without an end ends with the file."""
    pieces = Pieces()
    inside: list[str] = []
    current: Item | None = None
    depth = 0
    for number, line in _unfolded(text):
        word, value = _split(line)
        if word == "BEGIN":
            inside.append(value.upper())
            if current is None and inside[-1] in ITEMS:
                current, depth = Item(inside[-1], number, []), len(inside)
                pieces.items.append(current)
            elif current is None and inside[-1] not in _CONTAINERS:
                pieces.others.append(inside[-1][:40])
        if current is not None:
            current.lines.append(line)
        elif inside == ["VCALENDAR"] and word not in {"BEGIN", "END"}:
            pieces.properties.setdefault(word, unescaped(value))
        if word == "END" and value.upper() in inside:
            while inside.pop() != value.upper():
                pass
            if current is not None and len(inside) < depth:
                current = None
    return pieces


def unescaped(value: str) -> str:
    """A TEXT value as it is meant (RFC 5545, 3.3.11)."""
    return _ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], value).strip()


def _split(line: str) -> tuple[str, str]:
    """Name in capitals and value of a property."""
    match = _HEAD.match(line)
    return (match[1].upper(), match[2].strip()) if match else ("", "")


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Content lines with the number of the line where each begins."""
    start, parts = 0, [""]
    for number, line in enumerate(_LINE_END.split(text), start=1):
        if line[:1] in {" ", "\t"} and start:
            parts.append(line[1:])
            continue
        if start:
            yield start, "".join(parts)
        start, parts = number, [line]
    yield start, "".join(parts)
