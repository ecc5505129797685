"""Places, dates, snippets and tables as text that fits the columns there are.

Every function takes text as stored and returns it sanitized; only `Style` adds escape sequences.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

from mem.cli.output import Span, Style
from mem.core.display import sanitize, sanitize_line
from mem.core.document import SaidAtOrigin

_FILE_URI = "file://"
_ID_SHOWN = 10
_LINE = re.compile(r"(?:lines? |L)(\d+)")
_WORD = re.compile(r"\S+")
_ELLIPSIS = "…"
# A column of text narrower than this says too little.
_READABLE = 24
_BELOW = "    "


def shown_path(uri: str) -> str:
    """A uri as a person writes it: below the working folder relative, below home with `~`."""
    if not uri.startswith(_FILE_URI):
        return sanitize_line(uri)
    path = unquote(uri.removeprefix(_FILE_URI))
    for base, prefix in ((_working_folder(), ""), (str(Path.home()), "~/")):
        if base not in ("", "/") and path.startswith(base + "/"):
            return sanitize_line(prefix + path[len(base) + 1 :])
    return sanitize_line(path)


def _working_folder() -> str:
    try:
        return str(Path.cwd())
    except FileNotFoundError:
        return ""


def place(uri: str, locator: str) -> str:
    """`path:line` for a line of a file, so that terminals and editors can open it."""
    path = shown_path(uri)
    line = _LINE.match(locator)
    if line and uri.startswith(_FILE_URI):
        return f"{path}:{line[1]}"
    named = sanitize_line(locator)
    # A mail is one message, whose id is its address already.
    same = named.rpartition(" ")[2] == path.partition(":")[2]
    return f"{path}, {named}" if named and not same else path


def day(moment: datetime | None, origin: SaidAtOrigin | None = None) -> str:
    """The date, or dashes as wide as one; "file" before it where only the file has that date."""
    told = f"{moment:%Y-%m-%d}" if moment else "-" * 10
    return f"file {told}" if moment and origin is SaidAtOrigin.FILE_TIME else told


def short_id(identity: str) -> str:
    """The beginning of an id by which a person can name it."""
    return identity[:_ID_SHOWN]


def cells(text: str) -> int:
    """How many columns a sanitized line takes."""
    if text.isascii():
        return len(text)
    return sum(map(_cell, text))


def _cell(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def clipped(text: str, width: int) -> str:
    """One sanitized line of at most `width` columns."""
    line = sanitize_line(text)
    if cells(line) <= width:
        return line
    kept, used = "", 1
    for character in line:
        used += _cell(character)
        if used > width:
            break
        kept += character
    return kept.rstrip() + _ELLIPSIS


def padded(text: str, width: int) -> str:
    """`clipped` to `width` and filled with spaces to it."""
    line = clipped(text, width)
    return line + " " * (width - cells(line))


def collapsed(text: str, spans: Sequence[Span]) -> tuple[str, list[Span]]:
    """Sanitized `text` with each run of white space as one space, and its spans moved along."""
    safe = sanitize(text)
    places: list[int] = []
    characters: list[str] = []
    fresh = True
    for character in safe:
        places.append(len(characters))
        if not character.isspace():
            characters.append(character)
        elif not fresh:
            characters.append(" ")
        fresh = character.isspace()
    places.append(len(characters))
    moved = [
        (places[max(0, start)], places[min(end, len(safe))])
        for start, end in sorted(spans)
        if start < len(safe)
    ]
    return "".join(characters), _apart([span for span in moved if span[0] < span[1]])


def _apart(spans: Sequence[Span]) -> list[Span]:
    """Ascending spans with those that touch or overlap joined."""
    joined: list[Span] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def snippet(
    text: str, spans: Sequence[Span], style: Style, *, indent: str = "", lines: int = 3
) -> list[str]:
    """At most `lines` lines of `text` around its first marked words, the marked ones in bold."""
    line, marks = collapsed(text, spans)
    room = (style.width - len(indent)) * lines - 2
    start, end = _window(line, marks, room)
    before, after = _ELLIPSIS if start else "", _ELLIPSIS if end < len(line) else ""
    cut = before + line[start:end].strip() + after
    lead = len(line[start:end]) - len(line[start:end].lstrip())
    shift = len(before) - start - lead
    inside = [
        (max(len(before), a + shift), min(len(cut) - len(after), b + shift)) for a, b in marks
    ]
    inside = [(a, b) for a, b in inside if a < b]
    return wrapped(cut, inside, style, indent=indent)[:lines]


def _window(line: str, marks: Sequence[Span], room: int) -> Span:
    """The part of `line` to show: as many marks as fit, with some words before the first."""
    if cells(line) <= room:
        return 0, len(line)
    first = marks[0][0] if marks else 0
    start = 0 if first < room * 3 // 4 else first - room // 4
    if start:
        start = line.rfind(" ", 0, start) + 1 or start
    end, used = start, 0
    while end < len(line) and used + _cell(line[end]) <= room - 4:
        used += _cell(line[end])
        end += 1
    if end < len(line):
        space = line.rfind(" ", start, end)
        end = space if space > start + room // 2 else end
    return start, end


def wrapped(
    text: str, spans: Sequence[Span], style: Style, *, indent: str = "", whole: bool = False
) -> list[str]:
    """A sanitized text on lines of the style's width, its line feeds kept, spans in bold.

    With `whole`, a word longer than a line stays in one piece, as a path has to that is copied.
    """
    room = max(1, style.width - len(indent))
    result, base = [], 0
    for paragraph in text.split("\n"):
        for start, end in _breaks(paragraph, room, whole=whole):
            inside = [(max(a - base, start) - start, min(b - base, end) - start) for a, b in spans]
            inside = [(a, b) for a, b in inside if a < b]
            result.append((indent + style.marked(paragraph[start:end], inside)).rstrip())
        base += len(paragraph) + 1
    return result


def _breaks(line: str, room: int, *, whole: bool = False) -> list[Span]:
    """Where a line is cut so that each part has at most `room` columns.

    Longer words are split, or left `whole`.
    """
    if cells(line) <= room:
        return [(0, len(line))]
    parts: list[Span] = []
    start = end = 0
    for word in _WORD.finditer(line):
        if cells(line[start : word.end()]) <= room:
            end = word.end()
            continue
        if end > start:
            parts.append((start, end))
            start = word.start()
        while not whole and cells(line[start : word.end()]) > room:
            cut = start + 1
            while cells(line[start : cut + 1]) <= room:
                cut += 1
            parts.append((start, cut))
            start = cut
        end = word.end()
    return [*parts, (start, end)] if end > start else parts


def table(
    rows: Sequence[Sequence[str]], style: Style, *, last: int, whole: bool = False
) -> list[str]:
    """Rows with columns as wide as their widest cell; column `last` takes what is left.

    It is cut there, but not when `whole`, nor where the style cuts nothing. Where too little is
    left, it goes on a line of its own below its row, in the same string.
    """
    if not rows:
        return []
    widths = [max(cells(sanitize_line(row[i])) for row in rows) for i in range(len(rows[0]))]
    wanted, room = widths[last], style.width - sum(widths) + widths[last] - 2 * (len(widths) - 1)
    if whole or not style.cuts:
        return [_row(row, widths) for row in rows]
    if room < min(wanted, _READABLE):
        below = style.width - len(_BELOW)
        rest = [*widths[:last], *widths[last + 1 :]]
        return [
            f"{_row([*row[:last], *row[last + 1 :]], rest)}\n{_BELOW}{clipped(row[last], below)}"
            for row in rows
        ]
    widths[last] = min(wanted, room)
    return [_row(row, widths) for row in rows]


def _row(row: Sequence[str], widths: Sequence[int]) -> str:
    """Cells side by side, each clipped or filled to its width."""
    parts = [padded(cell, width) for cell, width in zip(row, widths, strict=True)]
    return "  ".join(parts).rstrip()


def facts(pairs: Sequence[tuple[str, str]], style: Style) -> list[str]:
    """Names and values in two columns; a long value goes on below its beginning."""
    width = max((cells(name) for name, _ in pairs), default=0) + 2
    lines = []
    for name, value in pairs:
        first, *rest = wrapped(sanitize_line(value), (), style, indent=" " * width) or [""]
        lines += [(padded(name, width) + first[width:]).rstrip(), *rest]
    return lines


def size(count: int) -> str:
    """Bytes as a person reads them, in powers of 1000."""
    value, unit = float(count), "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < 1000 or unit == "TB":
            break
        value /= 1000
    return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"


def duration(milliseconds: float) -> str:
    """`43 ms`, `1.2 s`, `2 min 05 s`."""
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    seconds = milliseconds / 1000
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds // 60:.0f} min {seconds % 60:02.0f} s"
