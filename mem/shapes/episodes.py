"""What `mem list --episodes` and `mem show` of an episode print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mem.shapes.base import SCHEMA, Shape, time
from mem.shapes.documents import chunk

if TYPE_CHECKING:
    from mem.consolidation.chronicle import SummaryView
    from mem.store.episodes import EpisodeRecord, EpisodeView


def episode(value: EpisodeRecord) -> Shape:
    """An episode without its text."""
    return {
        "id": value.id,
        "title": value.title,
        "started_at": time(value.started_at),
        "ended_at": time(value.ended_at),
        "chunks": value.chunks,
        "document": {
            "id": value.document_id,
            "uri": value.uri,
            "title": value.document_title,
            "kind": value.kind,
        },
    }


def episodes(values: Sequence[EpisodeRecord]) -> Shape:
    """`mem list --episodes --json`."""
    return {"schema": SCHEMA, "episodes": [episode(one) for one in values]}


def episode_view(value: EpisodeView, told: SummaryView | None) -> Shape:
    """`mem show --json` of an episode: its summary, and its passages verbatim."""
    return {
        "schema": SCHEMA,
        **episode(value.episode),
        "summary": told.summary.text if told else None,
        "passages": [chunk(one) for one in value.chunks],
    }
