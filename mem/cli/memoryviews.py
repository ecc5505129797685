"""Memories, their history and what waits for review: as JSON shapes and as lines of text.

Pure: values in, dicts or lines out. Keys are added but never renamed or removed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mem.cli.layout import day, padded, place, shown_path, table, wrapped
from mem.cli.output import Style
from mem.core.clock import format_time
from mem.core.display import sanitize, sanitize_line

if TYPE_CHECKING:
    from mem.consolidation.records import MemoryView, ReviewItem
    from mem.consolidation.views import TimelineEntry
    from mem.core.memory import Memory
    from mem.store.changes import ChangeEntry
    from mem.store.entities import EntityRecord
    from mem.store.memories import EvidencePlace

Shape = dict[str, Any]
_ID_SHOWN = 10
_INDENT = "    "


def _time(moment: datetime | None) -> str | None:
    return format_time(moment) if moment else None


def memory(value: Memory, places: Sequence[EvidencePlace] | None = None) -> Shape:
    """A memory; with `places` its evidence says where it stands."""
    where = {(one.evidence.chunk_id, one.evidence.start): one for one in places or ()}
    evidence = []
    for one in value.evidence:
        found = where.get((one.chunk_id, one.start))
        shape = {
            "chunk_id": one.chunk_id,
            "start": one.start,
            "end": one.end,
            "quote": one.quote,
        }
        if found is not None:
            shape |= {
                "uri": found.uri,
                "title": found.title,
                "locator": found.locator,
                "speaker": found.speaker,
                "said_at": _time(found.said_at),
                "before": found.before,
                "after": found.after,
            }
        evidence.append(shape)
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
        "said_at": _time(value.said_at),
        "valid_from": _time(value.valid_from),
        "valid_to": _time(value.valid_to),
        "happened_at": _time(value.happened_from),
        "happened_to": _time(value.happened_to),
        "recorded_at": value.recorded_at,
        "expired_at": value.expired_at,
        "origin": value.origin,
        "trust": value.trust.name.lower(),
        "evidence": evidence,
        "links": [
            {
                "from": link.source,
                "to": link.target,
                "relation": link.relation.value,
                "weight": link.weight,
            }
            for link in value.links
        ],
        "pinned": value.pinned,
        "strength": round(value.strength, 4),
        "recall_count": value.recall_count,
        "last_recalled_at": value.last_recalled_at,
    }


def view(value: MemoryView) -> Shape:
    """`mem show --json` of a memory."""
    return {
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


def timeline_entry(value: TimelineEntry) -> Shape:
    """A memory at the time from which it holds or happened."""
    return {"at": _time(value.at), "replaced": list(value.replaced), "memory": memory(value.memory)}


def memory_lines(found: Sequence[Memory], style: Style) -> list[str]:
    """One line a memory: id, since when, kind, state, text."""
    rows = [
        (
            one.id[:_ID_SHOWN],
            day(one.happened_from or one.valid_from or one.said_at),
            one.kind.value,
            _state(one),
            " ".join(one.text.split()),
        )
        for one in found
    ]
    return table(rows, style, last=4)


def _state(one: Memory) -> str:
    return one.status.value + (" *" if one.pinned else "")


def view_lines(shown: MemoryView, style: Style) -> list[str]:
    """A memory, what is known of its truth, and every quote it stands on with its context."""
    one = shown.memory
    facts = [
        ("id", one.id),
        ("kind", one.kind.value),
        ("state", _state(one)),
        ("says", " · ".join(part for part in (one.subject, one.predicate, one.object) if part)),
        ("trust", f"{one.trust.name.lower().replace('_', ' ')}, from {one.origin}"),
        ("sure", f"{one.confidence:.2f}, strength {one.strength:.2f}"),
        ("true", _validity(one)),
        ("entities", ", ".join(shown.entities)),
    ]
    lines = wrapped(sanitize(one.text), [(0, len(one.text))], style)
    lines += [
        f"{padded(name, 10)}{sanitize_line(value)}".rstrip() for name, value in facts if value
    ]
    for where in shown.places:
        lines += ["", *evidence_lines(where, style)]
    by_id = {other.id: other for other in shown.linked}
    for link in one.links:
        other = by_id.get(link.target if link.source == one.id else link.source)
        if other is not None:
            name = link.relation.value if link.source == one.id else f"{link.relation.value} (by)"
            text = f"{name}: {other.id[:_ID_SHOWN]} {other.text}"
            lines += ["", *wrapped(sanitize_line(text), (), style)]
    return lines


def _validity(one: Memory) -> str:
    if one.happened_from is not None:
        return f"happened {one.happened_from:%Y-%m-%d}"
    since = f"from {one.valid_from:%Y-%m-%d}" if one.valid_from else ""
    until = f"to {one.valid_to:%Y-%m-%d}" if one.valid_to else ""
    return f"{since} {until}".strip()


def evidence_lines(where: EvidencePlace, style: Style) -> list[str]:
    """One quote in bold between what stands before and after it."""
    head = " · ".join(
        part
        for part in (where.speaker or "", day(where.said_at), where.title or shown_path(where.uri))
        if part
    )
    before = sanitize_line(where.before)
    quote = sanitize_line(where.evidence.quote)
    text = before + quote + sanitize_line(where.after)
    span = (len(before), len(before) + len(quote))
    return [
        style.dim(sanitize_line(head)),
        style.dim(place(where.uri, where.locator)),
        *wrapped(text, [span], style, indent=_INDENT),
    ]


def review_lines(items: Sequence[ReviewItem], style: Style) -> list[str]:
    """What waits for a decision, each with its evidence."""
    lines: list[str] = []
    for item in items:
        one = item.memory
        head = f"{one.id[:_ID_SHOWN]}  {item.reason}  {one.trust.name.lower().replace('_', ' ')}"
        lines += [*([""] if lines else []), style.bold(sanitize_line(head))]
        lines += wrapped(sanitize(one.text), (), style, indent=_INDENT)
        for other in item.against:
            text = f"against {other.id[:_ID_SHOWN]}: {other.text}"
            lines += wrapped(sanitize_line(text), (), style, indent=_INDENT)
        for where in item.places[:2]:
            lines += [_INDENT + style.dim(part) for part in evidence_lines(where, Style())[:2]]
    return lines


def change_lines(found: Sequence[ChangeEntry], style: Style) -> list[str]:
    """One line a change: number, time, who, what, of what, why."""
    rows = []
    for one in found:
        detail = one.entry.detail
        why = " · ".join(str(detail[name]) for name in ("decision", "reason") if detail.get(name))
        remark = f"{one.entry.subject} {why}".strip() + (" (undone)" if one.undone else "")
        time = one.entry.at.replace("T", " ").rstrip("Z")[:16]
        rows.append((f"{one.number:>5}", time, one.entry.actor, one.entry.action, remark))
    return table(rows, style, last=4)


def entity_lines(found: Sequence[EntityRecord], style: Style) -> list[str]:
    """One line an entity: how many memories, name, other names."""
    rows = [
        (
            f"{one.mentions:>4}",
            one.name + (f" ({', '.join(one.aliases)})" if one.aliases else ""),
        )
        for one in found
    ]
    return table(rows, style, last=1)
