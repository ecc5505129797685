"""The filters in force on one line; a click on one changes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from mem.core.display import sanitize_line
from mem.tui.widgets.lines import MUTED

if TYPE_CHECKING:
    from textual.events import Click


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter: the key that changes it, its name, and its value where it is in force."""

    action: str
    key: str
    name: str
    value: str = ""


class Chips(Widget):
    """Filters as `f kind: note`; those in force stand out in bold and brackets."""

    chips: reactive[tuple[Chip, ...]] = reactive(())

    @dataclass
    class Picked(Message):
        """A chip was clicked; `action` is the screen's method that changes it."""

        action: str

    def render(self) -> Content:
        parts = []
        for text, chip in zip(self._texts(), self.chips, strict=True):
            style = "bold reverse $text-accent" if chip.value else MUTED
            parts.append(Content.styled(text, style))
        return Content(" ").join(parts).truncate(max(1, self.size.width), ellipsis=True)

    def _texts(self) -> list[str]:
        """The chips as they fit: the last ones not in force are reduced to their key first."""
        texts = [
            sanitize_line(
                f" {chip.key} {chip.name}: {chip.value} "
                if chip.value
                else f" {chip.key} {chip.name} "
            )
            for chip in self.chips
        ]
        for place, chip in reversed(list(enumerate(self.chips))):
            if sum(map(cell_len, texts)) + len(texts) - 1 <= self.size.width:
                break
            if not chip.value:
                texts[place] = f" {chip.key} "
        return texts

    def on_click(self, event: Click) -> None:
        at = 0
        for text, chip in zip(self._texts(), self.chips, strict=True):
            at += len(text) + 1
            if event.x < at:
                self.post_message(self.Picked(chip.action))
                return
