"""Every kind of row in Browse and in Timeline, forgetting a memory, and stories."""

from __future__ import annotations

from pathlib import Path

import pytest

from mem.core.memory import MemoryStatus
from mem.errors import UnknownId
from mem.tui.screens.browse import BrowseScreen
from mem.tui.widgets.heatmap import HeatMap
from mem.tui.widgets.passage import PassageView
from tests.functional.tui_support import LARGE, SMALL, Driver, drives, pick, run


def browse(d: Driver) -> BrowseScreen:
    assert isinstance(d.screen, BrowseScreen)
    return d.screen


async def rows(d: Driver, name: str) -> None:
    """Press v until the rows are those."""
    for _ in range(4):
        if browse(d).view.rows == name:
            break
        await d.press("v")
        await d.quiet()
    await d.until(lambda: browse(d).shown.rows == name, f"no {name}")
    await d.until(lambda: d.table("#rows").row is not None, "no row")


async def passage(d: Driver, about: str) -> PassageView:
    """The preview, as soon as it is about that."""
    preview = d.screen.query_one("#preview", PassageView)
    await d.until(lambda: preview.passage and preview.passage.about == about, "no preview")
    return preview


@drives("browse.rows", "browse.memory", "browse.kind", "browse.source", "browse.time")
@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_memories_are_rows_with_their_evidence_in_its_surroundings(
    sample_home: Path, size: tuple[int, int]
) -> None:
    async def scenario(d: Driver) -> None:
        await d.go("browse")
        await rows(d, "memories")
        total = d.table("#rows").total
        assert total == len(d.assistant.memories.list())
        key = d.row("#rows").key
        memory = d.assistant.memories.get(key)
        preview = await passage(d, memory.text)
        assert preview.passage is not None and preview.passage.focus is not None
        quotes = {preview.passage.focus.text[a:b] for a, b in preview.passage.matches}
        assert quotes <= {one.quote for one in memory.evidence} and quotes
        await d.press("slash")
        await d.type("joel")
        await d.press("escape")
        await d.until(lambda: 0 < d.table("#rows").total < total)
        await d.quiet()
        await d.press("x")
        await d.quiet()
        await pick(d, "f", "event")
        events = d.table("#rows").total
        assert 0 < events < total
        await pick(d, "s", "chats")
        assert d.table("#rows").total < events
        await d.press("x")
        await d.quiet()
        await pick(d, "f", "fact")
        await d.until(lambda: d.table("#rows").row is not None)
        key = d.row("#rows").key
        await d.press("m")
        await d.until(lambda: d.screen.NAME == "memory" and d.screen.shown is not None)  # type: ignore[attr-defined]
        await d.until(lambda: d.screen.shown.memory.id == key)  # type: ignore[attr-defined]

    run(sample_home, scenario, size)


@drives("browse.status", "browse.order", "browse.person", "browse.clear")
def test_episodes_are_rows_and_statuses_filter(sample_home: Path) -> None:
    async def scenario(d: Driver) -> None:
        await d.go("browse")
        await rows(d, "episodes")
        assert d.table("#rows").total == d.assistant.browse().episodes.count()
        record = d.assistant.browse().episodes.by_ids([d.row("#rows").key])
        preview = await passage(d, next(iter(record.values())).title)
        assert preview.passage is not None and preview.passage.chunks
        await d.press("slash")
        await d.type("boiler pressure")
        await d.press("escape")
        await d.until(lambda: preview.passage and preview.passage.matches, "no match shown")
        await d.press("x")
        await d.quiet()
        await pick(d, "z", "gone")
        await d.see("status: gone", "0 episodes")
        await rows(d, "memories")
        await pick(d, "z", "proposed")
        await d.see("status: proposed", "3 memories")
        await d.press("o", "o")
        await d.see("order: kind")
        await d.press("m")
        await d.until(lambda: d.screen.NAME == "memory")

    run(sample_home, scenario)


@drives("memory.forget", "browse.forget")
@pytest.mark.parametrize("where", ["memory", "browse"])
def test_a_memory_is_forgotten_with_its_versions_and_its_passage_stays(
    sample_home: Path, where: str
) -> None:
    async def scenario(d: Driver) -> None:
        from mem.consolidation.person import Correction

        keeper = d.assistant.memories
        old = next(one for one in keeper.list() if one.evidence)
        chunk = old.evidence[0].chunk_id
        new = keeper.edit(old.id, Correction(text="The lamp is zircon blue."))
        await d.go(where)
        if where == "browse":
            await rows(d, "memories")
        await d.press("slash")
        await d.type("zircon")
        await d.press("escape")
        await d.until(lambda: d.table("VirtualTable").total == 1)
        await d.quiet()
        await d.until(lambda: d.table("VirtualTable").row is not None)
        await d.press("D")
        await d.see("Forget for good?", "2 versions go", "zircon blue")
        await d.press("n")
        await d.quiet()
        assert keeper.get(new.id).status is MemoryStatus.ACTIVE
        await d.press("D")
        await d.see("Forget for good?")
        await d.press("y")
        await d.hear("Forgotten for good: 2 memories")
        await d.quiet()
        for one in (old, new):
            with pytest.raises(UnknownId):
                keeper.get(one.id)
        assert d.assistant.show(chunk).focus == chunk

    run(sample_home, scenario)


@drives("timeline.rows", "timeline.about", "people.story")
@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_the_timeline_tells_episodes_and_a_story(sample_home: Path, size: tuple[int, int]) -> None:
    async def scenario(d: Driver) -> None:
        await d.go("timeline")
        await d.see("2025-11:")
        await d.press("v")
        await d.see("rows: episodes")
        await d.until(lambda: d.screen.shown.rows == "episodes")  # type: ignore[attr-defined]
        await d.until(lambda: d.table("#said").row is not None)
        assert d.assistant.browse().episodes.by_ids([d.row("#said").key])
        await pick(d, "p", "Joel")
        await d.see("story of: Joel", "Joel from ")
        story = d.assistant.memories.timeline(entity="Joel")
        await d.until(lambda: d.table("#said").total == len([one for one in story if one.at]))
        await d.press("end")
        await pick(d, "p", "everything")
        await d.see("2025-11:")
        await d.go("people")
        await d.until(lambda: d.table("#entities").row is not None)
        name = d.row("#entities").key
        await d.press("t")
        await d.until(lambda: d.screen.NAME == "timeline")
        await d.see(f"story of: {name}")

    run(sample_home, scenario, size)


def test_the_timeline_shows_what_sums_a_time_up(sample_home: Path) -> None:
    async def scenario(d: Driver) -> None:
        await d.go("timeline")
        await d.see("2025-11:")
        heat = d.screen.query_one("#heatmap", HeatMap)
        record = d.assistant.summaries.get("month", heat.key)
        assert record is not None, "consolidating sums the months up"
        await d.see("Summary", " ".join(record.text.split()[:3]))

    run(sample_home, scenario, LARGE)
