"""Filter chips, search box and order of a screen that looks at one view of the store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mem.core.memory import MemoryKind, MemoryStatus
from mem.core.query import Filters
from mem.store.browsing.browser import BEST, CHUNK_ORDERS, GONE, Facets
from mem.store.browsing.memories import MEMORY_ORDERS
from mem.store.browsing.view import View
from mem.tui.messages import SpanWanted
from mem.tui.screens.searching import Searches
from mem.tui.widgets.chips import Chip, Chips
from mem.tui.widgets.dialogs import Picker, Prompt
from mem.tui.widgets.passage import shown_path

if TYPE_CHECKING:
    from mem.core.times.values import TimeSpan

_ANY = ""
ROWS = ("chunks", "documents", "episodes", "memories")
#: What one row of each kind is called.
ONE = {"chunks": "passage", "documents": "document", "episodes": "episode", "memories": "memory"}


@dataclass(frozen=True, slots=True)
class Labels:
    """How the filters in force are called on their chips."""

    source: str = ""
    time: str = ""


class FiltersRows(Searches):
    """A screen with `#search` and `#chips` over a `view`; `look` shows another one."""

    def __init__(self) -> None:
        super().__init__()
        self.view = View()
        self.labels = Labels()
        self.facets = Facets((), (), ())

    def look(self) -> None:
        """Show the rows of `view`."""
        raise NotImplementedError

    def take_view(self, view: View) -> None:
        """Go over to another view, made elsewhere."""
        self.view = view
        self.labels = Labels(self._source_name(view.filters.source), span_name(view.filters))
        self.put_words(view.words)

    def take_facets(self, facets: Facets) -> None:
        """What can be filtered by."""
        self.facets = facets
        self.labels = replace(self.labels, source=self._source_name(self.view.filters.source))
        self.show_chips()

    def show_chips(self) -> None:
        filters, view = self.view.filters, self.view
        about = (Chip("clear", "x", "about", view.about),) if view.about else ()
        self.query_one("#chips", Chips).chips = (
            *about,
            Chip("rows", "v", "rows", view.rows if view.rows != "chunks" else ""),
            Chip("kind", "f", "kind", filters.kind or ""),
            Chip("source", "s", "source", self.labels.source),
            Chip("person", "p", "person", filters.speaker or ""),
            Chip("time", "t", "time", self.labels.time),
            Chip("status", "z", "status", view.status),
            Chip("order", "o", "order", "" if view.order == "newest" else view.order),
        )

    def _change(self, view: View, labels: Labels | None = None) -> None:
        self.view = view
        self.labels = labels or self.labels
        self.look()

    def _filter(self, **changed: Any) -> Filters:
        return replace(self.view.filters, **changed)

    # --- words -----------------------------------------------------------------------------

    def search(self, words: str) -> None:
        if words == self.view.words:
            return
        order = self.view.order
        if words.strip() and not self.view.words.strip() and self.view.rows == "chunks":
            order = BEST
        elif not words.strip() and order == BEST:
            order = "newest"
        self._change(replace(self.view, words=words, order=order))

    # --- rows and order --------------------------------------------------------------------

    def action_rows(self) -> None:
        """The next kind of rows; a filter that these do not have is taken off."""
        rows = ROWS[(ROWS.index(self.view.rows) + 1) % len(ROWS)]
        order = self.view.order if self.view.order in _orders(rows) else "newest"
        kind, status = self.view.filters.kind, self.view.status
        if "memories" in (rows, self.view.rows):
            kind, status = None, ""
        filters = self._filter(kind=kind)
        self._change(replace(self.view, rows=rows, order=order, filters=filters, status=status))

    def action_order(self) -> None:
        orders = list(_orders(self.view.rows))
        if self.view.words.strip() and self.view.rows == "chunks":
            orders.append(BEST)
        at = orders.index(self.view.order) if self.view.order in orders else -1
        self._change(replace(self.view, order=orders[(at + 1) % len(orders)]))

    # --- filters ---------------------------------------------------------------------------

    def action_kind(self) -> None:
        of_memories = [one.value for one in MemoryKind]
        kinds = of_memories if self.view.rows == "memories" else self.facets.forms
        self._pick("Kind", [(kind, kind) for kind in kinds], self._take_kind)

    def _take_kind(self, kind: str) -> None:
        self._change(replace(self.view, filters=self._filter(kind=kind or None)))

    def action_status(self) -> None:
        of_memories = [one.value for one in MemoryStatus]
        statuses = of_memories if self.view.rows == "memories" else [GONE]
        words = {GONE: "gone from its folder"}
        self._pick("Status", [(one, words.get(one, one)) for one in statuses], self._take_status)

    def _take_status(self, status: str) -> None:
        self._change(replace(self.view, status=status))

    def action_source(self) -> None:
        choices = [(one, shown_path(uri)) for one, uri in self.facets.sources]
        self._pick("Source", choices, self._take_source)

    def _take_source(self, source: str) -> None:
        view = replace(self.view, filters=self._filter(source=source or None))
        self._change(view, replace(self.labels, source=self._source_name(source)))

    def _source_name(self, source: str | None) -> str:
        uris = [uri for identity, uri in self.facets.sources if identity == source]
        return shown_path(uris[0]).rstrip("/").rpartition("/")[2] if uris else source or ""

    def action_person(self) -> None:
        self._pick("Person", [(one, one) for one in self.facets.speakers], self._take_person)

    def _take_person(self, person: str) -> None:
        self._change(replace(self.view, filters=self._filter(speaker=person or None)))

    def _pick(
        self, title: str, choices: Sequence[tuple[str, str]], then: Callable[[str], None]
    ) -> None:
        def take(chosen: str | None) -> None:
            if chosen is not None:
                then(chosen)

        self.app.push_screen(Picker(title, [(_ANY, "(any)"), *choices]), take)

    def action_time(self) -> None:
        hint = 'such as "last March", "2025-03", "two weeks ago"; empty for any time'
        self.app.push_screen(Prompt("Time", value=self.labels.time, hint=hint), self._take_time)

    def _take_time(self, text: str | None) -> None:
        if text is None:
            return
        if not text:
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
        self._change(replace(self.view, filters=filters), replace(self.labels, time=text))

    def action_clear(self) -> None:
        self.put_words("")
        self._change(View(rows=self.view.rows), Labels())


def _orders(rows: str) -> Sequence[str]:
    return tuple(MEMORY_ORDERS if rows == "memories" else CHUNK_ORDERS)


def span_name(filters: Filters) -> str:
    """The time of some filters, as a chip shows it."""
    if filters.since is None:
        return ""
    return f"{filters.since:%Y-%m-%d}" + (f" – {filters.before:%Y-%m-%d}" if filters.before else "")
