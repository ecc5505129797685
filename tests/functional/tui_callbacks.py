"""How long each callback kept the event loop: the measure of a UI that never blocks.

Processor time of the loop's own thread, so that a busy machine does not look like a slow callback.
"""

from __future__ import annotations

import asyncio
import heapq
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import get_ident

_SLOWEST_KEPT = 12


@dataclass(slots=True)
class Callbacks:
    """Callbacks of the loop, each timed by itself; `slowest` are (CPU ms, name), slowest last."""

    count: int = 0
    slowest: list[tuple[float, str]] = field(default_factory=list)

    def note(self, cpu_s: float, handle: asyncio.Handle) -> None:
        """Count one callback."""
        self.count += 1
        milliseconds = cpu_s * 1000
        if len(self.slowest) < _SLOWEST_KEPT:
            heapq.heappush(self.slowest, (milliseconds, _name(handle)))
        elif milliseconds > self.slowest[0][0]:
            heapq.heapreplace(self.slowest, (milliseconds, _name(handle)))

    @property
    def longest_ms(self) -> float:
        """CPU time of the slowest one."""
        return max((cpu for cpu, _ in self.slowest), default=0.0)

    def __str__(self) -> str:
        slow = ", ".join(f"{cpu:.0f} ms {name}" for cpu, name in sorted(self.slowest)[::-1])
        return f"{self.count:,} callbacks, the slowest {slow}"


@contextmanager
def each_callback() -> Iterator[Callbacks]:
    """Time every callback of the loop that runs in this thread, for as long as the body runs."""
    found, here, run = Callbacks(), get_ident(), asyncio.Handle._run

    def timed(handle: asyncio.Handle) -> None:
        if get_ident() != here:
            run(handle)
            return
        before = time.thread_time()
        run(handle)
        found.note(time.thread_time() - before, handle)

    asyncio.Handle._run = timed  # type: ignore[method-assign, assignment]
    try:
        yield found
    finally:
        asyncio.Handle._run = run  # type: ignore[method-assign]


def _name(handle: asyncio.Handle) -> str:
    """What a callback is: of a task its coroutine."""
    callback = getattr(handle, "_callback", None)
    task = getattr(callback, "__self__", None)
    coroutine = task.get_coro() if isinstance(task, asyncio.Task) else None
    name = getattr(coroutine or callback, "__qualname__", repr(callback))
    frame = getattr(coroutine, "cr_frame", None)
    owner = frame.f_locals.get("self") if frame is not None else None
    return f"{name} of {type(owner).__name__}" if owner is not None else name
