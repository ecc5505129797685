"""Summaries, and the timeline that stands under them as lines of text.

Pure: values in, lines out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mem.answer.context import plain
from mem.cli.layout import day, place, short_id, table, wrapped
from mem.cli.output import Style
from mem.core.display import plural, sanitize_line
from mem.store.episodes import EpisodeRecord

if TYPE_CHECKING:
    from mem.consolidation.chronicle import Period, SummaryView

_INDENT = "    "


def timeline_lines(periods: Sequence[Period], style: Style) -> list[str]:
    """Each period under its name and summary: one line a memory or episode."""
    lines: list[str] = []
    for period in periods:
        lines += [*([""] if lines else []), style.bold(period.key or "no date")]
        if period.summary is not None:
            stale = " (being refreshed)" if period.summary.stale else ""
            said = " ".join(map(_unnamed, period.summary.whole))
            text = sanitize_line(plain(said) + stale)
            lines += [style.dim(line) for line in wrapped(text, (), Style(style.width))]
        lines += table([_row(one) for one in period.entries], style, last=3)
    return lines


def _unnamed(sentence: str) -> str:
    """A sentence of a summary without the speaker, where that is the user under no name."""
    return sentence.removeprefix("user: ")


def _row(one: Any) -> tuple[str, str, str, str]:
    if isinstance(one, EpisodeRecord):
        size = plural(one.chunks, "passage")
        return day(one.started_at), short_id(one.id), "episode", f"{one.title} ({size})"
    memory = one.memory
    state = memory.status.value + (" *" if memory.pinned else "")
    return day(one.at), short_id(memory.id), state, " ".join(memory.text.split())


def profile_lines(value: SummaryView, style: Style) -> list[str]:
    """A summary as a paragraph, numbered where its sentences stand."""
    numbers: dict[str, int] = {}
    told = []
    for one in value.summary.sentences:
        for chunk in one.chunks:
            if chunk in value.places:
                numbers.setdefault(chunk, len(numbers) + 1)
        marks = "".join(f"[{numbers[chunk]}]" for chunk in one.chunks if chunk in numbers)
        told.append(f"{plain(_unnamed(one.text))} {marks}".rstrip())
    lines = wrapped(sanitize_line(" ".join(told)), (), style)
    for chunk, number in numbers.items():
        where = value.places[chunk]
        when = day(where.chunk.said_at, where.said_at_origin)
        head = f"[{number}] {when} {place(where.uri, where.chunk.locator)}"
        whole = wrapped(sanitize_line(head), (), style, indent=_INDENT, whole=True)
        lines += [_INDENT + style.dim(line.removeprefix(_INDENT)) for line in whole]
    return lines
