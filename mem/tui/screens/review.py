"""Review: what waits for a decision, one key each, the evidence beside the statement.

Secrets that were kept out come last; their values are never shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Horizontal
from textual.content import Content

from mem.core.display import plural
from mem.tui.keys import bindings
from mem.tui.messages import GoTo, ReviewWanted
from mem.tui.screens.acting import ActsOnMemories
from mem.tui.screens.vaulting import Vaults
from mem.tui.widgets.card import review_content, secret_content
from mem.tui.widgets.cells import Cell, Column, Row
from mem.tui.widgets.lines import MUTED
from mem.tui.widgets.table import VirtualTable
from mem.tui.widgets.textview import TextView

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mem.consolidation.records import ReviewItem
    from mem.store.secrets import SecretRecord

_EMPTY = "Nothing waits for a decision."
_WHAT_COMES = (
    "Here come statements that memory is not sure of: inferred ones, two that contradict each "
    "other, ones that read like instructions, and secrets that were kept out."
)


class ReviewScreen(Vaults, ActsOnMemories):
    """The queue, and the item under the cursor in full."""

    NAME = "review"
    BINDINGS: ClassVar[list[BindingType]] = bindings("review")

    def __init__(self) -> None:
        super().__init__()
        self.items: Sequence[ReviewItem] = ()
        self.secrets: Sequence[SecretRecord] = ()

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
        self.want(ReviewWanted(reply=self._take))

    def _take(self, found: tuple[Sequence[ReviewItem], Sequence[SecretRecord]]) -> None:
        self.items, self.secrets = found
        table = self.query_one("#queue", VirtualTable)
        rows = [*map(_row, self.items), *map(_secret_row, self.secrets)]
        table.border_title = f"{len(rows):,} left"
        table.set_rows(rows)
        if not rows:
            self.query_one("#review-card", TextView).show_content(
                Content.styled(_WHAT_COMES, MUTED)
            )

    @on(VirtualTable.Highlighted, "#queue")
    def _on_item(self) -> None:
        item, secret = self.item, self.secret
        if item is not None or secret is not None:
            content = review_content(item) if item else secret_content(secret) if secret else None
            assert content is not None
            self.query_one("#review-card", TextView).show_content(content)

    @property
    def item(self) -> ReviewItem | None:
        """The item under the cursor."""
        place = self.query_one("#queue", VirtualTable).cursor
        return self.items[place] if place < len(self.items) else None

    @property
    def secret(self) -> SecretRecord | None:
        """The secret under the cursor, where it is one."""
        place = self.query_one("#queue", VirtualTable).cursor - len(self.items)
        return self.secrets[place] if 0 <= place < len(self.secrets) else None

    def _decide(self, act: str, about_secret: str) -> None:
        item, secret = self.item, self.secret
        if item is not None:
            self.act(act, item.memory.id)
        elif secret is not None:
            self.act(about_secret, secret.mark)

    def action_accept(self) -> None:
        self._decide("accept", "allow-secret")

    def action_reject(self) -> None:
        self._decide("reject", "drop-secret")

    def action_edit(self) -> None:
        if self.item is not None:
            self.edit(self.item.memory)

    def action_merge(self) -> None:
        item = self.item
        if item is None:
            return
        others = [*item.against, *(one.memory for one in self.items)]
        self.merge(item.memory, others)

    def action_vault(self) -> None:
        if self.secret is not None:
            self.put_into_vault(self.secret.mark)
        else:
            self.notify("v is for secrets that were kept out.", markup=False)

    def action_skip(self) -> None:
        self.query_one("#queue", VirtualTable).action_cursor(1)

    @on(VirtualTable.Chosen, "#queue")
    def _chosen(self) -> None:
        self.action_memory()

    def action_memory(self) -> None:
        if self.item is not None:
            self.go(GoTo("memory", memory=self.item.memory.id))


def _secret_row(one: SecretRecord) -> Row:
    words = f"{one.kind}, kept out of {plural(len(one.places), 'passage')}"
    return Row(one.mark, (Cell("secret"), words, Cell(one.found_at[:10], dim=True)), flagged=True)


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
