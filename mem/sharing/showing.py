"""One thing by its id as a shape, of a long document the passages that were asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mem import shapes
from mem.core.chunk import Chunk
from mem.shapes import Shape

if TYPE_CHECKING:
    from mem.sharing.memory import SharedMemory


def show(shared: SharedMemory, identity: str, *, start: int | None, count: int) -> Shown:
    """`mem show --json` of a memory, an episode, or a document around a passage.

    Of a document and an episode `count` passages from number `start` on; without one from the
    first, or around the passage that was asked for. Raises UnknownId, AmbiguousId.
    """
    if shared.holds_memory(identity):
        return shapes.memory_view(shared.memory(identity)), []
    found = shared.episode(identity)
    if found is not None:
        episode, told = found
        part, notes = _part(episode.chunks, start or 0, count)
        return shapes.episode_view(replace(episode, chunks=part), told), notes
    view = shared.document(identity)
    if start is None:
        places = [place for place, one in enumerate(view.chunks) if one.id == view.focus]
        start = max(0, places[0] - count // 2) if places else 0
    part, notes = _part(view.chunks, start, count)
    return shapes.document_view(replace(view, chunks=part)), notes


def _part(chunks: Sequence[Chunk], start: int, count: int) -> tuple[tuple[Chunk, ...], list[str]]:
    """Those passages, and what to say where they are not all."""
    part = tuple(chunks[start : start + count])
    if len(part) == len(chunks):
        return part, []
    end = start + len(part)
    more = f"; ask again with start={end} for more" if end < len(chunks) else ""
    shown = f"{start}-{end - 1}" if part else "none"
    return part, [f"Passages {shown} of {len(chunks):,}, counted from 0{more}."]


Shown = tuple[Shape, list[str]]
