"""What the watcher did of late, kept in a small file that other processes look at.

It names sources by id and counts documents, so that it holds nothing to be forgotten.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from mem.core.clock import Clock, format_time
from mem.core.files import replace_text
from mem.ingest.watching.parts import WatchEvent
from mem.settings.paths import Paths

_FILE = "watch-activity.json"
_KEPT = 40
_QUIET = frozenset({"rescan"})
_COUNTED = ("added", "updated", "moved", "gone", "skipped", "failed", "unchanged")


@dataclass(frozen=True, slots=True)
class Activity:
    """Something the watcher did, at an ISO 8601 time in UTC; `kind` as of a WatchEvent.

    `source` is a source's id, or empty; `counts` holds what is not zero.
    """

    at: str
    kind: str
    source: str = ""
    counts: dict[str, int] = field(default_factory=dict)


def noting(
    tell: Callable[[WatchEvent], None], paths: Paths, clock: Clock
) -> Callable[[WatchEvent], None]:
    """`tell`, which also notes each event for those who look on."""

    def told(event: WatchEvent) -> None:
        tell(event)
        if event.kind not in _QUIET:
            _note(paths.data / _FILE, _activity(event, format_time(clock.utc())))

    return told


def latest(paths: Paths) -> list[Activity]:
    """What the watcher did last, newest first; nothing where it never ran."""
    try:
        said = json.loads((paths.data / _FILE).read_text(encoding="utf-8"))
        return [Activity(**one) for one in reversed(said)]
    except (OSError, ValueError, TypeError):
        # Never written, or by another version: the watcher's next event begins it anew.
        return []


def _activity(event: WatchEvent, at: str) -> Activity:
    ledger = event.ledger
    counts = {name: getattr(ledger, name) for name in _COUNTED} if ledger is not None else {}
    told = {name: count for name, count in counts.items() if count}
    return Activity(at, event.kind, event.source.id if event.source else "", told)


def _note(path: Path, activity: Activity) -> None:
    try:
        before = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        before = []
    kept = [*before, asdict(activity)][-_KEPT:] if isinstance(before, list) else [asdict(activity)]
    try:
        replace_text(path, json.dumps(kept))
    except OSError:
        # What is shown of the watcher is not worth ending it: the store's own writes complain.
        return
