"""Python's collector of reference cycles never walks through everything while a person is at it.

What the libraries and the screens hold takes it a tenth of a second. While keys are pressed only
young objects are collected; the rest waits for a pause, and what stays for good is set aside.
"""

from __future__ import annotations

import gc
import sys
import time

_OLDEST = 2
_PAUSE_S = 2.0
# A bound for someone who never pauses: whole collections of the youngest but one between two.
_SELDOM = 1000
_WORTH_IT = 3
_MORE_MODULES = 50


def held() -> None:
    """Nothing is collected before `Collector.start`: what a start loads is there to stay."""
    gc.disable()


class Collector:
    """Says when the collector may work; one at a time in a process."""

    def __init__(self) -> None:
        self._usual = gc.get_threshold()
        self._touched = 0.0
        self._modules = 0

    def start(self) -> None:
        """Set aside what was loaded so far, and leave the rest to `collect`; ends `held`."""
        gc.freeze()
        gc.enable()
        self._modules = len(sys.modules)
        young, middle, _ = self._usual
        gc.set_threshold(young, middle, _SELDOM)

    def stop(self) -> None:
        """Leave it to Python again."""
        gc.enable()
        gc.set_threshold(*self._usual)
        gc.unfreeze()

    def touched(self) -> None:
        """Somebody pressed a key or moved the mouse."""
        self._touched = time.monotonic()

    @property
    def due(self) -> bool:
        """Whether nobody waits, and there is something to collect."""
        paused = time.monotonic() - self._touched > _PAUSE_S
        return paused and gc.get_count()[_OLDEST] >= _WORTH_IT

    def collect(self) -> None:
        """Collect everything; where modules were loaded since, set them aside too."""
        gc.collect()
        if len(sys.modules) >= self._modules + _MORE_MODULES:
            gc.freeze()
            self._modules = len(sys.modules)
