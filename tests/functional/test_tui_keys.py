"""Keys that come in one burst do what they do when typed slowly, wherever the focus was."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import Key
from textual.widgets import Input

from mem.tui.widgets.dialogs import Prompt
from tests.functional.tui_support import Driver, run

_NAMES = {"/": "slash", " ": "space", "\r": "enter", ":": "colon", "?": "question_mark"}


def burst(d: Driver, text: str) -> None:
    """All of it before the app looks at the first key; ␛ is escape."""
    for character in text:
        if character == "␛":
            d.app.post_message(Key("escape", "\x1b"))
        else:
            d.app.post_message(Key(_NAMES.get(character, character), character))


def word(d: Driver) -> str:
    """What stands in the box that has the focus."""
    box = d.app.focused
    return box.value if isinstance(box, Input) else ""


@pytest.mark.parametrize("screen", ["browse", "memory"])
def test_a_word_typed_right_after_the_slash_is_in_the_box(sample_home: Path, screen: str) -> None:
    async def scenario(d: Driver) -> None:
        await d.go(screen)
        burst(d, "/voxDyuq")
        await d.until(lambda: word(d) == "voxDyuq", "not all in the box")
        assert d.app.screen is d.screen, "a letter has opened a dialog"
        assert not d.copied, "a letter has acted on the table"

    run(sample_home, scenario)


def test_the_screen_is_there_before_the_next_key(sample_home: Path) -> None:
    async def scenario(d: Driver) -> None:
        await d.go("sources")
        burst(d, "2/boiler\rv1")
        await d.until(lambda: d.screen.NAME == "ask")
        await d.go("browse")
        await d.see("documents")
        assert d.screen.query_one("#search", Input).value == "boiler"

    run(sample_home, scenario)


def test_what_is_typed_for_a_dialog_waits_for_its_box(sample_home: Path) -> None:
    async def scenario(d: Driver) -> None:
        await d.go("memory")
        await d.until(lambda: d.table("#memories").row)
        before = d.row("#memories").key
        burst(d, "e qDy")
        await d.until(lambda: isinstance(d.app.screen, Prompt))
        await d.until(lambda: word(d).endswith(" qDy"))
        burst(d, "␛")
        await d.until(lambda: d.app.screen is d.screen)
        assert d.row("#memories").key == before

    run(sample_home, scenario)


def test_a_palette_takes_what_follows_its_key(sample_home: Path) -> None:
    async def scenario(d: Driver) -> None:
        await d.go("browse")
        burst(d, ":theme")
        await d.until(lambda: word(d) == "theme", "not all in the box")
        await d.see("Dark or light")

    run(sample_home, scenario)


def test_keys_go_on_after_a_widget_that_went_with_its_key(sample_home: Path) -> None:
    async def scenario(d: Driver) -> None:
        await d.go("browse")
        burst(d, "?q?q/x")
        await d.until(lambda: word(d) == "x")
        assert d.app.screen is d.screen

    run(sample_home, scenario)
