"""A file opened in the person's own editor, at a line, while the UI steps aside."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.app import App

_LINE = re.compile(r"line (\d+)")
_PLUS = ("vi", "vim", "nvim", "nano", "emacs", "micro", "kak", "joe", "ne", "mg")
_COLON = ("hx", "helix", "subl", "zed")


def command_for(path: Path, locator: str, environment: Mapping[str, str]) -> list[str]:
    """What opens `path`: `$VISUAL`, `$EDITOR` or vi, at the locator's line where it has one."""
    words = shlex.split(environment.get("VISUAL") or environment.get("EDITOR") or "vi")
    found = _LINE.match(locator)
    name = Path(words[0]).name if words else ""
    if not found:
        return [*words, str(path)]
    if name in {"code", "codium"}:
        return [*words, "--wait", "--goto", f"{path}:{found[1]}"]
    if name in _COLON:
        return [*words, f"{path}:{found[1]}"]
    if name in _PLUS:
        return [*words, f"+{found[1]}", str(path)]
    return [*words, str(path)]


def open_in_editor(
    app: App[Any], path: Path, locator: str, environment: Mapping[str, str]
) -> str | None:
    """Run the editor in the terminal; returns why not where that failed."""
    from textual.app import SuspendNotSupported

    try:
        command = command_for(path, locator, environment)
    except ValueError as error:
        return f"VISUAL or EDITOR cannot be read: {error}. Set it to an editor of yours."
    problem = None
    try:
        with app.suspend():
            # Inside: what is raised through `suspend` would leave the terminal suspended.
            try:
                subprocess.run(command, check=False)
            except OSError as error:
                problem = f"{shlex.join(command)}: {error}. Set EDITOR to an editor of yours."
    except SuspendNotSupported:
        return "This terminal cannot step aside for an editor."
    return problem
