"""stderr and exit codes: everything said to a person about how a command went.

stderr never carries data, and every failure becomes one line and one code of `ExitCode`.
"""

from __future__ import annotations

import os
import sys
from enum import IntEnum

from mem.core.display import sanitize_line
from mem.errors import (
    IndexDamaged,
    IndexOwned,
    MemError,
    ModelError,
    ModelRefused,
    NoSuchChange,
    NotWatched,
    StoreDamaged,
    StoreLocked,
    UnknownId,
    UsageError,
    VaultNameUnknown,
)


class ExitCode(IntEnum):
    """What a command returns to the shell."""

    OK = 0
    ERROR = 1
    USAGE = 2
    NOTHING_FOUND = 3
    STORE_LOCKED = 4
    STORE_DAMAGED = 5
    MODEL_MISSING = 6
    INTERRUPTED = 130


# What went wrong in this run of the program; `--json` says it on stdout, too.
_complaints: list[str] = []

# First match wins: a class stands before its bases.
_CODES: tuple[tuple[type[MemError], ExitCode], ...] = (
    (UnknownId, ExitCode.NOTHING_FOUND),
    (NoSuchChange, ExitCode.NOTHING_FOUND),
    (NotWatched, ExitCode.NOTHING_FOUND),
    (VaultNameUnknown, ExitCode.NOTHING_FOUND),
    (UsageError, ExitCode.USAGE),
    (StoreLocked, ExitCode.STORE_LOCKED),
    (IndexOwned, ExitCode.STORE_LOCKED),
    (StoreDamaged, ExitCode.STORE_DAMAGED),
    (IndexDamaged, ExitCode.STORE_DAMAGED),
    (ModelRefused, ExitCode.ERROR),
    (ModelError, ExitCode.MODEL_MISSING),
)


def exit_code_for(error: BaseException) -> ExitCode:
    """The exit code of an exception that ends a command."""
    if isinstance(error, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    for kind, code in _CODES:
        if isinstance(error, kind):
            return code
    return ExitCode.ERROR


def say(message: str) -> None:
    """One line on stderr, safe for a terminal; there it goes on below between two words."""
    line = sanitize_line(message)
    print(_folded(line) if sys.stderr.isatty() else line, file=sys.stderr, flush=True)


def _folded(line: str) -> str:
    import shutil
    import textwrap

    width = shutil.get_terminal_size().columns
    lines = textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines) if len(line) > width else line


def complain(message: str) -> None:
    """One line on stderr that says what went wrong."""
    _complaints.append(message)
    say(f"mem: {message}")


def complaint() -> str:
    """What this run complained of, the last time."""
    return _complaints[-1] if _complaints else ""


def note(message: str) -> None:
    """One line on stderr that a person should know and a script may ignore."""
    say(f"note: {message}")


def is_interactive() -> bool:
    """Whether a person sits at both ends: stdin for an answer, stderr for the question."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def report(error: BaseException) -> ExitCode:
    """Say in one line why a command ended, and return its exit code.

    `MEM_DEBUG=1` adds the traceback.
    """
    if os.environ.get("MEM_DEBUG", "") not in ("", "0"):
        _print_traceback(error)
    if isinstance(error, KeyboardInterrupt):
        complain("interrupted. What was acknowledged is kept; the same command goes on from there.")
    elif isinstance(error, MemError):
        complain(str(error))
    elif isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename is not None else ""
        complain(f"{place}{error.strerror or error}.")
    else:
        complain(
            f"internal error: {type(error).__name__}: {error}. "
            "Run it again with MEM_DEBUG=1 to see where, and report that."
        )
    return exit_code_for(error)


def _print_traceback(error: BaseException) -> None:
    import traceback

    from mem.core.display import sanitize

    print(sanitize("".join(traceback.format_exception(error))), file=sys.stderr, flush=True)
