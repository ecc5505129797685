"""The command palette and the help, made from the table of actions."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from textwrap import wrap
from typing import Any

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from mem.tui.actions import SCREENS, Action, of_screen
from mem.tui.keys import key_name
from mem.tui.screens.base import MemScreen
from mem.tui.widgets.lines import MUTED

_INDENT = 12
_JOINED = "\x00"


class Actions(Provider):
    """Everything that can be done on the screen below the palette, and everywhere."""

    def _actions(self) -> Iterable[Action]:
        screen = self.screen
        name = screen.NAME if isinstance(screen, MemScreen) else ""
        yield from of_screen(name)
        yield from of_screen("app")

    def _run(self, action: Action) -> partial[Any]:
        space = self.app if action.screen == "app" else self.screen
        return partial(self.app.run_action, action.method, space)

    async def discover(self) -> Hits:
        for action in self._actions():
            yield DiscoveryHit(action.label, self._run(action), help=_line(action))

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for action in self._actions():
            text = f"{action.label}: {action.help}"
            score = matcher.match(text)
            if score > 0:
                yield Hit(score, matcher.highlight(text), self._run(action), help=_line(action))


def _line(action: Action) -> str:
    keys = " ".join(key_name(key) for key in action.keys)
    return f"{keys}   {action.cli}"


def help_text(screen: str, width: int) -> Content:
    """The keys of one screen and of everywhere, each with the command that does the same.

    Lines are broken at `width` columns so that text stays beside its key.
    """
    title = next((info.title for info in SCREENS if info.name == screen), screen)
    parts = [Content.styled(title, "bold underline")]
    parts += [_entry(action, width) for action in of_screen(screen)]
    parts += [Content(""), Content.styled("Everywhere", "bold underline")]
    parts += [_entry(action, width) for action in of_screen("app")]
    parts += [Content(""), Content.styled("In lists", "bold underline")]
    for keys, text in (
        ("↑ ↓ j k", "move"),
        ("⇞ ⇟ g G", "by pages, to the ends"),
        ("⏎", "open"),
        ("⇥", "next part of the screen"),
        ("esc", "out of an input box, so that single keys work"),
    ):
        parts.append(Content.assemble((f"  {keys:<{_INDENT - 2}}", "bold"), text))
    return Content("\n").join(parts)


def _entry(action: Action, width: int) -> Content:
    keys = " ".join(key_name(key) for key in action.keys)
    # The command stays in one piece: its spaces are put back after the lines are broken.
    whole = f"{action.help}  {action.cli.replace(' ', _JOINED)}"
    lines = wrap(whole, max(20, width - _INDENT), break_on_hyphens=False)
    text = f"\n{' ' * _INDENT}".join(lines).replace(_JOINED, " ")
    place = text.rfind(action.cli)
    parts = (text[:place], (text[place:], MUTED)) if place >= 0 else (text,)
    return Content.assemble((f"  {keys:<{_INDENT - 2}}", "bold"), *parts)
