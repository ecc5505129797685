"""The line at the top: where one is, where one can go, and what runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from mem.core.display import sanitize_line
from mem.tui.actions import SCREENS
from mem.tui.widgets.lines import MUTED

if TYPE_CHECKING:
    from textual.events import Click

# Columns that a status needs to be of use.
_STATUS = 20


class Navigation(Widget):
    """The screens with their digits; only the current one by name where there is little room."""

    status: reactive[str] = reactive("")

    @dataclass
    class Picked(Message):
        """A screen was clicked."""

        screen: str

    def __init__(self, current: str) -> None:
        super().__init__()
        self.current = current

    def _parts(self) -> list[tuple[str, str]]:
        """(screen, text) from left to right."""
        full = [(info.name, f" {n} {info.title}") for n, info in enumerate(SCREENS, 1)]
        room = self.size.width - (_STATUS if self.status else 0)
        if sum(cell_len(text) for _, text in full) <= room:
            return full
        return [
            (info.name, f" {n} {info.title} " if info.name == self.current else f" {n}")
            for n, info in enumerate(SCREENS, 1)
        ]

    def render(self) -> Content:
        parts = [
            Content.styled(text, "bold reverse" if name == self.current else MUTED)
            for name, text in self._parts()
        ]
        line = Content("").join(parts)
        status = sanitize_line(self.status)
        room = self.size.width - line.cell_length - 1
        if status and room > 3:
            shown = Content.styled(status, "$text-accent").truncate(room, ellipsis=True)
            line += Content(" " * (room - shown.cell_length)) + shown
        return line

    def on_click(self, event: Click) -> None:
        at = 0
        for name, text in self._parts():
            at += cell_len(text)
            if event.x < at:
                self.post_message(self.Picked(name))
                return
