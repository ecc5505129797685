"""`mem plugins`: what is in use beside and within `mem`, and what is not and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mem.cli.diagnostics import ExitCode
from mem.cli.options import Json

if TYPE_CHECKING:
    from mem.hooks.manager import Failure, Found, Plugin

Name = Annotated[
    str | None, typer.Argument(metavar="NAME", help="Load this one only; mem is what comes along.")
]


def command(name: Name = None, json: Json = False) -> ExitCode:
    """List the plugins that are in use, and what failed.

    Each with its version, its state and what it offers, or why it is not used. Exit code 1 means
    that a plugin failed.
    MEM_PLUGINS=off leaves all of them unused.

    \b
    Example:
      mem plugins
      mem plugins calendar
    """
    from mem.cli.diagnostics import complain, note
    from mem.cli.output import SCHEMA, emit, emit_json, stdout_style
    from mem.core.display import plural
    from mem.hooks.manager import is_enabled
    from mem.hooks.specs import HOOKS_VERSION

    enabled = is_enabled()
    loaded, failed = _found(name)
    if json:
        shapes = [*map(_shape, loaded), *map(_failed_shape, failed)]
        version = {"hooks_version": HOOKS_VERSION, "enabled": enabled}
        emit_json({"schema": SCHEMA, **version, "plugins": shapes})
    else:
        from mem.cli.layout import facts

        pairs = [*map(_line, loaded), *map(_failed_line, failed)]
        emit(facts(pairs, stdout_style()))
    if failed:
        complain(f"{plural(len(failed), 'plugin')} failed; everything else works.")
    if not enabled:
        note("MEM_PLUGINS=off: no plugin is used.")
    return ExitCode.ERROR if failed else ExitCode.OK


def _found(name: str | None) -> tuple[list[Plugin], list[Failure]]:
    """Every plugin, or the one called `name`. Raises UnknownPlugin."""
    from mem.hooks.manager import Plugin, load, load_all
    from mem.settings.paths import Paths
    from mem.sources import builtin

    paths = Paths.find()
    folders = (paths.data, paths.config, paths.cache)
    if name is None:
        plugins = load_all(builtin, data_folders=folders)
        return plugins.loaded, plugins.failed
    outcome = load(name, builtin, data_folders=folders)
    return ([outcome], []) if isinstance(outcome, Plugin) else ([], [outcome])


def _shape(plugin: Plugin) -> dict[str, Any]:
    """A plugin in use as JSON; `offers` has the names of what each hook returned."""
    from mem.hooks.manager import BUILT_IN

    found = plugin.found
    return {
        "name": found.name,
        "distribution": found.distribution,
        "version": found.version,
        "state": "built-in" if found.name == BUILT_IN else "loaded",
        "hooks": list(plugin.hooks),
        "offers": plugin.contents.offered(),
        "reason": None,
    }


def _failed_shape(failure: Failure) -> dict[str, Any]:
    found = failure.found
    return {
        "name": found.name,
        "distribution": found.distribution,
        "version": found.version,
        "state": "failed",
        "hooks": [],
        "offers": {},
        "reason": failure.reason,
    }


def _line(plugin: Plugin) -> tuple[str, str]:
    shape = _shape(plugin)
    offers = (
        f"{hook.removeprefix('mem_')}: {', '.join(names)}"
        for hook, names in shape["offers"].items()
    )
    return _title(plugin.found), f"{shape['state']}; {'; '.join(offers)}"


def _failed_line(failure: Failure) -> tuple[str, str]:
    return _title(failure.found), f"failed: {failure.reason}"


def _title(found: Found) -> str:
    """What `pip` calls it, and its version."""
    return f"{found.distribution} {found.version}"
