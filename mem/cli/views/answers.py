"""Hits and answers as lines of text that a person reads in a terminal.

Pure: values in, lines out. A line is as wide as the style says; data in it is sanitized.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mem.cli.layout import (
    clipped,
    day,
    padded,
    place,
    short_id,
    shown_path,
    snippet,
    wrapped,
)
from mem.cli.output import Style
from mem.core.chunk import locator_at
from mem.core.display import sanitize, sanitize_line

if TYPE_CHECKING:
    from mem.core.answer import Answer, Citation
    from mem.core.query import Drawn, Hit

_INDENT = "    "


def hit_lines(found: Sequence[Hit], style: Style, *, explain: bool = False) -> list[str]:
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
    return wrapped(f"memory {sanitize_line(short_id(one.id))}: {text}", (), style, indent=_INDENT)


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
    return f"memory {short_id(one.id)}{state}" + (" · " if one.speaker else "")


def _origin(speaker: str | None, uri: str, locator: str, style: Style) -> list[str]:
    """Who said it and where it stands; the path of a file stays whole, to be copied or clicked."""
    where, whole = place(uri, locator), uri.startswith("file://")
    line = f"{sanitize_line(speaker)} · {where}" if speaker else where
    return [
        _INDENT + style.dim(part.removeprefix(_INDENT))
        for part in wrapped(line, (), style, indent=_INDENT, whole=whole)
    ]


def answer_lines(given: Answer, style: Style) -> list[str]:
    """The answer's sentences with their markers, then the passages they stand on."""
    if given.abstained:
        lines = wrapped(f"Not in memory: {sanitize_line(given.question)}", (), style)
        if given.nearest:
            lines += ["", "The nearest passages:", "", *hit_lines(given.nearest, style)]
        return lines
    sentences = given.between.join(
        sanitize(sentence.text) + "".join(f" [{n}]" for n in sentence.citations)
        for sentence in given.sentences
    )
    return wrapped(sentences, (), style) + evidence_lines(given, style)


def evidence_lines(given: Answer, style: Style) -> list[str]:
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
