"""A few threads that do what is asked of them in turn, and never keep the process from ending.

Each keeps its own connection to the store; an error that nobody expected is handed on, not lost.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue

Call = Callable[[], None]


class Threads:
    """Runs calls beside the event loop. Threads are started as they are needed."""

    def __init__(
        self, count: int, on_error: Callable[[Exception], None], *, name: str = "mem"
    ) -> None:
        self._count = count
        self._name = name
        self._on_error = on_error
        self._calls: SimpleQueue[Call] = SimpleQueue()
        self._state = threading.Condition()
        self._started = 0
        self._unfinished = 0

    def do(self, call: Call) -> None:
        """Have it done as soon as a thread is free."""
        with self._state:
            self._unfinished += 1
            if self._unfinished > self._started and self._started < self._count:
                self._started += 1
                threading.Thread(target=self._serve, daemon=True, name=self._name).start()
        self._calls.put(call)

    def wait_until_idle(self, seconds: float) -> bool:
        """Whether everything was done within so long."""
        with self._state:
            return self._state.wait_for(lambda: not self._unfinished, seconds)

    def _serve(self) -> None:
        while True:
            call = self._calls.get()
            try:
                call()
            except Exception as error:  # noqa: BLE001  (the boundary of the thread)
                self._on_error(error)
            with self._state:
                self._unfinished -= 1
                self._state.notify_all()
