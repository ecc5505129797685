"""Records of the store as rows of a table, and the columns that these have."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import replace

from mem.core.document import SaidAtOrigin
from mem.core.memory import Memory, MemoryStatus
from mem.store.browsing.browser import ChunkRow
from mem.store.browsing.view import Span
from mem.store.documents import DocumentRecord
from mem.store.episodes import EpisodeRecord
from mem.tui.widgets.cells import Cell, Column, Row
from mem.tui.widgets.lines import on_a_line
from mem.tui.widgets.passage import shown_path

_SHOWN = 240
_BEFORE_MATCH = 16
_DOUBTFUL = (MemoryStatus.QUARANTINED, MemoryStatus.PROPOSED)
_BROAD = 90
_BLANKS = re.compile(r"\s+")
_MINUTES = "%Y-%m-%d %H:%M"

COLUMNS = {
    "chunks": (
        Column("said", 10, least=44),
        Column("passage"),
        Column("from", 16, least=66, most=_BROAD - 1),
        Column("who", 12, least=_BROAD),
        Column("document", 24, least=_BROAD),
    ),
    "documents": (
        Column("said", 10, least=44),
        Column("document"),
        Column("kind", 12, least=50),
        Column("passages", 8, least=60, right=True),
    ),
    "episodes": (
        Column("began", 10, least=44),
        Column("episode"),
        Column("document", 24, least=66),
        Column("passages", 8, least=60, right=True),
    ),
    "memories": (
        Column("kind", 9, least=50),
        Column("statement"),
        Column("since", 10, least=44),
        Column("status", 11, least=_BROAD),
    ),
}
"""The columns of each kind of rows that a View has."""


_NOTHING = "Nothing was taken in yet. 8 goes to Sources; a there adds a folder or a file."
_UNDRAWN = "None yet. 3 goes to Memory; C there draws them from what was taken in."
NONE = {"chunks": _NOTHING, "documents": _NOTHING, "episodes": _UNDRAWN, "memories": _UNDRAWN}
"""What to do where there are no rows of a kind at all."""


def with_minutes(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """The columns of chunks, with room for the time of day."""
    return (replace(columns[0], width=len("2025-03-01 12:00")), *columns[1:])


def chunk_row(one: ChunkRow, *, time: bool = False) -> Row:
    """A chunk: when, what (from shortly before its first match), who or else where, who, where.

    Where only its file has a date, none is shown.
    """
    text, marks = excerpt(one.chunk.text, one.matches)
    said = one.chunk.said_at if one.said_at_origin is not SaidAtOrigin.FILE_TIME else None
    who = one.chunk.speaker or ""
    # Midnight is a day that is known and a time that is not.
    form = _MINUTES if time and said and said.time() != datetime.time() else "%Y-%m-%d"
    place = one.title or shown_path(one.uri)
    return Row(
        one.chunk.id,
        (
            Cell(f"{said:{form}}" if said else "", dim=True),
            Cell(text, marks),
            Cell(who or place, dim=True),
            Cell(who, dim=True),
            Cell(place, dim=True),
        ),
    )


def document_row(one: DocumentRecord) -> Row:
    """A document: when (not the file's own time), its title, its format, how many passages."""
    said = one.said_at if one.said_at_origin is not SaidAtOrigin.FILE_TIME else None
    return Row(
        one.id,
        (
            Cell(f"{said:%Y-%m-%d}" if said else "", dim=True),
            one.title or shown_path(one.uri),
            Cell(one.format, dim=True),
            Cell(f"{one.chunks:,}", dim=True),
        ),
    )


def episode_row(one: EpisodeRecord) -> Row:
    """An episode: when it began, its title, its document, how many passages."""
    return Row(
        one.id,
        (
            Cell(f"{one.started_at:%Y-%m-%d}" if one.started_at else "", dim=True),
            one.title,
            Cell(one.document_title or shown_path(one.uri), dim=True),
            Cell(f"{one.chunks:,}", dim=True),
        ),
    )


def excerpt(text: str, matches: tuple[Span, ...]) -> tuple[str, tuple[Span, ...]]:
    """One line of a text with the spans that match, moved along."""
    first = matches[0][0] if matches else 0
    start = max(0, first - _BEFORE_MATCH) if first > 2 * _BEFORE_MATCH else 0
    if start:
        # Not in the middle of a word, where another one begins before the match.
        start = next((found.end() for found in _BLANKS.finditer(text, start, first)), start)
    shown = text[start : start + _SHOWN]
    lead = "…" if start else ""
    inside = [(a - start, b - start) for a, b in matches if b <= start + _SHOWN and a >= start]
    marks = tuple(
        (len(lead + on_a_line(shown[:a])), len(lead + on_a_line(shown[:b]))) for a, b in inside
    )
    return lead + on_a_line(shown), marks


def memory_row(one: Memory) -> Row:
    """A memory: its kind, its statement, since when it holds, its status."""
    since = one.happened_from or one.valid_from or one.said_at
    statement = f"★ {one.text}" if one.pinned else one.text
    return Row(
        one.id,
        (
            Cell(one.kind.value, dim=True),
            statement,
            Cell(f"{since:%Y-%m-%d}" if since else "", dim=True),
            Cell(one.status.value, dim=True),
        ),
        flagged=one.status in _DOUBTFUL,
    )


def rows_of(
    found: Sequence[ChunkRow | DocumentRecord | EpisodeRecord | Memory | None],
) -> list[Row | None]:
    """One row for each record, whatever it is."""
    return [None if one is None else _row_of(one) for one in found]


def _row_of(one: ChunkRow | DocumentRecord | EpisodeRecord | Memory) -> Row:
    if isinstance(one, ChunkRow):
        return chunk_row(one)
    if isinstance(one, DocumentRecord):
        return document_row(one)
    return episode_row(one) if isinstance(one, EpisodeRecord) else memory_row(one)
