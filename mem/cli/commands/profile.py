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

_NOTHING = "Nothing is known of you yet. `mem consolidate` draws it from what was taken in."


def command(limit: Each = 20, text: Plain = False, json: Json = False) -> ExitCode:
    """Show what is known of you, by kind.

    A summary of what you said comes first.
    `mem show ID` shows what a line stands on; the summary names the places of its sentences.

    \b
    Example:
      mem profile
      mem profile --text -n 5
    """
    from mem import shapes
    from mem.cli import memoryviews, summaryviews
    from mem.cli.diagnostics import complain
    from mem.cli.output import emit, emit_json, emit_text, stdout_style
    from mem.cli.session import open_assistant, why_nothing

    with open_assistant() as assistant:
        found = assistant.memories.profile(each=limit)
        summary = assistant.chronicle.summary("profile", "user")
        why = why_nothing(assistant, _NOTHING)
    style = stdout_style()
    if json:
        emit_json(shapes.profile(found, summary))
    elif text:
        emit_text(found.text)
    else:
        emit(summaryviews.profile_lines(summary, style) if summary else [])
        for place, (title, memories) in enumerate(found.sections):
            emit([*([""] if place or summary else []), style.bold(title)])
            emit(memoryviews.memory_lines(memories, style))
    if found.sections or (summary and not text):
        return ExitCode.OK
    complain(why)
    return ExitCode.NOTHING_FOUND
