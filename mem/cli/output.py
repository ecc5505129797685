"""stdout: data and nothing else, as text for a person or as JSON for a program.

Whatever is printed passes through here once and cannot steer a terminal.
"""

from __future__ import annotations

import os
import sys
from codecs import getincrementaldecoder
from collections.abc import Sequence
from dataclasses import dataclass
from io import RawIOBase
from typing import Any

from mem.core.display import escape_json, sanitize
from mem.shapes import base

SCHEMA = base.SCHEMA
_WIDEST, _NARROWEST, _UNKNOWN_WIDTH = 100, 40, 80
_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"

Span = tuple[int, int]

# What this run of the program has printed; read at its end (`printed_json`).
_printed: set[str] = set()


@dataclass(frozen=True, slots=True)
class Style:
    """How text looks on this stdout: in `width` columns, with bold and dim or without.

    The rows of a table stay whole where it does not cut: a file or another program has no width.
    """

    width: int = _UNKNOWN_WIDTH
    color: bool = False
    cuts: bool = True

    def bold(self, text: str) -> str:
        return f"{_BOLD}{text}{_PLAIN}" if self.color and text else text

    def dim(self, text: str) -> str:
        return f"{_DIM}{text}{_PLAIN}" if self.color and text else text

    def marked(self, text: str, spans: Sequence[Span]) -> str:
        """`text` with the characters of `spans` (ascending, apart) in bold."""
        pieces, last = [], 0
        for start, end in spans:
            pieces += [text[last:start], self.bold(text[start:end])]
            last = end
        return "".join([*pieces, text[last:]])


def stdout_style() -> Style:
    """Bold only on a terminal and without NO_COLOR.

    Where there is neither a terminal nor COLUMNS, paragraphs have 80 columns and rows are whole.
    """
    terminal = sys.stdout.isatty()
    color = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    columns = _given_width()
    if columns is None and terminal:
        columns = os.get_terminal_size(sys.stdout.fileno()).columns or _UNKNOWN_WIDTH
    width = max(_NARROWEST, min(_WIDEST, columns or _UNKNOWN_WIDTH))
    return Style(width, color, cuts=columns is not None)


def _given_width() -> int | None:
    """What COLUMNS says, where it says a number."""
    given = os.environ.get("COLUMNS", "")
    return int(given) if given.isascii() and given.isdigit() and int(given) > 0 else None


def emit(lines: Sequence[str]) -> None:
    """Print lines whose data is sanitized already (styles may stand in them)."""
    for line in lines:
        print(line)


def emit_text(text: str) -> None:
    """Print a text as it came from a source, made safe."""
    print(sanitize(text))


class ShownBytes(RawIOBase):
    """A binary file whose UTF-8 is printed as text made safe, where stdout is a terminal."""

    def __init__(self) -> None:
        self._decoder = getincrementaldecoder("utf-8")(errors="replace")

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        sys.stdout.write(sanitize(self._decoder.decode(bytes(data))))
        return len(data)


def emit_json(value: object) -> None:
    """Print one JSON value on one line, in ASCII where stdout cannot show Unicode."""
    import json

    _printed.add("json")
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    print(escape_json(json.dumps(value, ensure_ascii=encoding != "utf8")))


def printed_json() -> bool:
    """Whether this run has printed a JSON value."""
    return bool(_printed)


def emit_failure(code: str, exit_code: int, message: str) -> None:
    """Print why a run with `--json` failed; `code` is the name of its exit code."""
    error = {"code": code, "exit_code": exit_code, "message": message}
    emit_json({"schema": SCHEMA, "error": error})
