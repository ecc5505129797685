"""Sources: what was taken in, what was left out and why, and taking in more."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import ProgressBar, Static

from mem.core.display import sanitize_line
from mem.core.query import Filters
from mem.store.browse import View
from mem.store.files import FileRecord
from mem.store.store import SourceRecord
from mem.tui.actions import bindings
from mem.tui.messages import GoTo, ImportWanted, ProblemsWanted, SourcesWanted, StopWanted
from mem.tui.screens.forgetting import ForgetsDocuments
from mem.tui.widgets.dialogs import Prompt
from mem.tui.widgets.passage import shown_path
from mem.tui.widgets.table import Cell, Column, Row, VirtualTable

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mem.ingest.ledger import Ledger, Progress


class SourcesScreen(ForgetsDocuments):
    """Sources above, their problems below, the running import between."""

    NAME = "sources"
    BINDINGS: ClassVar[list[BindingType]] = bindings("sources")

    def __init__(self) -> None:
        super().__init__()
        self.ledger: Ledger | None = None
        self._sources: dict[str, SourceRecord] = {}
        self._importing = False

    def compose_body(self) -> ComposeResult:
        yield VirtualTable(
            Column("source"),
            Column("kind", 7, least=50),
            Column("documents", 9, right=True),
            Column("files", 7, least=66, right=True),
            Column("added", 10, least=80),
            id="sources",
            empty="Nothing was taken in yet. Press a to add a folder, a file or an export.",
        )
        with Vertical(id="activity"):
            yield ProgressBar(id="progress", show_eta=False)
            yield Static("", id="ledger", markup=False)
        yield VirtualTable(
            Column("left out"),
            Column("code", 14, least=60),
            Column("why", 0, least=40),
            id="problems",
            empty="Nothing of this source was left out.",
        )

    def on_mount(self) -> None:
        self.query_one("#activity").display = False
        self.query_one("#sources").border_title = "Sources"
        self.query_one("#problems").border_title = "Left out, and why"
        self.set_focus(self.query_one("#sources"))

    def read(self) -> None:
        self.want(SourcesWanted(reply=self._take_sources, failed=self.refused))

    def _take_sources(self, sources: list[SourceRecord]) -> None:
        known, self._sources = self._sources, {one.id: one for one in sources}
        new = [place for place, one in enumerate(sources) if one.id not in known]
        cursor = new[0] if known and new else None
        table = self.query_one("#sources", VirtualTable)
        table.set_rows([_source_row(one) for one in sources], cursor=cursor)

    @on(VirtualTable.Highlighted, "#sources")
    def _on_source(self, event: VirtualTable.Highlighted) -> None:
        if event.row is None:
            self.query_one("#problems", VirtualTable).set_rows([])
        else:
            self.want(ProblemsWanted(event.row.key, reply=self._take_problems))

    def _take_problems(self, problems: list[FileRecord]) -> None:
        source = self._selected()
        below = source.uri.rstrip("/") + "/" if source else ""
        rows = [_problem_row(one, below) for one in problems]
        self.query_one("#problems", VirtualTable).set_rows(rows)

    # --- taking in -------------------------------------------------------------------------

    def action_add(self) -> None:
        hint = "A folder, a file or a chat export. Your files are only read."
        self.app.push_screen(Prompt("Take in", value="~/", hint=hint), self._take_in)

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
        self._say(f"{progress.documents:,} documents, {progress.chunks:,} new passages  {place}")

    def _show_ledger(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._importing = False
        self.query_one("#progress").display = False
        self._say(ledger_line(ledger))
        self.query_one("#problems").border_title = "Left out, and why"
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
            self.app.post_message(StopWanted(ImportWanted.group))

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


def _source_row(one: SourceRecord) -> Row:
    return Row(
        one.id,
        (
            shown_path(one.uri),
            Cell(one.kind, dim=True),
            f"{one.documents:,}",
            Cell(f"{one.files:,}", dim=True),
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
    line = f"{ledger.seen:,} documents seen: {', '.join(parts) or 'nothing'}"
    return f"{line} ({codes})" if codes else line
