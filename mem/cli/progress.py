"""A progress bar on stderr: shown on a terminal only, and gone without a trace when it ends."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TextIO

_EVERY_S = 0.1
_BAR = 20
_CLEAR = "\r\x1b[K"


class ProgressBar:
    """How much is done, how fast, and how long it will still take.

    `total` may stay unknown; then there is no bar and no remaining time. `already` is what was done
    before, and does not count as speed.
    """

    def __init__(
        self,
        label: str,
        unit: str,
        *,
        already: int = 0,
        stream: TextIO | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._label, self._unit, self._already = label, unit, already
        self._stream = sys.stderr if stream is None else stream
        self._shown = self._stream.isatty()
        self._now = now
        self._began = now()
        self._drawn_at = float("-inf")

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def update(self, done: int, total: int | None, detail: str = "") -> None:
        """Draw again, at most ten times a second. `detail` is sanitized text."""
        if not self._shown:
            return
        now = self._now()
        if now - self._drawn_at < _EVERY_S and done != total:
            return
        self._drawn_at = now
        width = shutil.get_terminal_size().columns - 1
        line = self.line(done, total, detail)
        if len(line) > width:
            line = self.line(done, total)[:width]
        self._stream.write(_CLEAR + line)
        self._stream.flush()

    def line(self, done: int, total: int | None, detail: str = "") -> str:
        """The line as drawn now."""
        elapsed = self._now() - self._began
        rate = (done - self._already) / elapsed if elapsed > 0 else 0.0
        parts = [self._label]
        if total:
            filled = min(_BAR, _BAR * done // total)
            parts.append(f"[{'#' * filled}{'-' * (_BAR - filled)}] {done:,}/{total:,} {self._unit}")
        else:
            parts.append(f"{done:,} {self._unit}")
        if rate:
            parts.append(f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s")
        if total and rate and done < total:
            parts.append(f"{_clock((total - done) / rate)} left")
        return "  ".join([*parts, *([detail] if detail else [])])

    def close(self) -> None:
        """Take the bar away."""
        if self._shown:
            self._stream.write(_CLEAR)
            self._stream.flush()


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
