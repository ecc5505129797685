"""Values as the JSON that the documentation promises; keys are added but never renamed or removed.

Each function returns plain dicts and lists; times are ISO 8601 or null. Pure: every front end that
speaks JSON prints what stands here.
"""

from mem.shapes.base import SCHEMA, Shape, time
from mem.shapes.documents import chunk, document, document_view, documents, ledger
from mem.shapes.episodes import episode, episode_view, episodes
from mem.shapes.hits import answer, filters, hit, search
from mem.shapes.memories import (
    change,
    entities,
    entity,
    entity_view,
    memories,
    memory,
    memory_view,
    review_item,
    timeline_entry,
)
from mem.shapes.summaries import profile, summary, summary_view, timeline

__all__ = [
    "SCHEMA",
    "Shape",
    "answer",
    "change",
    "chunk",
    "document",
    "document_view",
    "documents",
    "entities",
    "entity",
    "entity_view",
    "episode",
    "episode_view",
    "episodes",
    "filters",
    "hit",
    "ledger",
    "memories",
    "memory",
    "memory_view",
    "profile",
    "review_item",
    "search",
    "summary",
    "summary_view",
    "time",
    "timeline",
    "timeline_entry",
]
