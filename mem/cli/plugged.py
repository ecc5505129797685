"""Commands of plugins, looked for only where a plugin is installed: `mem --help` stays quick."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mem.hooks.specs import CommandOffer

_MARK = b"[mem]"


def any_installed() -> bool:
    """Whether some installed package names a plugin, found without loading anything."""
    from mem.hooks.manager import is_enabled, search_path

    if not is_enabled():
        return False
    for place in search_path():
        for listed in Path(place or ".").glob("*.dist-info/entry_points.txt"):
            try:
                if _MARK in listed.read_bytes():
                    return True
            except OSError:
                continue
    return False


def offers() -> list[tuple[str, CommandOffer]]:
    """(plugin, command) of every plugin in use, without names that `mem` has itself."""
    from mem.cli.catalogue import find
    from mem.cli.diagnostics import note
    from mem.hooks.manager import load_all
    from mem.settings.paths import Paths
    from mem.sources import builtin

    if not any_installed():
        return []
    paths = Paths.find()
    plugins = load_all(builtin, data_folders=(paths.data, paths.config, paths.cache))
    found = []
    for plugin, offer in plugins.commands():
        if find(offer.name) is not None:
            note(f"plugin {plugin}: its command {offer.name!r} is one of mem's own, which is used")
        else:
            found.append((plugin, offer))
    return found


def offered(name: str) -> tuple[str, CommandOffer] | None:
    """The plugin and the command called `name`."""
    return next((one for one in offers() if one[1].name == name), None)


def help_lines() -> list[str]:
    """What `mem --help` adds for commands of plugins."""
    found = offers()
    if not found:
        return []
    return ["", "Plugins:", *(f"  {one.name:<12}{one.summary}" for _, one in found)]
