"""`mem history`: what was done to memory, or to one memory, newest first."""

from __future__ import annotations

from typing import Annotated

import typer

from mem.cli.diagnostics import ExitCode
from mem.cli.options import Json

Identity = Annotated[str | None, typer.Argument(metavar="ID", help="Only of this memory.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, metavar="N", help="How many at most.")]


def command(identity: Identity = None, limit: Limit = 20, json: Json = False) -> ExitCode:
    """Show what was done, by whom and why.

    Columns: number, time (UTC), who, what, of what, why, and what that says. `mem undo NUMBER`
    takes one back.

    \b
    Example:
      mem history
      mem history m3f9
    """
    from mem import shapes
    from mem.cli.diagnostics import complain
    from mem.cli.output import SCHEMA, emit, emit_json, stdout_style
    from mem.cli.session import open_assistant
    from mem.cli.views.memories import change_lines

    with open_assistant() as assistant:
        found = assistant.memories.history(identity, limit=limit)
        texts = assistant.memories.texts([one.entry.subject for one in found])
    if json:
        emit_json({"schema": SCHEMA, "changes": [shapes.change(one) for one in found]})
    else:
        emit(change_lines(found, stdout_style(), texts))
    if found:
        return ExitCode.OK
    complain("Nothing was done yet.")
    return ExitCode.NOTHING_FOUND
