"""People and things, driven by keys: who is who is put right, and taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.functional.tui_support import LARGE, SMALL, Driver, drives, pick, run


def names(d: Driver) -> dict[str, tuple[str, ...]]:
    return {one.name: one.aliases for one in d.assistant.memories.entities()}


@drives("people.merge", "people.split")
@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_two_become_one_and_a_name_goes_its_own_way(
    sample_home: Path, size: tuple[int, int]
) -> None:
    async def scenario(d: Driver) -> None:
        before = names(d)
        kept, other = list(before)[:2]
        await d.go("people")
        await d.until(lambda: d.table("#entities").row is not None)
        assert d.row("#entities").key == kept
        await pick(d, "M", other)
        await d.hear(f"One now: {kept}")
        await d.quiet()
        assert other in names(d)[kept] and other not in names(d)
        await d.until(lambda: d.table("#entities").total == len(before) - 1)
        await d.until(lambda: d.row("#entities").key == kept)
        await pick(d, "S", other)
        await d.hear(f"On its own now: {other}")
        await d.quiet()
        assert names(d) == before
        await d.press("u")
        await d.hear("Undone: split-entity")
        await d.quiet()
        assert other in names(d)[kept]
        await d.press("u")
        await d.hear("Undone: merge-entities")
        await d.quiet()
        assert names(d) == before

    run(sample_home, scenario, size)


@drives("people.rename")
@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_a_name_is_changed_and_taken_back(sample_home: Path, size: tuple[int, int]) -> None:
    async def scenario(d: Driver) -> None:
        before = names(d)
        first = next(iter(before))
        await d.go("people")
        await d.until(lambda: d.table("#entities").row is not None)
        new = f"the same {first}"
        await pick(d, "e", new)
        await d.hear(f"Its name now: {new}")
        await d.quiet()
        assert first in names(d)[new]
        await d.until(lambda: d.row("#entities").key == new)
        await d.press("u")
        await d.hear("Undone: rename-entity")
        await d.quiet()
        assert names(d) == before

    run(sample_home, scenario, size)
