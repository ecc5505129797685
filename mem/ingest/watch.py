"""What the operating system reports of changes below folders; the one home of watchdog.

A report is only a hint that a path may have changed: some arrive twice, as something else, or not
at all, and none is trusted beyond its path.
"""

from __future__ import annotations

import errno
import logging
import os
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent
    from watchdog.observers.api import BaseObserver, ObservedWatch

_LIMITS = (errno.ENOSPC, errno.EMFILE, errno.ENFILE, errno.ENOMEM)
_REMOTE = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "davfs", "vboxsf", "virtiofs"}
)
_REMOTE_PREFIX = "fuse."
_MOUNTS = Path("/proc/self/mounts")


@dataclass(frozen=True, slots=True)
class Hint:
    """`path` may have changed; with no path, reports were lost and anything may have."""

    path: Path | None
    folder: bool = False


class Unobservable(Exception):
    """The system does not report changes below a folder; the message says why, for a person."""


class Observation:
    """Passes on hints about what changes below its roots, from threads of its own."""

    def __init__(self, pass_on: Callable[[Hint], None]) -> None:
        """`pass_on` must be safe to call from any thread."""
        self._pass_on = pass_on
        self._observer: BaseObserver | None = None
        self._watches: dict[Path, ObservedWatch] = {}
        self._complaints = _Complaints(pass_on)

    def add(self, root: Path) -> None:
        """Report what changes at or below `root`. Raises Unobservable, FileNotFoundError."""
        if is_remote(root):
            raise Unobservable("it is on a network drive, which does not report changes")
        try:
            self._watches[root] = self._schedule(root, recursive=True)
            self._probe()
        except OSError as error:
            self.remove(root)
            if error.errno in _LIMITS:
                raise Unobservable(_limit_reached(error)) from error
            raise

    def remove(self, root: Path) -> None:
        """Report no more of `root`; harmless where it was not added."""
        watch = self._watches.pop(root, None)
        if watch is not None and self._observer is not None:
            self._observer.unschedule(watch)

    def is_complete(self) -> bool:
        """Whether there is room for folders made since, whose refusal is not reported."""
        try:
            self._probe()
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Stop all reports."""
        logging.getLogger("watchdog").removeHandler(self._complaints)
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
        self._observer = None
        self._watches.clear()

    def _schedule(self, path: Path, *, recursive: bool) -> ObservedWatch:
        from watchdog import events

        kinds: list[type[FileSystemEvent]] = [
            *(events.FileCreatedEvent, events.FileModifiedEvent, events.FileMovedEvent),
            *(events.FileDeletedEvent, events.DirCreatedEvent, events.DirMovedEvent),
            events.DirDeletedEvent,
        ]
        handler: Any = _Handler(self._pass_on)
        return self._running().schedule(
            handler, os.fspath(path), recursive=recursive, event_filter=kinds
        )

    def _running(self) -> BaseObserver:
        if self._observer is None:
            from watchdog.observers import Observer

            # It warns of folders that were moved out and in again, which it handles.
            warnings.filterwarnings("ignore", category=RuntimeWarning, module="watchdog")
            observer = Observer()
            observer.start()
            self._observer = observer
            logging.getLogger("watchdog").addHandler(self._complaints)
        return self._observer

    def _probe(self) -> None:
        """One more folder can be observed. Raises OSError.

        The library is silent when the system refuses a folder below a root.
        """
        with tempfile.TemporaryDirectory(prefix="mem-watch-") as folder:
            watch = self._schedule(Path(folder), recursive=False)
            self._running().unschedule(watch)


class _Handler:
    """Turns the library's events into hints."""

    def __init__(self, pass_on: Callable[[Hint], None]) -> None:
        self._pass_on = pass_on

    def dispatch(self, event: FileSystemEvent) -> None:
        """Called by the library for every event."""
        for place in (event.src_path, event.dest_path):
            if place:
                self._pass_on(Hint(Path(os.fsdecode(place)), event.is_directory))


class _Complaints(logging.Handler):
    """Hears the library say that it lost events, for which it has no event."""

    def __init__(self, pass_on: Callable[[Hint], None]) -> None:
        super().__init__(logging.WARNING)
        self._pass_on = pass_on

    def emit(self, record: logging.LogRecord) -> None:
        """Any warning means that something may have been missed."""
        if record.levelno >= logging.WARNING:
            self._pass_on(Hint(None))


def is_remote(path: Path, mounts: Path = _MOUNTS) -> bool:
    """Whether `path` lies on a network drive, as far as the system says (Linux only)."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return False
    best, kind = "", ""
    for line in lines:
        _, point, name, *_ = [*line.split(" "), "", ""]
        place = point.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\")
        inside = path == Path(place) or Path(place) in path.parents
        if inside and len(place) >= len(best):
            best, kind = place, name
    return kind in _REMOTE or kind.startswith(_REMOTE_PREFIX)


def _limit_reached(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return (
            "the system's limit of watched folders is reached "
            "(fs.inotify.max_user_watches raises it)"
        )
    if error.errno == errno.EMFILE:
        return (
            "the system's limit of watching programs or open files is reached "
            "(fs.inotify.max_user_instances raises it)"
        )
    return f"the system cannot watch it ({error.strerror or error})"
