"""`mem list`: the documents in memory, the newest said first."""

from __future__ import annotations

from typing import Annotated

import typer

from mem.cli.diagnostics import ExitCode
from mem.cli.options import Json, Kind

Limit = Annotated[int, typer.Option("--limit", "-n", min=1, metavar="N", help="How many at most.")]
Gone = Annotated[bool, typer.Option("--gone", help="Only those whose file is gone.")]


def command(
    limit: Limit = 20, kind: Kind = None, gone: Gone = False, json: Json = False
) -> ExitCode:
    """List the documents in memory.

    Columns: id, date said, format, passages, title. Exit code 3 means that there are none.

    \b
    Example:
      mem list --kind chat -n 50
    """
    from mem.cli import render, shapes
    from mem.cli.diagnostics import complain
    from mem.cli.output import emit, emit_json, stdout_style
    from mem.cli.session import open_assistant

    with open_assistant() as assistant:
        found = assistant.documents(limit=limit, kind=kind, gone=True if gone else None)
    if json:
        emit_json(shapes.documents(found))
    else:
        emit(render.documents(found, stdout_style()))
    if found:
        return ExitCode.OK
    limited = kind is not None or gone
    complain("No such document." if limited else "Memory is empty. `mem import PATH` fills it.")
    return ExitCode.NOTHING_FOUND
