"""Memories, their history and what waits for review as lines of text.

Pure: values in, lines out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mem.cli.layout import day, facts, place, short_id, shown_path, table, wrapped
from mem.cli.output import Style
from mem.core.display import sanitize, sanitize_line
from mem.core.document import SaidAtOrigin

if TYPE_CHECKING:
    from mem.consolidation.records import MemoryView, ReviewItem
    from mem.core.memory import Memory
    from mem.store.memory.changes import ChangeEntry
    from mem.store.memory.entities import EntityRecord
    from mem.store.memory.rows import EvidencePlace

_INDENT = "    "
_AN_ID = re.compile(r"[a-z][0-9a-f]{19}")


def memory_lines(found: Sequence[Memory], style: Style) -> list[str]:
    """One line a memory: id, since when, kind, state, text."""
    rows = [
        (
            short_id(one.id),
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
    known = [
        ("id", one.id),
        ("kind", one.kind.value),
        ("state", _state(one)),
        ("says", " · ".join(part for part in (one.subject, one.predicate, one.object) if part)),
        ("trust", f"{one.trust.name.lower().replace('_', ' ')}, from {one.origin}"),
        ("sure", f"{one.confidence:.2f}, strength {one.strength:.2f}"),
        ("true", _validity(one, of_file=shown.of_file)),
        ("entities", ", ".join(shown.entities)),
    ]
    lines = wrapped(sanitize(one.text), [(0, len(one.text))], style)
    lines += facts([(name, value) for name, value in known if value], style)
    for where in shown.places:
        lines += ["", *evidence_lines(where, style)]
    by_id = {other.id: other for other in shown.linked}
    for link in one.links:
        other = by_id.get(link.target if link.source == one.id else link.source)
        if other is not None:
            name = link.relation.value if link.source == one.id else f"{link.relation.value} (by)"
            text = f"{name}: {short_id(other.id)} {other.text}"
            lines += ["", *wrapped(sanitize_line(text), (), style)]
    return lines


def _validity(one: Memory, *, of_file: bool) -> str:
    if one.happened_from is not None:
        return f"happened {one.happened_from:%Y-%m-%d}"
    origin = SaidAtOrigin.FILE_TIME if of_file else None
    since = f"from {day(one.valid_from, origin)}" if one.valid_from else ""
    until = f"to {one.valid_to:%Y-%m-%d}" if one.valid_to else ""
    return f"{since} {until}".strip()


def evidence_lines(where: EvidencePlace, style: Style) -> list[str]:
    """One quote in bold between what stands before and after it."""
    head = " · ".join(
        part
        for part in (
            where.speaker or "",
            day(where.said_at, where.said_at_origin),
            where.title or shown_path(where.uri),
        )
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
        head = f"{short_id(one.id)}  {item.reason}  {one.trust.name.lower().replace('_', ' ')}"
        lines += [*([""] if lines else []), style.bold(sanitize_line(head))]
        lines += wrapped(sanitize(one.text), (), style, indent=_INDENT)
        for other in item.against:
            text = f"against {short_id(other.id)}: {other.text}"
            lines += wrapped(sanitize_line(text), (), style, indent=_INDENT)
        for where in item.places[:2]:
            lines += [_INDENT + style.dim(part) for part in evidence_lines(where, Style())[:2]]
    return lines


def change_lines(
    found: Sequence[ChangeEntry], style: Style, texts: Mapping[str, str] | None = None
) -> list[str]:
    """One line a change: number, time, who, what, of what, why, and the statement by its id."""
    rows = []
    for one in found:
        detail, subject = one.entry.detail, one.entry.subject
        why = " · ".join(str(detail[name]) for name in ("decision", "reason") if detail.get(name))
        remark = f"{_short(subject)} {why}".strip() + (" (undone)" if one.undone else "")
        if texts and subject in texts:
            remark += f": {texts[subject]}"
        time = one.entry.at.replace("T", " ").rstrip("Z")[:16]
        rows.append((f"{one.number:>5}", time, one.entry.actor, one.entry.action, remark))
    return table(rows, style, last=4)


def _short(subject: str) -> str:
    """An id as lists show it; numbers of changes and addresses as they are."""
    return short_id(subject) if _AN_ID.fullmatch(subject) else subject


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
