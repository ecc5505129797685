"""Episodes as lines of text.

Pure: values in, lines out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mem.cli.layout import clipped, day, short_id, shown_path, table, wrapped
from mem.cli.output import Style
from mem.cli.views.documents import chunk_lines
from mem.core.display import plural, sanitize_line

if TYPE_CHECKING:
    from mem.consolidation.chronicle import SummaryView
    from mem.store.episodes import EpisodeRecord, EpisodeView

_BESIDE = 24


def episode_lines(found: Sequence[EpisodeRecord], style: Style) -> list[str]:
    """One line an episode: id, date begun, passages, title, document."""
    rows = [
        (
            short_id(one.id),
            day(one.started_at),
            f"{one.chunks:>3}",
            one.title,
            ""
            if one.title.startswith(one.document_title)
            else clipped(one.document_title, _BESIDE),
        )
        for one in found
    ]
    return table(rows, style, last=3)


def view_lines(shown: EpisodeView, told: SummaryView | None, style: Style) -> list[str]:
    """An episode's head, its summary, and its passages in order."""
    one = shown.episode
    begun = f"{one.started_at:%Y-%m-%d %H:%M}" if one.started_at else ""
    facts = [f"id {one.id}", "episode", plural(one.chunks, "passage"), begun]
    lines = [
        style.bold(clipped(one.title, style.width)),
        clipped(f"{one.document_title} · {shown_path(one.uri)}", style.width),
        *wrapped(sanitize_line(" · ".join(fact for fact in facts if fact)), (), style),
    ]
    if told is not None:
        lines += ["", *wrapped(sanitize_line(told.summary.text), (), style)]
    for chunk in shown.chunks:
        lines += ["", *chunk_lines(chunk, style)]
    return lines
