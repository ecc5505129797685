"""Documents, passages and ledgers of imports as lines of text. Pure: values in, lines out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mem.cli.layout import (
    clipped,
    day,
    duration,
    short_id,
    shown_path,
    table,
    wrapped,
)
from mem.cli.output import Style
from mem.core.display import plural, sanitize, sanitize_line
from mem.settings.leftovers import is_spool

if TYPE_CHECKING:
    from mem.assistant import DocumentView
    from mem.core.chunk import Chunk
    from mem.ingest.ledger import Ledger
    from mem.store.documents import DocumentRecord

_DATED_BY = {
    "front_matter": "stated in it",
    "file_name": "from its name",
    "file_time": "the file's time",
}


def document_lines(found: Sequence[DocumentRecord], style: Style) -> list[str]:
    """One line a document: id, date, format, number of passages, title."""
    rows = [
        (
            short_id(one.id),
            day(one.said_at, one.said_at_origin),
            one.format,
            f"{one.chunks:>5}",
            (one.title or shown_path(one.uri)) + (" (gone)" if one.gone else ""),
        )
        for one in found
    ]
    return table(rows, style, last=4)


def view_lines(shown: DocumentView, style: Style, *, around: int | None = None) -> list[str]:
    """A document's head and its passages; with `around`, only so many beside the focus."""
    document = shown.document
    facts = [f"id {document.id}", document.format, plural(document.chunks, "passage")]
    if document.said_at:
        origin = _DATED_BY.get(document.said_at_origin or "")
        facts.append(day(document.said_at) + (f" ({origin})" if origin else ""))
    if document.tags:
        facts.append("tags " + ", ".join(document.tags))
    if document.gone:
        facts.append("gone from its folder")
    lines = [
        style.bold(clipped(document.title or "(no title)", style.width)),
        shown_path(document.uri),
        *wrapped(sanitize_line(" · ".join(facts)), (), style),
    ]
    for chunk in _near_focus(shown, around):
        lines += ["", *chunk_lines(chunk, style, marked=chunk.id == shown.focus)]
    return lines


def _near_focus(shown: DocumentView, around: int | None) -> Sequence[Chunk]:
    places = [i for i, chunk in enumerate(shown.chunks) if chunk.id == shown.focus]
    if around is None or not places:
        return shown.chunks
    return shown.chunks[max(0, places[0] - around) : places[0] + around + 1]


def chunk_lines(chunk: Chunk, style: Style, *, marked: bool = False) -> list[str]:
    """A chunk under who said it, when and where; `marked` is the one that was asked for."""
    parts = [
        chunk.speaker or "",
        f"{chunk.said_at:%Y-%m-%d %H:%M}" if chunk.speaker and chunk.said_at else "",
        chunk.locator,
        "other branch" if chunk.variant else "",
    ]
    head = sanitize_line(" · ".join(part for part in parts if part))
    text = sanitize(chunk.text)
    spans = [(0, len(text))] if marked else []
    return [style.dim(("> " if marked else "") + head), *wrapped(text, spans, style)]


def ledger_lines(done: Ledger, style: Style, *, verbose: bool = False) -> list[str]:
    """What an import did: every count, why things were skipped, and each failure."""
    codes = sorted(done.skipped_by_code().items(), key=lambda pair: (-pair[1], pair[0]))
    skipped = ", ".join(f"{code} {count:,}" for code, count in codes)
    chunks = plural(done.chunks_added, "passage")
    if done.chunks_removed:
        chunks += f" added, {done.chunks_removed:,} removed"
    counts = [
        ("added", done.added, chunks if done.changed else ""),
        ("updated", done.updated, ""),
        ("unchanged", done.unchanged, ""),
        ("skipped", done.skipped, skipped),
        ("failed", done.failed, ""),
    ]
    counts += [
        (name, count, "") for name, count in (("gone", done.gone), ("moved", done.moved)) if count
    ]
    lines = [f"{plural(done.seen, 'document')} seen in {duration(done.elapsed_ms)}"]
    for name, count, remark in counts:
        head = f"  {name:<10}{count:>7,}   "
        first, *rest = wrapped(remark, (), style, indent=" " * len(head)) or [""]
        lines += [(head + first[len(head) :]).rstrip(), *rest]
    for outcome in ("failed", "skipped") if verbose else ("failed",):
        for entry in done.entries:
            if entry.outcome == outcome:
                where = "stdin" if is_spool(entry.uri) else shown_path(entry.uri)
                text = f"{outcome}: {where}: {entry.reason} [{entry.code}]"
                lines += wrapped(sanitize_line(text), (), style)
    return lines
