"""A process that owns an index folder and stays gives it up when another one asks.

Asking is holding the lock `index.wanted` beside the folder: the operating system ends the request
with the process that made it, so that none is left behind.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

POLL_S = 0.25
"""How often an owner looks whether it is asked."""


def wanted_path(folder: Path) -> Path:
    """Where the lock lies whose holder asks for the folder."""
    return folder.with_name(folder.name + ".wanted")


def is_wanted(folder: Path) -> bool:
    """Whether another process asks for the folder now."""
    from filelock import FileLock, Timeout

    path = wanted_path(folder)
    if not path.exists():
        return False
    try:
        with FileLock(path, mode=0o600, thread_local=False).acquire(timeout=0):
            return False
    except Timeout:
        return True
    except OSError:
        return False


@contextmanager
def asking(folder: Path, *, seconds: float) -> Iterator[None]:
    """Ask the owner of the folder for it during the body; others that ask wait their turn.

    Raises filelock.Timeout where another asks for all of `seconds`.
    """
    from filelock import FileLock

    lock = FileLock(wanted_path(folder), mode=0o600, thread_local=False)
    with lock.acquire(timeout=seconds, poll_interval=0.05):
        yield


class Lender:
    """Watches for requests in a thread of its own; the first one ends it, after `give_up`."""

    def __init__(self, folder: Path, give_up: Callable[[], None]) -> None:
        self._folder = folder
        self._give_up = give_up
        self._ended = threading.Event()
        threading.Thread(target=self._run, name="index-lender", daemon=True).start()

    def end(self) -> None:
        """Watch no more."""
        self._ended.set()

    def _run(self) -> None:
        while not self._ended.wait(POLL_S):
            if is_wanted(self._folder):
                self._give_up()
                return
