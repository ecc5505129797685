"""`mem watch`: keeps memory in step with the sources that `mem source add` named.

A clean end (SIGTERM, Ctrl-C) is exit code 0: what was acknowledged is kept, the rest is read again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mem.cli.diagnostics import ExitCode
from mem.cli.options import Json
from mem.core.files import expanded

if TYPE_CHECKING:
    from collections.abc import Callable

    from mem.assistant import Assistant
    from mem.cli.watching import Report

Once = Annotated[bool, typer.Option("--once", help="Compare everything once and end, as for cron.")]
Poll = Annotated[
    bool, typer.Option("--poll", help="Look through the sources at intervals (network drives).")
]
Log = Annotated[
    str | None, typer.Option("--log", metavar="FILE", help="Write lines to FILE instead of stdout.")
]


def command(
    once: Once = False, poll: Poll = False, log: Log = None, json: Json = False
) -> ExitCode:
    """Keep memory in step with its folders.

    It goes on until you stop it, at low priority. Sources are added and removed meanwhile with
    `mem source add` and `mem source remove`. Exit code 4 means that another process does it
    already; with --once, 1 means that a source could not be reached.

    \b
    Example:
      mem source add ~/notes && mem watch
    """
    from mem.cli.diagnostics import complain, note
    from mem.cli.session import open_assistant
    from mem.service.keeping import lower_priority
    from mem.service.lock import watching

    with open_assistant() as assistant, watching(assistant.paths, assistant.clock):
        report = _report(assistant, log, json=json)
        known = bool(assistant.store.watched.all())
        if once and not known:
            complain("No source is kept in step. `mem source add PATH` adds one.")
            return ExitCode.NOTHING_FOUND
        if not known:
            note("No source is kept in step yet. `mem source add PATH` adds one at any time.")
        lower_priority()
        return _once(assistant, report) if once else _watch(assistant, report, poll=poll)


def _watch(assistant: Assistant, report: Report, *, poll: bool) -> ExitCode:
    from mem.ingest.watching.watcher import Watcher
    from mem.service.activity import noting
    from mem.service.keeping import WatchedHome

    home = WatchedHome(assistant)
    tell = noting(report.tell, assistant.paths, assistant.clock)
    watcher = Watcher(home, tell, on_progress=report.progress, poll=poll)

    def stop() -> None:
        watcher.stop()
        home.stop()

    _on_signals(stop)
    try:
        watcher.run()
    finally:
        report.close()
    return ExitCode.OK


def _once(assistant: Assistant, report: Report) -> ExitCode:
    from mem.service.activity import noting
    from mem.service.keeping import WatchedHome, one_pass

    tell = noting(report.tell, assistant.paths, assistant.clock)
    try:
        complete = one_pass(WatchedHome(assistant), tell, report.progress)
    finally:
        report.close()
    return ExitCode.OK if complete else ExitCode.ERROR


def _report(assistant: Assistant, log: str | None, *, json: bool) -> Report:
    import sys

    from mem.cli.watching import JsonLines, Lines, LiveLine

    if json:
        return JsonLines(assistant.clock)
    if log is not None:
        return Lines(assistant.clock, expanded(log))
    return LiveLine(assistant.clock) if sys.stderr.isatty() else Lines(assistant.clock)


def _on_signals(stop: Callable[[], None]) -> None:
    """End cleanly when asked to; a second Ctrl-C ends at once."""
    import signal

    def handle(_number: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        stop()

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)
