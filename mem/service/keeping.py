"""A home kept in step with its sources: until told to stop, or in one pass.

The process that does it works at low priority; the documents it reads go through the importer
that `mem import` uses.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from mem.assistant import Assistant
from mem.consolidation.reports import Budget
from mem.errors import PathMissing, VectorIndexError
from mem.ingest.ledger import Ledger, Progress
from mem.ingest.watching.parts import WatchEvent
from mem.ingest.watching.roots import outermost
from mem.ingest.watching.sweep import differing
from mem.sources.folders import path_of
from mem.store.watched import WatchedSource

NICENESS = 10
_IDLE_CHUNKS = 32
_HOUR = 3600.0
_REGAIN_S = 60.0
"""So long after it was given up the index is tried to be had again."""


class Hourly:
    """So many of something in any hour."""

    def __init__(self, most: int, now: Callable[[], float] = time.monotonic) -> None:
        """`now` is in seconds."""
        self._most = most
        self._now = now
        self._at: list[float] = []

    def left(self) -> int:
        """How many there may still be."""
        since = self._now() - _HOUR
        self._at = [at for at in self._at if at > since]
        return max(0, self._most - len(self._at))

    def spent(self, count: int) -> None:
        """Note so many, now."""
        self._at += [self._now()] * count


class WatchedHome:
    """`mem.ingest.watching.parts.Home` on an assistant."""

    def __init__(self, assistant: Assistant, *, consolidate: bool = True) -> None:
        """`consolidate` draws memories from what was read, when there is nothing to read."""
        self._assistant = assistant
        settings = assistant.settings
        self._consolidate = consolidate and settings.consolidate_idle == "on"
        self._calls = Hourly(settings.consolidate_calls)
        self._stopping = False
        self._regain_until = 0.0
        self._owns_index = False

    def stop(self) -> None:
        """End what `rest` is doing soon."""
        self._stopping = True

    def sources(self) -> Sequence[WatchedSource]:
        """The sources to keep in step, as of now."""
        return self._assistant.store.watched.all()

    def take_in(
        self, root: Path, paths: Sequence[Path] | None, on_progress: Callable[[Progress], None]
    ) -> Ledger:
        """Import the source at `root`, or only `paths`. Raises PathMissing, StoreError."""
        importer = self._assistant.importer()
        if paths is None:
            return importer.run([root], on_progress=on_progress)
        return importer.refresh(root, paths, on_progress=on_progress)

    def differing(self, root: Path, paths: Sequence[Path]) -> list[Path]:
        """Files at or below `paths` that are not as the store knows them."""
        return differing(self._assistant.store, root, paths)

    def let_go(self, path: Path) -> Ledger:
        """Mark the file at `path`, which was deleted, as gone. Raises StoreError."""
        return self._assistant.importer().let_go(path)

    def owns(self, path: Path) -> bool:
        """Whether `path` is the memory's own, whose changes mean nothing."""
        paths = self._assistant.paths
        own = (paths.data, paths.cache, paths.config_file)
        return any(path == place or place in path.parents for place in own)

    def rest(self, wanted: Callable[[], bool] = lambda: False) -> bool:
        """Embed what has no vector, then follow with the index, then consolidate a little.

        The language model is asked once a time, and not any more where something is `wanted`.
        """
        assistant = self._assistant
        if self._stopping:
            return False
        if assistant.embeddings.pending_count():
            assistant.embed_pending(lambda done, total: None)
        self._follow_index()
        if not self._consolidate:
            return False
        report = assistant.memories.consolidate(
            limit=_IDLE_CHUNKS,
            budget=Budget(calls=1) if self._calls.left() else None,
            stop=lambda: self._stopping or wanted(),
        )
        if report.pending or report.model is None:
            return report.pending > 0
        written = report.summaries
        self._calls.spent(report.model.calls + (written.calls if written else 0))
        waiting = report.model.pending or (written is not None and written.waiting)
        useless = report.model.unusable or report.model.elsewhere
        useless = useless or (written is not None and written.elsewhere)
        more = bool(waiting and self._calls.left() and not useless)
        if not more:
            assistant.release_language_model()
        return more

    def owes_rest(self) -> bool:
        """Whether the index was given to a process that asked for it, and is to be had again."""
        if self._assistant.gave_up_index():
            self._regain_until = time.monotonic() + _REGAIN_S
            return True
        return not self._owns_index and time.monotonic() < self._regain_until

    def _follow_index(self) -> None:
        """Own Chroma's index where searches use one, and bring it up to date.

        Where another process owns it, or it fails, searches scan the stored vectors; the next
        change tries again.
        """
        assistant = self._assistant
        if assistant.gave_up_index():
            assistant.close_index()
            self._owns_index = False
        if assistant.embeddings.count() < assistant.settings.index_exact_below:
            return
        if not self._owns_index:
            self._owns_index = assistant.own_index() is None
            return
        try:
            with assistant.chroma() as chroma:
                chroma.sync()
        except VectorIndexError:
            assistant.close_index()
            self._owns_index = False


def one_pass(
    home: WatchedHome,
    tell: Callable[[WatchEvent], None],
    on_progress: Callable[[Progress], None],
) -> bool:
    """Import every watched source once; returns whether all of them could be reached.

    Raises StoreError.
    """
    complete = True
    for source in outermost(home.sources()):
        try:
            ledger = home.take_in(path_of(source.uri), None, on_progress)
        except PathMissing as error:
            path = path_of(source.uri)
            if source.kind == "file" and path.parent.is_dir():
                tell(WatchEvent("scanned", source, home.let_go(path)))
                continue
            complete = False
            tell(WatchEvent("missing", source, message=str(error)))
        else:
            tell(WatchEvent("scanned", source, ledger))
    while home.rest():
        pass
    return complete


def lower_priority() -> None:
    """Let everything else on the machine go first, where the system has such a thing."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
