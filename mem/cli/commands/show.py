"""`mem show`: a memory with its evidence, a document, or a passage among its neighbours."""

from __future__ import annotations

from typing import Annotated

import typer

from mem.cli.options import Json

_NEIGHBOURS = 2

Identity = Annotated[
    str,
    typer.Argument(metavar="ID|PATH", help="The id of a memory, document or passage, or a path."),
]
Full = Annotated[bool, typer.Option("--full", help="All of the document around a passage.")]


def command(identity: Identity, full: Full = False, json: Json = False) -> None:
    """Show a memory, a document or a passage.

    The first characters of a memory's or document's id are enough where they are unique.

    \b
    Example:
      mem show m77a
      mem show d3f9
      mem show ~/notes/boiler.md
    """
    from mem.cli import memoryviews, render, shapes
    from mem.cli.output import SCHEMA, emit, emit_json, stdout_style
    from mem.cli.session import open_assistant

    with open_assistant() as assistant:
        held = assistant.memories.holds(identity)
        memory = assistant.memories.view(identity) if held else None
        view = assistant.show(identity) if memory is None else None
    if memory is not None:
        if json:
            emit_json({"schema": SCHEMA, **memoryviews.view(memory)})
        else:
            emit(memoryviews.view_lines(memory, stdout_style()))
    elif view is not None:
        if json:
            emit_json(shapes.view(view))
        else:
            emit(render.view(view, stdout_style(), around=None if full else _NEIGHBOURS))
