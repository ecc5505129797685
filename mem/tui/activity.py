"""What the watcher does and what imports did, as values and as lines of text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mem.core.clock import parse_time
from mem.tui.widgets.cells import Cell, Row
from mem.tui.widgets.passage import shown_path

if TYPE_CHECKING:
    from mem.service.activity import Activity
    from mem.store.journal import JournalEntry

_KINDS = {
    "started": "the watcher began",
    "stopped": "the watcher ended",
    "watching": "follows its changes",
    "polling": "looks through it at intervals",
    "missing": "is not there",
    "unwatched": "is followed no longer",
    "scanned": "looked through it",
    "changed": "took in what changed",
    "retry": "could not write; tries again",
}


@dataclass(frozen=True, slots=True)
class WatcherState:
    """Since when a watcher runs (None: none does), the ids of what is kept in step, what it did."""

    since: str | None
    watched: frozenset[str]
    activity: tuple[Activity, ...]


def watcher_line(state: WatcherState, uris: Mapping[str, str]) -> str:
    """The watcher in one line."""
    count = len(state.watched)
    if not count and state.since is None:
        return "Nothing is kept in step; w keeps a source so from now on."
    kept = f"{count:,} {'source' if count == 1 else 'sources'} kept in step"
    if state.since is None:
        advice = ", but no watcher runs: start `mem watch`" if count else ""
        return f"{kept}{advice}"
    last = next((one for one in state.activity if one.counts), None)
    did = f"; {local(last.at)} {_place(last, uris)}: {_counts(last.counts)}" if last else ""
    return f"Watching since {local(state.since)}, {kept}{did}"


def activity_row(number: int, one: Activity, uris: Mapping[str, str]) -> Row:
    """Something the watcher did: where, when, what."""
    what = _KINDS.get(one.kind, one.kind)
    told = f"{what}: {_counts(one.counts)}" if one.counts else what
    flagged = one.kind in {"missing", "retry"}
    return Row(f"{number}", (_place(one, uris), Cell(local(one.at), dim=True), told), flagged)


def import_row(number: int, one: JournalEntry) -> Row:
    """An import: what it did, when, by whom."""
    counts = {name: count for name, count in one.detail.items() if isinstance(count, int) and count}
    return Row(f"{number}", (_counts(counts), Cell(local(one.at), dim=True), Cell("", dim=True)))


def local(at: str) -> str:
    """A time of the store (UTC) as a clock here shows it."""
    moment: datetime = parse_time(at)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def _place(one: Activity, uris: Mapping[str, str]) -> str:
    if not one.source:
        return ""
    uri = uris.get(one.source)
    return shown_path(uri).rstrip("/").rpartition("/")[2] if uri else "(a source that is gone)"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items()) or "nothing new"
