"""`mem timeline`: how something developed, in order of time."""

from __future__ import annotations

from typing import Annotated

import typer

from mem.cli.diagnostics import ExitCode
from mem.cli.options import Json, Since

Entity = Annotated[str | None, typer.Option(metavar="NAME", help="Only what is about this name.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, metavar="N", help="The newest N.")]


def command(
    entity: Entity = None, since: Since = None, limit: Limit = 50, json: Json = False
) -> ExitCode:
    """Show how things developed, oldest first.

    What was superseded is among it. Columns: since when, id, state, text.

    \b
    Example:
      mem timeline --entity "Ann Lee" --since 2024
    """
    from mem.cli import memoryviews, session
    from mem.cli.diagnostics import complain
    from mem.cli.output import SCHEMA, emit, emit_json, stdout_style

    start = session.moment("--since", since, session.clock().now()) if since is not None else None
    with session.open_assistant() as assistant:
        found = assistant.memories.timeline(entity=entity, since=start)[-limit:]
    if json:
        entries = [memoryviews.timeline_entry(one) for one in found]
        emit_json({"schema": SCHEMA, "timeline": entries})
    else:
        emit(memoryviews.timeline_lines(found, stdout_style()))
    if found:
        return ExitCode.OK
    complain("No such memories. `mem consolidate` draws them from what was taken in.")
    return ExitCode.NOTHING_FOUND
