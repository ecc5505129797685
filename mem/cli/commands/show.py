"""`mem show`: a document with its passages verbatim, or one passage among its neighbours."""

from __future__ import annotations

from typing import Annotated

import typer

from mem.cli.options import Json

_NEIGHBOURS = 2

Identity = Annotated[
    str, typer.Argument(metavar="ID|PATH", help="A document's id, uri or path, or a passage's id.")
]
Full = Annotated[bool, typer.Option("--full", help="All of the document around a passage.")]


def command(identity: Identity, full: Full = False, json: Json = False) -> None:
    """Show a document or a passage.

    The first characters of a document's id are enough where they are unique.

    \b
    Example:
      mem show d3f9
      mem show ~/notes/boiler.md
    """
    from mem.cli import render, shapes
    from mem.cli.output import emit, emit_json, stdout_style
    from mem.cli.session import open_assistant

    with open_assistant() as assistant:
        view = assistant.show(identity)
    if json:
        emit_json(shapes.view(view))
    else:
        emit(render.view(view, stdout_style(), around=None if full else _NEIGHBOURS))
