"""`mem pin`: keep memories from fading."""

from __future__ import annotations

from typing import Annotated

import typer

from mem.cli.options import Json

Identities = Annotated[list[str], typer.Argument(metavar="ID", help="Memories to keep.")]
Off = Annotated[bool, typer.Option("--off", help="Let them fade again.")]


def command(identities: Identities, off: Off = False, json: Json = False) -> None:
    """Keep memories from fading.

    \b
    Example:
      mem pin m3f9
    """
    from mem import shapes
    from mem.cli.output import emit, emit_json, stdout_style
    from mem.cli.session import open_assistant
    from mem.cli.views.memories import memory_lines

    with open_assistant() as assistant:
        found = [assistant.memories.find(one).memory.id for one in identities]
        memories = [assistant.memories.pin(one, on=not off) for one in found]
    if json:
        emit_json(shapes.memories(memories))
    else:
        emit(memory_lines(memories, stdout_style()))
