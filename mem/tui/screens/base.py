"""What every main screen has: the line of screens above, the keys below, and a way to be told.

A screen that is not shown notes that the store has changed and reads anew when it is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ScreenStackError
from textual.screen import Screen
from textual.widgets import Input

from mem.tui.messages import GoTo, OpenFileWanted, Request
from mem.tui.widgets.chips import Chips
from mem.tui.widgets.keybar import KeyBar
from mem.tui.widgets.navigation import Navigation

if TYPE_CHECKING:
    from textual.app import ComposeResult


class MemScreen(Screen[None]):
    """A main screen called `NAME` in the table of actions."""

    NAME: ClassVar[str] = ""
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012  (Textual declares it so)
        (0, "-narrow"),
        (70, "-normal"),
        (120, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-low"),
        (30, "-high"),
    ]
    # Nothing: a person who left a box is not put back into it when a dialog goes.
    AUTO_FOCUS = ""

    def __init__(self) -> None:
        super().__init__()
        self._stale = True
        # The first screen makes Textual read the style sheets of all; a later one need not make it
        # parse them all again (0.1 s on the event loop) to catch up.
        if any(self.app._screen_stacks.values()):
            self._css_update_count = self.app._css_update_count

    def compose(self) -> ComposeResult:
        yield Navigation(self.NAME)
        yield from self.compose_body()
        yield KeyBar(self.NAME)

    def compose_body(self) -> ComposeResult:
        """What stands between the two lines."""
        yield from ()

    def read(self) -> None:
        """Ask anew for everything shown."""

    def changed(self) -> None:
        """The store has changed: read now, or when shown."""
        self._stale = True
        if self.on_top:
            self.on_screen_resume()

    @property
    def on_top(self) -> bool:
        """Whether this is the screen that is seen; none is while the app ends."""
        try:
            return self.app.screen is self
        except ScreenStackError:
            return False

    def on_screen_resume(self) -> None:
        if self._stale:
            self._stale = False
            self.read()

    def arrive(self, event: GoTo) -> None:
        """Look at what one was sent here for."""

    def tell(self, status: str) -> None:
        """Say what runs, at the end of the line of screens."""
        for line in self.query(Navigation):
            line.status = status

    def want(self, request: Request) -> None:
        """Hand a request to the app."""
        self.app.post_message(request)

    def go(self, to: GoTo) -> None:
        """Go to another screen."""
        self.app.post_message(to)

    def open_file(self, document: str, locator: str) -> None:
        """Open a document's file in the editor."""
        self.want(OpenFileWanted(document, locator))

    @on(Navigation.Picked)
    def _navigate(self, event: Navigation.Picked) -> None:
        self.go(GoTo(event.screen))

    @on(Chips.Picked)
    async def _chip(self, event: Chips.Picked) -> None:
        await self.run_action(f"screen.{event.action}")

    @on(KeyBar.Picked)
    async def _key_picked(self, event: KeyBar.Picked) -> None:
        space = self.app if event.action.screen == "app" else self
        await self.app.run_action(event.action.method, space)

    def on_descendant_focus(self) -> None:
        self.query_one(KeyBar).typing = isinstance(self.focused, Input)

    def on_descendant_blur(self) -> None:
        self.query_one(KeyBar).typing = isinstance(self.focused, Input)

    def key_escape(self) -> None:
        """From an input box to what it is about, so that single keys work."""
        if isinstance(self.focused, Input):
            self.leave_input()

    def leave_input(self) -> None:
        """Where `escape` goes from an input box."""
        self.set_focus(None)
