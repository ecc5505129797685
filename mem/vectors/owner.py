"""One process at a time owns an index folder; the operating system frees it when that one dies.

The lock file lies beside the folder, so that removing the folder never removes the lock.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mem.core.files import private_folder
from mem.errors import IndexDamaged, IndexOwned
from mem.vectors.lending import asking

if TYPE_CHECKING:
    from filelock import BaseFileLock

PATIENCE_S = 10.0
"""How long an owner that is asked for the folder may take to give it up."""


class FolderOwner:
    """Ownership of one index folder, held until `release`."""

    def __init__(self, lock: BaseFileLock) -> None:
        self._lock = lock

    @classmethod
    def acquire(cls, folder: Path, *, wait_seconds: float = 0) -> FolderOwner:
        """Take the folder; who waits for it asks its owner to give it up.

        Raises IndexOwned when it is still another's after `wait_seconds`.
        """
        from filelock import FileLock, Timeout

        try:
            private_folder(folder.parent)
            # Not thread-local: a worker thread may take what the main thread releases.
            lock = FileLock(lock_path(folder), mode=0o600, thread_local=False)
            _take(lock, folder, wait_seconds)
        except Timeout as error:
            raise IndexOwned(str(folder)) from error
        except OSError as error:
            raise IndexDamaged(str(folder), f"its lock cannot be taken: {error}") from error
        return cls(lock)

    def release(self) -> None:
        """Give the folder up; harmless when it is not held."""
        self._lock.release()


def _take(lock: BaseFileLock, folder: Path, wait_seconds: float) -> None:
    """Raises filelock.Timeout, OSError."""
    from filelock import Timeout

    try:
        lock.acquire(timeout=0)
    except Timeout:
        if wait_seconds <= 0:
            raise
        with asking(folder, seconds=wait_seconds):
            lock.acquire(timeout=wait_seconds, poll_interval=0.05)


def lock_path(folder: Path) -> Path:
    """Where the lock of an index folder lies."""
    return folder.with_name(folder.name + ".lock")
