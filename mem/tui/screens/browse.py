"""Browse: passages, documents, episodes and memories in one long table, filtered as one types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.containers import Horizontal
from textual.widgets import Input

from mem.core.display import plural
from mem.store.browsing.browser import Keys, Passage
from mem.store.browsing.view import View
from mem.tui.keys import bindings
from mem.tui.messages import (
    FacetsWanted,
    GoTo,
    JudgeWanted,
    KeysWanted,
    PassageWanted,
    RowsWanted,
)
from mem.tui.rows import COLUMNS, NONE, rows_of
from mem.tui.screens.filtering import ONE, FiltersRows
from mem.tui.screens.forgetting import Forgets
from mem.tui.widgets.chips import Chips
from mem.tui.widgets.passage import PassageView
from mem.tui.widgets.table import VirtualTable

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.timer import Timer

_LOOKING_PAUSE_S = 0.05
_REACH = {"documents": 12}
_NO_MATCH = "Nothing matches. x takes words and filters off."


class BrowseScreen(Forgets, FiltersRows):
    """Search box, filter chips, table, preview."""

    NAME = "browse"
    BINDINGS: ClassVar[list[BindingType]] = bindings("browse")

    def __init__(self) -> None:
        super().__init__()
        # The view that the keys are of, until those of another come.
        self.shown = View()
        self.keys: Keys = ()
        self._wanted_chunk: str | None = None
        self._looking: Timer | None = None

    def compose_body(self) -> ComposeResult:
        yield Input(placeholder="Search …", id="search", compact=True)
        yield Chips(id="chips")
        with Horizontal(id="browse-body"):
            yield VirtualTable(*COLUMNS["chunks"], id="rows")
            yield PassageView(id="preview")

    def on_mount(self) -> None:
        self.show_chips()
        self.set_focus(self.query_one("#rows"))

    # --- reading ---------------------------------------------------------------------------

    def read(self) -> None:
        self.want(FacetsWanted(reply=self.take_facets))
        self._read(renew=True)

    def arrive(self, event: GoTo) -> None:
        """Look at another view, or at one chunk among the others."""
        if event.view is not None or event.chunk is not None:
            self.take_view(event.view or View())
            self._wanted_chunk = event.chunk
            self._stale = False
            self.want(FacetsWanted(reply=self.take_facets))
            self.look()
            self.set_focus(self.query_one("#rows"))

    def look(self) -> None:
        self._read(renew=False)

    def _read(self, *, renew: bool) -> None:
        self.show_chips()
        # Wanted until it is shown: a change of the store meanwhile asks for the keys anew.
        view, chunk = self.view, self._wanted_chunk
        renew = renew and chunk is None
        self.want(
            KeysWanted(view, chunk, reply=lambda found: self._take_keys(view, *found, renew=renew))
        )

    def _take_keys(self, view: View, keys: Keys, focus: int | None, *, renew: bool) -> None:
        self._wanted_chunk = None
        table = self.query_one("#rows", VirtualTable)
        same_rows = table.columns == COLUMNS[view.rows]
        table.columns = COLUMNS[view.rows]
        everything = View(rows=view.rows, order=view.order)
        table.empty = NONE[view.rows] if view == everything else _NO_MATCH
        old, self.keys, self.shown = self.keys, keys, view
        if renew and same_rows and table.cursor < len(old):
            table.renew(len(keys), _place_of(old[table.cursor], keys, table.cursor))
        else:
            table.set_total(len(keys), cursor=focus or 0)
        table.border_title = plural(len(keys), ONE[view.rows])
        table.border_subtitle = view.order
        if not keys:
            self.query_one("#preview", PassageView).clear()

    @on(VirtualTable.PageWanted, "#rows")
    def _page_wanted(self, event: VirtualTable.PageWanted) -> None:
        view = self.shown
        keys = self.keys[event.first : event.first + event.count]

        def take(found: Sequence[Any]) -> None:
            event.table.put_page(event.generation, event.first, rows_of(found))

        self.want(RowsWanted(view.rows, keys, words=view.words, reply=take))

    @on(VirtualTable.Highlighted, "#rows")
    def _on_row(self, event: VirtualTable.Highlighted) -> None:
        if self._looking is not None:
            self._looking.stop()
        if event.row is not None:
            key = event.row.key
            self._looking = self.set_timer(_LOOKING_PAUSE_S, lambda: self._preview(key))

    def _preview(self, key: str) -> None:
        rows = self.shown.rows
        self.want(
            PassageWanted(
                key,
                rows=rows,
                words=self.shown.words,
                reach=_REACH.get(rows, 4),
                reply=self._show_passage,
            )
        )

    def _show_passage(self, passage: Passage | None) -> None:
        preview = self.query_one("#preview", PassageView)
        if passage is not None:
            preview.show(passage)
        elif self.shown.rows == "memories":
            preview.clear("No passage of memory stands behind this any more; m shows all of it.")
        else:
            preview.clear("This is no longer in memory.")

    @on(VirtualTable.Chosen, "#rows")
    def _chosen(self) -> None:
        self.set_focus(self.query_one("#preview"))

    def leave_input(self) -> None:
        self.set_focus(self.query_one("#rows"))

    # --- the selected row ------------------------------------------------------------------

    def action_memory(self) -> None:
        row = self.query_one("#rows", VirtualTable).row
        if row is not None and self.shown.rows == "memories":
            self.go(GoTo("memory", memory=row.key))
        else:
            self.notify("v shows memories here; m is for those.", markup=False)

    def action_edit(self) -> None:
        passage = self.query_one("#preview", PassageView).passage
        if passage is not None:
            first = passage.focus or (passage.chunks[0] if passage.chunks else None)
            self.open_file(passage.document.id, first.locator if first else "")

    def action_copy(self) -> None:
        text = self.query_one("#preview", PassageView).text
        if text:
            self.app.copy_to_clipboard(text)
            self.notify("The passage is copied.", markup=False)

    def action_useful(self) -> None:
        self._judge(useful=True)

    def action_wrong(self) -> None:
        self._judge(useful=False)

    def _judge(self, *, useful: bool) -> None:
        row = self.query_one("#rows", VirtualTable).row
        if row is None or self.shown.rows not in ("chunks", "memories"):
            self.notify("Passages and memories can be marked; v shows them.", markup=False)
            return
        word = "useful" if useful else "wrong"
        self.want(
            JudgeWanted(
                [row.key],
                useful=useful,
                reply=lambda _: self.notify(f"Marked as {word}.", markup=False),
            )
        )

    def action_forget(self) -> None:
        row = self.query_one("#rows", VirtualTable).row
        passage = self.query_one("#preview", PassageView).passage
        if row is not None and self.shown.rows == "memories":
            self.preview_forgetting_memory(row.key)
        elif passage is not None:
            self.preview_forgetting(documents=(passage.document.id,))


def _place_of(key: object, keys: Keys, otherwise: int) -> int:
    """Where `key` stands in the new keys, looked for near where it was."""
    near = range(max(0, otherwise - 2000), min(len(keys), otherwise + 2000))
    return next((place for place in near if keys[place] == key), otherwise)
