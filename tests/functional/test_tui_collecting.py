"""Python's collector of cycles leaves the person at the keys alone, and works in the pauses."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

from mem.tui.collecting import held
from tests.functional.tui_support import SMALL, Driver, run


def whole_collections() -> int:
    return int(gc.get_stats()[2]["collections"])


class Ring:
    """Something that only the collector can free."""

    def __init__(self) -> None:
        self.me = self


def rings() -> int:
    return sum(isinstance(one, Ring) for one in gc.get_objects())


def test_nothing_is_collected_while_keys_are_pressed(sample_home: Path) -> None:
    async def scenario(d: Driver) -> None:
        await d.go("browse")
        d.app._collector.touched()
        before = whole_collections()
        kept: list[Any] = []
        for _ in range(4):
            await d.press("pagedown", "end", "home", "v")
            kept.append([[[]] for _ in range(10_000)])
        assert whole_collections() == before
        assert len(kept) == 4

    run(sample_home, scenario, SMALL)


def test_a_start_collects_nothing_and_afterwards_there_is_a_collector(sample_home: Path) -> None:
    held()
    assert not gc.isenabled()

    async def scenario(d: Driver) -> None:
        await d.go("browse")
        assert gc.isenabled()

    run(sample_home, scenario, SMALL)
    assert gc.isenabled()


def test_a_pause_is_used_and_python_is_left_as_it_was(sample_home: Path) -> None:
    usual = gc.get_threshold()

    async def scenario(d: Driver) -> None:
        assert gc.get_freeze_count() > 10_000
        assert gc.get_threshold() != usual
        for _ in range(1000):
            Ring()
        gc.collect(1)  # what is left is old
        before = whole_collections()
        kept: list[Any] = [[] for _ in range(50_000)]
        d.app._collector._touched = 0.0
        await d.until(lambda: whole_collections() > before)
        assert len(kept) == 50_000
        assert not rings()

    run(sample_home, scenario, SMALL)
    assert gc.get_threshold() == usual
    assert not gc.get_freeze_count()
