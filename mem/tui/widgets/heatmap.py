"""A grid of counts as shades and numbers: years by months, or weeks by days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

if TYPE_CHECKING:
    from textual.events import Click

_SHADES = " ░▒▓█"
_LABEL = 6


@dataclass(frozen=True, slots=True)
class Grid:
    """`cells[row][column]` is a key (or "" for none); `counts` has those that are not zero."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    counts: Mapping[str, int]


class HeatMap(Widget, can_focus=True):
    """A calendar with a cursor; shades and numbers say the same, so no colour is needed."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "heatmap--label",
        "heatmap--cursor",
        "heatmap--0",
        "heatmap--1",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(0,-1)", "Earlier", show=False),
        Binding("right", "move(0,1)", "Later", show=False),
        Binding("up", "move(-1,0)", "Up", show=False),
        Binding("down", "move(1,0)", "Down", show=False),
    ]
    place: reactive[tuple[int, int]] = reactive((0, 0), init=False)

    @dataclass
    class Moved(Message):
        """The cursor is on the cell with this key."""

        key: str

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (Textual's name)
        super().__init__(id=id)
        self._grid = Grid((), (), (), {})

    @property
    def key(self) -> str:
        """The key of the cell under the cursor; empty where there is none."""
        row, column = self.place
        cells = self._grid.cells
        return cells[row][column] if row < len(cells) and column < len(cells[row]) else ""

    def set_grid(self, grid: Grid, key: str) -> None:
        """Show `grid` with the cursor on `key`."""
        self._grid = grid
        place = next(
            ((y, x) for y, row in enumerate(grid.cells) for x, one in enumerate(row) if one == key),
            (0, 0),
        )
        self.styles.height = len(grid.rows) + 1
        if place == self.place:
            self.post_message(self.Moved(self.key))
        self.place = place
        self.refresh(layout=True)

    def on_resize(self) -> None:
        """Only what has been laid out is as high as its rows, and can be scrolled in."""
        self._bring_into_view()

    def watch_place(self) -> None:
        self.post_message(self.Moved(self.key))
        self._bring_into_view()

    def _bring_into_view(self) -> None:
        """Scroll to the row of the cursor."""
        parent = self.parent
        if self._grid.rows and isinstance(parent, Widget):
            parent.scroll_to_region(
                Region(0, self.place[0] + 1, 1, 1), animate=False, origin_visible=False
            )

    def action_move(self, down: int, right: int) -> None:
        """To the next cell that way that has a key; left and right go on in the next row."""
        if down:
            self._step(down, self.place[1], down)
            return
        keys = [
            (y, x) for y, row in enumerate(self._grid.cells) for x, one in enumerate(row) if one
        ]
        if self.place in keys:
            at = keys.index(self.place) + right
            self.place = keys[max(0, min(at, len(keys) - 1))]

    def _step(self, down: int, column: int, by: int) -> None:
        row = self.place[0] + down
        while 0 <= row < len(self._grid.cells):
            if column < len(self._grid.cells[row]) and self._grid.cells[row][column]:
                self.place = (row, column)
                return
            row += by

    def _width(self) -> int:
        """Columns that one cell takes."""
        room = max(1, self.size.width - _LABEL)
        return max(3, min(13, room // max(1, len(self._grid.columns))))

    def render_line(self, y: int) -> Strip:
        width, base = self._width(), self.rich_style
        if y > len(self._grid.rows) or not self._grid.rows:
            return Strip.blank(self.size.width, base)
        label = base + self._ink("heatmap--label")
        if y == 0:
            names = "".join(f"{name[: width - 1]:>{width}}" for name in self._grid.columns)
            segments = [Segment(" " * _LABEL + names, label)]
        else:
            name = self._grid.rows[y - 1]
            segments = [Segment(f"{name[: _LABEL - 1]:>{_LABEL - 1}} ", label)]
            for x, key in enumerate(self._grid.cells[y - 1]):
                segments += self._cell((y - 1, x), key, width, base)
        return Strip(segments).adjust_cell_length(self.size.width, base)

    def _ink(self, name: str) -> Style:
        """The colour and weight of a component, on whatever stands below it."""
        found = self.get_component_rich_style(name)
        return Style(color=found.color, bold=found.bold, reverse=found.reverse)

    def _cell(self, place: tuple[int, int], key: str, width: int, base: Style) -> list[Segment]:
        if not key:
            return [Segment(" " * width, base)]
        count = self._grid.counts.get(key, 0)
        most = max(self._grid.counts.values(), default=1)
        level = 0 if not count else 1 + min(3, int(4 * count / (most + 1)))
        number = _short(count) if width > 4 else ""
        shade = (_SHADES[level] if count else "·") * max(1, width - 1 - len(number))
        text = f"{shade[: width - 1 - len(number)]}{number}"
        name = "heatmap--cursor" if place == self.place else f"heatmap--{min(level, 1)}"
        style = base + self._ink(name)
        return [Segment(" ", base), Segment(text, style)]

    def on_click(self, event: Click) -> None:
        row, column = event.y - 1, (event.x - _LABEL) // self._width()
        cells = self._grid.cells
        if 0 <= row < len(cells) and 0 <= column < len(cells[row]) and cells[row][column]:
            self.place = (row, column)


def _short(count: int) -> str:
    """A count in at most three characters; nothing for none."""
    if not count:
        return ""
    return str(count) if count < 1000 else f"{min(99, count // 1000)}k"


def month_grid(counts: Mapping[str, int]) -> Grid:
    """Years by months of counts by `2025-03`."""
    from calendar import month_abbr

    years = sorted({key[:4] for key in counts})
    span: Sequence[int] = range(int(years[0]), int(years[-1]) + 1) if years else ()
    rows = tuple(f"{year:04d}" for year in span)
    cells = tuple(tuple(f"{year}-{month:02d}" for month in range(1, 13)) for year in rows)
    return Grid(rows, tuple(month_abbr[1:]), cells, counts)


def day_grid(month: str, counts: Mapping[str, int]) -> Grid:
    """Weeks by weekdays of one month (`2025-03`), of counts by `2025-03-01`."""
    from calendar import Calendar, day_abbr

    year, number = int(month[:4]), int(month[5:7])
    weeks = Calendar().monthdayscalendar(year, number)
    cells = tuple(tuple(f"{month}-{day:02d}" if day else "" for day in week) for week in weeks)
    rows = tuple(f"{next(day for day in week if day):>2d}." for week in weeks)
    return Grid(rows, tuple(day_abbr), cells, counts)
