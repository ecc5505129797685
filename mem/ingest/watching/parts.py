"""What a watcher works with, how often it does what, and what it says of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mem.ingest.ledger import Ledger, Progress
from mem.store.watched import WatchedSource


@dataclass(frozen=True, slots=True)
class Pace:
    """How often things are done, in seconds.

    sources: the list of sources is read, and their folders are looked for
    rescan: a source whose changes are reported is looked through all the same
    polling: the least time between two looks through a source whose changes are not; they take
        the `share` of the time at most
    after_loss: the least time between two looks because reports were lost
    placeholders: files whose content was not on this machine are looked at again
    retry, retry_at_most: the first and the longest pause after the store could not be written
    """

    sources: float = 2.0
    rescan: float = 3600.0
    polling: float = 2.0
    share: float = 0.01
    after_loss: float = 5.0
    placeholders: float = 30.0
    retry: float = 5.0
    retry_at_most: float = 60.0


@dataclass(frozen=True, slots=True)
class WatchEvent:
    """Something the watcher did.

    kind: started, watching, polling, missing, unwatched, rescan, scanned, changed, retry, stopped.
    `paths` are those that a `changed` was about; `message` is for a person.
    """

    kind: str
    source: WatchedSource | None = None
    ledger: Ledger | None = None
    paths: tuple[Path, ...] = ()
    message: str = ""


class Home(Protocol):
    """What the watcher works on."""

    def sources(self) -> Sequence[WatchedSource]:
        """The sources to keep in step, as of now."""
        ...

    def take_in(
        self, root: Path, paths: Sequence[Path] | None, on_progress: Callable[[Progress], None]
    ) -> Ledger:
        """Import the source at `root`, or only what stands at or below `paths`."""
        ...

    def differing(self, root: Path, paths: Sequence[Path]) -> list[Path]:
        """Files at or below `paths` that are not as the store knows them."""
        ...

    def let_go(self, path: Path) -> Ledger:
        """Mark the file at `path`, which was deleted, as gone."""
        ...

    def owns(self, path: Path) -> bool:
        """Whether `path` is the memory's own, whose changes mean nothing."""
        ...

    def rest(self, wanted: Callable[[], bool]) -> bool:
        """Do a little of what can wait; returns whether there is more of it that may be done now.

        It is cut short when `wanted` says that there is something to read.
        """
        ...

    def owes_rest(self) -> bool:
        """Whether there is something to do in a rest though nothing has changed."""
        ...
