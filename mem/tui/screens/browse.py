"""Browse: every passage or document in one long table, filtered as one types, with a preview."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.containers import Horizontal
from textual.widgets import Input

from mem.core.query import Filters
from mem.core.timespan import TimeSpan
from mem.store.browse import BEST, CHUNK_ORDERS, ChunkRow, Facets, Keys, Passage, View
from mem.store.documents import DocumentRecord
from mem.tui.actions import bindings
from mem.tui.messages import FacetsWanted, GoTo, KeysWanted, PassageWanted, RowsWanted, SpanWanted
from mem.tui.rows import chunk_row, document_row
from mem.tui.screens.base import MemScreen
from mem.tui.screens.forgetting import ForgetsDocuments
from mem.tui.widgets.chips import Chip, Chips
from mem.tui.widgets.dialogs import Picker, Prompt
from mem.tui.widgets.passage import PassageView, shown_path
from mem.tui.widgets.table import Column, Row, VirtualTable

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.timer import Timer

_TYPING_PAUSE_S = 0.12
_LOOKING_PAUSE_S = 0.05
_ANY = ""
_TABLES = {
    "chunks": (
        Column("said", 10, least=44),
        Column("passage"),
        Column("who", 12, least=66),
        Column("document", 24, least=90),
    ),
    "documents": (
        Column("said", 10, least=44),
        Column("document"),
        Column("kind", 12, least=50),
        Column("passages", 8, least=60, right=True),
    ),
}


@dataclass(frozen=True, slots=True)
class _Labels:
    """How the filters in force are called on their chips."""

    source: str = ""
    time: str = ""


class BrowseScreen(ForgetsDocuments, MemScreen):
    """Search box, filter chips, table, preview."""

    NAME = "browse"
    BINDINGS: ClassVar[list[BindingType]] = bindings("browse")

    def __init__(self) -> None:
        super().__init__()
        self.view = View()
        self.keys: Keys = ()
        self._labels = _Labels()
        self._facets = Facets((), (), ())
        self._wanted_chunk: str | None = None
        self._typing: Timer | None = None
        self._looking: Timer | None = None

    def compose_body(self) -> ComposeResult:
        yield Input(placeholder="Search …", id="search", compact=True)
        yield Chips(id="chips")
        with Horizontal(id="browse-body"):
            yield VirtualTable(*_TABLES["chunks"], id="rows", empty="Nothing here.")
            yield PassageView(id="preview")

    def on_mount(self) -> None:
        self._show_chips()
        self.set_focus(self.query_one("#rows"))

    # --- reading ---------------------------------------------------------------------------

    def read(self) -> None:
        self.want(FacetsWanted(reply=self._take_facets))
        self._look(renew=True)

    def arrive(self, event: GoTo) -> None:
        """Look at another view, or at one chunk among the others."""
        view, chunk = event.view, event.chunk
        if view is not None or chunk is not None:
            self.view = view or View()
            self._labels = _Labels(
                source=self._source_name(self.view.filters.source),
                time=_span_name(self.view.filters),
            )
            box = self.query_one("#search", Input)
            with box.prevent(Input.Changed):
                box.value = self.view.words
            self._wanted_chunk = chunk
            self._stale = False
            self.want(FacetsWanted(reply=self._take_facets))
            self._look()
            self.set_focus(self.query_one("#rows"))

    def _take_facets(self, facets: Facets) -> None:
        self._facets = facets
        self._labels = replace(self._labels, source=self._source_name(self.view.filters.source))
        self._show_chips()

    def _look(self, *, renew: bool = False) -> None:
        self._show_chips()
        view, chunk = self.view, self._wanted_chunk
        self._wanted_chunk = None
        self.want(
            KeysWanted(
                view,
                chunk,
                reply=lambda found: self._take_keys(view, *found, renew=renew),
                failed=self.refused,
            )
        )

    def _take_keys(self, view: View, keys: Keys, focus: int | None, *, renew: bool) -> None:
        table = self.query_one("#rows", VirtualTable)
        same_rows = table.columns == _TABLES[view.rows]
        table.columns = _TABLES[view.rows]
        old, self.keys = self.keys, keys
        if renew and same_rows and table.cursor < len(old):
            table.renew(len(keys), _place_of(old[table.cursor], keys, table.cursor))
        else:
            table.set_total(len(keys), cursor=focus or 0)
        table.border_title = f"{len(keys):,} {'passages' if view.rows == 'chunks' else 'documents'}"
        table.border_subtitle = self.view.order
        if not keys:
            self.query_one("#preview", PassageView).clear()

    @on(VirtualTable.PageWanted, "#rows")
    def _page_wanted(self, event: VirtualTable.PageWanted) -> None:
        view = self.view
        keys = self.keys[event.first : event.first + event.count]

        def take(found: Sequence[Any]) -> None:
            event.table.put_page(event.generation, event.first, _rows(found))

        self.want(RowsWanted(view.rows, keys, words=view.words, reply=take, failed=self.refused))

    @on(VirtualTable.Highlighted, "#rows")
    def _on_row(self, event: VirtualTable.Highlighted) -> None:
        if self._looking is not None:
            self._looking.stop()
        if event.row is not None:
            key = event.row.key
            self._looking = self.set_timer(_LOOKING_PAUSE_S, lambda: self._preview(key))

    def _preview(self, key: str) -> None:
        self.want(
            PassageWanted(
                key,
                document=self.view.rows == "documents",
                words=self.view.words,
                reach=12 if self.view.rows == "documents" else 4,
                reply=self._show_passage,
            )
        )

    def _show_passage(self, passage: Passage | None) -> None:
        preview = self.query_one("#preview", PassageView)
        if passage is None:
            preview.clear("This is no longer in memory.")
        else:
            preview.show(passage)

    @on(VirtualTable.Chosen, "#rows")
    def _chosen(self) -> None:
        self.set_focus(self.query_one("#preview"))

    # --- searching and filtering -----------------------------------------------------------

    @on(Input.Changed, "#search")
    def _typed(self, event: Input.Changed) -> None:
        if self._typing is not None:
            self._typing.stop()
        self._typing = self.set_timer(_TYPING_PAUSE_S, lambda: self._search(event.value))

    @on(Input.Submitted, "#search")
    def _entered(self) -> None:
        self.leave_input()

    def _search(self, words: str) -> None:
        if words == self.view.words:
            return
        order = self.view.order
        if words.strip() and not self.view.words.strip() and self.view.rows == "chunks":
            order = BEST
        elif not words.strip() and order == BEST:
            order = "newest"
        self._change(replace(self.view, words=words, order=order))

    def _change(self, view: View, labels: _Labels | None = None) -> None:
        self.view = view
        self._labels = labels or self._labels
        self._look()

    def _filter(self, **changed: Any) -> Filters:
        return replace(self.view.filters, **changed)

    def _show_chips(self) -> None:
        filters = self.view.filters
        self.query_one("#chips", Chips).chips = (
            Chip("rows", "v", "rows", "documents" if self.view.rows == "documents" else ""),
            Chip("kind", "f", "kind", filters.kind or ""),
            Chip("source", "s", "source", self._labels.source),
            Chip("person", "p", "person", filters.speaker or ""),
            Chip("time", "t", "time", self._labels.time),
            Chip("order", "o", "order", "" if self.view.order == "newest" else self.view.order),
        )

    def leave_input(self) -> None:
        self.set_focus(self.query_one("#rows"))

    def action_search(self) -> None:
        self.set_focus(self.query_one("#search"))

    def action_rows(self) -> None:
        rows = "documents" if self.view.rows == "chunks" else "chunks"
        order = "newest" if self.view.order == BEST else self.view.order
        self._change(replace(self.view, rows=rows, order=order))

    def action_kind(self) -> None:
        self._pick("Kind", [(form, form) for form in self._facets.forms], self._take_kind)

    def _take_kind(self, kind: str) -> None:
        self._change(replace(self.view, filters=self._filter(kind=kind or None)))

    def action_source(self) -> None:
        choices = [(one, shown_path(uri)) for one, uri in self._facets.sources]
        self._pick("Source", choices, self._take_source)

    def _take_source(self, source: str) -> None:
        view = replace(self.view, filters=self._filter(source=source or None))
        self._change(view, replace(self._labels, source=self._source_name(source)))

    def _source_name(self, source: str | None) -> str:
        uris = [uri for identity, uri in self._facets.sources if identity == source]
        return shown_path(uris[0]).rstrip("/").rpartition("/")[2] if uris else source or ""

    def action_person(self) -> None:
        self._pick("Person", [(one, one) for one in self._facets.speakers], self._take_person)

    def _take_person(self, person: str) -> None:
        self._change(replace(self.view, filters=self._filter(speaker=person or None)))

    def _pick(
        self, title: str, choices: list[tuple[str, str]], then: Callable[[str], None]
    ) -> None:
        def take(chosen: str | None) -> None:
            if chosen is not None:
                then(chosen)

        self.app.push_screen(Picker(title, [(_ANY, "(any)"), *choices]), take)

    def action_time(self) -> None:
        hint = 'such as "last March", "2025-03", "two weeks ago"; empty for any time'
        self.app.push_screen(Prompt("Time", value=self._labels.time, hint=hint), self._take_time)

    def _take_time(self, text: str | None) -> None:
        if text is None:
            self._take_span("", None)
        else:
            self.want(SpanWanted(text, reply=lambda span: self._take_span(text, span)))

    def _take_span(self, text: str, span: TimeSpan | None) -> None:
        if text and span is None:
            self.notify(f"{text!r} is not a time that is understood.", markup=False)
            return
        filters = self._filter(
            since=span.start if span else None, before=span.end if span else None
        )
        self._change(replace(self.view, filters=filters), replace(self._labels, time=text))

    def action_clear(self) -> None:
        with self.query_one("#search", Input).prevent(Input.Changed):
            self.query_one("#search", Input).value = ""
        self._change(View(rows=self.view.rows), _Labels())

    def action_order(self) -> None:
        orders = list(CHUNK_ORDERS)
        if self.view.words.strip() and self.view.rows == "chunks":
            orders.append(BEST)
        at = orders.index(self.view.order) if self.view.order in orders else -1
        self._change(replace(self.view, order=orders[(at + 1) % len(orders)]))

    # --- the selected row ------------------------------------------------------------------

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

    def action_forget(self) -> None:
        passage = self.query_one("#preview", PassageView).passage
        if passage is not None:
            self.preview_forgetting(documents=(passage.document.id,))


def _rows(found: Sequence[ChunkRow | DocumentRecord | None]) -> list[Row | None]:
    return [
        None
        if one is None
        else (chunk_row(one) if isinstance(one, ChunkRow) else document_row(one))
        for one in found
    ]


def _place_of(key: object, keys: Keys, otherwise: int) -> int:
    """Where `key` stands in the new keys, looked for near where it was."""
    near = range(max(0, otherwise - 2000), min(len(keys), otherwise + 2000))
    return next((place for place in near if keys[place] == key), otherwise)


def _span_name(filters: Filters) -> str:
    if filters.since is None:
        return ""
    return f"{filters.since:%Y-%m-%d}" + (f" – {filters.before:%Y-%m-%d}" if filters.before else "")
