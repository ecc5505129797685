"""How things went, period by period: memories and episodes in order of time, under summaries.

Nothing here writes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from mem.consolidation.summaries.periods import week_of
from mem.consolidation.views import TimelineEntry
from mem.core.mentions import Mentions
from mem.store.chunks import Chunks, StoredChunk
from mem.store.episodes import EpisodeRecord, Episodes, EpisodeView
from mem.store.summaries import Summaries, SummaryRecord

if TYPE_CHECKING:
    from mem.consolidation.reader import MemoryReader

Entry = TimelineEntry | EpisodeRecord


@dataclass(frozen=True, slots=True)
class Period:
    """A month, week or day with what is of it, oldest first; `key` is empty for the undated."""

    level: str
    key: str
    summary: SummaryRecord | None
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class SummaryView:
    """A summary with the chunks that its sentences rest on, by id, and what it covers.

    `covers` holds ids of chunks, or (level, key) of summaries.
    """

    summary: SummaryRecord
    places: Mapping[str, StoredChunk]
    covers: tuple[str | tuple[str, str], ...]


class Chronicle:
    """What happened, as one home tells it: episodes, timeline and summaries. It writes nothing."""

    def __init__(
        self, memories: MemoryReader, episodes: Episodes, chunks: Chunks, summaries: Summaries
    ) -> None:
        self._memories = memories
        self._episodes = episodes
        self._chunks = chunks
        self._summaries = summaries

    def timeline(
        self,
        *,
        entity: str | None = None,
        since: datetime | None = None,
        limit: int = 50,
        by: str = "month",
        keep: Callable[[Sequence[Entry]], Sequence[Entry]] | None = None,
        summed_up: bool = True,
    ) -> list[Period]:
        """The newest `limit` memories and episodes in months, weeks or days, each with its summary.

        Of one entity where it is named, summaries too; `keep` picks from all of them, and without
        `summed_up` there are no summaries. Raises UnknownId for a name that nothing has.
        """
        most = limit if keep is None and entity is None else None
        entries = self._memories.timeline(entity=entity, since=since, limit=most)
        told = (
            self._episodes.between(since, newest=most)
            if entity is None
            else self._of(entries, since)
        )
        every: Sequence[Entry] = [*entries, *told]
        ordered = sorted(every if keep is None else keep(every), key=_place)[-limit:]
        keys = {key for one in ordered if (key := period_key(at_of(one), by))}
        summaries = self._summaries.of_level(by, keys) if summed_up else {}
        if entity is not None:
            record = self._memories.entity(entity).entity
            named = Mentions([record.name, *record.aliases])
            summaries = {key: _only_of(named, one) for key, one in summaries.items()}
        return periods_of(ordered, summaries, by)

    def _of(self, entries: Sequence[TimelineEntry], since: datetime | None) -> list[EpisodeRecord]:
        """The episodes that memories were drawn from."""
        ids = [part.chunk_id for entry in entries for part in entry.memory.evidence]
        found = self._episodes.of_chunks(self._chunks.keys_of(ids).values()).values()
        return [
            one
            for one in {one.pk: one for one in found}.values()
            if since is None or (one.started_at is not None and one.started_at >= since)
        ]

    def episode(self, given: str) -> EpisodeView | None:
        """The episode with that id, or a beginning of it that is unique; None where none has it.

        Raises AmbiguousId.
        """
        if not given.startswith("e") or not self._episodes.matching(given):
            return None
        return self._episodes.view(given)

    def summary(self, level: str, key: str) -> SummaryView | None:
        """What sums up an episode (by id), day, week, month or the `profile` of the `user`.

        With what it stands on; None where there is none, or nothing to tell.
        """
        record = self._summaries.get(level, key)
        if record is None or not record.sentences:
            return None
        keys = self._chunks.keys_of([chunk for one in record.sentences for chunk in one.chunks])
        places = {one.chunk.id: one for one in self._chunks.by_keys(keys.values()).values()}
        own, below = self._summaries.covers(record.pk)
        return SummaryView(record, places, (*own, *below))


def _only_of(named: Mentions, summary: SummaryRecord) -> SummaryRecord:
    """A summary with those of its sentences that name an entity."""
    return replace(
        summary, sentences=tuple(one for one in summary.sentences if named.within(one.text))
    )


def periods_of(
    ordered: Sequence[Entry], summaries: Mapping[str, SummaryRecord], by: str
) -> list[Period]:
    """Entries in order of time as periods; a summary with nothing to tell is left out."""
    grouped: dict[str, list[Entry]] = {}
    for one in ordered:
        grouped.setdefault(period_key(at_of(one), by), []).append(one)
    found = []
    for key, entries in grouped.items():
        summary = summaries.get(key)
        telling = summary if summary is not None and summary.sentences else None
        found.append(Period(by, key, telling, tuple(entries)))
    return found


def at_of(one: Entry) -> datetime | None:
    """When an entry began or happened."""
    return one.started_at if isinstance(one, EpisodeRecord) else one.at


def period_key(at: datetime | None, by: str) -> str:
    """The key of the month, week or day of a time; empty without one."""
    if at is None:
        return ""
    day = at.date().isoformat()
    return {"month": day[:7], "day": day}.get(by) or week_of(day)


def _place(one: Entry) -> tuple[datetime, bool, str]:
    """Memories of a moment after the episode that they were drawn from; the undated first."""
    if isinstance(one, EpisodeRecord):
        return one.started_at or datetime.min, False, one.id
    return one.at or datetime.min, True, one.memory.recorded_at
