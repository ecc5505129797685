"""The progress bar: what it says, and that a pipe never sees it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from mem.cli.progress import ProgressBar

if TYPE_CHECKING:
    import pytest


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_rate_and_remaining_time() -> None:
    times = iter([0.0, 10.0, 10.0, 4000.0])
    bar = ProgressBar("Importing", "files", stream=Terminal(), now=lambda: next(times))
    assert bar.line(500, 2000, "9 passages") == (
        "Importing  [#####---------------] 500/2,000 files  50/s  0:30 left  9 passages"
    )
    assert bar.line(5, None) == "Importing  5 files  0.5/s"
    assert bar.line(1000, 2000).endswith("1:06:40 left")


def test_what_was_done_before_is_no_speed() -> None:
    times = iter([0.0, 10.0])
    bar = ProgressBar("F", "MB", already=400, stream=Terminal(), now=lambda: next(times))
    assert bar.line(500, 700) == "F  [##############------] 500/700 MB  10/s  0:20 left"


def test_is_drawn_and_cleared_on_a_terminal_only() -> None:
    times = iter([0.0, 1.0, 1.0, 1.01, 2.0, 2.0])
    screen = Terminal()
    with ProgressBar("Importing", "files", stream=screen, now=lambda: next(times)) as bar:
        bar.update(1, 9)
        bar.update(2, 9)
    assert screen.getvalue().count("Importing") == 1
    assert screen.getvalue().endswith("\r\x1b[K")
    pipe = io.StringIO()
    with ProgressBar("Importing", "files", stream=pipe) as bar:
        bar.update(1, 1)
    assert pipe.getvalue() == ""


def test_what_does_not_fit_is_left_out_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "52")
    screen = Terminal()
    ProgressBar("Importing", "files", stream=screen, now=lambda: 0.0).update(1, 9, "9 passages")
    assert screen.getvalue() == "\r\x1b[KImporting  [##------------------] 1/9 files"
