"""Ask, driven by keys over the sample data."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.functional.tui_support import LARGE, SMALL, Driver, drives, run

QUESTION = "What is Delphine allergic to?"
ABSENT = "What is the name of my dentist's parrot?"


async def ask(d: Driver, question: str) -> None:
    await d.press("slash")
    await d.type(question)
    await d.press("enter")
    await d.until(lambda: getattr(d.screen, "answer", None) is not None)
    await d.quiet()


@drives("ask.question", "ask.copy", "ask.copy_markdown")
@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_an_answer_shows_its_evidence_in_its_surroundings(
    sample_home: Path, size: tuple[int, int]
) -> None:
    async def scenario(d: Driver) -> None:
        await ask(d, QUESTION)
        await d.see("hazelnuts", "[1]", "Answer", "Birthdays & what people eat", "Tobi Renner")
        assert "Not in memory" not in d.shown
        await d.press("y", "Y")
        assert "hazelnuts" in d.copied[0] and QUESTION in d.copied[0]
        assert "[^1]: “" in d.copied[1] and "birthdays.md" in d.copied[1]

    run(sample_home, scenario, size)


@drives("ask.past", "ask.follow_up", "ask.browse", "ask.edit")
def test_what_memory_lacks_looks_different_and_questions_are_kept(sample_home: Path) -> None:
    async def scenario(d: Driver) -> None:
        await ask(d, ABSENT)
        await d.see("Not in memory", "≈")
        await d.press("f")
        await d.type(QUESTION)
        await d.press("enter")
        await d.see("hazelnuts")
        await d.press("slash", "up", "up")
        assert d.screen.query_one("#question").value == ABSENT  # type: ignore[attr-defined]
        await d.press("escape", "h")
        await d.see("Asked before", ABSENT, QUESTION)
        await d.press("enter")
        await d.quiet()
        await d.see("hazelnuts")
        cited = d.screen.answer.citations[0].id  # type: ignore[attr-defined]
        await d.press("e")
        await d.hear("cannot step aside")
        await d.press("b")
        await d.until(lambda: d.screen.NAME == "browse")
        await d.until(lambda: cited == d.row("#rows").key)

    run(sample_home, scenario)


def test_moving_over_citations_shows_each_passage(sample_home: Path) -> None:
    async def scenario(d: Driver) -> None:
        await ask(d, ABSENT)
        first = d.row("#citations").key
        before = d.screen.query_one("#ask-passage").passage  # type: ignore[attr-defined]
        await d.press("down")
        await d.quiet()
        after = d.screen.query_one("#ask-passage").passage  # type: ignore[attr-defined]
        assert d.row("#citations").key != first
        assert before is not None and after is not None and before.focus != after.focus

    run(sample_home, scenario)
