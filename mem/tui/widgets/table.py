"""A table of any length that draws only the lines on screen and asks for rows as they come up.

It holds a bounded number of pages; a row that is not here yet is drawn as dots, never waited for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from mem.core.display import sanitize_line
from mem.tui.widgets.cells import Cell, Column, Row
from mem.tui.widgets.lines import filled, fitted
from mem.tui.widgets.pages import PAGE, Pages

if TYPE_CHECKING:
    from textual.events import Click, Resize

_ASK_AFTER_S = 0.02
_GAP = 2
# The mark and a blank at the left, a blank at the right.
_EDGES = 3
_MARK = "▌"
_FLAG = "!"
_WAITING = "Reading …"
_FOUND = Style(bold=True, underline=True)


class VirtualTable(ScrollView, can_focus=True):
    """Rows with a cursor. `set_total` then `PageWanted` and `put_page`, or `set_rows` at once."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "table--header",
        "table--cursor",
        "table--blurred",
        "table--mark",
        "table--dim",
        "table--flagged",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "cursor(-1)", "Up", show=False),
        Binding("down,j", "cursor(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home,g", "edge(-1)", "First", show=False),
        Binding("end,G", "edge(1)", "Last", show=False),
        Binding("enter", "choose", "Choose", show=False),
    ]
    cursor: reactive[int] = reactive(0, init=False)

    @dataclass
    class Highlighted(Message):
        """The cursor is on `row` (None: on a row that is not here, or there is none)."""

        table: VirtualTable
        row: Row | None

        @property
        def control(self) -> VirtualTable:
            return self.table

    @dataclass
    class Chosen(Message):
        """`row` was entered or clicked twice."""

        table: VirtualTable
        row: Row

        @property
        def control(self) -> VirtualTable:
            return self.table

    @dataclass
    class PageWanted(Message):
        """Rows `first` … `first + count` are wanted, for `put_page` with that generation."""

        table: VirtualTable
        generation: int
        first: int
        count: int

        @property
        def control(self) -> VirtualTable:
            return self.table

    def __init__(
        self,
        *columns: Column,
        empty: str = "",
        id: str | None = None,  # noqa: A002  (Textual's name)
        header: bool = True,
    ) -> None:
        super().__init__(id=id)
        self.columns = columns
        self.empty = empty
        self.total = 0
        self.generation = 0
        self._header = int(header)
        self._pages = Pages()
        self._asked: set[int] = set()
        self._current: set[int] = set()
        self._asking = False
        self._filled = False
        self._base = Style()
        self._inks: dict[str, Style] = {}
        self._rooms_of: tuple[int, tuple[Column, ...]] = (0, ())
        self._rooms_found: Sequence[tuple[int, Column, int]] = ()

    # --- values ----------------------------------------------------------------------------

    def set_total(self, total: int, *, cursor: int = 0) -> None:
        """Show `total` other rows, none of which is here yet."""
        self.generation += 1
        self.total = total
        self._pages = Pages()
        self._asked.clear()
        self._current.clear()
        self._lay_out(cursor)

    def renew(self, total: int, cursor: int) -> None:
        """As `set_total`, but rows on screen stay until their page comes."""
        self.generation += 1
        self.total = total
        self._asked.clear()
        self._current.clear()
        self._lay_out(cursor)
        self._ask_soon()

    def set_rows(self, rows: Sequence[Row], *, cursor: int | None = None) -> None:
        """Show exactly these rows; the cursor stays on its key where that is still there."""
        if cursor is None:
            key = self.row.key if self.row else None
            cursor = next((i for i, row in enumerate(rows) if row.key == key), self.cursor)
        self.generation += 1
        self.total = len(rows)
        self._pages = Pages()
        for page in range(0, len(rows), PAGE):
            self._pages.rows[page // PAGE] = rows[page : page + PAGE]
        self._asked = set(self._pages.rows)
        self._current = set(self._pages.rows)
        self._lay_out(cursor)

    def put_page(self, generation: int, first: int, rows: Sequence[Row | None]) -> None:
        """Take rows that were asked for; those of another generation are dropped."""
        if generation != self.generation:
            return
        self._current.add(first // PAGE)
        gone = self._pages.put(first // PAGE, rows)
        self._asked.difference_update(gone)
        self._current.difference_update(gone)
        self.refresh()
        if first <= self.cursor < first + PAGE:
            self._announce()

    @property
    def row(self) -> Row | None:
        """The row under the cursor; None while it is not known what stands there now."""
        if self.cursor >= self.total or self.cursor // PAGE not in self._current:
            return None
        return self._pages.row(self.cursor)

    def _lay_out(self, cursor: int) -> None:
        self._filled = True
        self.virtual_size = Size(0, self.total + self._header)
        cursor = max(0, min(cursor, self.total - 1))
        if cursor == self.cursor:
            self._announce()
        else:
            self.cursor = cursor
        self._keep_in_sight()
        self.refresh()

    def _announce(self) -> None:
        self.post_message(self.Highlighted(self, self.row))

    # --- moving ----------------------------------------------------------------------------

    def watch_cursor(self, old: int, new: int) -> None:
        for row in (old, new):
            self.refresh(Region(0, row - self.scroll_offset.y + self._header, self.size.width, 1))
        self._keep_in_sight()
        self._announce()

    def _keep_in_sight(self) -> None:
        room = max(1, self.size.height - self._header)
        top = round(self.scroll_y)
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False)
        elif self.cursor >= top + room:
            self.scroll_to(y=self.cursor - room + 1, animate=False)

    def _move_to(self, row: int) -> None:
        if self.total:
            self.cursor = max(0, min(row, self.total - 1))

    def action_cursor(self, by: int) -> None:
        self._move_to(self.cursor + by)

    def action_page(self, by: int) -> None:
        self._move_to(self.cursor + by * max(1, self.size.height - self._header - 1))

    def action_edge(self, side: int) -> None:
        self._move_to(0 if side < 0 else self.total - 1)

    def action_choose(self) -> None:
        if self.row is not None:
            self.post_message(self.Chosen(self, self.row))

    def on_click(self, event: Click) -> None:
        place = event.get_content_offset(self)
        if place is None or place.y < self._header:
            return
        row = place.y - self._header + round(self.scroll_y)
        if row < self.total:
            self.cursor = row
            if event.chain == 2:
                self.action_choose()

    def on_resize(self, _: Resize) -> None:
        self._keep_in_sight()

    # --- drawing ---------------------------------------------------------------------------

    def render_lines(self, crop: Region) -> list[Strip]:
        """All lines of one painting: their styles are looked up once for all of them."""
        self._base, self._inks = self.rich_style, {}
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        width = self._width()
        base = self._base
        if y < self._header:
            style = self.get_component_rich_style("table--header")
            return self._line([Cell(column.name) for column in self.columns], width, style, "  ")
        number = y - self._header + round(self.scroll_y)
        if number >= self.total:
            return self._words(number - self.total, width)
        row = self._pages.row(number)
        if number // PAGE not in self._asked:
            self._ask_soon()
        style = base
        mark = "  "
        if row is not None and row.flagged:
            style += self._ink("table--flagged")
            mark = f"{_FLAG} "
        if number == self.cursor:
            name = "table--cursor" if self.has_focus else "table--blurred"
            style += self.get_component_rich_style(name, partial=True)
            mark = _MARK + mark[0]
        if row is None:
            return filled([Segment(f"{mark}·", style)], width, style)
        cells = [_undimmed(cell) for cell in row.cells] if mark[0] == _MARK else row.cells
        return self._line(cells, width, style, mark)

    def _words(self, line: int, width: int) -> Strip:
        """What a table without rows says, on as many lines as that takes."""
        words = self.empty if self._filled else _WAITING
        lines = wrap(sanitize_line(words), max(1, width - _EDGES)) if not self.total else []
        if line >= len(lines):
            return Strip.blank(width, self._base)
        return filled([Segment(f"  {lines[line]}", self._base)], width, self._base)

    def _ink(self, name: str) -> Style:
        """The colour and weight of a component, on whatever stands below it."""
        ink = self._inks.get(name)
        if ink is None:
            found = self.get_component_rich_style(name)
            ink = Style(color=found.color, bold=found.bold, underline=found.underline)
            self._inks[name] = ink
        return ink

    def _width(self) -> int:
        """Columns left and right of which nothing is covered by a scrollbar."""
        return self.size.width - self.scrollbar_size_vertical * self.show_vertical_scrollbar

    def _rooms(self, width: int) -> Sequence[tuple[int, Column, int]]:
        """(place, column, columns of the screen) of each column that is shown."""
        if self._rooms_of == (width, self.columns):
            return self._rooms_found
        shown = [
            (i, one)
            for i, one in enumerate(self.columns)
            if one.least <= width <= (one.most or width)
        ]
        fixed = sum(column.width for _, column in shown) + _GAP * (len(shown) - 1) + _EDGES
        spread = max(1, sum(1 for _, column in shown if not column.width))
        self._rooms_found = [
            (i, column, column.width or max(4, (width - fixed) // spread)) for i, column in shown
        ]
        self._rooms_of = (width, self.columns)
        return self._rooms_found

    def _line(self, cells: Sequence[Cell | str], width: int, style: Style, mark: str) -> Strip:
        segments = [Segment(mark, style)]
        for place, column, room in self._rooms(width):
            given = cells[place]
            cell = given if isinstance(given, Cell) else Cell(given)
            if len(segments) > 1:
                segments.append(Segment(" " * _GAP, style))
            # On the cursor's colour the colour of a match would not stand out.
            ink = _FOUND if mark[0] == _MARK else self._ink("table--mark")
            segments += self._cell(cell, room, style, style + ink, column)
        return filled(segments, width, style)

    def _cell(
        self, cell: Cell, room: int, style: Style, bright: Style, column: Column
    ) -> list[Segment]:
        text = fitted(sanitize_line(cell.text), room, tail=column.tail)
        padding = Segment(" " * max(0, room - cell_len(text)), style)
        if cell.dim:
            style += self._ink("table--dim")
        segments, at = [], 0
        for start, end in cell.marks:
            if start >= len(text):
                break
            segments += [Segment(text[at:start], style), Segment(text[start:end], bright)]
            at = end
        segments.append(Segment(text[at:], style))
        return [padding, *segments] if column.right else [*segments, padding]

    # --- asking ----------------------------------------------------------------------------

    def _ask_soon(self) -> None:
        if not self._asking:
            self._asking = True
            self.set_timer(_ASK_AFTER_S, self._ask)

    def _ask(self) -> None:
        """Ask for the pages on screen now, whatever was scrolled past on the way here."""
        self._asking = False
        first = round(self.scroll_y) // PAGE
        last = min(self.total - 1, round(self.scroll_y) + self.size.height) // PAGE
        for page in {*range(first, last + 1), self.cursor // PAGE}:
            if page not in self._asked and page * PAGE < self.total:
                self._asked.add(page)
                count = min(PAGE, self.total - page * PAGE)
                self.post_message(self.PageWanted(self, self.generation, page * PAGE, count))
        for page in [page for page in self._asked if page not in self._pages.rows]:
            if not first - 2 <= page <= last + 2 and page != self.cursor // PAGE:
                self._asked.discard(page)


def _undimmed(cell: Cell | str) -> Cell | str:
    return replace(cell, dim=False) if isinstance(cell, Cell) else cell
