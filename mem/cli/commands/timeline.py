"""`mem timeline`: how something developed, in order of time."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from mem.cli.diagnostics import ExitCode
from mem.cli.options import Json, Since


class Unit(StrEnum):
    """The periods of a timeline."""

    MONTH = "month"
    WEEK = "week"
    DAY = "day"


Entity = Annotated[str | None, typer.Option(metavar="NAME", help="Only what is about this name.")]
By = Annotated[Unit, typer.Option(help="What the heads with summaries stand for.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, metavar="N", help="The newest N.")]


def command(
    entity: Entity = None,
    since: Since = None,
    limit: Limit = 50,
    by: By = Unit.MONTH,
    json: Json = False,
) -> ExitCode:
    """Show how things developed, oldest first.

    Memories and episodes stand under what sums up their month, week or day.
    What was superseded is among it. Columns: since when, id, state, text; of an episode its title.

    \b
    Example:
      mem timeline --entity "Ann Lee" --since 2024
      mem timeline --by day --since "last week"
    """
    from mem import shapes
    from mem.cli import session
    from mem.cli.diagnostics import complain
    from mem.cli.output import emit, emit_json, stdout_style
    from mem.cli.views.summaries import timeline_lines
    from mem.core.limits import moment

    start = moment("--since", since, session.clock().now()) if since is not None else None
    with session.open_assistant() as assistant:
        found = assistant.chronicle.timeline(entity=entity, since=start, limit=limit, by=by.value)
        why = "" if found else session.why_nothing(assistant, _nothing(limited=entity or since))
    if json:
        emit_json(shapes.timeline(found))
    else:
        emit(timeline_lines(found, stdout_style()))
    if found:
        return ExitCode.OK
    complain(why)
    return ExitCode.NOTHING_FOUND


def _nothing(*, limited: str | None) -> str:
    if limited:
        return "Nothing of that name or time. `mem entities` lists the names."
    return "No memories or episodes yet. `mem consolidate` makes them of what was taken in."
