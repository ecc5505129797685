"""Memory, Review, People, Timeline and Prune, driven by keys over the sample data."""

from __future__ import annotations

from pathlib import Path

import pytest

from mem.core.memory import MemoryStatus
from tests.functional.tui_support import LARGE, PROPOSALS, SMALL, Driver, drives, pick, run
from tests.synthetic_secrets import make


async def search(d: Driver, words: str) -> None:
    await d.press("slash")
    await d.type(words)
    await d.press("escape")
    await d.until(lambda: d.screen.words == words)  # type: ignore[attr-defined]
    await d.quiet()


@drives("memory.search", "memory.edit", "memory.pin", "memory.copy", "memory.evidence", "app.undo")
@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_a_memory_is_corrected_pinned_and_put_back(
    sample_home: Path, size: tuple[int, int]
) -> None:
    async def scenario(d: Driver) -> None:
        await d.go("memory")
        await d.until(lambda: d.table("#memories").total > 20)
        await search(d, "joel")
        await d.see("Evidence", "confidence")
        old = d.row("#memories").key
        words = d.assistant.memories.get(old).text
        await d.press("p")
        await d.hear("Pinned")
        await d.quiet()
        assert d.assistant.memories.get(old).pinned
        await d.see("★")
        await d.press("y")
        assert d.copied == [words]
        await d.press("e")
        await d.see("Correct")
        await d.type("Joel lives in Haarlem.")
        await d.press("enter")
        await d.hear("Now: Joel lives in Haarlem.")
        await d.quiet()
        assert d.assistant.memories.get(old).status is MemoryStatus.SUPERSEDED
        await d.press("u")
        await d.hear("Undone")
        await d.quiet()
        assert d.assistant.memories.get(old).text == words
        assert d.assistant.memories.get(old).status is MemoryStatus.ACTIVE
        await d.press("b")
        await d.until(lambda: d.screen.NAME == "browse")

    run(sample_home, scenario, size)


@drives("memory.archive", "memory.reject", "memory.accept", "memory.kind", "memory.status")
@drives("memory.merge", "memory.walk", "memory.consolidate")
def test_memories_are_archived_rejected_merged_and_walked(sample_home: Path) -> None:
    async def scenario(d: Driver) -> None:
        await d.go("memory")
        await d.until(lambda: d.table("#memories").total > 20)
        first = d.row("#memories").key
        await d.press("a")
        await d.hear("Archived 1")
        await d.quiet()
        assert d.assistant.memories.get(first).status is MemoryStatus.ARCHIVED
        second = d.row("#memories").key
        assert second != first
        await d.press("r")
        await d.hear("Rejected")
        await d.quiet()
        assert d.assistant.memories.get(second).status is MemoryStatus.REJECTED
        await pick(d, "s", "proposed")
        await d.see("status: proposed", "3 memories")
        waiting = d.row("#memories").key
        await d.press("A")
        await d.hear("Accepted")
        await d.quiet()
        assert d.assistant.memories.get(waiting).status is MemoryStatus.ACTIVE
        kept = d.row("#memories").key
        await pick(d, "m", "user")
        await d.hear("Merged into")
        await d.quiet()
        merged = d.assistant.memories.get(kept)
        assert merged.links
        await pick(d, "s", "any")
        await pick(d, "f", "fact")
        await d.see("kind: fact")
        await search(d, merged.text)
        await pick(d, "l", "")
        await d.until(lambda: d.screen.shown and d.screen.shown.memory.id != kept)  # type: ignore[attr-defined]
        await d.press("C")
        await d.hear("passages read")

    run(sample_home, scenario)


@drives("review.accept", "review.reject", "review.edit", "review.skip", "review.memory")
@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_review_takes_one_key_each_and_counts_down(
    sample_home: Path, size: tuple[int, int]
) -> None:
    async def scenario(d: Driver) -> None:
        def left() -> int:
            return len(d.assistant.memories.review())

        await d.go("review")
        await d.see("3 left", "proposed", "inferred", "Evidence")
        first = d.row("#queue").key
        await d.press("s")
        await d.until(lambda: d.row("#queue").key != first)
        second = d.row("#queue").key
        await d.press("a")
        await d.see("2 left")
        assert d.assistant.memories.get(second).status is MemoryStatus.ACTIVE
        await d.quiet()
        third = d.row("#queue").key
        await d.press("r")
        await d.see("1 left")
        assert d.assistant.memories.get(third).status is MemoryStatus.REJECTED
        await d.press("u")
        await d.see("2 left")
        await d.quiet()
        await d.press("e")
        await d.see("Correct")
        await d.type("The user repairs concertinas.")
        await d.press("enter")
        await d.see("1 left")
        assert left() == 1
        await d.quiet()
        last = d.row("#queue").key
        await d.press("enter")
        await d.until(lambda: d.screen.NAME == "memory" and d.screen.shown is not None)  # type: ignore[attr-defined]
        await d.until(lambda: d.screen.shown.memory.id == last)  # type: ignore[attr-defined]

    run(sample_home, scenario, size)


@drives("review.merge")
def test_review_merges_what_says_the_same(sample_home: Path) -> None:
    async def scenario(d: Driver) -> None:
        await d.go("review")
        await d.see("3 left", PROPOSALS[0])
        await pick(d, "m", "concertina")
        await d.see("2 left")

    run(sample_home, scenario)


@drives("review.accept", "review.reject")
@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_secrets_wait_in_review_and_are_never_shown(
    sample_home: Path, tmp_path: Path, size: tuple[int, int]
) -> None:
    tokens = [one.value for one in make(60) if one.kind == "github-token"][:2]
    for number, token in enumerate(tokens):
        (tmp_path / f"n{number}.md").write_text(f"# Deploy {number}\n\nThe token is {token}.\n")

    async def scenario(d: Driver) -> None:
        def decided() -> list[str]:
            return sorted(one.decision.value for one in d.assistant.secrets.found())

        d.assistant.ingest(*(tmp_path / f"n{number}.md" for number in range(2)))
        await d.go("review")
        await d.see("5 left", "github-token")
        await d.press("end")
        await d.see("Its value is not in memory", "Deploy")
        assert not any(token in d.shown for token in tokens)
        await d.press("r")
        await d.see("4 left")
        await d.quiet()
        assert decided() == ["dropped", "open"]
        await d.press("end", "a")
        await d.see("3 left")
        await d.quiet()
        assert decided() == ["allowed", "dropped"]

    run(sample_home, scenario, size)


@drives("people.memory", "people.browse")
@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_people_have_a_story(sample_home: Path, size: tuple[int, int]) -> None:
    async def scenario(d: Driver) -> None:
        await d.go("people")
        await d.see("people and things", "Joel")
        await d.until(lambda: d.table("#story").total > 0)
        name = d.row("#entities").key
        known = d.row("#story").key
        await d.press("b")
        await d.until(lambda: d.screen.NAME == "browse")
        await d.until(lambda: name in d.screen.query_one("#search").value)  # type: ignore[attr-defined]
        await d.go("people")
        await d.press("m")
        await d.until(lambda: d.screen.NAME == "memory" and d.screen.shown is not None)  # type: ignore[attr-defined]
        await d.until(lambda: d.screen.shown.memory.id == known)  # type: ignore[attr-defined]

    run(sample_home, scenario, size)


@drives("timeline.days", "timeline.months", "timeline.browse")
@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_the_timeline_goes_from_months_to_days(sample_home: Path, size: tuple[int, int]) -> None:
    async def scenario(d: Driver) -> None:
        await d.go("timeline")
        await d.see("Jan", "Dec", "2025-11:")
        await d.press("left")
        await d.see("2025-10:")
        await d.press("enter")
        await d.see("Mon", "Sun", "2025-10-")
        await d.press("backspace")
        await d.see("2025-10:")
        await d.press("b")
        await d.until(lambda: d.screen.NAME == "browse")
        await d.see("time: 2025-10-01")
        assert d.table("#rows").total < 200

    run(sample_home, scenario, size)


@drives("prune.more", "prune.fewer", "prune.mark", "prune.mark_kind", "prune.mark_all")
@drives("prune.archive", "prune.memory")
def test_pruning_archives_what_is_marked_and_is_undone(sample_home: Path) -> None:
    async def scenario(d: Driver) -> None:
        def archived() -> int:
            return d.assistant.memories.counts().get("archived", 0)

        def marked() -> set[str]:
            return d.screen.marked  # type: ignore[attr-defined, no-any-return]

        await d.go("prune")
        await d.press(*["plus"] * 4)
        await d.until(lambda: d.table("#faded").total > 3)
        await d.quiet()
        await d.press("minus")
        await d.quiet()
        await d.press("plus")
        await d.until(lambda: d.table("#faded").total > 3)
        await d.quiet()
        every = set(marked())
        await d.press("asterisk")
        assert marked() == set()
        await d.press("w")
        assert marked() and marked() <= every
        await d.press("asterisk", "asterisk")
        assert not marked()
        chosen = d.row("#faded").key
        await d.press("space")
        assert marked() == {chosen}
        await d.press("a")
        await d.hear("Archived 1")
        await d.quiet()
        assert archived() == 1
        assert d.assistant.memories.get(chosen).status is MemoryStatus.ARCHIVED
        await d.press("u")
        await d.hear("Undone")
        await d.quiet()
        assert archived() == 0
        await d.press("m")
        await d.until(lambda: d.screen.NAME == "memory")

    run(sample_home, scenario)
