"""`mem entities`: who and what memories mention, and everything about one of them."""

from __future__ import annotations

from typing import Annotated

import typer

from mem.cli.diagnostics import ExitCode
from mem.cli.options import Json

Name = Annotated[list[str] | None, typer.Argument(metavar="[NAME]", help="Everything about this.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, metavar="N", help="How many at most.")]


def command(name: Name = None, limit: Limit = 30, json: Json = False) -> ExitCode:
    """List who and what memories mention, or everything about one.

    \b
    Example:
      mem entities
      mem entities Ann Lee
    """
    from mem.cli import memoryviews, session
    from mem.cli.diagnostics import complain
    from mem.cli.output import SCHEMA, emit, emit_json, stdout_style

    style = stdout_style()
    with session.open_assistant() as assistant:
        if name:
            view = assistant.memories.entity(session.words(name))
            if json:
                memories = [memoryviews.memory(one) for one in view.memories]
                shape = memoryviews.entity(view.entity)
                emit_json({"schema": SCHEMA, "entity": shape, "memories": memories})
            else:
                emit(memoryviews.entity_lines([view.entity], style))
                emit(memoryviews.memory_lines(view.memories, style))
            return ExitCode.OK
        found = assistant.memories.entities(limit=limit)
    if json:
        emit_json({"schema": SCHEMA, "entities": [memoryviews.entity(one) for one in found]})
    else:
        emit(memoryviews.entity_lines(found, style))
    if found:
        return ExitCode.OK
    complain("No names yet. `mem consolidate` draws them from what was taken in.")
    return ExitCode.NOTHING_FOUND
