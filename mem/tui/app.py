"""The app: how it begins, ends and goes from screen to screen, and what is done everywhere.

What screens ask of it is answered in `mem.tui.requests`. The terminal is restored by Textual
whatever happens, and the store is closed after the last thread is done with it.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.events import InputEvent

from mem.errors import MemError
from mem.tui import messages as m
from mem.tui.actions import SCREENS
from mem.tui.collecting import Collector
from mem.tui.keyboard import KeysInOrder
from mem.tui.keys import bindings
from mem.tui.requests import CHANGES
from mem.tui.screens.base import MemScreen

if TYPE_CHECKING:
    from tempfile import TemporaryDirectory

    from textual.binding import BindingType
    from textual.command import Provider
    from textual.events import Event

    from mem.assistant import Assistant

_WATCH_EVERY_S = 1.5
_COLLECT_EVERY_S = 1.0
_LEAVE_WITHIN_S = 2.0
_END_WITHIN_S = 1.5


def make_screen(name: str) -> MemScreen:
    """A main screen; its module is imported only when it is first gone to."""
    module = import_module(f"mem.tui.screens.{name}")
    made: MemScreen = getattr(module, f"{name.capitalize()}Screen")()
    return made


def palette() -> type[Provider]:
    """The palette's commands, imported when it is first opened."""
    from mem.tui.palette import Actions

    return Actions


class MemApp(KeysInOrder):
    """`open_assistant` is called in a thread; its errors end the app and are its result."""

    TITLE = "mem"
    NOTIFICATION_TIMEOUT = 4
    CSS_PATH: ClassVar = [
        "app.tcss",
        "screens/ask.tcss",
        "screens/browse.tcss",
        "screens/memory.tcss",
        "screens/review.tcss",
        "screens/timeline.tcss",
        "screens/people.tcss",
        "screens/prune.tcss",
        "screens/sources.tcss",
        "screens/health.tcss",
    ]
    MODES: ClassVar = {info.name: partial(make_screen, info.name) for info in SCREENS}
    DEFAULT_MODE = "ask"
    COMMANDS: ClassVar = {palette}
    COMMAND_PALETTE_BINDING = "ctrl+p"
    BINDINGS: ClassVar[list[BindingType]] = bindings("app")

    def __init__(self, open_assistant: Callable[[str | None], Assistant]) -> None:
        super().__init__()
        self._open_assistant = open_assistant
        self._samples: TemporaryDirectory[str] | None = None
        self._pressed_stop = -_LEAVE_WITHIN_S
        self._collector = Collector()
        # Work that did not stop in time: the process must not wait for it, what it committed stays.
        self.cut_off = False

    # --- beginning and end -----------------------------------------------------------------

    def on_mount(self) -> None:
        self.set_interval(_COLLECT_EVERY_S, self._collect)
        self.call_after_refresh(self._shown)

    def _shown(self) -> None:
        self._collector.start()
        self._open(None)

    def _open(self, home: str | None) -> None:
        self._threads.do(partial(self._opening, home))

    def _opening(self, home: str | None) -> None:
        """In a thread: open the store, then watch it until the app ends or another is opened."""
        try:
            assistant = self._open_assistant(home)
        except MemError as error:
            self.call_later_from_thread(partial(self.exit, error))
            return
        self.call_later_from_thread(partial(self._opened, assistant))
        # Read here what going to another screen would otherwise read on the loop.
        for name in (*(f"screens.{info.name}" for info in SCREENS), "palette"):
            import_module(f"mem.tui.{name}")

    def _opened(self, assistant: Assistant) -> None:
        self.assistant = assistant
        threading.Thread(target=self._watch, args=(assistant,), daemon=True).start()
        waiting, self._waiting = self._waiting, []
        for request in waiting:
            self.post_message(request)
        if self._samples is None:
            self.post_message(m.FacetsWanted(reply=self._greet))

    def _greet(self, facets: Any) -> None:
        from mem.tui.widgets.dialogs import Welcome

        if not facets.sources:
            self.push_screen(Welcome(), self._welcomed)

    def _welcomed(self, choice: str | None) -> None:
        if choice == "add":
            self.switch_mode("sources")
            self.call_after_refresh(self.run_action, "screen.add")
        elif choice == "demo":
            self._show_samples()
        else:
            # There is nothing to ask yet: the digits go about.
            for screen in self.screen_stack:
                screen.set_focus(None)

    def _show_samples(self) -> None:
        """Close this store and open one of its own for the samples; the person's is not touched."""
        from tempfile import TemporaryDirectory

        import mem.samples

        self._samples = TemporaryDirectory(prefix="mem-samples-", ignore_cleanup_errors=True)
        folder = Path(str(mem.samples.__file__)).parent
        old, self.assistant = self.assistant, None
        if old is not None:
            old.close()
        self.notify("Sample notes and chats, in a home of their own.", markup=False)
        paths = (str(folder / "notes"), str(folder / "chats"))
        self._open(self._samples.name)
        self.post_message(
            m.ImportWanted(paths, reply=lambda _: self.changed(), failed=self.refused)
        )

    async def on_unmount(self) -> None:
        self._collector.stop()
        self._ending.set()
        for stop in self._stops.values():
            stop.set()
        assistant, self.assistant = self.assistant, None
        if assistant is not None and await asyncio.to_thread(
            self._threads.wait_until_idle, _END_WITHIN_S
        ):
            assistant.close()
        else:
            self.cut_off = assistant is not None
        if self._samples is not None:
            self._samples.cleanup()

    async def on_event(self, event: Event) -> None:
        if isinstance(event, InputEvent):
            self._collector.touched()
        await super().on_event(event)

    def _collect(self) -> None:
        if self._collector.due:
            self._threads.do(self._collector.collect)

    def after(self, request: m.Request, value: Any) -> None:
        if isinstance(request, m.OpenFileWanted):
            self._edit(value, request.locator)
        elif isinstance(request, CHANGES):
            self.changed()

    def show_status(self) -> None:
        running = [request for request in self._newest.values() if request.label]
        status = "samples" if self._samples else ""
        if running:
            stopping = self._stops[type(running[-1])].is_set()
            status = f"{'Stopping' if stopping else running[-1].label} …"
        for screen in self.screen_stack:
            if isinstance(screen, MemScreen):
                screen.tell(status)

    # --- changes made elsewhere ------------------------------------------------------------

    def _watch(self, assistant: Assistant) -> None:
        """In a thread of its own: notice what other connections commit."""
        browser = assistant.browse()
        seen = browser.version()
        while not self._ending.wait(_WATCH_EVERY_S) and self.assistant is assistant:
            version = browser.version()
            if version != seen:
                seen = version
                self.call_later_from_thread(self.changed)

    def changed(self) -> None:
        for stack in self._screen_stacks.values():
            for screen in stack:
                if isinstance(screen, MemScreen) and screen.is_mounted:
                    screen.changed()

    # --- going about -----------------------------------------------------------------------

    @on(m.GoTo)
    async def _go_to(self, event: m.GoTo) -> None:
        await self.switch_mode(event.screen)
        if isinstance(self.screen, MemScreen):
            self.screen.arrive(event)
        self.show_status()

    def action_go(self, screen: str) -> None:
        self.post_message(m.GoTo(screen))

    def action_help(self) -> None:
        from mem.tui.palette import help_text
        from mem.tui.widgets.dialogs import Notice

        screen = self.screen
        name = screen.NAME if isinstance(screen, MemScreen) else "ask"
        # As wide as a dialog is inside (app.tcss).
        width = min(76, self.size.width * 94 // 100) - 8
        self.push_screen(Notice("Keys", help_text(name, width)))

    def action_palette(self) -> None:
        self.action_command_palette()

    def action_undo(self) -> None:
        self.post_message(m.ActWanted("undo", reply=self._undone))

    def _undone(self, sentence: str) -> None:
        self.notify(sentence, markup=False)

    def action_theme(self) -> None:
        from mem.tui.theme import LIGHT, light

        if LIGHT not in self.available_themes:
            self.register_theme(light(self.available_themes["textual-light"]))
        self.theme = LIGHT if self.current_theme.dark else "textual-dark"

    def action_stop(self) -> None:
        """Copy a selection, else stop work, else leave when pressed twice."""
        pressed, self._pressed_stop = self._pressed_stop, time.monotonic()
        selected = self.screen.get_selected_text()
        running = [kind for kind, one in self._newest.items() if one.label]
        if selected:
            self.copy_to_clipboard(selected)
        elif self._pressed_stop - pressed < _LEAVE_WITHIN_S:
            self.exit()
        elif running:
            for kind in running:
                self.stop(kind)
        else:
            self.notify("Press Ctrl-C once more to leave.", timeout=_LEAVE_WITHIN_S, markup=False)

    def _edit(self, path: str | None, locator: str) -> None:
        if path is None:
            self.notify("The file of this is no longer there.", severity="warning", markup=False)
            return
        from mem.tui.editor import open_in_editor

        problem = open_in_editor(self, Path(path), locator, os.environ)
        if problem:
            self.notify(problem, severity="warning", markup=False)
