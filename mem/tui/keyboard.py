"""Keys in order: a key is looked at when all that the one before it did is done.

Textual gives a key to the widget that has the focus when the key arrives, and acts on it later.
Keys that come in one burst (a slow line, a busy machine, a macro) would all go to that widget,
though the first one opens the box that the others were typed for.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.app import ScreenStackError
from textual.events import Key
from textual.message import Message

from mem.tui.requests import RequestsApp

if TYPE_CHECKING:
    from textual.events import Event
    from textual.message_pump import MessagePump
    from textual.screen import Screen

# These stop and leave, whatever else waits.
_AT_ONCE = frozenset({"ctrl+c", "ctrl+q"})
# No key waits longer: the widget that was given the one before may have gone with it.
_WAIT_S = 1.0


class KeyDone(Message):
    """Goes up to the app behind a key and behind the messages that its widgets sent for it.

    `screen` is the one on top when it set out, None on the first of its ways.
    """

    def __init__(self, key: Key, target: MessagePump, screen: Screen[object] | None) -> None:
        super().__init__()
        self.key = key
        self.target = target
        self.screen = screen


class KeysInOrder(RequestsApp):
    """An app that holds a key back until the one before it is done."""

    def __init__(self) -> None:
        super().__init__()
        self._held: deque[Key] = deque()
        self._handled: Key | None = None

    async def on_event(self, event: Event) -> None:
        if not isinstance(event, Key) or event.is_forwarded or event.key in _AT_ONCE:
            await super().on_event(event)
        elif self._handled is None:
            await self._handle(event)
        else:
            self._held.append(event)
            if len(self._held) == 1:
                self._wait_at_most(self._handled)

    async def _handle(self, key: Key) -> None:
        """Give a key to the widget that has the focus.

        A letter for a box is waited for by none: what comes next stands behind it in any case.
        """
        top = self._top()
        target = self.focused or top
        await super().on_event(key)
        if target is not None and not target.check_consume_key(key.key, key.character):
            self._handled = key
            self._follow(KeyDone(key, target, None))
            if self._held:
                self._wait_at_most(key)

    def _follow(self, done: KeyDone) -> None:
        """Send it the way of the key; where there is none any more, the key is done."""
        if not done.target.post_message(done):
            self.call_later(self._next, done.key)

    @on(KeyDone)
    async def _came_up(self, done: KeyDone) -> None:
        """Twice the way of the key, since a widget may have sent a message; then any other screen.

        A dialog that the key opened has put its box under the cursor before it lets this by.
        """
        top = self._top()
        if done.screen is None and top is not None:
            self._follow(KeyDone(done.key, done.target, top))
        elif top is not None and done.screen is not top:
            self._follow(KeyDone(done.key, top, top))
        else:
            await self._next(done.key)

    def _wait_at_most(self, key: Key) -> None:
        self.set_timer(_WAIT_S, partial(self._next, key))

    async def _next(self, done: Key) -> None:
        """Go on with the key after `done`, unless that is so already."""
        if self._handled is not done:
            return
        self._handled = None
        while self._held and self._handled is None:
            await self._handle(self._held.popleft())

    def _top(self) -> Screen[object] | None:
        try:
            return self.screen
        except ScreenStackError:
            return None
