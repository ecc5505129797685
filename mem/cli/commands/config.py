"""`mem config`: the settings in force, where each comes from, and changing one."""

from __future__ import annotations

from typing import Annotated

import typer

from mem.cli.coercion import PlainCommand, make_group
from mem.cli.options import Json

group = make_group(
    "Show and change settings.",
    "mem config show",
    "mem config set search.limit 5",
)
Key = Annotated[str, typer.Argument(metavar="KEY", help="Such as search.limit.")]
Text = Annotated[
    str, typer.Argument(metavar="VALUE", help="A number, a word, or names parted by commas.")
]


@group.command("show", cls=PlainCommand)
def show(json: Json = False) -> None:
    """Show every setting, its value, and where that comes from.

    \b
    Example:
      mem config show
    """
    from mem.cli.layout import wrapped
    from mem.cli.output import SCHEMA, emit, emit_json, emit_text, stdout_style
    from mem.core.display import sanitize_line
    from mem.settings.config import explain
    from mem.settings.paths import Paths

    found = explain(Paths.find())
    if json:
        shapes = [
            {
                "key": one.setting.key,
                "value": one.value,
                "default": one.setting.default,
                "origin": one.origin,
                "env": one.setting.env,
                "help": one.setting.help,
            }
            for one in found
        ]
        emit_json({"schema": SCHEMA, "settings": shapes})
        return
    for one in found:
        emit_text(f"{one.setting.key} = {_text(one.value)}  ({one.origin})")
        emit(wrapped(sanitize_line(one.setting.help), (), stdout_style(), indent="    "))


@group.command("get", cls=PlainCommand)
def get(key: Key, json: Json = False) -> None:
    """Print one setting.

    \b
    Example:
      mem config get search.limit
    """
    from mem.cli.output import SCHEMA, emit_json, emit_text
    from mem.settings.config import explain, find
    from mem.settings.paths import Paths

    setting = find(key)
    value = next(one.value for one in explain(Paths.find()) if one.setting == setting)
    if json:
        emit_json({"schema": SCHEMA, "key": key, "value": value})
    else:
        emit_text(_text(value))


@group.command("set", cls=PlainCommand)
def set_(key: Key, value: Text, json: Json = False) -> None:
    """Write one setting into config.toml.

    \b
    Example:
      mem config set user.names "Ann, Ann Lee"
    """
    from mem.cli.output import SCHEMA, emit_json, emit_text
    from mem.settings.config import set_value
    from mem.settings.paths import Paths

    written = set_value(Paths.find(), key, value)
    if json:
        emit_json({"schema": SCHEMA, "key": key, "value": written})
    else:
        emit_text(f"{key} = {_text(written)}")


@group.command("path", cls=PlainCommand)
def path(json: Json = False) -> None:
    """Print where config.toml lies (it need not exist).

    \b
    Example:
      $EDITOR "$(mem config path)"
    """
    from mem.cli.output import SCHEMA, emit_json, emit_text
    from mem.settings.paths import Paths

    place = str(Paths.find().config_file)
    if json:
        emit_json({"schema": SCHEMA, "path": place})
    else:
        emit_text(place)


def _text(value: int | str | tuple[str, ...]) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)
