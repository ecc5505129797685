"""Timeline: months, then days, as a calendar of counts, and the passages of the one selected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.containers import Horizontal, VerticalScroll

from mem.core.query import Filters
from mem.store.browse import ChunkRow, Keys, View
from mem.tui.actions import bindings
from mem.tui.messages import CountsWanted, GoTo, KeysWanted, RowsWanted
from mem.tui.rows import chunk_row
from mem.tui.screens.base import MemScreen
from mem.tui.widgets.heatmap import HeatMap, day_grid, month_grid
from mem.tui.widgets.table import Column, VirtualTable

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

_PAUSE_S = 0.08


class TimelineScreen(MemScreen):
    """Calendar and list."""

    NAME = "timeline"
    BINDINGS: ClassVar[list[BindingType]] = bindings("timeline")

    def __init__(self) -> None:
        super().__init__()
        self.month = ""
        self.keys: Keys = ()
        self._selected = ""
        self._timer: Any = None

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="timeline-body"):
            with VerticalScroll(id="calendar", can_focus=False):
                yield HeatMap(id="heatmap")
            yield VirtualTable(
                Column("said", 16, least=60),
                Column("passage"),
                Column("who", 12, least=66),
                id="said",
                empty="Nothing was said then.",
            )

    def on_mount(self) -> None:
        self.set_focus(self.query_one("#heatmap"))

    def read(self) -> None:
        if self.month:
            self.want(CountsWanted("day", self.month, self.month + "~", reply=self._take_days))
        else:
            self.want(CountsWanted("month", reply=self._take_months))

    def _take_months(self, counts: dict[str, int]) -> None:
        calendar = self.query_one("#calendar", VerticalScroll)
        calendar.border_title = "Months"
        selected = self._selected[:7] or max(counts, default="")
        self.query_one("#heatmap", HeatMap).set_grid(month_grid(counts), selected)

    def _take_days(self, counts: dict[str, int]) -> None:
        calendar = self.query_one("#calendar", VerticalScroll)
        calendar.border_title = self.month
        selected = self._selected if len(self._selected) > 7 else max(counts, default="")
        self.query_one("#heatmap", HeatMap).set_grid(day_grid(self.month, counts), selected)

    @on(HeatMap.Moved)
    def _moved(self, event: HeatMap.Moved) -> None:
        self._selected = event.key
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_PAUSE_S, self._list)

    def _list(self) -> None:
        if not self._selected:
            self.query_one("#said", VirtualTable).set_total(0)
            return
        self.want(KeysWanted(self._view(), reply=self._take_keys, failed=self.refused))

    def _view(self) -> View:
        since, before = span_of(self._selected)
        return View(filters=Filters(since=since, before=before), order="oldest")

    def _take_keys(self, found: tuple[Keys, int | None]) -> None:
        keys, _ = found
        self.keys = keys
        table = self.query_one("#said", VirtualTable)
        table.border_title = f"{self._selected}: {len(keys):,} passages"
        table.set_total(len(keys))

    @on(VirtualTable.PageWanted, "#said")
    def _page_wanted(self, event: VirtualTable.PageWanted) -> None:
        def take(found: Sequence[ChunkRow | None]) -> None:
            rows = [chunk_row(one, time=True) if one else None for one in found]
            event.table.put_page(event.generation, event.first, rows)

        keys = self.keys[event.first : event.first + event.count]
        self.want(RowsWanted("chunks", keys, reply=take, failed=self.refused))

    @on(VirtualTable.Chosen, "#said")
    def _chosen(self, event: VirtualTable.Chosen) -> None:
        self.go(GoTo("browse", view=self._view(), chunk=event.row.key))

    def action_days(self) -> None:
        if not self.month and self._selected:
            self.month, self._selected = self._selected, ""
            self.read()

    def action_months(self) -> None:
        if self.month:
            self._selected, self.month = self.month, ""
            self.read()

    def action_browse(self) -> None:
        if self._selected:
            self.go(GoTo("browse", view=self._view()))


def span_of(key: str) -> tuple[datetime, datetime]:
    """The half-open month (`2025-03`) or day (`2025-03-01`)."""
    year, month, *day = (int(part) for part in key.split("-"))
    if day:
        start = datetime(year, month, day[0])
        return start, start + timedelta(days=1)
    return datetime(year, month, 1), datetime(year + month // 12, month % 12 + 1, 1)
