"""What the table of actions becomes: bindings, names of keys, and the page that lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mem.tui.actions import SCREENS, of_screen

if TYPE_CHECKING:
    from textual.binding import BindingType


def bindings(screen: str) -> list[BindingType]:
    """Textual's bindings of one screen, or of `app`."""
    from textual.binding import Binding

    prefix = "app." if screen == "app" else "screen."
    return [
        Binding(
            ",".join(action.keys),
            prefix + action.method,
            action.label,
            show=action.footer,
            key_display=key_name(action.keys[0]),
            tooltip=f"{action.help}  {action.cli}",
            id=action.id,
            priority=action.keys[0].startswith("ctrl+"),
        )
        for action in of_screen(screen)
    ]


_KEY_NAMES = {
    "question_mark": "?",
    "slash": "/",
    "colon": ":",
    "backspace": "⌫",
    "enter": "⏎",
    "asterisk": "*",
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
}


def key_name(key: str) -> str:
    """A key as a person reads it."""
    return _KEY_NAMES.get(key, key.replace("ctrl+", "^"))


def key_table() -> str:
    """All actions as Markdown tables, one a screen: what docs/tui.md holds."""
    titles = {"app": "Everywhere"} | {info.name: info.title for info in SCREENS}
    lines: list[str] = []
    for name, title in titles.items():
        found = of_screen(name)
        if not found:
            continue
        lines += [f"### {title}", "", "| key | does | command line |", "|---|---|---|"]
        for action in found:
            keys = " ".join(f"`{key_name(key)}`" for key in action.keys)
            command = f"`{action.cli}`" if action.cli.startswith("mem") else action.cli
            lines.append(f"| {keys} | {action.help} | {command} |")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"
