"""The app as a whole: going about, help, palette, sizes, errors, and that nothing ever blocks."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mem.errors import StoreDamaged
from mem.tui.actions import ACTIONS, SCREENS, of_screen
from mem.tui.editor import command_for, open_in_editor
from mem.tui.keys import key_name, key_table
from tests.functional.tui_callbacks import each_callback
from tests.functional.tui_support import LARGE, NARROW, SMALL, Driver, drives, run

ROOT = Path(__file__).parents[2]
# Keys that terminals, multiplexers and editors' terminals keep for themselves.
TAKEN = {"f10", "f11", "ctrl+s", "ctrl+z", "ctrl+b", "ctrl+a", "ctrl+w", "ctrl+n", "ctrl+tab"}


@drives(*(f"app.go_{info.name}" for info in SCREENS))
@pytest.mark.parametrize("size", [SMALL, LARGE, NARROW])
def test_every_screen_shows_itself(sample_home: Path, size: tuple[int, int]) -> None:
    async def scenario(d: Driver) -> None:
        for info in SCREENS:
            await d.go(info.name)
            assert info.title in d.shown.splitlines()[0]
            await d.until(lambda: "Reading …" not in d.shown)
            assert "Help" in d.shown or info.name == "ask"
            assert all(len(line) <= size[0] for line in d.shown.splitlines())

    run(sample_home, scenario, size)


@drives("app.help", "app.palette", "app.theme", "app.quit")
def test_help_palette_theme_and_leaving(sample_home: Path) -> None:
    async def scenario(d: Driver) -> None:
        await d.go("sources")
        await d.press("question_mark")
        await d.see("Keys", "Take in a folder", "mem import")
        await d.press("escape")
        await d.press("colon")
        await d.until(lambda: d.app.screen is not d.screen)
        await d.pilot.press(*"timeline")
        await d.see("Go to Timeline")
        await d.press("enter")
        await d.until(lambda: d.screen.NAME == "timeline")
        before = d.app.theme
        await d.press("ctrl+t")
        assert d.app.theme != before
        await d.press("q")
        await d.until(lambda: d.app._exit)

    run(sample_home, scenario)


def test_a_click_does_what_the_key_does(sample_home: Path) -> None:
    async def scenario(d: Driver) -> None:
        await d.pilot.click("Navigation", offset=(10, 0))
        await d.until(lambda: d.screen.NAME == "browse")
        await d.until(lambda: d.table("#rows").total > 200)
        await d.pilot.click("#rows", offset=(20, 5))
        await d.until(lambda: d.table("#rows").cursor > 1)
        await d.pilot.click("#chips", offset=(3, 0))
        await d.see("rows: documents")
        await d.pilot.click("KeyBar", offset=(3, 0))
        await d.until(lambda: d.app.focused is not None and d.app.focused.id == "search")

    run(sample_home, scenario)


def test_nothing_keeps_the_event_loop(sample_home: Path) -> None:
    """Scrolling, typing and going about: no turn of the loop takes 50 ms of its own time.

    Twice that is allowed here, where machines are shared and slow.
    """

    async def scenario(d: Driver) -> None:
        for info in SCREENS:
            await d.go(info.name)
        await d.go("browse")
        with each_callback() as callbacks:
            await d.press("pagedown", "pagedown", "end", "home", *["down"] * 10)
            await d.press("slash", *"boiler pressure", "escape", "x")
            for name in ("sources", "memory", "browse"):
                await d.go(name)
        assert callbacks.longest_ms < 100, str(callbacks)

    run(sample_home, scenario)


def test_a_failure_without_a_name_is_said_and_ends_its_request(
    sample_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("[oops]")

    async def scenario(d: Driver) -> None:
        await d.go("browse")
        monkeypatch.setattr(type(d.assistant), "sources", broken)
        d.app.action_go("sources")
        await d.hear("Internal error: ZeroDivisionError: [oops]")
        await d.until(lambda: not d.app._newest)
        d.app._notifications.clear()

    run(sample_home, scenario)


def test_a_damaged_store_ends_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "home" / "data").mkdir(parents=True)
    (tmp_path / "home" / "data" / "mem.db").write_bytes(b"no database at all" * 1000)

    async def scenario(d: Driver) -> None:
        await d.until(lambda: d.app._exit)

    app = run(tmp_path / "home", scenario)
    assert isinstance(app.return_value, StoreDamaged)


def test_a_pipe_is_told_to_use_other_commands(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mem", "tui"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "MEM_HOME": str(tmp_path)},
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr


@pytest.mark.parametrize(
    ("editor", "expected"),
    [
        ("vim", ["vim", "+12", "/n.md"]),
        ("code -n", ["code", "-n", "--wait", "--goto", "/n.md:12"]),
        ("hx", ["hx", "/n.md:12"]),
        ("unknown", ["unknown", "/n.md"]),
        ("", ["vi", "+12", "/n.md"]),
    ],
)
def test_the_editor_is_sent_to_the_line(editor: str, expected: list[str]) -> None:
    assert command_for(Path("/n.md"), "line 12", {"EDITOR": editor}) == expected


@pytest.mark.parametrize("editor", ["/no/such/editor", "'unclosed"])
def test_the_terminal_comes_back_where_there_is_no_editor(editor: str) -> None:
    told: list[str] = []

    class App:
        @contextmanager
        def suspend(self) -> Iterator[None]:
            """As Textual's: what is raised in the body keeps it from taking the terminal back."""
            told.append("away")
            yield
            told.append("back")

    app: Any = App()
    problem = open_in_editor(app, Path("/n.md"), "line 1", {"EDITOR": editor})
    assert problem is not None and "editor of yours" in problem
    assert told in ([], ["away", "back"])


def test_keys_are_unique_where_they_work_and_none_is_taken() -> None:
    everywhere = [key for action in of_screen("app") for key in action.keys]
    for info in SCREENS:
        keys = everywhere + [key for action in of_screen(info.name) for key in action.keys]
        assert len(keys) == len(set(keys)), info.name
    assert not TAKEN & {key for action in ACTIONS for key in action.keys}
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)


def test_every_action_has_a_test() -> None:
    driven = {f"app.go_{info.name}" for info in SCREENS}
    for path in Path(__file__).parent.glob("test_tui_*.py"):
        for call in re.findall(r"@drives\(([^)]*)\)", path.read_text(encoding="utf-8")):
            driven |= set(re.findall(r'"([a-z_]+\.[a-z_]+)"', call))
    assert {action.id for action in ACTIONS} - driven == set()
    assert driven - {action.id for action in ACTIONS} == set()


def test_every_action_names_a_command_that_exists() -> None:
    from mem.cli.catalogue import COMMANDS

    known = {command.name for command in COMMANDS} | {"help", "--help"}
    planned = {"edit", "pin", "prune", "review", "undo", "consolidate"}
    for action in ACTIONS:
        if action.cli.startswith("mem "):
            assert action.cli.split()[1] in known | planned, action.id


def test_the_page_about_keys_is_current() -> None:
    page = (ROOT / "docs" / "tui.md").read_text(encoding="utf-8")
    assert key_table() in page, "run `make screenshots`, which writes docs/tui.md too"
    assert key_name("question_mark") in page


def test_a_reply_that_comes_while_the_app_ends_finds_no_widgets_and_does_nothing(
    sample_home: Path,
) -> None:
    async def scenario(d: Driver) -> None:
        told: list[str] = []
        d.app.call_later_from_thread(lambda: told.append("in time"))
        await d.until(lambda: told)
        d.app._running = False  # as Textual has it from then on
        d.app.call_later_from_thread(lambda: told.append("too late"))
        await asyncio.sleep(0.1)
        d.app._running = True
        assert told == ["in time"]

    run(sample_home, scenario)
