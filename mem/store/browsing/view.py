"""What a person looks at when looking around, as values that every list of rows reads."""

from __future__ import annotations

from dataclasses import dataclass, field

from mem.core.query import Filters

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class View:
    """What is looked at: `rows` are "chunks", "documents", "episodes" or "memories".

    `words` must all occur (the last one may be unfinished); `filters.source` is a source's id or
    part of a path. `order` is a key of the orders of these rows, or `BEST` for chunks found by
    words. `status` is one of memories, or `GONE`; `about` is an entity's name, for memories.
    """

    rows: str = "chunks"
    words: str = ""
    filters: Filters = field(default_factory=Filters)
    order: str = "newest"
    status: str = ""
    about: str = ""
