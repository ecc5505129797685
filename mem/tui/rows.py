"""Records of the store as rows of a table."""

from __future__ import annotations

from collections.abc import Sequence

from mem.core.memory import Memory, MemoryStatus
from mem.store.browse import ChunkRow
from mem.store.browse_view import Span
from mem.store.documents import DocumentRecord
from mem.store.episodes import EpisodeRecord
from mem.tui.widgets.passage import shown_path
from mem.tui.widgets.table import Cell, Row

_SHOWN = 240
_BEFORE_MATCH = 30
_DOUBTFUL = (MemoryStatus.QUARANTINED, MemoryStatus.PROPOSED)


def chunk_row(one: ChunkRow, *, time: bool = False) -> Row:
    """A chunk: when, what (from shortly before its first match), who, where."""
    text, marks = excerpt(one.chunk.text, one.matches)
    said = one.chunk.said_at
    return Row(
        one.chunk.id,
        (
            Cell(f"{said:{'%Y-%m-%d %H:%M' if time else '%Y-%m-%d'}}" if said else "", dim=True),
            Cell(text, marks),
            Cell(one.chunk.speaker or "", dim=True),
            Cell(one.title or shown_path(one.uri), dim=True),
        ),
    )


def document_row(one: DocumentRecord) -> Row:
    """A document: when, its title, its format, how many passages."""
    said = one.said_at
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
    shown = text[start : start + _SHOWN]
    lead = "…" if start else ""
    moved = start - len(lead)
    marks = tuple((a - moved, b - moved) for a, b in matches if b <= start + _SHOWN and a >= start)
    return lead + shown, marks


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
