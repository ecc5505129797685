"""Memories, their history, what waits for review, and the entities that they mention."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mem.shapes.base import SCHEMA, Shape, time

if TYPE_CHECKING:
    from mem.consolidation.records import EntityView, MemoryView, ReviewItem
    from mem.consolidation.views import TimelineEntry
    from mem.core.memory import Evidence, Link, Memory
    from mem.store.memory.changes import ChangeEntry
    from mem.store.memory.entities import EntityRecord
    from mem.store.memory.rows import EvidencePlace


def memory(value: Memory, places: Sequence[EvidencePlace] | None = None) -> Shape:
    """A memory; with `places` its evidence says where it stands."""
    where = {(one.evidence.chunk_id, one.evidence.start): one for one in places or ()}
    return {
        "id": value.id,
        "kind": value.kind.value,
        "text": value.text,
        "subject": value.subject,
        "predicate": value.predicate,
        "object": value.object,
        "negated": value.negated,
        "status": value.status.value,
        "confidence": round(value.confidence, 4),
        "importance": round(value.importance, 4),
        "said_at": time(value.said_at),
        "valid_from": time(value.valid_from),
        "valid_to": time(value.valid_to),
        "happened_at": time(value.happened_from),
        "happened_to": time(value.happened_to),
        "recorded_at": value.recorded_at,
        "expired_at": value.expired_at,
        "origin": value.origin,
        "trust": value.trust.name.lower(),
        "evidence": [
            _evidence(one, where.get((one.chunk_id, one.start))) for one in value.evidence
        ],
        "links": [_link(one) for one in value.links],
        "pinned": value.pinned,
        "strength": round(value.strength, 4),
        "recall_count": value.recall_count,
        "last_recalled_at": value.last_recalled_at,
    }


def _evidence(value: Evidence, place: EvidencePlace | None) -> Shape:
    shape: Shape = {
        "chunk_id": value.chunk_id,
        "start": value.start,
        "end": value.end,
        "quote": value.quote,
    }
    if place is None:
        return shape
    return shape | {
        "uri": place.uri,
        "title": place.title,
        "locator": place.locator,
        "speaker": place.speaker,
        "said_at": time(place.said_at),
        "said_at_origin": place.said_at_origin.value if place.said_at_origin else None,
        "before": place.before,
        "after": place.after,
    }


def _link(value: Link) -> Shape:
    return {
        "from": value.source,
        "to": value.target,
        "relation": value.relation.value,
        "weight": value.weight,
    }


def memories(values: Sequence[Memory]) -> Shape:
    """`mem list --json`, and of every act on memories."""
    return {"schema": SCHEMA, "memories": [memory(one) for one in values]}


def memory_view(value: MemoryView) -> Shape:
    """`mem show --json` of a memory."""
    return {
        "schema": SCHEMA,
        **memory(value.memory, value.places),
        "entities": list(value.entities),
        "linked": [_brief(one) for one in value.linked],
    }


def _brief(value: Memory) -> Shape:
    return {"id": value.id, "text": value.text, "status": value.status.value}


def review_item(value: ReviewItem) -> Shape:
    """One thing to decide, with what it is in conflict with."""
    return {
        "reason": value.reason,
        "memory": memory(value.memory, value.places),
        "against": [memory(one) for one in value.against],
    }


def change(value: ChangeEntry) -> Shape:
    """One entry of the history."""
    return {
        "number": value.number,
        "at": value.entry.at,
        "actor": value.entry.actor,
        "action": value.entry.action,
        "subject": value.entry.subject,
        "detail": dict(value.entry.detail),
        "undone": value.undone,
        "undoable": value.undoable,
    }


def entity(value: EntityRecord) -> Shape:
    """Someone or something that memories mention."""
    return {
        "id": value.id,
        "name": value.name,
        "aliases": list(value.aliases),
        "memories": value.mentions,
    }


def entities(values: Sequence[EntityRecord]) -> Shape:
    """`mem entities --json`."""
    return {"schema": SCHEMA, "entities": [entity(one) for one in values]}


def entity_view(value: EntityView) -> Shape:
    """`mem entities NAME --json`."""
    return {
        "schema": SCHEMA,
        "entity": entity(value.entity),
        "memories": [memory(one) for one in value.memories],
    }


def timeline_entry(value: TimelineEntry) -> Shape:
    """A memory at the time from which it holds or happened."""
    return {"at": time(value.at), "replaced": list(value.replaced), "memory": memory(value.memory)}
