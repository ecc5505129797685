"""What a watcher does, said in one of three ways: JSON lines, plain lines, or one live line.

Plain lines name sources and counts, never documents, so that a log holds nothing to be forgotten.
"""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path
from typing import Protocol

from mem.cli.layout import clipped, shown_path
from mem.cli.output import SCHEMA, emit_json
from mem.core.clock import Clock, format_time
from mem.core.display import plural, sanitize_line
from mem.errors import HomeNotWritable
from mem.ingest.ledger import Ledger, Progress
from mem.ingest.watching.parts import WatchEvent

_CLEAR = "\r\x1b[K"
_EVERY_S = 0.1
_QUIET_KINDS = frozenset({"started", "rescan"})
_MAX_LOG_BYTES = 1_000_000
_MAX_URIS = 100


class Report(Protocol):
    """Somewhere to say what the watcher does."""

    def tell(self, event: WatchEvent) -> None:
        """Something was done."""
        ...

    def progress(self, progress: Progress) -> None:
        """A long import goes on."""
        ...

    def close(self) -> None:
        """Nothing more will be said."""
        ...


class JsonLines:
    """One JSON value a line on stdout for each event."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def tell(self, event: WatchEvent) -> None:
        """Print the event at once."""
        ledger = event.ledger
        emit_json(
            {
                "schema": SCHEMA,
                "event": event.kind,
                "at": format_time(self._clock.utc()),
                "source": event.source.uri if event.source else None,
                "documents": _numbers(ledger) if ledger else None,
                "uris": [path.as_uri() for path in event.paths[:_MAX_URIS]],
                "message": event.message or None,
            }
        )
        sys.stdout.flush()

    def progress(self, progress: Progress) -> None:
        """Nothing is printed."""

    def close(self) -> None:
        """Nothing is left to print."""


class Lines:
    """One line of text for each event that a person may want to know of."""

    def __init__(self, clock: Clock, log: Path | None = None) -> None:
        """On stdout, or at the end of `log`, which begins anew when it has become long."""
        self._clock = clock
        self._log = log

    def tell(self, event: WatchEvent) -> None:
        """Print or append the line."""
        text = describe(event)
        if text is None:
            return
        line = f"{self._clock.now():%Y-%m-%d %H:%M:%S}  {text}\n"
        if self._log is None:
            sys.stdout.write(line)
            sys.stdout.flush()
        else:
            _append(self._log, line)

    def progress(self, progress: Progress) -> None:
        """Nothing is printed."""

    def close(self) -> None:
        """Nothing is left to print."""


class LiveLine:
    """One line on a terminal, drawn again when something happens; complaints stay above it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._stream = sys.stderr
        self._sources: set[str] = set()
        self._last = "nothing has changed yet"
        self._drawn_at = 0.0

    def tell(self, event: WatchEvent) -> None:
        """Take the event into the line."""
        if event.source is not None and event.kind in {"watching", "polling"}:
            self._sources.add(event.source.id)
        if event.source is not None and event.kind in {"unwatched", "missing"}:
            self._sources.discard(event.source.id)
        text = describe(event)
        if event.kind in {"polling", "missing", "retry"} and text is not None:
            self._stream.write(f"{_CLEAR}{text}\n")
        elif event.kind == "changed" or (event.kind == "scanned" and _has_news(event.ledger)):
            self._last = f"{self._clock.now():%H:%M:%S}  {text}"
        if event.kind == "stopped":
            self.close()
        else:
            self._draw(f"Watching {plural(len(self._sources), 'source')} · {self._last}")

    def progress(self, progress: Progress) -> None:
        """Show how far a long import is, at most ten times a second."""
        now = time.monotonic()
        if now - self._drawn_at >= _EVERY_S:
            self._drawn_at = now
            total = f"/{progress.files_total:,}" if progress.files_total else ""
            self._draw(f"Comparing {progress.files_done:,}{total} files")

    def _draw(self, text: str) -> None:
        width = shutil.get_terminal_size().columns - 1
        self._stream.write(_CLEAR + clipped(text, width))
        self._stream.flush()

    def close(self) -> None:
        """Take the line away."""
        self._stream.write(_CLEAR)
        self._stream.flush()


def describe(event: WatchEvent) -> str | None:
    """The event as a sanitized line; None where nobody needs to know."""
    if event.kind in _QUIET_KINDS:
        return None
    if event.message:
        return sanitize_line(event.message)
    if event.kind == "stopped":
        return "stopped"
    place = shown_path(event.source.uri) if event.source else ""
    if event.ledger is not None:
        return f"{place}: {_words(event.ledger)}"
    return f"{event.kind} {place}"


def _words(ledger: Ledger) -> str:
    counts = {**_numbers(ledger), "unchanged": 0, "skipped": 0, "seen": 0}
    said = [f"{count:,} {name}" for name, count in counts.items() if count]
    return ", ".join(said) or "nothing new"


def _has_news(ledger: Ledger | None) -> bool:
    return ledger is not None and (ledger.changed or ledger.failed > 0)


def _numbers(ledger: Ledger) -> dict[str, int]:
    names = ("seen", "added", "updated", "unchanged", "skipped", "failed", "moved", "gone")
    return {name: getattr(ledger, name) for name in names}


def _append(log: Path, line: str) -> None:
    try:
        if log.exists() and log.stat().st_size > _MAX_LOG_BYTES:
            log.replace(log.with_name(log.name + ".1"))
        with log.open("a", encoding="utf-8", errors="replace") as stream:
            stream.write(line)
    except OSError as error:
        raise HomeNotWritable(str(log), error.strerror or str(error)) from error
