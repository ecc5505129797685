"""The loop that keeps sources in step with the disk: hint, settle, compare, read, rest.

Whatever is reported, lost or reported twice, the store ends as an import of the folders would
leave it, and no version of a file is taken in twice. One thread does all of the work.
"""

from __future__ import annotations

import os
import queue
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from mem.errors import HomeNotWritable, PathMissing, StoreFull, StoreLocked
from mem.ingest.ledger import Ledger, Progress
from mem.ingest.watch import Hint
from mem.ingest.watching.parts import Home, Pace, WatchEvent
from mem.ingest.watching.pending import Pending
from mem.ingest.watching.roots import Root, Roots
from mem.sources.folders import IGNORE_FILE, is_left_out_by_name, is_placeholder, path_of

BATCH = 200


class _StoppedError(Exception):
    """Ends a long import when the watcher is to stop."""


class Watcher:
    """Keeps a home's sources in step until `stop`."""

    def __init__(
        self,
        home: Home,
        tell: Callable[[WatchEvent], None],
        *,
        on_progress: Callable[[Progress], None] | None = None,
        poll: bool = False,
        pace: Pace | None = None,
    ) -> None:
        """`poll` looks through every source at intervals instead of waiting for reports."""
        self._home = home
        self._tell = tell
        self._on_progress = on_progress or _mute
        self._pace = pace or Pace()
        self._pending = Pending()
        # Its `put` may be called by a signal handler and by any thread at any time.
        self._hints: queue.SimpleQueue[Hint | None] = queue.SimpleQueue()
        self._roots = Roots(self._hints.put, tell, poll=poll, pace=self._pace)
        self._refused: dict[Path, int] = {}
        self._placeholders: set[Path] = set()
        self._placeholders_at = 0.0
        self._stopping = False
        self._rest_due = False
        self._rest_at = 0.0
        self._sources_at = 0.0
        self._not_before = 0.0
        self._failures = 0

    def stop(self) -> None:
        """End `run` soon: what is being read is finished. Safe in signal handlers."""
        self._stopping = True
        self._hints.put(None)

    def hear(self, hint: Hint) -> None:
        """Take a hint as if the system had reported it."""
        self._hints.put(hint)

    def run(self) -> None:
        """Keep in step until `stop`. Raises what a store that cannot be used raises."""
        self._tell(WatchEvent("started"))
        try:
            while not self._stopping:
                self._turn()
                self._wait()
        finally:
            self._roots.close()
            self._tell(WatchEvent("stopped"))

    def _turn(self) -> None:
        """Everything that is due now."""
        if time.monotonic() < self._not_before:
            return
        try:
            self._follow_sources()
            self._scan_new()
            self._sweep_due()
            self._look_for_content()
            self._take_settled()
            self._rest_due = self._rest_due or self._home.owes_rest()
            if (self._rest_due or time.monotonic() >= self._rest_at) and not self._pending:
                self._rest_at = time.monotonic() + self._pace.rescan
                self._rest_due = self._home.rest(self._is_wanted)
            self._failures = 0
        except _StoppedError:
            return
        except (StoreLocked, StoreFull, HomeNotWritable) as error:
            self._hold_back(str(error))

    def _is_wanted(self) -> bool:
        """Whether anything was reported that the loop has not looked at yet."""
        return self._stopping or not self._hints.empty()

    def _hold_back(self, reason: str) -> None:
        """The store cannot be written for now: look at everything again after a while."""
        pause = min(self._pace.retry * 2**self._failures, self._pace.retry_at_most)
        self._failures += 1
        self._not_before = time.monotonic() + pause
        self._roots.sweep_from(self._not_before)
        self._tell(WatchEvent("retry", message=f"{reason} Trying again in {pause:.0f} s."))

    # --- waiting ---------------------------------------------------------------------------

    def _wait(self) -> None:
        """Sleep until something is due or a hint comes, and take the hints there are."""
        settling = self._pending.next_due()
        if settling is None:
            settling = 0.0 if self._rest_due else float("inf")
        until = max(min(self._sources_at, settling, self._roots.next_due()), self._not_before)
        try:
            hint = self._hints.get(timeout=max(0.0, until - time.monotonic()))
            while not self._stopping:
                if hint is not None:
                    self._take_hint(hint)
                hint = self._hints.get_nowait()
        except queue.Empty:
            return

    def _take_hint(self, hint: Hint) -> None:
        if hint.path is None:
            self._roots.sweep_soon()
            return
        root = self._roots.of(hint.path)
        if root is None or self._home.owns(hint.path):
            return
        if is_left_out_by_name(root.path, hint.path, folder=hint.folder):
            return
        rules = hint.path.name == IGNORE_FILE
        self._pending.hint(hint.path.parent if rules else hint.path)

    # --- looking ---------------------------------------------------------------------------

    def _follow_sources(self) -> None:
        """The list of sources as it is now, and the folders they stand for."""
        if time.monotonic() >= self._sources_at:
            for place in self._roots.follow(self._home.sources()):
                self._pending.drop(place)
            for root in self._roots.deleted():
                ledger = self._home.let_go(root.path)
                self._tell(WatchEvent("changed", root.source, ledger, (root.path,)))
            self._sources_at = time.monotonic() + self._pace.sources

    def _scan_new(self) -> None:
        """The first import of each root; what is reported meanwhile waits in the queue."""
        for root in self._roots:
            if root.scanned or root.identity is None:
                continue
            self._tell(WatchEvent("rescan", root.source, message="everything is compared"))
            ledger = self._import(root, None)
            if ledger is not None:
                root.scanned = self._rest_due = True
                # The time that reading took says nothing about the next look.
                self._roots.swept(root, time.monotonic())
                self._tell(WatchEvent("scanned", root.source, ledger))

    def _sweep_due(self) -> None:
        """Look through roots whose time has come; what differs goes the way of a hint."""
        for root in self._roots:
            if not root.in_step or time.monotonic() < root.sweep_at:
                continue
            started = time.monotonic()
            found = self._differing(root, [root.path])
            self._roots.swept(root, started)
            for path in found:
                self._pending.found(path)
            if not root.polled:
                message = f"{len(found)} files differ"
                self._tell(WatchEvent("rescan", root.source, message=message))
                self._roots.make_sure_of(root)

    def _differing(self, root: Root, paths: Sequence[Path]) -> list[Path]:
        """What the store does not know, without files that it could not read as they are now."""
        try:
            found = self._home.differing(root.path, paths)
        except PathMissing:
            self._sources_at = 0.0
            return []
        return [
            path
            for path in found
            if not self._home.owns(path) and self._refused.get(path) != _changed_ns(path)
        ]

    def _look_for_content(self) -> None:
        """Files of a cloud drive that have come onto this machine, which nothing reports."""
        if not self._placeholders or time.monotonic() < self._placeholders_at:
            return
        self._placeholders_at = time.monotonic() + self._pace.placeholders
        for path in list(self._placeholders):
            if not _is_elsewhere(path):
                self._placeholders.discard(path)
                self._pending.found(path)

    # --- reading ---------------------------------------------------------------------------

    def _take_settled(self) -> None:
        """Read what has settled, by root, in batches."""
        by_root: dict[str, tuple[Root, list[Path]]] = {}
        for path in self._pending.settled():
            root = self._roots.of(path)
            if root is not None and root.in_step:
                by_root.setdefault(root.source.id, (root, []))[1].append(path)
        for root, paths in by_root.values():
            for start in range(0, len(paths), BATCH):
                if self._stopping:
                    return
                self._take_batch(root, paths[start : start + BATCH])

    def _take_batch(self, root: Root, settled: Sequence[Path]) -> None:
        """Read those of the settled paths that differ; what a folder holds settles by itself."""
        given = set(settled)
        self._placeholders.update(path for path in settled if _is_elsewhere(path))
        differing = self._differing(root, settled)
        inside = [path for path in differing if path not in given]
        for path in inside:
            self._pending.found(path)
        if inside:
            self._roots.make_sure_of(root)
        ready = [path for path in differing if path in given]
        ledger = self._import(root, ready) if ready else None
        if ledger is None:
            return
        self._remember_refused(ledger)
        self._rest_due = True
        self._tell(WatchEvent("changed", root.source, ledger, tuple(ready)))

    def _import(self, root: Root, paths: Sequence[Path] | None) -> Ledger | None:
        """What the importer says, or None where the root has gone away meanwhile."""
        try:
            ledger = self._home.take_in(
                root.path, paths, self._progress if paths is None else _mute
            )
        except PathMissing:
            self._sources_at = 0.0
            return None
        codes = ((entry.code, entry.uri) for entry in ledger.entries)
        self._placeholders |= {path_of(uri) for code, uri in codes if code == "placeholder"}
        return ledger

    def _progress(self, progress: Progress) -> None:
        """A long import is stopped between two files; what was not written is read again."""
        if self._stopping:
            raise _StoppedError
        self._on_progress(progress)

    def _remember_refused(self, ledger: Ledger) -> None:
        for entry in ledger.entries:
            if entry.outcome == "failed" and entry.uri.startswith("file://"):
                path = path_of(entry.uri)
                self._refused[path] = _changed_ns(path)


def _mute(progress: Progress) -> None:
    """A small batch is read to its end."""


def _is_elsewhere(path: Path) -> bool:
    """Whether the file is there without its content."""
    try:
        return is_placeholder(os.lstat(path))
    except OSError:
        return False


def _changed_ns(path: Path) -> int:
    """When anything about the file last changed, its permissions included; 0 where it is absent."""
    try:
        return os.lstat(path).st_ctime_ns
    except OSError:
        return 0
