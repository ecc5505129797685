"""`mem --help` is made from a table; the commands themselves must say the same."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
import typer

import mem.cli.commands
from mem.cli.catalogue import COMMANDS, Command


def callbacks(command: Command) -> Iterator[object]:
    module = import_module(f"mem.cli.commands.{command.module}")
    if isinstance(getattr(module, "group", None), typer.Typer):
        yield from (one.callback for one in module.group.registered_commands)
    else:
        yield module.command


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_summary_is_the_commands_own_and_help_has_an_example(command: Command) -> None:
    module = import_module(f"mem.cli.commands.{command.module}")
    documented = list(callbacks(command))
    assert all(
        "Example:\n      mem " in str(one.__doc__)
        or "| mem" in str(one.__doc__)
        or "mem " in str(one.__doc__).partition("Example:")[2]
        for one in documented
    )
    own = module.group.info.help if hasattr(module, "group") else documented[0].__doc__
    assert str(own).splitlines()[0] == command.summary


def test_every_command_module_is_in_the_table() -> None:
    folder = Path(str(mem.cli.commands.__file__)).parent
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert modules == {command.module for command in COMMANDS}
