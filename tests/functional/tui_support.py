"""Drives the real app over a real store, as a person does: keys in, what is shown out."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from textual.widgets import Input

import mem.samples
from mem.assistant import Assistant
from mem.core.language import LanguageModel
from mem.core.memory import Candidate, Evidence, MemoryKind, Trust
from mem.tui.app import MemApp
from mem.tui.opening import open_home
from mem.tui.screens.base import MemScreen
from mem.tui.widgets.cells import Row
from mem.tui.widgets.table import VirtualTable

SMALL, LARGE, NARROW = (80, 24), (200, 60), (60, 20)
SAMPLES = Path(str(mem.samples.__file__)).parent
PROPOSALS = (
    "The user collects tide clocks.",
    "The user plays the concertina.",
    "The user owns a kayak.",
)
_WAIT_S = 20.0
F = TypeVar("F", bound=Callable[..., Any])
Scenario = Callable[["Driver"], Awaitable[None]]


def drives(*actions: str) -> Callable[[F], F]:
    """Says which actions a test does; a test checks that every action has one."""
    del actions
    return lambda test: test


def build_home(home: Path, samples: Path = SAMPLES) -> Path:
    """The samples taken in, memories drawn, and three statements that wait for review."""
    with Assistant.open(home) as assistant:
        assistant.ingest(samples / "notes", samples / "chats")
        assistant.memories.consolidate()
        hit = assistant.search("boiler pressure", limit=1)[0]
        evidence = (Evidence(hit.id, 0, 12, hit.text[:12]),)
        assistant.memories.take([proposal(text, evidence) for text in PROPOSALS], actor="test")
    return home


def proposal(text: str, evidence: tuple[Evidence, ...]) -> Candidate:
    """Something inferred, which only a person can make active."""
    return Candidate(
        kind=MemoryKind.FACT,
        text=text,
        subject="user",
        predicate=text.split()[2],
        object=text.split()[-1],
        evidence=evidence,
        said_at=None,
        trust=Trust.INFERRED,
        confidence=0.5,
        origin="test",
    )


@dataclass
class Driver:
    """The running app and a person's hands and eyes."""

    app: MemApp
    pilot: Any
    copied: list[str]

    @property
    def screen(self) -> MemScreen:
        """The main screen, whatever is on top of it."""
        return next(one for one in self.app.screen_stack if isinstance(one, MemScreen))

    @property
    def assistant(self) -> Assistant:
        assert self.app.assistant is not None
        return self.app.assistant

    @property
    def shown(self) -> str:
        """Everything on the terminal, as text."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text for strip in strips)

    @property
    def told(self) -> str:
        """Everything said in notifications so far."""
        return "\n".join(str(one.message) for one in self.app._notifications)

    def table(self, selector: str) -> VirtualTable:
        return self.screen.query_one(selector, VirtualTable)

    def row(self, selector: str) -> Row:
        """The row under the cursor."""
        row = self.table(selector).row
        assert row is not None
        return row

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        """Wait for something to be so; fail with what is shown."""
        for _ in range(int(_WAIT_S / 0.02)):
            if condition():
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"{what or 'never happened'}\n{self.told}\n{self.shown}")

    async def see(self, *texts: str) -> None:
        """Wait until all of that is on the terminal."""
        for text in texts:
            await self.until(partial(self._shows, text), f"not shown: {text!r}")

    def _shows(self, text: str) -> bool:
        return text in self.shown

    async def hear(self, text: str) -> None:
        """Wait for a notification."""
        await self.until(lambda: text in self.told, f"not told: {text!r}")

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        """Put text into the box that has the focus, as a paste does, and leave the cursor there."""
        box = self.app.focused
        assert isinstance(box, Input), f"no box has the focus but {box}"
        box.value = text
        await self.pilot.pause()

    async def quiet(self) -> None:
        """Wait until no request is under way."""
        await self.until(lambda: not self.app._newest and not self.app._waiting, "still working")
        await self.pilot.pause()

    async def go(self, name: str) -> None:
        """To another screen by its digit."""
        from mem.tui.actions import find

        await self.until(lambda: not isinstance(self.app.focused, Input) or self._leave())
        await self.press(find(f"app.go_{name}").keys[0])
        await self.until(lambda: name == self.screen.NAME, f"not on {name}")
        await self.quiet()

    def _leave(self) -> bool:
        self.screen.leave_input()
        return True


async def pick(d: Driver, key: str, words: str) -> None:
    """Open a picker with a key, find by words, take the first."""
    await d.press(key)
    await d.until(lambda: d.app.screen is not d.screen)
    await d.type(words)
    await d.press("enter")
    await d.until(lambda: d.app.screen is d.screen)
    await d.quiet()


def run(
    home: Path | None,
    scenario: Scenario,
    size: tuple[int, int] = SMALL,
    *,
    model: LanguageModel | None = None,
) -> MemApp:
    """Run the app over `home` through a scenario; every request must end without a surprise.

    `model` is the language model in use, none by default.
    """

    def opened(given: str | None) -> Assistant:
        place = given or (str(home) if home else None)
        return Assistant.open(place, language_model=model) if model else open_home(place)

    async def main() -> MemApp:
        app = MemApp(opened)
        copied: list[str] = []
        app.copy_to_clipboard = copied.append  # type: ignore[method-assign, assignment]
        async with app.run_test(size=size) as pilot:
            driver = Driver(app, pilot, copied)
            await driver.until(lambda: app.assistant is not None or app._exit, "never opened")
            await scenario(driver)
            assert "Internal error" not in driver.told, driver.told
        return app

    return asyncio.run(main())


def copy_of(home: Path, place: Path) -> Path:
    """A home of one's own, to change."""
    return Path(shutil.copytree(home, place))
