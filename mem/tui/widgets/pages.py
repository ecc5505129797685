"""The rows of a table that are here: a bounded number of pages, of which the oldest go first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from mem.tui.widgets.cells import Row

PAGE = 64
_KEPT = 48


@dataclass
class Pages:
    """The pages that are here, the most recently used last."""

    rows: OrderedDict[int, Sequence[Row | None]] = field(default_factory=OrderedDict)

    def row(self, number: int) -> Row | None:
        """The row with that number, None where it is not here."""
        page = self.rows.get(number // PAGE)
        if page is None or number % PAGE >= len(page):
            return None
        return page[number % PAGE]

    def put(self, page: int, rows: Sequence[Row | None]) -> list[int]:
        """Keep a page; returns those that had to go for it."""
        self.rows[page] = rows
        self.rows.move_to_end(page)
        over = max(0, len(self.rows) - _KEPT)
        return [self.rows.popitem(last=False)[0] for _ in range(over)]
