"""Paths that may have changed, held until each has been found the same twice.

A path is handed out once it has been quiet and two looks at it, some time apart, saw the same
size, modification time and inode, or saw nothing there.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

QUIET_S = 0.25
"""How long after its last hint a path is first looked at."""
SETTLE_S = 0.25
"""How long after that it is looked at again."""
PATIENCE_S = 10.0
"""After this long a path that never settles is handed out as it is."""

Look = tuple[int, int, int] | None
_NOT_YET: Look = (-1, -1, -1)


@dataclass(slots=True)
class _Waiting:
    due: float
    since: float
    seen: Look


def look_at(path: Path) -> Look:
    """Size, modification time (ns) and inode; None where nothing can be seen."""
    try:
        info = os.lstat(path)
    except OSError:
        return None
    return info.st_size, info.st_mtime_ns, info.st_ino


class Pending:
    """The paths in waiting. Times are seconds of `now`."""

    def __init__(
        self,
        *,
        now: Callable[[], float] = time.monotonic,
        look: Callable[[Path], Look] = look_at,
    ) -> None:
        self._now = now
        self._look = look
        self._waiting: dict[Path, _Waiting] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def hint(self, path: Path) -> None:
        """`path` may have changed just now."""
        now = self._now()
        waiting = self._waiting.get(path)
        if waiting is None:
            self._waiting[path] = _Waiting(now + QUIET_S, now, _NOT_YET)
        else:
            waiting.due = min(now + QUIET_S, waiting.since + PATIENCE_S)

    def found(self, path: Path) -> None:
        """`path` differs from what is known; this is the first look at it."""
        if path not in self._waiting:
            now = self._now()
            self._waiting[path] = _Waiting(now + SETTLE_S, now, self._look(path))

    def settled(self) -> list[Path]:
        """Paths that are to be read now; they wait no longer."""
        now = self._now()
        ready = []
        for path, waiting in self._waiting.items():
            if waiting.due > now:
                continue
            seen = self._look(path)
            if seen == waiting.seen or now - waiting.since >= PATIENCE_S:
                ready.append(path)
            else:
                waiting.seen, waiting.due = seen, now + SETTLE_S
        for path in ready:
            del self._waiting[path]
        return ready

    def next_due(self) -> float | None:
        """When `settled` has something to do again."""
        return min((waiting.due for waiting in self._waiting.values()), default=None)

    def drop(self, root: Path) -> None:
        """Forget every path at or below `root`."""
        for path in [path for path in self._waiting if path == root or root in path.parents]:
            del self._waiting[path]
