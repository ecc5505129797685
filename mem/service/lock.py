"""One watcher for each home; the operating system frees the place when its process ends."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mem.core.clock import Clock, format_time
from mem.core.files import replace_text
from mem.errors import HomeNotWritable, WatcherRunning
from mem.settings.paths import Paths

_LOCK, _HOLDER = "watch.lock", "watch.json"


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that keeps a home in step, since when (ISO 8601, UTC)."""

    process: int
    since: str


@contextmanager
def watching(paths: Paths, clock: Clock) -> Iterator[None]:
    """Be the home's watcher for the body. Raises WatcherRunning, HomeNotWritable."""
    from filelock import FileLock, Timeout

    lock = FileLock(paths.data / _LOCK, mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        holder = _read(paths.data / _HOLDER)
        process = holder.process if holder else None
        raise WatcherRunning(str(paths.data), process) from error
    except OSError as error:
        raise HomeNotWritable(str(paths.data), error.strerror or str(error)) from error
    try:
        _write(paths.data / _HOLDER, Holder(os.getpid(), format_time(clock.utc())))
        yield
    finally:
        (paths.data / _HOLDER).unlink(missing_ok=True)
        lock.release()


def seen_holder(paths: Paths) -> Holder | None:
    """`holder_of` for who looks again and again: it does not touch the lock of a free place."""
    return holder_of(paths) if (paths.data / _HOLDER).exists() else None


def holder_of(paths: Paths) -> Holder | None:
    """Who keeps the home in step now, if anyone does."""
    from filelock import FileLock, Timeout

    if not (paths.data / _LOCK).exists():
        return None
    lock = FileLock(paths.data / _LOCK, mode=0o600)
    try:
        with lock.acquire(timeout=0):
            return None
    except Timeout:
        return _read(paths.data / _HOLDER) or Holder(0, "")


def _read(path: Path) -> Holder | None:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return Holder(int(said["process"]), str(said["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(path: Path, holder: Holder) -> None:
    text = json.dumps({"process": holder.process, "since": holder.since})
    try:
        replace_text(path, text)
    except OSError as error:
        raise HomeNotWritable(str(path), error.strerror or str(error)) from error
