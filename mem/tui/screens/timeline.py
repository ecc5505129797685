"""Timeline: months, then days, as a calendar of counts; what was said, told or held in one of them.

With someone or something picked, the calendar counts what is known of it, and the list is its story
from the selected time on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content

from mem.core.display import plural, sanitize
from mem.core.query import Filters
from mem.store.browsing.browser import ChunkRow, Keys
from mem.store.browsing.view import View
from mem.tui.keys import bindings
from mem.tui.messages import (
    CountsWanted,
    EntitiesWanted,
    GoTo,
    KeysWanted,
    RowsWanted,
    SummariesWanted,
)
from mem.tui.rows import COLUMNS, NONE, chunk_row, rows_of, with_minutes
from mem.tui.screens.base import MemScreen
from mem.tui.screens.filtering import ONE
from mem.tui.widgets.chips import Chip, Chips
from mem.tui.widgets.dialogs import Picker
from mem.tui.widgets.heatmap import HeatMap, day_grid, month_grid
from mem.tui.widgets.table import VirtualTable
from mem.tui.widgets.textview import TextView

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mem.store.memory.entities import EntityRecord
    from mem.store.summaries import SummaryRecord

_PAUSE_S = 0.08
_COLUMNS = COLUMNS | {"chunks": with_minutes(COLUMNS["chunks"])}
_ROWS = ("chunks", "episodes", "memories")
_NAMES = {"chunks": "passages", "episodes": "episodes", "memories": "events and facts"}


class TimelineScreen(MemScreen):
    """Calendar, summary, list."""

    NAME = "timeline"
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012  (Textual declares it so)
        (0, "-lowest"),
        (22, "-low"),
        (30, "-high"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = bindings("timeline")

    def __init__(self) -> None:
        super().__init__()
        self.month = ""
        self.about = ""
        self.rows = "chunks"
        self.keys: Keys = ()
        self.shown = View()
        self._selected = ""
        self._timer: Any = None

    def compose_body(self) -> ComposeResult:
        yield Chips(id="timeline-chips")
        with Horizontal(id="timeline-body"):
            with Vertical(id="timeline-left"):
                with VerticalScroll(id="calendar", can_focus=False):
                    yield HeatMap(id="heatmap")
                yield TextView(id="summary")
            yield VirtualTable(*_COLUMNS["chunks"], id="said")

    def on_mount(self) -> None:
        self.query_one("#summary").display = False
        self.query_one("#summary").border_title = "Summary"
        self.set_focus(self.query_one("#heatmap"))

    def arrive(self, event: GoTo) -> None:
        """The story of someone or something, from its beginning."""
        if event.view is not None:
            self.rows, self.about = event.view.rows, event.view.about
            self.month, self._selected = "", ""
            self._stale = False
            self.read()

    def read(self) -> None:
        self.query_one("#timeline-chips", Chips).chips = (
            Chip("rows", "v", "rows", _NAMES[self.rows] if self.rows != "chunks" else ""),
            Chip("about", "p", "story of", self.about),
        )
        if self.month:
            since, before = self.month, self.month + "~"
            take = self._take_days
        else:
            since, before, take = "", "9999", self._take_months
        unit = "day" if self.month else "month"
        self.want(CountsWanted(unit, since, before, self.about, reply=take))

    def _take_months(self, counts: dict[str, int]) -> None:
        self.query_one("#calendar").border_title = "Months"
        usual = min(counts, default="") if self.about else max(counts, default="")
        selected = self._selected[:7] or usual
        self.query_one("#heatmap", HeatMap).set_grid(month_grid(counts), selected)

    def _take_days(self, counts: dict[str, int]) -> None:
        counts = {day: count for day, count in counts.items() if day.startswith(self.month)}
        self.query_one("#calendar").border_title = self.month
        selected = self._selected if len(self._selected) > 7 else max(counts, default="")
        self.query_one("#heatmap", HeatMap).set_grid(day_grid(self.month, counts), selected)

    @on(HeatMap.Moved)
    def _moved(self, event: HeatMap.Moved) -> None:
        self._selected = event.key
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_PAUSE_S, self._list)

    def _list(self) -> None:
        table = self.query_one("#said", VirtualTable)
        table.empty = "Nothing of that time." if self._selected else NONE[self.rows]
        if not self._selected:
            table.columns, table.border_title = _COLUMNS[self.rows], ""
            table.set_total(0)
            self._take_summaries([])
            return
        view = self._view()
        self.want(KeysWanted(view, reply=lambda found: self._take_keys(view, found[0])))
        self.want(SummariesWanted(self._selected, reply=self._take_summaries))

    def _view(self) -> View:
        since, before = span_of(self._selected)
        filters = Filters(since=since, before=None if self.about else before)
        words = "" if self.rows == "memories" else self.about
        return View(self.rows, words, filters, order="oldest", about=self.about)

    def _take_keys(self, view: View, keys: Keys) -> None:
        self.keys, self.shown = keys, view
        table = self.query_one("#said", VirtualTable)
        table.columns = _COLUMNS[view.rows]
        when = f"{self.about} from {self._selected}" if self.about else self._selected
        table.border_title = f"{when}: {_counted(len(keys), view.rows)}"
        table.set_total(len(keys))

    def _take_summaries(self, summaries: Sequence[SummaryRecord]) -> None:
        box = self.query_one("#summary", TextView)
        box.display = bool(summaries)
        if summaries:
            parts = [
                Content.assemble((f"{one.key}  ", "bold"), sanitize(one.text)) for one in summaries
            ]
            box.show_content(Content("\n").join(parts))

    @on(VirtualTable.PageWanted, "#said")
    def _page_wanted(self, event: VirtualTable.PageWanted) -> None:
        def take(found: Sequence[Any]) -> None:
            rows = (
                [chunk_row(one, time=True) if one else None for one in found]
                if any(isinstance(one, ChunkRow) for one in found)
                else rows_of(found)
            )
            event.table.put_page(event.generation, event.first, rows)

        keys = self.keys[event.first : event.first + event.count]
        self.want(RowsWanted(self.shown.rows, keys, reply=take))

    @on(VirtualTable.Chosen, "#said")
    def _chosen(self, event: VirtualTable.Chosen) -> None:
        if self.shown.rows == "memories":
            self.go(GoTo("memory", memory=event.row.key))
        else:
            chunk = event.row.key if self.shown.rows == "chunks" else None
            self.go(GoTo("browse", view=self.shown, chunk=chunk))

    def action_rows(self) -> None:
        """Passages, then episodes, then what is known."""
        self.rows = _ROWS[(_ROWS.index(self.rows) + 1) % len(_ROWS)]
        self.read()

    def action_about(self) -> None:
        """Pick whose story."""
        self.want(EntitiesWanted(reply=self._pick_about))

    def _pick_about(self, entities: Sequence[EntityRecord]) -> None:
        def take(name: str | None) -> None:
            if name is not None:
                rows = "memories" if name else "chunks"
                self.arrive(GoTo("timeline", view=replace(View(), rows=rows, about=name)))

        choices = [("", "(everything)"), *((one.name, one.name) for one in entities)]
        self.app.push_screen(Picker("The story of", choices), take)

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


def _counted(count: int, rows: str) -> str:
    """`1 passage`, `2 episodes`, `3 events and facts`."""
    return f"{count:,} {_NAMES[rows]}" if rows == "memories" else plural(count, ONE[rows])
