"""Prune: what has faded and why, and what archiving it would cost; one key does, one undoes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.content import Content
from textual.widgets import Static

from mem.tui.keys import bindings
from mem.tui.messages import GoTo, PruneNow, PruneWanted
from mem.tui.screens.acting import ActsOnMemories
from mem.tui.widgets.cells import Cell, Column, Row
from mem.tui.widgets.table import VirtualTable

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mem.consolidation.fading import PruneEntry, PrunePlan

_LEVELS = (0.25, 0.30, 0.40, 0.50, 0.60, 0.70)


class PruneScreen(ActsOnMemories):
    """The plan as a list with marks; what is marked goes out of use."""

    NAME = "prune"
    BINDINGS: ClassVar[list[BindingType]] = bindings("prune")

    def __init__(self) -> None:
        super().__init__()
        self.plan: PrunePlan | None = None
        self.marked: set[str] = set()
        self._level = 1

    def compose_body(self) -> ComposeResult:
        yield Static("Looking …", id="prune-sum", markup=False)
        yield VirtualTable(
            Column("", 2),
            Column("worth", 5, least=44),
            Column("statement"),
            Column("kind", 9, least=70),
            Column("why", 48, least=110),
            id="faded",
            empty="Nothing has faded so far.",
        )

    def on_mount(self) -> None:
        self.set_focus(self.query_one("#faded"))

    def read(self) -> None:
        below = _LEVELS[self._level]
        self.want(PruneWanted(below, reply=self._take))

    def _take(self, plan: PrunePlan) -> None:
        known = {one.stored.memory.id for one in self.plan.entries} if self.plan else set()
        self.plan = plan
        now = {one.stored.memory.id for one in plan.entries}
        self.marked = (self.marked & now) | (now - known)
        self._show()

    def _show(self) -> None:
        if self.plan is None:
            return
        entries = self.plan.entries
        self.query_one("#prune-sum", Static).update(Content(self._sum(self.plan)))
        self.query_one("#faded", VirtualTable).set_rows(
            [_row(one, marked=one.stored.memory.id in self.marked) for one in entries]
        )

    def _sum(self, plan: PrunePlan) -> str:
        """The plan in two lines."""
        if not plan.considered:
            return "Memories that are neither cited nor marked useful fade with time."
        return (
            f"{len(plan.entries):,} of {plan.considered:,} memories are worth less than "
            f"{_LEVELS[self._level]:.2f}; {len(self.marked):,} are marked.\n"
            f"{plan.touched:.0%} of what was cited of late is among them. "
            "Archiving can be undone."
        )

    @property
    def entry(self) -> PruneEntry | None:
        """The entry under the cursor."""
        place = self.query_one("#faded", VirtualTable).cursor
        entries = self.plan.entries if self.plan else ()
        return entries[place] if place < len(entries) else None

    def action_mark(self) -> None:
        if self.entry is not None:
            self.marked ^= {self.entry.stored.memory.id}
            self._show()
            self.query_one("#faded", VirtualTable).action_cursor(1)

    def action_mark_kind(self) -> None:
        """All of the kind under the cursor, or none of it."""
        if self.entry is None or self.plan is None:
            return
        kind = self.entry.stored.memory.kind
        those = {
            one.stored.memory.id for one in self.plan.entries if one.stored.memory.kind is kind
        }
        self.marked = self.marked - those if those <= self.marked else self.marked | those
        self._show()

    def action_mark_all(self) -> None:
        every = {one.stored.memory.id for one in self.plan.entries} if self.plan else set()
        self.marked = set() if every <= self.marked else every
        self._show()

    def action_more(self) -> None:
        self._to_level(self._level + 1)

    def action_fewer(self) -> None:
        self._to_level(self._level - 1)

    def _to_level(self, level: int) -> None:
        self._level = max(0, min(level, len(_LEVELS) - 1))
        self.read()

    def action_archive(self) -> None:
        if self.plan is None or not self.marked:
            self.notify("Nothing is marked.", markup=False)
            return
        those = tuple(one for one in self.plan.entries if one.stored.memory.id in self.marked)
        plan = replace(self.plan, entries=those)
        self.want(PruneNow(plan, reply=self._archived))

    def _archived(self, count: int) -> None:
        self.notify(f"Archived {count:,}. u undoes it.", markup=False)

    def action_memory(self) -> None:
        if self.entry is not None:
            self.go(GoTo("memory", memory=self.entry.stored.memory.id))

    @on(VirtualTable.Chosen, "#faded")
    def _chosen(self) -> None:
        self.action_memory()


def _row(one: PruneEntry, *, marked: bool) -> Row:
    memory = one.stored.memory
    cells = (
        "×" if marked else "·",
        Cell(f"{one.worth:.2f}", dim=True),
        memory.text,
        Cell(memory.kind.value, dim=True),
        Cell(one.reason, dim=True),
    )
    return Row(memory.id, cells)
