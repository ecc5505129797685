"""Memory: every statement drawn or typed, each with its evidence, validity, links and history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.containers import Horizontal
from textual.widgets import Input

from mem.core.display import plural
from mem.core.memory import Memory, MemoryKind, MemoryStatus
from mem.tui.keys import bindings
from mem.tui.messages import ConsolidateWanted, GoTo, MemoriesWanted, MemoryWanted
from mem.tui.rows import COLUMNS, memory_row
from mem.tui.screens.acting import ActsOnMemories
from mem.tui.screens.forgetting import Forgets
from mem.tui.screens.searching import Searches
from mem.tui.widgets.card import link_lines, memory_content
from mem.tui.widgets.chips import Chip, Chips
from mem.tui.widgets.dialogs import Picker
from mem.tui.widgets.table import VirtualTable
from mem.tui.widgets.textview import TextView

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mem.consolidation.records import MemoryView
    from mem.store.memory.changes import ChangeEntry


class MemoryScreen(Searches, Forgets, ActsOnMemories):
    """Search box, chips, statements, and the card of one."""

    NAME = "memory"
    BINDINGS: ClassVar[list[BindingType]] = bindings("memory")

    def __init__(self) -> None:
        super().__init__()
        self.memories: Sequence[Memory] = ()
        self.shown: MemoryView | None = None
        self.words = ""
        self.kind: str | None = None
        self.status: str | None = None
        self._wanted: str | None = None

    def compose_body(self) -> ComposeResult:
        yield Input(placeholder="Search memories …", id="search", compact=True)
        yield Chips(id="memory-chips")
        with Horizontal(id="memory-body"):
            yield VirtualTable(
                *COLUMNS["memories"],
                id="memories",
                empty="No memories yet. C draws them from what was taken in.",
            )
            yield TextView(id="card")

    def on_mount(self) -> None:
        self.set_focus(self.query_one("#memories"))

    # --- reading ---------------------------------------------------------------------------

    def read(self) -> None:
        self.query_one("#memory-chips", Chips).chips = (
            Chip("kind", "f", "kind", self.kind or ""),
            Chip("status", "s", "status", self.status or ""),
        )
        self.want(MemoriesWanted(self.words, self.kind, self.status, reply=self._take))

    def arrive(self, event: GoTo) -> None:
        if event.memory:
            self.look_at(event.memory)

    def look_at(self, identity: str) -> None:
        """Show one memory, whatever is filtered."""
        self.words, self.kind, self.status = "", None, None
        self.put_words("")
        self._wanted = identity
        self._stale = False
        self.read()
        self.set_focus(self.query_one("#memories"))

    def _take(self, memories: Sequence[Memory]) -> None:
        table = self.query_one("#memories", VirtualTable)
        key = self._wanted or (table.row.key if table.row else None)
        place = next((i for i, one in enumerate(memories) if one.id == key), None)
        self.memories = memories
        table.border_title = plural(len(memories), "memory")
        if self._wanted is not None and place is None:
            self.want(MemoryWanted(self._wanted, reply=self._show))
        table.renew(len(memories), table.cursor if place is None else place)
        self._wanted = None
        if not memories:
            self._show(None)

    @on(VirtualTable.PageWanted, "#memories")
    def _page_wanted(self, event: VirtualTable.PageWanted) -> None:
        those = self.memories[event.first : event.first + event.count]
        event.table.put_page(event.generation, event.first, [memory_row(one) for one in those])

    @on(VirtualTable.Highlighted, "#memories")
    def _on_memory(self, event: VirtualTable.Highlighted) -> None:
        if event.row is not None:
            self.want(MemoryWanted(event.row.key, reply=self._show))

    def _show(self, found: tuple[MemoryView, list[ChangeEntry]] | None) -> None:
        from textual.content import Content

        self.shown = found[0] if found else None
        card = self.query_one("#card", TextView)
        card.show_content(memory_content(*found) if found else Content(""))

    @on(VirtualTable.Chosen, "#memories")
    def _chosen(self) -> None:
        self.set_focus(self.query_one("#card"))

    # --- searching -------------------------------------------------------------------------

    def search(self, words: str) -> None:
        if words != self.words:
            self.words = words
            self.read()

    def leave_input(self) -> None:
        self.set_focus(self.query_one("#memories"))

    def action_kind(self) -> None:
        self._pick("Kind", [kind.value for kind in MemoryKind], "kind")

    def action_status(self) -> None:
        self._pick("Status", [status.value for status in MemoryStatus], "status")

    def _pick(self, title: str, values: list[str], attribute: str) -> None:
        def take(chosen: str | None) -> None:
            if chosen is not None:
                setattr(self, attribute, chosen or None)
                self.read()

        choices = [("", "(any in use)"), *((value, value) for value in values)]
        self.app.push_screen(Picker(title, choices), take)

    # --- acting ----------------------------------------------------------------------------

    def action_edit(self) -> None:
        if self.shown is not None:
            self.edit(self.shown.memory)

    def action_pin(self) -> None:
        if self.shown is not None:
            memory = self.shown.memory
            self.act("unpin" if memory.pinned else "pin", memory.id)

    def action_archive(self) -> None:
        if self.shown is not None:
            self.act("archive", self.shown.memory.id)

    def action_accept(self) -> None:
        if self.shown is not None:
            self.act("accept", self.shown.memory.id)

    def action_reject(self) -> None:
        if self.shown is not None:
            self.act("reject", self.shown.memory.id)

    def action_forget(self) -> None:
        if self.shown is not None:
            self.preview_forgetting_memory(self.shown.memory.id)

    def action_merge(self) -> None:
        if self.shown is not None:
            self.merge(self.shown.memory, list(self.memories))

    def action_walk(self) -> None:
        """To a linked memory."""
        if self.shown is None:
            return
        lines = link_lines(self.shown.memory, self.shown.linked)
        if not lines:
            self.notify("Nothing is linked to this.", markup=False)
            return
        self.app.push_screen(Picker("Linked", lines), self._walked)

    def _walked(self, identity: str | None) -> None:
        if identity:
            self.look_at(identity)

    def action_evidence(self) -> None:
        if self.shown is not None and self.shown.places:
            self.go(GoTo("browse", chunk=self.shown.places[0].evidence.chunk_id))

    def action_copy(self) -> None:
        if self.shown is not None:
            self.app.copy_to_clipboard(self.shown.memory.text)
            self.notify("The statement is copied.", markup=False)

    def action_consolidate(self) -> None:
        self.notify("Drawing memories from new passages …", markup=False)
        self.want(ConsolidateWanted(reply=self._consolidated, progress=self._progressed))

    def _progressed(self, progress: tuple[int, int]) -> None:
        self.tell(f"Drawing memories: {progress[0]:,} of {progress[1]:,}")

    def _consolidated(self, report: Any) -> None:
        self.notify(
            f"{plural(report.chunks, 'passage')} read, "
            f"{plural(report.candidates, 'statement')} weighed.",
            markup=False,
        )
