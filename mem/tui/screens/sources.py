"""Sources: what was taken in and is kept in step, what was left out and why, what the watcher does.

The lower table shows what was left out, the imports there were, or the watcher's last acts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import unquote

from rich.cells import cell_len
from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import ProgressBar, Static

from mem.core.display import plural, sanitize_line
from mem.core.query import Filters
from mem.store.browsing.view import View
from mem.store.files import FileRecord
from mem.store.store import SourceRecord
from mem.tui.activity import WatcherState, activity_row, import_row, watcher_line
from mem.tui.keys import bindings
from mem.tui.messages import (
    GoTo,
    ImportsWanted,
    ImportWanted,
    KeepWanted,
    ProblemsWanted,
    SourcesWanted,
    StopWanted,
    WatcherWanted,
)
from mem.tui.screens.forgetting import Forgets
from mem.tui.widgets.cells import Cell, Column, Row
from mem.tui.widgets.dialogs import Prompt
from mem.tui.widgets.lines import MUTED
from mem.tui.widgets.passage import shown_path
from mem.tui.widgets.table import VirtualTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mem.ingest.ledger import Ledger, Progress
    from mem.store.journal import JournalEntry


_WATCHER_EVERY_S = 3.0
# What the box for a path begins with.
_HOME = "~/"


@dataclass(frozen=True, slots=True)
class _Lower:
    """What the lower table may show."""

    title: str
    columns: tuple[Column, ...]
    empty: str


_LOWER = {
    "problems": _Lower(
        "Left out, and why",
        (Column("left out", tail=True), Column("code", 14, least=60), Column("why", 0, least=40)),
        "Nothing of this source was left out.",
    ),
    "imports": _Lower(
        "Imports",
        (Column("what it did"), Column("when", 16, least=40), Column("", 1, least=200)),
        "No import of this source changed anything.",
    ),
    "watcher": _Lower(
        "The watcher's last acts",
        (Column("source", 14), Column("when", 16, least=66), Column("what it did")),
        "It did nothing yet. `mem watch` starts one; w keeps a source in step.",
    ),
}


class SourcesScreen(Forgets):
    """Sources above, their problems below, the running import between."""

    NAME = "sources"
    BINDINGS: ClassVar[list[BindingType]] = bindings("sources")

    def __init__(self) -> None:
        super().__init__()
        self.ledger: Ledger | None = None
        self.watcher = WatcherState(None, frozenset(), ())
        self._sources: dict[str, SourceRecord] = {}
        self._lower = "problems"
        self._importing = False

    def compose_body(self) -> ComposeResult:
        yield VirtualTable(
            Column("source", tail=True),
            Column("kind", 7, least=50),
            Column("documents", 9, right=True),
            Column("files", 7, least=66, right=True),
            Column("in step", 7, least=56),
            Column("added", 10, least=80),
            id="sources",
            empty="Nothing was taken in yet. Press a to add a folder, a file or an export.",
        )
        yield Static("", id="watcher", markup=False)
        with Vertical(id="activity"):
            yield ProgressBar(id="progress", show_eta=False)
            yield Static("", id="ledger", markup=False)
        yield VirtualTable(*_LOWER["problems"].columns, id="problems")

    def on_mount(self) -> None:
        self.query_one("#activity").display = False
        self.query_one("#sources").border_title = "Sources"
        self._show_lower()
        self.set_focus(self.query_one("#sources"))
        self.set_interval(_WATCHER_EVERY_S, self._look_at_watcher)

    def read(self) -> None:
        self.want(WatcherWanted(reply=self._take_watcher))
        self.want(SourcesWanted(reply=self._take_sources))

    def _look_at_watcher(self) -> None:
        if self.on_top:
            self.want(WatcherWanted(reply=self._take_watcher))

    def _take_watcher(self, state: WatcherState) -> None:
        if state == self.watcher:
            return
        self.watcher = state
        self._show_sources()

    def _show_sources(self, cursor: int | None = None) -> None:
        watched = self.watcher.watched
        rows = [_source_row(one, kept=one.id in watched) for one in self._sources.values()]
        self.query_one("#sources", VirtualTable).set_rows(rows, cursor=cursor)
        line = watcher_line(self.watcher, self._uris)
        self.query_one("#watcher", Static).update(Content.styled(sanitize_line(line), MUTED))
        if self._lower == "watcher":
            self._read_lower()

    @property
    def _uris(self) -> dict[str, str]:
        return {one.id: one.uri for one in self._sources.values()}

    def _take_sources(self, sources: list[SourceRecord]) -> None:
        known, self._sources = self._sources, {one.id: one for one in sources}
        new = [place for place, one in enumerate(sources) if one.id not in known]
        self._show_sources(new[0] if known and new else None)

    @on(VirtualTable.Highlighted, "#sources")
    def _on_source(self) -> None:
        self._read_lower()

    # --- the lower table -------------------------------------------------------------------

    def action_lower(self) -> None:
        names = list(_LOWER)
        self._lower = names[(names.index(self._lower) + 1) % len(names)]
        self._show_lower()
        self._read_lower()

    def _show_lower(self) -> None:
        table, lower = self.query_one("#problems", VirtualTable), _LOWER[self._lower]
        table.columns, table.empty = lower.columns, lower.empty
        table.border_title = lower.title
        table.set_rows([], cursor=0)

    def _read_lower(self) -> None:
        table, source = self.query_one("#problems", VirtualTable), self._selected()
        if self._lower == "watcher":
            acts = enumerate(self.watcher.activity)
            table.set_rows([activity_row(number, one, self._uris) for number, one in acts])
        elif source is None:
            table.set_rows([])
        elif self._lower == "imports":
            self.want(ImportsWanted(source.id, reply=self._take_imports))
        else:
            self.want(ProblemsWanted(source.id, reply=self._take_problems))

    def _take_imports(self, imports: list[JournalEntry]) -> None:
        if self._lower == "imports":
            rows = [import_row(number, one) for number, one in enumerate(imports)]
            self.query_one("#problems", VirtualTable).set_rows(rows)

    def _take_problems(self, problems: list[FileRecord]) -> None:
        source = self._selected()
        below = source.uri.rstrip("/") + "/" if source else ""
        if self._lower == "problems":
            rows = [_problem_row(one, below) for one in problems]
            self.query_one("#problems", VirtualTable).set_rows(rows)

    # --- taking in -------------------------------------------------------------------------

    def action_add(self) -> None:
        hint = "A folder, a file or a chat export. Your files are only read."
        self._ask_path("Take in", hint, self._take_in)

    def action_add_kept(self) -> None:
        hint = "A folder to take in now and keep in step from now on. Your files are only read."
        self._ask_path("Keep in step", hint, self._take_in_kept)

    def _ask_path(self, title: str, hint: str, then: Callable[[str], None]) -> None:
        def take(text: str | None) -> None:
            path = _path_in(text or "")
            if path:
                then(path)

        self.app.push_screen(Prompt(title, value=_HOME, hint=hint), take)

    def _take_in_kept(self, path: str) -> None:
        self.want(KeepWanted(path, True, reply=lambda _: self._take_in(path)))

    def action_keep(self) -> None:
        """Keep the selected source in step, or no longer."""
        source = self._selected()
        if source is None or not source.uri.startswith("file://"):
            self.notify("Only a folder or a file can be kept in step.", markup=False)
            return
        on, place = source.id not in self.watcher.watched, unquote(source.uri[len("file://") :])
        self.want(KeepWanted(place if on else source.uri, on, reply=self._kept))

    def _kept(self, sentence: str) -> None:
        self.notify(sentence, markup=False)

    def action_again(self) -> None:
        source = self._selected()
        if source is not None and source.uri.startswith("file://"):
            self._take_in(shown_path(source.uri))
        elif source is not None:
            self.notify("What was typed has no folder to look at again.", markup=False)

    def _take_in(self, path: str | None) -> None:
        if not path:
            return
        if self._importing:
            self.notify("An import is running; c stops it.", severity="warning", markup=False)
            return
        self._importing = True
        self.query_one("#activity").display = True
        self.query_one("#progress", ProgressBar).update(total=None, progress=0)
        self._say(f"Looking through {sanitize_line(path)} …")
        self.want(
            ImportWanted(
                (path,),
                progress=self._show_progress,
                reply=self._show_ledger,
                failed=self._import_failed,
            )
        )

    def _show_progress(self, progress: Progress) -> None:
        bar = self.query_one("#progress", ProgressBar)
        bar.update(total=progress.files_total, progress=progress.files_done)
        room = max(10, self.size.width - 50)
        place = shown_path(progress.uri)
        if cell_len(place) > room:
            place = "…" + place[-room:]
        taken = plural(progress.documents, "document")
        self._say(f"{taken}, {plural(progress.chunks, 'new passage')}  {place}")

    def _show_ledger(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._importing = False
        self.query_one("#progress").display = False
        self._say(ledger_line(ledger))
        self.read()

    def _import_failed(self, error: Exception) -> None:
        self._importing = False
        self.query_one("#progress").display = False
        self._say(str(error))
        self.read()

    def _say(self, line: str) -> None:
        self.query_one("#ledger", Static).update(Content(sanitize_line(line)))

    def action_stop(self) -> None:
        if self._importing:
            self.app.post_message(StopWanted(ImportWanted))
            self._say("Stopping; what is being written now is finished first …")

    # --- the selected source ---------------------------------------------------------------

    def _selected(self) -> SourceRecord | None:
        row = self.query_one("#sources", VirtualTable).row
        return self._sources.get(row.key) if row else None

    def action_browse(self) -> None:
        source = self._selected()
        if source is not None:
            self.go(GoTo("browse", view=View(filters=Filters(source=source.id))))

    def action_forget(self) -> None:
        source = self._selected()
        if source is not None:
            self.preview_forgetting(source=source.id)


def _source_row(one: SourceRecord, *, kept: bool) -> Row:
    return Row(
        one.id,
        (
            shown_path(one.uri),
            Cell(one.kind, dim=True),
            f"{one.documents:,}",
            Cell(f"{one.files:,}", dim=True),
            "yes" if kept else Cell("no", dim=True),
            Cell(one.added_at[:10], dim=True),
        ),
    )


def _problem_row(one: FileRecord, below: str) -> Row:
    """`below` is what all paths of the source begin with."""
    place = shown_path(one.uri).removeprefix(shown_path(below))
    cells = (place, Cell(one.code or "", dim=True), Cell(one.reason or "", dim=True))
    return Row(one.uri, cells, flagged=one.state == "failed")


def ledger_line(ledger: Ledger) -> str:
    """What an import did, on one line."""
    counts = [
        (ledger.added, "added"),
        (ledger.updated, "updated"),
        (ledger.unchanged, "unchanged"),
        (ledger.skipped, "skipped"),
        (ledger.failed, "failed"),
        (ledger.gone, "gone"),
    ]
    parts = [f"{count:,} {name}" for count, name in counts if count]
    codes = ", ".join(f"{code} {n:,}" for code, n in sorted(ledger.skipped_by_code().items()))
    line = f"{plural(ledger.seen, 'document')} seen: {', '.join(parts) or 'nothing'}"
    return f"{line} ({codes})" if codes else line


def _path_in(text: str) -> str:
    """The path in the box; one that was typed or pasted whole after its `~/` stands for itself."""
    rest = text.removeprefix(_HOME)
    if len(rest) > 1 and rest[0] == rest[-1] and rest[0] in "'\"":
        rest = rest[1:-1]
    if rest.startswith(("/", "~")) or not text.startswith(_HOME):
        return rest
    return _HOME + rest
