"""Requests of the screens, answered in threads: the event loop never reads the store.

A request is done in a thread and answered on the loop; work that can be stopped asks at each step
whether it was.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import App

from mem.core.threads import Threads
from mem.errors import MemError
from mem.tui import messages as m

if TYPE_CHECKING:
    from textual.notifications import Notify

    from mem.assistant import Assistant

_PROGRESS_EVERY_S = 0.1
_THREADS = 5

CHANGES = (
    m.ImportWanted,
    m.ForgetWanted,
    m.MendWanted,
    m.ActWanted,
    m.PruneNow,
    m.ConsolidateWanted,
    m.VaultWanted,
)


class RequestsApp(App[MemError | None]):
    """An app that holds the façade and answers requests with it."""

    def __init__(self) -> None:
        super().__init__()
        self.assistant: Assistant | None = None
        self._waiting: list[m.Request] = []
        self._newest: dict[type[m.Request], m.Request] = {}
        self._stops: dict[type[m.Request], threading.Event] = {}
        self._ending = threading.Event()
        self._threads = Threads(_THREADS, self._surprised)

    def after(self, request: m.Request, value: Any) -> None:
        """What else is to be done when a request was answered."""

    def changed(self) -> None:
        """The store has changed."""

    def show_status(self) -> None:
        """What runs has changed."""

    @on(m.Request)
    def _request(self, request: m.Request) -> None:
        """Do it in a thread, as soon as the store is open."""
        if self.assistant is None:
            self._waiting.append(request)
            return
        kind = type(request)
        self._newest[kind] = request
        stop = self._stops[kind] = threading.Event()
        self._threads.do(partial(self._perform, self.assistant, request, stop))
        self.show_status()

    def _perform(self, assistant: Assistant, request: m.Request, stop: threading.Event) -> None:
        """In a thread: do the request and hand its value to the loop."""
        from mem.tui.jobs import JOBS

        outdated = request.exclusive and self._newest.get(type(request)) is not request
        if outdated or self._ending.is_set():
            return
        tell = self._teller(request, stop)
        try:
            value = JOBS[type(request)](assistant, request, tell)
        except (MemError, m.WorkStopped) as error:
            self._deliver(request, partial(self._fail, request, error))
        except Exception:
            # It has no name of its own: the request is over all the same, and the thread says so.
            self._deliver(request, partial(self._end, request))
            raise
        else:
            self._deliver(request, partial(self._reply, request, value))

    def _teller(self, request: m.Request, stop: threading.Event) -> Callable[[Any], None]:
        """Hands progress on, not too often; raises WorkStopped where the person wants that."""
        last = 0.0

        def tell(progress: Any) -> None:
            nonlocal last
            if stop.is_set():
                raise m.WorkStopped("Stopped. What was taken in before stays.")
            moment = time.monotonic()
            if moment - last >= _PROGRESS_EVERY_S:
                last = moment
                self._deliver(request, partial(self._progress, request, progress))

        return tell

    def _deliver(self, request: m.Request, call: Callable[[], None]) -> None:
        """Run `call` on the loop, unless the app is ending."""
        del request
        if not self._ending.is_set():
            self.call_later_from_thread(call)

    def call_later_from_thread(self, call: Callable[[], None]) -> None:
        """Run `call` on the loop without waiting for it."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(partial(self.call_later, self._unless_over, call))

    def _unless_over(self, call: Callable[[], None]) -> None:
        """Run `call` while there are widgets to tell: when the app ends, they go first."""
        if self.is_running:
            call()

    def _progress(self, request: m.Request, progress: Any) -> None:
        report = getattr(request, "progress", None)
        if report is not None:
            report(progress)

    def _reply(self, request: m.Request, value: Any) -> None:
        current = self._newest.get(type(request)) is request
        if current:
            del self._newest[type(request)]
        if current or not request.exclusive:
            request.reply(value)
            self.after(request, value)
        self.show_status()

    def _end(self, request: m.Request) -> None:
        if self._newest.get(type(request)) is request:
            del self._newest[type(request)]
        self.show_status()

    def _fail(self, request: m.Request, error: Exception) -> None:
        stopped = isinstance(error, m.WorkStopped)
        if stopped and request.exclusive and self._newest.get(type(request)) is not request:
            return  # told already, when it was stopped or replaced
        self._end(request)
        (request.failed or self.refused)(error)
        if stopped and isinstance(request, CHANGES):
            self.changed()

    def on_notify(self, event: Notify) -> None:
        """Of what was merely done only the last is on screen."""
        if event.notification.severity == "information":
            self.hush()

    def hush(self) -> None:
        """Take away what was merely said to be done; what went wrong stays."""
        for one in [one for one in self._notifications if one.severity == "information"]:
            self._unnotify(one, refresh=False)
        self._refresh_notifications()

    def on_dialog_opened(self) -> None:
        """A dialog is not to be covered."""
        self.hush()

    def refused(self, error: Exception) -> None:
        self.notify(str(error), severity="error", markup=False, timeout=10)

    def _surprised(self, error: Exception) -> None:
        """In a thread: a failure that has no name of its own is said, and does not end the app."""
        self.call_later_from_thread(
            partial(
                self.notify,
                f"Internal error: {type(error).__name__}: {error}. `mem doctor` checks the store.",
                severity="error",
                markup=False,
                timeout=20,
            )
        )

    @on(m.StopWanted)
    def _stop_wanted(self, event: m.StopWanted) -> None:
        self.stop(event.work)

    def stop(self, kind: type[m.Request]) -> None:
        """Have work of a kind end at its next step; what only reads is over at once."""
        request = self._newest.get(kind)
        if request is None:
            return
        self._stops[kind].set()
        if not isinstance(request, CHANGES):
            self._fail(request, m.WorkStopped("Stopped."))
        self.show_status()
