"""`mem undo`: take changes to memories back; that is a change itself and can be undone."""

from __future__ import annotations

from typing import Annotated

import typer

from mem.cli.options import Json

Numbers = Annotated[
    list[str] | None, typer.Argument(metavar="NUMBER", help="Changes, as `mem history` numbers.")
]
Last = Annotated[
    int, typer.Option("--last", "-n", min=1, metavar="N", help="Without numbers: the newest N.")
]

_TOLD = 10  # changes that are described
_NAMED = 20  # and whose numbers are named


def command(numbers: Numbers = None, last: Last = 1, json: Json = False) -> None:
    """Take changes to memories back.

    Several are taken back together or not at all. Imports and `mem forget` cannot be undone.

    \b
    Example:
      mem undo
      mem undo 12 14
    """
    from mem.cli.output import SCHEMA, emit, emit_json, emit_text, stdout_style
    from mem.cli.session import open_assistant
    from mem.cli.views.memories import change_lines

    wanted = [_number(one) for one in numbers or []]
    with open_assistant() as assistant:
        wanted = wanted or assistant.memories.changes.undoable(last)
        changes = assistant.memories.changes_of(wanted[:_TOLD])
        texts = assistant.memories.texts([one.entry.subject for one in changes])
        done = assistant.memories.undo(wanted, last=last)
        undone = assistant.memories.undone_by(done)
    if json:
        emit_json({"schema": SCHEMA, "undone": undone, "number": done})
    else:
        named = ", ".join(map(str, undone))
        if len(undone) > _NAMED:
            named = f"{len(undone):,} changes, {min(undone)} to {max(undone)}"
        which = "it" if len(undone) == 1 else "them"
        emit_text(f"Took back {named}. `mem undo {done}` brings {which} back.")
        emit(change_lines(changes, stdout_style(), texts))


def _number(given: str) -> int:
    if not given.isdecimal():
        raise typer.BadParameter(f"{given!r} is not a number", param_hint="NUMBER")
    return int(given)
