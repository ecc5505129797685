"""Review: what waits for a decision, one key each, the evidence beside the statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Horizontal
from textual.content import Content

from mem.tui.actions import bindings
from mem.tui.messages import GoTo, ReviewWanted
from mem.tui.screens.acting import ActsOnMemories
from mem.tui.widgets.card import review_content
from mem.tui.widgets.table import Cell, Column, Row, VirtualTable
from mem.tui.widgets.textview import TextView

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mem.consolidation.records import ReviewItem

_EMPTY = "Nothing waits for a decision."


class ReviewScreen(ActsOnMemories):
    """The queue, and the item under the cursor in full."""

    NAME = "review"
    BINDINGS: ClassVar[list[BindingType]] = bindings("review")

    def __init__(self) -> None:
        super().__init__()
        self.items: Sequence[ReviewItem] = ()

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="review-body"):
            yield VirtualTable(
                Column("why", 11, least=40),
                Column("statement"),
                Column("said", 10, least=60),
                id="queue",
                empty=_EMPTY,
            )
            yield TextView(id="review-card")

    def on_mount(self) -> None:
        self.set_focus(self.query_one("#queue"))

    def read(self) -> None:
        self.want(ReviewWanted(reply=self._take, failed=self.refused))

    def _take(self, items: Sequence[ReviewItem]) -> None:
        self.items = items
        table = self.query_one("#queue", VirtualTable)
        table.border_title = f"{len(items):,} left"
        table.set_rows([_row(one) for one in items])
        if not items:
            self.query_one("#review-card", TextView).show_content(
                Content.styled(_EMPTY, "$text-muted")
            )

    @on(VirtualTable.Highlighted, "#queue")
    def _on_item(self) -> None:
        item = self.item
        if item is not None:
            self.query_one("#review-card", TextView).show_content(review_content(item))

    @property
    def item(self) -> ReviewItem | None:
        """The item under the cursor."""
        place = self.query_one("#queue", VirtualTable).cursor
        return self.items[place] if place < len(self.items) else None

    def _decide(self, act: str) -> None:
        item = self.item
        if item is not None:
            self.act(act, item.memory.id)

    def action_accept(self) -> None:
        self._decide("accept")

    def action_reject(self) -> None:
        self._decide("reject")

    def action_edit(self) -> None:
        if self.item is not None:
            self.edit(self.item.memory)

    def action_merge(self) -> None:
        item = self.item
        if item is None:
            return
        others = [*item.against, *(one.memory for one in self.items)]
        self.merge(item.memory, others)

    def action_skip(self) -> None:
        self.query_one("#queue", VirtualTable).action_cursor(1)

    @on(VirtualTable.Chosen, "#queue")
    def _chosen(self) -> None:
        self.action_memory()

    def action_memory(self) -> None:
        if self.item is not None:
            self.go(GoTo("memory", memory=self.item.memory.id))


def _row(item: ReviewItem) -> Row:
    said = item.memory.said_at
    return Row(
        item.memory.id,
        (
            Cell(item.reason),
            item.memory.text,
            Cell(f"{said:%Y-%m-%d}" if said else "", dim=True),
        ),
        flagged=item.reason == "conflict",
    )
