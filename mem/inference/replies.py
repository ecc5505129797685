"""What a model writes, made fit to be read: no thinking aloud, no endless white space.

Invariant: of a block `<think>…</think>` nothing is ever passed on, however it is cut into pieces.
"""

from __future__ import annotations

from typing import Final

from mem.errors import EndlessReply

_OPEN: Final = "<think>"
_CLOSE: Final = "</think>"
MAX_BLANKS: Final = 200  # white space in a row, in characters; no reply needs more


class ReplyCleaner:
    """Takes the pieces of one reply in order and gives back what is to be read of them."""

    def __init__(self, name: str) -> None:
        """`name` is that of the model, for messages."""
        self._name = name
        self._held = ""
        self._thinking = False
        self._begun = False
        self._blanks = 0

    def feed(self, piece: str) -> str:
        """What may be passed on after `piece`, often nothing. Raises EndlessReply."""
        self._count_blanks(piece)
        self._held += piece
        passed = ""
        while True:
            mark = _CLOSE if self._thinking else _OPEN
            before, found, after = self._held.partition(mark)
            if not found:
                break
            passed += self._passed(before)
            self._held, self._thinking = after, not self._thinking
        keep = _overlap(self._held, mark)
        cut = len(self._held) - keep
        before, self._held = self._held[:cut], self._held[cut:]
        return passed + self._passed(before)

    def finish(self) -> str:
        """What was held back in case it began a mark."""
        held, self._held = self._held, ""
        return self._passed(held)

    def _passed(self, text: str) -> str:
        if self._thinking:
            return ""
        if not self._begun:
            text = text.lstrip()
        self._begun = self._begun or bool(text)
        return text

    def _count_blanks(self, piece: str) -> None:
        stripped = piece.rstrip()
        trailing = len(piece) - len(stripped)
        self._blanks = trailing if stripped else self._blanks + trailing
        if self._blanks > MAX_BLANKS:
            raise EndlessReply(self._name)


def _overlap(text: str, mark: str) -> int:
    """How many characters at the end of `text` could be the beginning of `mark`."""
    for size in range(min(len(text), len(mark) - 1), 0, -1):
        if mark.startswith(text[-size:]):
            return size
    return 0
