"""A memory as content: the statement, when it holds, its evidence, its history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from textual.content import Content

from mem.core.display import sanitize, sanitize_line
from mem.core.document import SaidAtOrigin
from mem.core.memory import Memory, MemoryStatus, Relation
from mem.tui.widgets.lines import MUTED
from mem.tui.widgets.passage import MATCH_STYLE, shown_path

if TYPE_CHECKING:
    from mem.consolidation.records import MemoryView, ReviewItem
    from mem.store.memory.changes import ChangeEntry
    from mem.store.memory.rows import EvidencePlace
    from mem.store.secrets import SecretRecord

_BAR = 36
_RELATIONS = {
    Relation.EXTENDS: ("adds to", "is added to by"),
    Relation.CAUSES: ("leads to", "comes from"),
    Relation.CONTRADICTS: ("contradicts", "is contradicted by"),
    Relation.SUPERSEDES: ("replaces", "is replaced by"),
    Relation.SAME_TOPIC: ("goes with", "goes with"),
}


def memory_content(view: MemoryView, history: Sequence[ChangeEntry]) -> Content:
    """Everything about one memory."""
    memory = view.memory
    parts = [*_head(memory), *_validity(memory, of_file=view.of_file), Content("")]
    parts += [Content.styled(f"Evidence ({len(view.places)})", "bold")]
    parts += [part for place in view.places for part in _evidence(place)][:-1]
    parts += _links(memory, view.linked)
    if view.entities:
        parts += [Content(""), Content.styled("About", "bold")]
        parts.append(Content("  " + sanitize_line(", ".join(view.entities))))
    parts += _history(memory, view.linked, history)
    return Content("\n").join(parts)


def review_content(item: ReviewItem) -> Content:
    """A statement that waits for a decision, what it is against, and what it stands on."""
    memory = item.memory
    parts = [*_head(memory), *_validity(memory)]
    for other in item.against:
        parts += [
            Content(""),
            Content.styled("In conflict with", "bold $text-warning"),
            Content("  " + sanitize(other.text)),
            Content.styled(f"  {_facts(other)}", MUTED),
        ]
    parts += [Content(""), Content.styled(f"Evidence ({len(item.places)})", "bold")]
    parts += [part for place in item.places for part in _evidence(place)]
    return Content("\n").join(parts)


def secret_content(secret: SecretRecord) -> Content:
    """A secret that was kept out, by its kind, its mark and its places."""
    places = [f"  {one.title or shown_path(one.uri)}  {one.locator}" for one in secret.places]
    parts = [
        Content.styled(f"{sanitize_line(secret.kind)} {sanitize_line(secret.mark)}", "bold"),
        Content("Its value is not in memory, and is not shown."),
        Content(""),
        Content.styled(f"Places ({len(places):,})", "bold"),
        *(Content(sanitize_line(place)) for place in places),
        Content(""),
        Content("a  no secret: the next import of its files takes it in"),
        Content("v  keep its value in the vault; its place in memory stays empty"),
        Content("r  leave it out for good"),
    ]
    return Content("\n").join(parts)


def _head(memory: Memory) -> list[Content]:
    flags = [memory.kind.value, memory.status.value]
    flags += ["pinned"] if memory.pinned else []
    usual = memory.status == MemoryStatus.ACTIVE
    return [
        Content.styled(sanitize(memory.text), "bold"),
        Content.styled("  ".join(flags), MUTED if usual else "bold $text-warning"),
        Content.styled(_facts(memory), MUTED),
    ]


def _facts(memory: Memory) -> str:
    said = f"said {memory.said_at:%Y-%m-%d}  " if memory.said_at else ""
    trust = memory.trust.name.lower().replace("_", " ")
    return (
        f"{said}confidence {memory.confidence:.2f}  {trust}  by {sanitize_line(memory.origin)}  "
        f"strength {memory.strength:.2f}"
    )


def _validity(memory: Memory, *, of_file: bool = False) -> list[Content]:
    begun = memory.happened_from or memory.valid_from
    over = memory.happened_to or memory.valid_to
    word = "happened" if memory.happened_from else "true"
    if begun is None and over is None:
        return []
    since = f"from {'file ' * of_file}{begun:%Y-%m-%d}" if begun else "from before"
    until = f"to {over:%Y-%m-%d}" if over else "and still"
    now = max(one for one in (begun, over, memory.said_at, begun) if one is not None)
    bar = validity_bar(begun, over, now)
    return [Content.assemble((bar, "$text-accent"), f"  {word} {since} {until}")]


def validity_bar(begun: datetime | None, over: datetime | None, latest: datetime) -> str:
    """A line from a year before the first time known to a year after the last one."""
    known = [one for one in (begun, over, latest) if one is not None]
    first, last = min(known).toordinal() - 365, max(known).toordinal() + 365

    def place(moment: datetime | None, otherwise: int) -> int:
        if moment is None:
            return otherwise
        return round((moment.toordinal() - first) / (last - first) * (_BAR - 1))

    start, end = place(begun, 0), place(over, _BAR)
    return "".join("█" if start <= at < max(end, start + 1) else "─" for at in range(_BAR))


def _evidence(place: EvidencePlace) -> list[Content]:
    of = "file of " if place.said_at_origin is SaidAtOrigin.FILE_TIME else ""
    said = f"{of}{place.said_at:%Y-%m-%d}  " if place.said_at else ""
    speaker = f"{place.speaker}  " if place.speaker else ""
    where = f"{said}{speaker}{place.title or shown_path(place.uri)}  {place.locator}"
    before = place.before
    if place.evidence.start > len(before):
        # Not from the middle of a word.
        before = "… " + before[before.find(" ") + 1 :]
    return [
        Content.styled(f"▸ {sanitize_line(where)}", MUTED),
        Content.assemble(
            (sanitize(before), MUTED),
            (sanitize(place.evidence.quote), MATCH_STYLE),
            (sanitize(place.after), MUTED),
        ),
        Content(""),
    ]


def link_lines(memory: Memory, linked: Sequence[Memory]) -> list[tuple[str, str]]:
    """(id, words) of each memory that this one is linked to."""
    by_id = {one.id: one for one in linked}
    lines = []
    for link in memory.links:
        outward = link.source == memory.id
        other = by_id.get(link.target if outward else link.source)
        if other is not None:
            lines.append((other.id, f"{_RELATIONS[link.relation][not outward]}: {other.text}"))
    return lines


def _links(memory: Memory, linked: Sequence[Memory]) -> list[Content]:
    lines = link_lines(memory, linked)
    if not lines:
        return []
    head = [Content(""), Content.styled(f"Links ({len(lines)})", "bold")]
    return head + [Content("  " + sanitize_line(words)) for _, words in lines]


def _history(
    memory: Memory, linked: Sequence[Memory], history: Sequence[ChangeEntry]
) -> list[Content]:
    parts: list[Content] = []
    by_id = {one.id: one for one in linked}
    for link in memory.links:
        older = by_id.get(link.target)
        if link.relation is Relation.SUPERSEDES and link.source == memory.id and older:
            parts.append(Content("  ") + word_difference(older.text, memory.text))
    for change in history:
        entry = change.entry
        undone = "  (undone)" if change.undone else ""
        line = f"  {entry.at[:16].replace('T', ' ')}  {entry.actor}: {entry.action}{undone}"
        parts.append(Content.styled(sanitize_line(line), MUTED))
    return [Content(""), Content.styled("History", "bold"), *parts] if parts else []


def word_difference(old: str, new: str) -> Content:
    """What was taken out struck through, what was put in underlined."""
    from difflib import SequenceMatcher

    before, after = sanitize_line(old).split(), sanitize_line(new).split()
    parts: list[Content] = []
    for tag, a, b, c, d in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if tag == "equal":
            parts.append(Content(" ".join(before[a:b])))
            continue
        if b > a:
            parts.append(Content.styled(" ".join(before[a:b]), "strike $text-error"))
        if d > c:
            parts.append(Content.styled(" ".join(after[c:d]), "bold underline $text-success"))
    return Content(" ").join(parts)
