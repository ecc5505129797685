"""`mem undo`: take changes to memories back; that is a change itself and can be undone."""

from __future__ import annotations

from typing import Annotated

import typer

from mem.cli.options import Json

Numbers = Annotated[
    list[str] | None, typer.Argument(metavar="[NUMBER…]", help="Changes, as `mem history` numbers.")
]
Last = Annotated[
    int, typer.Option("--last", "-n", min=1, metavar="N", help="Without numbers: the newest N.")
]


def command(numbers: Numbers = None, last: Last = 1, json: Json = False) -> None:
    """Take changes to memories back.

    Several are taken back together or not at all. Imports and `mem forget` cannot be undone.

    \b
    Example:
      mem undo
      mem undo 12 14
    """
    from mem.cli.output import SCHEMA, emit_json, emit_text
    from mem.cli.session import open_assistant

    wanted = [_number(one) for one in numbers or []]
    with open_assistant() as assistant:
        done = assistant.memories.undo(wanted, last=last)
        undone = assistant.memories.undone_by(done)
    if json:
        emit_json({"schema": SCHEMA, "undone": undone, "number": done})
    else:
        named = ", ".join(map(str, undone))
        emit_text(f"Took back {named}. `mem undo {done}` brings it back.")


def _number(given: str) -> int:
    if not given.isdecimal():
        raise typer.BadParameter(f"{given!r} is not a number", param_hint="NUMBER")
    return int(given)
