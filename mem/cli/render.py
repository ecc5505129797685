"""Hits, answers, documents and ledgers as lines of text that a person reads in a terminal.

Pure: values in, lines out. A line is as wide as the style says; data in it is sanitized.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mem.cli.layout import (
    cells,
    clipped,
    day,
    duration,
    padded,
    place,
    shown_path,
    snippet,
    table,
    wrapped,
)
from mem.cli.output import Style
from mem.core.chunk import locator_at
from mem.core.display import plural, sanitize, sanitize_line
from mem.settings.leftovers import is_spool

if TYPE_CHECKING:
    from mem.assistant import DocumentView
    from mem.core.answer import Answer, Citation
    from mem.core.chunk import Chunk
    from mem.core.query import Drawn, Hit
    from mem.ingest.ledger import Ledger
    from mem.store.documents import DocumentRecord

_INDENT = "    "
_ID_SHOWN = 10
_DATED_BY = {
    "front_matter": "stated in it",
    "file_name": "from its name",
    "file_time": "the file's time",
}


def hits(found: Sequence[Hit], style: Style, *, explain: bool = False) -> list[str]:
    """Ranked results, a blank line between two."""
    lines: list[str] = []
    listed = {one.id for one in found}
    for rank, one in enumerate(found, 1):
        lines += [*([""] if lines else []), *_hit(rank, one, style, explain=explain)]
        lines += [
            line for drawn in one.derived if drawn.id not in listed for line in _drawn(drawn, style)
        ]
    return lines


def _drawn(one: Drawn, style: Style) -> list[str]:
    """A memory below the passage that it was drawn from."""
    text = sanitize_line(one.text) + (" (in conflict)" if one.conflicts else "")
    return wrapped(f"memory {sanitize_line(one.id[:_ID_SHOWN])}: {text}", (), style, indent=_INDENT)


def _hit(rank: int, one: Hit, style: Style, *, explain: bool) -> list[str]:
    head = f"{rank:>2}. "
    tail = f"  {day(one.said_at, one.said_at_origin)}  {one.score:.2f}"
    title = padded(one.source.title or shown_path(one.source.uri), style.width - len(head + tail))
    matched = one.highlights[0][0] if one.highlights else 0
    locator = locator_at(one.source.locator, one.text, matched)
    lines = [
        head + style.bold(title) + style.dim(tail),
        *_origin(_kind(one) + (one.speaker or ""), one.source.uri, locator, style),
        *snippet(one.text, one.highlights, style, indent=_INDENT),
    ]
    if explain:
        signals = "  ".join(
            f"{sanitize_line(name)} {value:.3f}"
            for name, value in one.signals.items()
            if round(value, 3)
        )
        lines += wrapped(f"{sanitize_line(one.id)}  {signals}", (), style, indent=_INDENT)
    return lines


def _kind(one: Hit) -> str:
    """What a hit is, where it is no passage."""
    if one.kind != "memory":
        return ""
    state = " in conflict" if "conflict" in one.signals else ""
    return f"memory {one.id[:_ID_SHOWN]}{state}" + (" · " if one.speaker else "")


def _origin(speaker: str | None, uri: str, locator: str, style: Style) -> list[str]:
    """Who said it and where it stands; the path of a file stays whole, to be copied or clicked."""
    where, whole = place(uri, locator), uri.startswith("file://")
    line = f"{sanitize_line(speaker)} · {where}" if speaker else where
    return [
        _INDENT + style.dim(part.removeprefix(_INDENT))
        for part in wrapped(line, (), style, indent=_INDENT, whole=whole)
    ]


def answer(given: Answer, style: Style) -> list[str]:
    """The answer's sentences with their markers, then the passages they stand on."""
    if given.abstained:
        lines = wrapped(f"Not in memory: {sanitize_line(given.question)}", (), style)
        if given.nearest:
            lines += ["", "The nearest passages:", "", *hits(given.nearest, style)]
        return lines
    sentences = " ".join(
        sanitize(sentence.text) + "".join(f" [{n}]" for n in sentence.citations)
        for sentence in given.sentences
    )
    return wrapped(sentences, (), style) + evidence(given, style)


def evidence(given: Answer, style: Style) -> list[str]:
    """The passages that an answer stands on, each after a blank line."""
    return [line for one in given.citations for line in ("", *_citation(one, style))]


def _citation(citation: Citation, style: Style) -> list[str]:
    head = f"[{citation.n}] "
    date = f"  {day(citation.said_at, citation.said_at_origin)}"
    title = citation.title or shown_path(citation.uri)
    quote = f'"{sanitize(citation.quote).strip()}"'
    return [
        head + style.bold(clipped(title, style.width - len(head + date))) + style.dim(date),
        *_origin(citation.speaker, citation.uri, citation.locator, style),
        *wrapped(quote, [(1, len(quote) - 1)], style, indent=_INDENT),
    ]


def documents(found: Sequence[DocumentRecord], style: Style) -> list[str]:
    """One line a document: id, date, format, number of passages, title."""
    rows = [
        (
            one.id[:_ID_SHOWN],
            day(one.said_at, one.said_at_origin),
            one.format,
            f"{one.chunks:>5}",
            (one.title or shown_path(one.uri)) + (" (gone)" if one.gone else ""),
        )
        for one in found
    ]
    return table(rows, style, last=4)


def view(shown: DocumentView, style: Style, *, around: int | None = None) -> list[str]:
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


def ledger(done: Ledger, style: Style, *, verbose: bool = False) -> list[str]:
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


def facts(pairs: Sequence[tuple[str, str]], style: Style) -> list[str]:
    """Names and values in two columns; a long value goes on below its beginning."""
    width = max((cells(name) for name, _ in pairs), default=0) + 2
    lines = []
    for name, value in pairs:
        first, *rest = wrapped(sanitize_line(value), (), style, indent=" " * width) or [""]
        lines += [(padded(name, width) + first[width:]).rstrip(), *rest]
    return lines
