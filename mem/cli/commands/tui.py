"""`mem tui`: the full-screen UI."""

from __future__ import annotations


def command() -> None:
    """See, ask and correct memory, full screen.

    `?` shows the keys, `q` leaves. Everything it does has a command of its own, too.

    \b
    Example:
      mem tui
    """
    import os
    import sys

    from mem.cli.diagnostics import ExitCode
    from mem.errors import NoTerminal

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise NoTerminal
    from mem.tui.collecting import held

    held()
    from mem.tui.app import MemApp
    from mem.tui.opening import open_home

    app = MemApp(open_home)
    error = app.run()
    if app.cut_off:
        # Work that cannot be stopped in the middle: what it has committed is safe without an end.
        sys.stdout.flush()
        os._exit(ExitCode.OK)
    if error is not None:
        raise error
