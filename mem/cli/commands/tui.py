"""`mem tui`: the full-screen UI."""

from __future__ import annotations


def command() -> None:
    """See, ask and correct memory, full screen.

    `?` shows the keys, `q` leaves. Everything it does has a command of its own, too.

    \b
    Example:
      mem tui
    """
    import sys

    from mem.errors import NoTerminal

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise NoTerminal
    from mem.tui.app import MemApp
    from mem.tui.opening import open_home

    error = MemApp(open_home).run()
    if error is not None:
        raise error
