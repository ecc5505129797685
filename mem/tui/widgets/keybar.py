"""The keys of a screen on one line at the bottom; what does not fit is in the help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from mem.tui.actions import Action, find, of_screen
from mem.tui.keys import key_name

if TYPE_CHECKING:
    from textual.events import Click

# Undo is at hand first of all where memories are changed.
_CHANGING = ("memory", "review", "people", "prune")
_ALWAYS = ("app.help", "app.undo", "app.palette", "app.quit")
_TYPING = (("⏎", "Go"), ("esc", "Out of the box"), ("^p", "Commands"))


class KeyBar(Widget):
    """Keys with what they do; a click on one does it. While one types, only what works then."""

    typing: reactive[bool] = reactive(False)

    @dataclass
    class Picked(Message):
        """An action was clicked."""

        action: Action

    def __init__(self, screen: str) -> None:
        super().__init__()
        own = [one for one in of_screen(screen) if one.footer]
        self._actions = (*own, *map(find, _ALWAYS))
        self._first = ("app.help", "app.undo") if screen in _CHANGING else ("app.help",)

    def _shown(self) -> list[tuple[str, str, Action]]:
        """(key, label, action) of as many as fit; what is first of all before the others."""
        room = self.size.width
        wanted = sorted(
            range(len(self._actions)), key=lambda i: (self._actions[i].id not in self._first, i)
        )
        kept = []
        for place in wanted:
            action = self._actions[place]
            width = cell_len(key_name(action.keys[0])) + cell_len(action.label) + 3
            if width <= room:
                room -= width
                kept.append(place)
        chosen = [self._actions[place] for place in sorted(kept)]
        return [(key_name(one.keys[0]), one.label, one) for one in chosen]

    def render(self) -> Content:
        pairs = _TYPING if self.typing else [(key, label) for key, label, _ in self._shown()]
        return Content("").join(
            Content.assemble((f" {key}", "bold $text-accent"), f" {label} ") for key, label in pairs
        )

    def on_click(self, event: Click) -> None:
        at = 0
        for key, label, action in [] if self.typing else self._shown():
            at += cell_len(key) + cell_len(label) + 3
            if event.x < at:
                self.post_message(self.Picked(action))
                return
