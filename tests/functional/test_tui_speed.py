"""Nothing keeps the event loop: on a large store every callback of it is timed, by CPU time.

CPU time of the loop's own thread does not count what other processes take of the machine, and what
their sharing of its cores costs is told by a fixed piece of work, timed again and again meanwhile.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from mem.tui.actions import SCREENS
from tests.functional.tui_callbacks import Callbacks, each_callback
from tests.functional.tui_large import build_large
from tests.functional.tui_support import LARGE, SMALL, Driver, run

MOST_MS = 50.0


class Pace:
    """How much slower than at its best this machine is now, by a fixed piece of work."""

    def __init__(self) -> None:
        self._taken: list[float] = []

    def sample(self) -> None:
        """Do the piece of work a few times."""
        for _ in range(10):
            before = time.thread_time()
            sum(number * number for number in range(10_000))
            self._taken.append(time.thread_time() - before)

    @property
    def slower(self) -> float:
        """At least 1."""
        ordered = sorted(self._taken)
        return ordered[int(len(ordered) * 0.9)] / ordered[0]


async def look_around(d: Driver, pace: Pace) -> Callbacks:
    """Scroll, type in the search box, go to every screen and back; what that took."""
    for info in SCREENS:
        await d.go(info.name)
    await d.go("browse")
    await d.until(lambda: d.table("#rows").row is not None)
    pace.sample()
    with each_callback() as callbacks:
        await d.press(*["pagedown"] * 10, "end", "home", *["down"] * 30)
        await d.press("slash", *"boiler pressure", "escape", *["down"] * 10, "x")
        await d.quiet()
        for rows in ("documents", "episodes", "memories", "chunks"):
            await d.press("v")
            await d.quiet()
            await d.press("pagedown", "end", "home")
            pace.sample()
            assert d.screen.view.rows == rows  # type: ignore[attr-defined]
        for info in (*SCREENS, SCREENS[1]):
            await d.go(info.name)
            await d.press("down", "pagedown")
            pace.sample()
        await d.quiet()
    return callbacks


def check(home: Path, size: tuple[int, int], chunks: int) -> None:
    async def scenario(d: Driver) -> None:
        pace = Pace()
        callbacks = await look_around(d, pace)
        assert d.assistant.stats().chunks == chunks
        print(f"{chunks:,} chunks at {size}, {pace.slower:.2f} times slower: {callbacks}")
        assert callbacks.count > 1000, str(callbacks)
        assert callbacks.longest_ms / pace.slower < MOST_MS, f"{pace.slower}: {callbacks}"

    run(home, scenario, size)


@pytest.mark.slow
def test_no_callback_keeps_the_loop(tmp_path: Path) -> None:
    check(build_large(tmp_path / "home", tmp_path / "chats", 5_000), SMALL, 5_000)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_no_callback_keeps_the_loop_on_100k(tmp_path: Path) -> None:
    check(build_large(tmp_path / "home", tmp_path / "chats", 100_000), LARGE, 100_000)


def test_a_slow_callback_is_seen(sample_home: Path) -> None:
    async def scenario(d: Driver) -> None:
        def busy() -> None:
            until = time.thread_time() + 0.08
            while time.thread_time() < until:
                pass

        with each_callback() as callbacks:
            d.app.call_later(busy)
            await d.until(lambda: callbacks.longest_ms > MOST_MS)

    run(sample_home, scenario)
