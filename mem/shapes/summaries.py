"""Summaries, the timeline that stands under them, and the profile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mem.shapes.base import SCHEMA, Shape
from mem.shapes.episodes import episode
from mem.shapes.memories import memory, timeline_entry

if TYPE_CHECKING:
    from mem.consolidation.chronicle import Period, SummaryView
    from mem.consolidation.views import Profile
    from mem.store.summaries import SummaryRecord


def summary(value: SummaryRecord) -> Shape:
    """A summary, each sentence with the chunks that it rests on."""
    return {
        "level": value.level,
        "key": value.key,
        "text": value.text,
        "sentences": [{"text": one.text, "chunk_ids": list(one.chunks)} for one in value.sentences],
        "origin": value.origin,
        "stale": value.stale,
        "made_at": value.made_at,
    }


def summary_view(value: SummaryView) -> Shape:
    """A summary with what it covers, and where its sentences stand."""
    return {
        **summary(value.summary),
        "covers": [
            {"chunk_id": one} if isinstance(one, str) else {"level": one[0], "key": one[1]}
            for one in value.covers
        ],
        "evidence": [
            {
                "chunk_id": one.chunk.id,
                "uri": one.uri,
                "title": one.title,
                "locator": one.chunk.locator,
                "quote": one.chunk.text,
            }
            for one in value.places.values()
        ],
    }


def timeline(periods: Sequence[Period]) -> Shape:
    """`mem timeline --json`."""
    from mem.store.episodes import EpisodeRecord

    entries = [one for period in periods for one in period.entries]
    return {
        "schema": SCHEMA,
        "timeline": [timeline_entry(one) for one in entries if not isinstance(one, EpisodeRecord)],
        "episodes": [episode(one) for one in entries if isinstance(one, EpisodeRecord)],
        "summaries": [summary(period.summary) for period in periods if period.summary],
    }


def profile(value: Profile, told: SummaryView | None) -> Shape:
    """`mem profile --json`."""
    sections = [
        {"title": title, "memories": [memory(one) for one in found]}
        for title, found in value.sections
    ]
    summed = summary_view(told) if told else None
    return {"schema": SCHEMA, "sections": sections, "text": value.text, "summary": summed}
