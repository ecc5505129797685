"""Acting on memories from any screen: one request, one sentence back, undone with one key."""

from __future__ import annotations

from mem.core.memory import Memory
from mem.tui.messages import ActWanted
from mem.tui.screens.base import MemScreen
from mem.tui.widgets.dialogs import Picker, Prompt

_MERGE_CHOICES = 500


class ActsOnMemories(MemScreen):
    """A screen that changes memories."""

    def act(self, act: str, *identities: str, text: str = "") -> None:
        """Do it, say what was done, and read anew."""
        self.want(ActWanted(act, identities, text, reply=self._acted))

    def _acted(self, sentence: str) -> None:
        self.notify(sentence, markup=False)

    def edit(self, memory: Memory) -> None:
        """Correct the statement of a memory; the old one stays in history."""

        def take(text: str | None) -> None:
            if text and text != memory.text:
                self.act("edit", memory.id, text=text)

        hint = "A correction has the highest trust; the old words stay in history."
        self.app.push_screen(Prompt("Correct", value=memory.text, hint=hint), take)

    def merge(self, memory: Memory, others: list[Memory]) -> None:
        """Pick one of `others` that says the same, and make one of the two."""

        def take(other: str | None) -> None:
            if other:
                self.act("merge", memory.id, other)

        choices = [(one.id, one.text) for one in others if one.id != memory.id]
        title = f"Says the same as: {memory.text}"
        self.app.push_screen(Picker(title, choices[:_MERGE_CHOICES]), take)
