"""How long the event loop was ever kept from its next turn: the measure of a UI that never blocks.

`cpu` counts only the loop's own thread, so that a busy machine does not look like a slow callback.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

_BEAT_S = 0.01


@dataclass(frozen=True, slots=True)
class Longest:
    """The longest turn since the last `reset`, in milliseconds."""

    wall_ms: float
    cpu_ms: float


class Heartbeat:
    """A task that wakes every 10 ms and notes how late it was."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None
        self._wall = self._cpu = 0.0

    def start(self) -> None:
        """Begin; the loop must be running."""
        self._task = asyncio.get_running_loop().create_task(self._beat())

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def reset(self) -> None:
        """Forget what was measured."""
        self._wall = self._cpu = 0.0

    @property
    def longest(self) -> Longest:
        return Longest(self._wall * 1000, self._cpu * 1000)

    async def _beat(self) -> None:
        while True:
            wall, cpu = time.perf_counter(), time.thread_time()
            await asyncio.sleep(_BEAT_S)
            self._wall = max(self._wall, time.perf_counter() - wall - _BEAT_S)
            self._cpu = max(self._cpu, time.thread_time() - cpu)
