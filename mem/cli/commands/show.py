"""`mem show`: a memory with its evidence, a document, an episode, or a passage in its place."""

from __future__ import annotations

from typing import Annotated

import typer

from mem.cli.options import Json

_NEIGHBOURS = 2

Identity = Annotated[
    str,
    typer.Argument(
        metavar="ID|PATH", help="The id of a memory, document, episode or passage, or a path."
    ),
]
Full = Annotated[bool, typer.Option("--full", help="All of the document around a passage.")]


def command(identity: Identity, full: Full = False, json: Json = False) -> None:
    """Show a memory, a document, an episode or a passage.

    The first characters of a memory's, document's or episode's id are enough where they are unique.

    \b
    Example:
      mem show m77a
      mem show d3f9
      mem show e04b
      mem show ~/notes/boiler.md
    """
    from mem import shapes
    from mem.cli.output import emit, emit_json, stdout_style
    from mem.cli.session import open_assistant
    from mem.cli.views import documents, episodes, memories

    with open_assistant() as assistant:
        held = assistant.memories.holds(identity)
        memory = assistant.memories.view(identity) if held else None
        episode = None if held else assistant.chronicle.episode(identity)
        told = assistant.chronicle.summary("episode", episode.episode.id) if episode else None
        view = assistant.show(identity) if memory is None and episode is None else None
    if memory is not None:
        if json:
            emit_json(shapes.memory_view(memory))
        else:
            emit(memories.view_lines(memory, stdout_style()))
    elif episode is not None:
        if json:
            emit_json(shapes.episode_view(episode, told))
        else:
            emit(episodes.view_lines(episode, told, stdout_style()))
    elif view is not None:
        if json:
            emit_json(shapes.document_view(view))
        else:
            emit(documents.view_lines(view, stdout_style(), around=None if full else _NEIGHBOURS))
