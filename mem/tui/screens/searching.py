"""A search box that looks as one types, after a short pause, and is left with return or escape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.widgets import Input

from mem.tui.screens.base import MemScreen

if TYPE_CHECKING:
    from textual.timer import Timer

_PAUSE_S = 0.12


class Searches(MemScreen):
    """A screen with one search box, `#search`."""

    def __init__(self) -> None:
        super().__init__()
        self._typing: Timer | None = None

    def search(self, words: str) -> None:
        """Show what these words find."""
        raise NotImplementedError

    def put_words(self, words: str) -> None:
        """Have the box show words that are looked for already."""
        box = self.query_one("#search", Input)
        with box.prevent(Input.Changed):
            box.value = words

    @on(Input.Changed, "#search")
    def _typed(self, event: Input.Changed) -> None:
        if self._typing is not None:
            self._typing.stop()
        self._typing = self.set_timer(_PAUSE_S, lambda: self.search(event.value))

    @on(Input.Submitted, "#search")
    def _entered(self) -> None:
        self.leave_input()

    def action_search(self) -> None:
        self.set_focus(self.query_one("#search"))
