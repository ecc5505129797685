"""What the screens look like: nothing cut off or left unsaid, whatever their size and content."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.color import Color
from textual.content import Content

from mem.assistant import Assistant
from mem.tui.rows import excerpt
from mem.tui.screens.browse import BrowseScreen
from mem.tui.widgets.cells import Column, Row
from mem.tui.widgets.heatmap import HeatMap
from mem.tui.widgets.textview import TextView
from tests.functional.tui_support import LARGE, NARROW, SMALL, Driver, run


async def empty(d: Driver) -> None:
    """Past the welcome."""
    await d.see("Memory is empty.")
    await d.press("escape")
    await d.until(lambda: d.app.screen is d.screen)


def test_an_empty_memory_says_everywhere_what_to_do(tmp_path: Path) -> None:
    async def scenario(d: Driver) -> None:
        await empty(d)
        await d.go("browse")
        await d.see("Nothing was taken in yet. 8 goes to Sources")
        await d.press("v", "v")
        await d.see("None yet. 3 goes to Memory")
        await d.press("slash", *"boiler")
        await d.see("Nothing matches. x takes words and filters off.")
        await d.press("escape")
        await d.go("timeline")
        await d.see("Nothing was taken in yet. 8 goes to Sources")
        await d.go("review")
        await d.see("Here come statements that memory is not sure of")
        await d.go("prune")
        await d.see("fade with time")
        await d.go("health")
        await d.see("documents   0 ")
        assert "–" not in d.shown
        await d.go("sources")
        await d.see("Nothing is kept in step")

    run(tmp_path / "home", scenario)


def test_what_to_do_is_not_cut_off_in_a_narrow_table(tmp_path: Path) -> None:
    async def scenario(d: Driver) -> None:
        await empty(d)
        await d.go("browse")
        await d.see("Nothing was taken in yet.", "a folder or a file.")
        await d.press("v", "v")
        await d.see("None yet.", "what was taken in.")

    run(tmp_path / "home", scenario, (50, 20))


def test_a_dialog_that_goes_does_not_put_one_back_into_a_box(sample_home: Path) -> None:
    async def scenario(d: Driver) -> None:
        await d.press("escape", "question_mark")
        await d.see("Keys")
        await d.press("escape", "2")
        await d.until(lambda: d.screen.NAME == "browse")

    run(sample_home, scenario)


@pytest.mark.parametrize("size", [SMALL, LARGE, NARROW])
def test_a_long_calendar_shows_the_month_it_is_about_and_its_summary(
    sample_home: Path, tmp_path: Path, size: tuple[int, int]
) -> None:
    old = tmp_path / "old" / "1951-03-01 letter.md"
    old.parent.mkdir()
    old.write_text("The lighthouse was painted white.\n", encoding="utf-8")
    with Assistant.open(sample_home) as assistant:
        assistant.ingest(old.parent)

    async def scenario(d: Driver) -> None:
        await d.go("timeline")
        await d.see("2025-11:")
        calendar = d.screen.query_one("#calendar").content_region
        cursor = d.screen.query_one("#heatmap", HeatMap)
        await d.until(lambda: calendar.contains(calendar.x, cursor.region.y + cursor.place[0] + 1))
        summary = d.screen.query_one("#summary")
        assert d.app.screen.find_widget(summary).visible_region == summary.region

    run(sample_home, scenario, size)


@pytest.mark.parametrize("size", [SMALL, NARROW])
def test_undo_is_at_hand_where_memories_are_changed(
    sample_home: Path, size: tuple[int, int]
) -> None:
    async def scenario(d: Driver) -> None:
        for name in ("memory", "review", "prune", "people"):
            await d.go(name)
            await d.see("? Help", "u Undo")

    run(sample_home, scenario, size)


def test_keys_that_stand_on_the_chips_are_not_said_twice(sample_home: Path) -> None:
    async def scenario(d: Driver) -> None:
        await d.go("browse")
        await d.see("v rows", "e Editor", "D Forget")
        assert "v Rows" not in d.shown

    run(sample_home, scenario)


@pytest.mark.parametrize("width", range(60, 68))
def test_no_letter_of_a_long_text_is_behind_its_scrollbar(tmp_path: Path, width: int) -> None:
    words = [f"w{number}" * (1 + number % 5) for number in range(400)]

    async def scenario(d: Driver) -> None:
        await empty(d)
        await d.go("memory")
        card = d.screen.query_one("#card", TextView)
        card.show_content(Content(" ".join(words)))
        await d.until(lambda: card.show_vertical_scrollbar)
        await d.pilot.pause()
        drawn: list[str] = []
        for line in range(card.size.height):
            drawn += card.render_line(line).crop(0, card.size.width - 1).text.split()
        assert len(drawn) > 20
        assert drawn == words[: len(drawn)]

    run(tmp_path / "home", scenario, (width, 20))


def test_blanks_of_an_excerpt_take_no_room_and_marks_stay_on_their_words() -> None:
    text = "| Action      | Shortcut |\n|---|\n\n| select all  | Ctrl+A |" + " x" * 300
    spans = tuple(found.span() for found in re.finditer("Shortcut|select|Ctrl", text))
    shown, marks = excerpt(text, spans)
    assert shown.startswith("| Action | Shortcut | |---| | select all | Ctrl+A | x x")
    assert [shown[a:b] for a, b in marks] == ["Shortcut", "select", "Ctrl"]
    far = "alphabet  " * 30 + "needle  here"
    start = far.index("needle")
    shown, marks = excerpt(far, ((start, start + 6),))
    assert shown == "…alphabet needle here"
    assert [shown[a:b] for a, b in marks] == ["needle"]


def test_a_passage_says_whom_or_where_it_is_from(sample_home: Path) -> None:
    """In a table with little room the speaker, and of a note its title, share one column."""

    async def narrow(d: Driver) -> None:
        await d.go("browse")
        await d.see("from")
        lines = d.shown.splitlines()
        assert any("haven't slept" in line and " Joel " in line for line in lines)
        assert any("# Sunday" in line and " Sunday, last of… " in line for line in lines)
        assert not any("haven't slept" in line and "Joel and Ines" in line for line in lines)

    async def wide(d: Driver) -> None:
        await d.go("browse")
        await d.see("who", "document")
        lines = d.shown.splitlines()
        assert any(
            "slept" in line and " Joel " in line and "Joel and Ines" in line for line in lines
        )

    run(sample_home, narrow, SMALL)
    run(sample_home, wide, LARGE)


def test_a_doubtful_row_is_marked_without_colour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(d: Driver) -> None:
        await empty(d)
        await d.go("browse")
        assert isinstance(d.screen, BrowseScreen)
        table = d.table("#rows")
        table.columns = (Column("what"), Column("n", 3, right=True))
        table.set_rows([Row("1", ("sure", "1")), Row("2", ("unsure", "2"), flagged=True)])
        await d.see("! unsure")
        assert "! sure" not in d.shown
        await d.press("down")
        await d.see("▌!unsure")
        # A blank stands between the last column and what is beside the table.
        assert table.render_line(1).text.endswith("1 ")

    monkeypatch.setenv("NO_COLOR", "1")
    run(tmp_path / "home", scenario)


def test_only_the_last_thing_done_is_told_and_no_dialog_is_covered(sample_home: Path) -> None:
    async def scenario(d: Driver) -> None:
        await d.go("memory")
        d.app.notify("Went wrong.", severity="error", markup=False)
        d.app.notify("First.", markup=False)
        d.app.notify("Second.", markup=False)
        await d.until(lambda: d.told.splitlines() == ["Went wrong.", "Second."])
        await d.press("D")
        await d.see("Forget for good?", "leave everything as it is")
        await d.until(lambda: d.told == "Went wrong.")

    run(sample_home, scenario)


def luminance(color: Color) -> float:
    """As WCAG 2.2 defines it."""
    parts = [one / 255 for one in (color.r, color.g, color.b)]
    red, green, blue = (
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(ink: Color, ground: Color) -> float:
    low, high = sorted((luminance(ink), luminance(ground)))
    return (high + 0.05) / (low + 0.05)


def test_every_ink_can_be_read_and_what_matters_less_is_fainter(
    sample_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)

    async def scenario(d: Driver) -> None:
        await d.go("health")
        await d.see("passages a month")
        for _ in ("dark", "light"):
            colors = d.app.theme_variables
            grounds = [Color.parse(colors[name]) for name in ("background", "surface")]
            for name in ("accent", "warning", "error", "success"):
                ink = Color.parse(colors[f"text-{name}"])
                assert min(contrast(ink, ground) for ground in grounds) >= 4.5, (d.app.theme, name)
            line = [
                one for one in d.screen.query_one("#numbers").render_line(1) if one.text.strip()
            ]
            label, value = (
                Color.from_rich_color(one.style.color)
                for one in line
                if one.style and one.text.strip("│ ")
            )
            assert 4.5 <= contrast(label, grounds[0]) < contrast(value, grounds[0])
            await d.press("ctrl+t")
            await d.pilot.pause(0.2)

    run(sample_home, scenario)
