"""Calls run beside the event loop: in a few threads, stopped when nobody waits for them any more.

Invariant: whatever a call does, the loop goes on, and neither a traceback nor a text of the request
reaches the log.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from mem.core.display import sanitize_line
from mem.core.threads import Threads
from mem.errors import MemError, UnknownId, UnknownName
from mem.mcp.tools import TOOLS, Call, ToolSpec

if TYPE_CHECKING:
    from mem.sharing.memory import SharedMemory

# Answers of a language model take minutes; nothing else waits for them.
_QUICK: Final = 3
_SLOW: Final = 2

Result = TypeVar("Result")

# What a client can do, beside what the message tells the user; the first match counts.
_NEXT: Final = (
    (UnknownName, "memory_entities lists them here."),
    (UnknownId, "Ids stand in the results of memory_search, memory_list and memory_timeline."),
)


@dataclass
class Service:
    """What every call needs: the memory, what is allowed, and where calls are noted."""

    shared: SharedMemory
    allow_write: bool
    llm: bool
    log: Callable[[str], None]
    tools: dict[str, ToolSpec] = field(init=False)

    def __post_init__(self) -> None:
        self.tools = {one.name: one for one in TOOLS if self.allow_write or not one.writes}
        self._quick = Threads(_QUICK, self._surprised, name="mem-mcp")
        self._slow = Threads(_SLOW, self._surprised, name="mem-mcp-slow")
        self._stops: set[threading.Event] = set()

    def _surprised(self, error: Exception) -> None:
        self.log(f"internal error: {type(error).__name__}")

    async def run(
        self,
        work: Callable[[Call], Result],
        arguments: Mapping[str, Any],
        client: str,
        *,
        slow: bool = False,
    ) -> Result:
        """Do `work` in a thread. When nobody waits any more, it is told to stop.

        Raises what `work` raises.
        """
        loop, stop = asyncio.get_running_loop(), threading.Event()
        ended: asyncio.Future[Result] = loop.create_future()
        call = Call(self.shared, arguments, client, self.llm, stop)

        def failed(error: Exception) -> None:
            if not ended.done():
                ended.set_exception(error)

        def done(value: Result) -> None:
            if not ended.done():
                ended.set_result(value)

        def perform() -> None:
            try:
                call.still_wanted()
                value = work(call)
            except Exception as error:  # noqa: BLE001  (handed on to whoever waits)
                _tell(loop, failed, error)
            else:
                _tell(loop, done, value)

        self._stops.add(stop)
        (self._slow if slow else self._quick).do(perform)
        try:
            return await ended
        finally:
            stop.set()
            self._stops.discard(stop)

    def stop(self, seconds: float) -> None:
        """End what is being done; a language model at work is ended with it."""
        for stop in list(self._stops):
            stop.set()
        self.shared.assistant.release_language_model()
        self._quick.wait_until_idle(seconds)
        self._slow.wait_until_idle(seconds)

    def note(self, name: str, begun: float, how: str) -> None:
        """One line on what was called at `begun` (monotonic seconds), without its text."""
        self.log(f"{name}: {how} in {(time.monotonic() - begun) * 1000:.0f} ms")


def _tell(loop: asyncio.AbstractEventLoop, what: Callable[[Any], None], value: object) -> None:
    with suppress(RuntimeError):  # The loop has ended, and with it everybody who waited.
        loop.call_soon_threadsafe(what, value)


def told(error: BaseException) -> str:
    """What a client is told of a failure: cause and next step, never where in the program."""
    if isinstance(error, MemError):
        step = next((step for kind, step in _NEXT if isinstance(error, kind)), "")
        return sanitize_line(f"{error} {step}".strip())
    return (
        f"internal error: {type(error).__name__}. `mem doctor` checks the store; "
        "MEM_DEBUG=1 in the server's environment shows where, on its stderr."
    )
