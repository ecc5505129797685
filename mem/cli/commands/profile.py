"""`mem profile`: what is known of the user, each line with its evidence at hand."""

from __future__ import annotations

from typing import Annotated

import typer

from mem.cli.diagnostics import ExitCode
from mem.cli.options import Json

Each = Annotated[int, typer.Option("--limit", "-n", min=1, metavar="N", help="At most N a kind.")]
Plain = Annotated[
    bool, typer.Option("--text", help="A compact block to give to another assistant.")
]


def command(limit: Each = 20, text: Plain = False, json: Json = False) -> ExitCode:
    """Show what is known of you, by kind.

    `mem show ID` shows what a line stands on.

    \b
    Example:
      mem profile
      mem profile --text -n 5
    """
    from mem.cli import memoryviews
    from mem.cli.diagnostics import complain
    from mem.cli.output import SCHEMA, emit, emit_json, emit_text, stdout_style
    from mem.cli.session import open_assistant

    with open_assistant() as assistant:
        found = assistant.memories.profile(each=limit)
    style = stdout_style()
    if json:
        sections = [
            {"title": title, "memories": [memoryviews.memory(one) for one in memories]}
            for title, memories in found.sections
        ]
        emit_json({"schema": SCHEMA, "sections": sections, "text": found.text})
    elif text:
        emit_text(found.text)
    else:
        for place, (title, memories) in enumerate(found.sections):
            emit([*([""] if place else []), style.bold(title)])
            emit(memoryviews.memory_lines(memories, style))
    if found.sections:
        return ExitCode.OK
    complain("Nothing is known of you yet. `mem consolidate` draws it from what was taken in.")
    return ExitCode.NOTHING_FOUND
