"""The folders and files being watched, as the list of sources and the disk have them now.

A root that is away keeps what it supplied: a drive may come back. One whose changes are not
reported is looked through at intervals instead.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mem.ingest.watch import Hint, Observation, Unobservable
from mem.ingest.watching.parts import Pace, WatchEvent
from mem.sources.folders import path_of
from mem.store.watched import WatchedSource

_SURELY_DELETED = 2
_LIMIT = "the system's limit of watched folders is reached"


@dataclass(slots=True)
class Root:
    """One source. Times are monotonic seconds.

    `identity` (device, inode) is None while the root is away; `missed` is how many looks in a row
    found a single file deleted. `scanned` once everything was
    imported; from then on it is looked through at `sweep_at`, which took `swept_in` last time.
    """

    source: WatchedSource
    path: Path
    identity: tuple[int, int] | None = None
    missed: int = 0
    told_missing: bool = False
    polled: bool = False
    scanned: bool = False
    sweep_at: float = 0.0
    swept_at: float = 0.0
    swept_in: float = 0.0

    @property
    def in_step(self) -> bool:
        """Whether single changes can be followed."""
        return self.identity is not None and self.scanned


class Roots:
    """All of them."""

    def __init__(
        self,
        pass_on: Callable[[Hint], None],
        tell: Callable[[WatchEvent], None],
        *,
        poll: bool,
        pace: Pace,
    ) -> None:
        self._observation = Observation(pass_on)
        self._tell = tell
        self._poll = poll
        self._pace = pace
        self._roots: dict[str, Root] = {}

    def __iter__(self) -> Iterator[Root]:
        return iter(list(self._roots.values()))

    def of(self, path: Path) -> Root | None:
        """The root at or above `path`."""
        for root in self._roots.values():
            if path == root.path or root.path in path.parents:
                return root
        return None

    def follow(self, sources: Sequence[WatchedSource]) -> list[Path]:
        """Take over the list of sources; returns the places that are watched no more."""
        listed = {source.id: source for source in outermost(sources)}
        left = []
        for root in self:
            now = listed.get(root.source.id)
            if now is None or now.polled != root.source.polled:
                self._observation.remove(root.path)
                del self._roots[root.source.id]
                left.append(root.path)
                self._tell(WatchEvent("unwatched", root.source))
        for identity, source in listed.items():
            root = self._roots.setdefault(identity, Root(source, path_of(source.uri)))
            if not self._is_there(root):
                left.append(root.path)
        return left

    def deleted(self) -> list[Root]:
        """Single files that have just been found deleted for the second time, their folder being
        there: an editor may take one away for a moment when it saves.
        """
        return [root for root in self if root.missed == _SURELY_DELETED]

    def _is_there(self, root: Root) -> bool:
        """Begin with a root that has appeared or is another one now; let go of one that left."""
        try:
            info = root.path.stat()
        except OSError as error:
            self._lose(root, error.strerror or str(error))
            return False
        identity = (info.st_dev, info.st_ino)
        known = root.identity
        root.identity, root.told_missing, root.missed = identity, False, 0
        # A single file is a new one after every save of most editors.
        if known is None or (known != identity and root.source.kind == "folder"):
            self._observation.remove(root.path)
            root.scanned = False
            self._observe(root)
        return True

    def _lose(self, root: Root, reason: str) -> None:
        if root.source.kind == "file" and root.path.parent.is_dir():
            root.missed = min(root.missed + 1, _SURELY_DELETED + 1)
        self._observation.remove(root.path)
        root.identity, root.scanned = None, False
        if not root.told_missing:
            root.told_missing = True
            message = f"{root.path} cannot be reached ({reason}); it is taken up when it is back."
            self._tell(WatchEvent("missing", root.source, message=message))

    def _observe(self, root: Root) -> None:
        root.polled = False
        if self._poll or root.source.polled:
            self._fall_back(root, "as asked")
            return
        try:
            self._observation.add(root.path)
        except (Unobservable, OSError) as error:
            self._fall_back(root, str(error))
        else:
            self._tell(WatchEvent("watching", root.source))

    def _fall_back(self, root: Root, reason: str) -> None:
        self._observation.remove(root.path)
        root.polled = True
        root.sweep_at = min(root.sweep_at, time.monotonic() + self._pace.polling)
        message = f"{root.path} is looked through at intervals: {reason}."
        self._tell(WatchEvent("polling", root.source, message=message))

    def make_sure_of(self, root: Root) -> None:
        """Folders may have been made since; the system does not say when it refuses them."""
        if not root.polled and not self._observation.is_complete():
            self._fall_back(root, _LIMIT)

    def swept(self, root: Root, started: float) -> None:
        """`root` was looked through, from `started` until now."""
        root.swept_at = time.monotonic()
        root.swept_in = root.swept_at - started
        pace = self._pace
        interval = max(pace.polling, root.swept_in / pace.share) if root.polled else pace.rescan
        root.sweep_at = root.swept_at + interval

    def sweep_soon(self) -> None:
        """Reports were lost: everything that depends on them is to be looked through."""
        now = time.monotonic()
        for root in self._roots.values():
            wait = max(self._pace.after_loss, 10 * root.swept_in)
            root.sweep_at = min(root.sweep_at, max(now, root.swept_at + wait))

    def sweep_from(self, moment: float) -> None:
        """Everything is to be looked through, but not before `moment`."""
        for root in self._roots.values():
            root.sweep_at = moment

    def next_due(self) -> float:
        """When a root is to be imported or looked through again."""
        times = [
            root.sweep_at if root.scanned else 0.0
            for root in self._roots.values()
            if root.identity is not None
        ]
        return min(times, default=float("inf"))

    def close(self) -> None:
        """Watch nothing any more."""
        self._observation.close()


def outermost(sources: Sequence[WatchedSource]) -> list[WatchedSource]:
    """The sources without those that stand below another one."""
    folders = [source.uri.rstrip("/") + "/" for source in sources]
    return [source for source in sources if not source.uri.startswith(tuple(folders))]
