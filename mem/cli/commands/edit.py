"""`mem edit`: a corrected version of a memory with the highest trust; the old one is kept."""

from __future__ import annotations

from typing import Annotated

import typer

from mem.cli.options import Json

Identity = Annotated[str, typer.Argument(metavar="ID", help="A memory's id, or its beginning.")]
Text = Annotated[list[str] | None, typer.Argument(metavar="TEXT", help="What it should say.")]
Kind = Annotated[
    str | None,
    typer.Option(metavar="KIND", help="profile, fact, event, procedure or resource."),
]
Subject = Annotated[str | None, typer.Option(metavar="TEXT", help="Whom or what it is about.")]
Predicate = Annotated[str | None, typer.Option(metavar="TEXT", help='Such as "live in".')]
Object = Annotated[str | None, typer.Option("--object", metavar="TEXT", help="Such as a place.")]
From = Annotated[str | None, typer.Option("--from", metavar="TIME", help="True from then on.")]
To = Annotated[str | None, typer.Option("--to", metavar="TIME", help="True until then.")]


def command(
    identity: Identity,
    text: Text = None,
    kind: Kind = None,
    subject: Subject = None,
    predicate: Predicate = None,
    object_: Object = None,
    valid_from: From = None,
    valid_to: To = None,
    json: Json = False,
) -> None:
    """Correct a memory; the old version stays in its history.

    \b
    Example:
      mem edit m3f9 "I live in Lyon."
      mem edit m3f9 --from 2023-05-01
    """
    from mem import shapes
    from mem.cli import session
    from mem.cli.output import SCHEMA, emit, emit_json, stdout_style
    from mem.cli.views.memories import memory_lines
    from mem.consolidation.person import Correction
    from mem.core.limits import memory_kind, moment

    now = session.clock().now()
    correction = Correction(
        text=session.words(text) if text else None,
        kind=memory_kind(kind),
        subject=subject,
        predicate=predicate,
        object=object_,
        valid_from=moment("--from", valid_from, now) if valid_from else None,
        valid_to=moment("--to", valid_to, now) if valid_to else None,
    )
    if correction.empty:
        raise typer.BadParameter("say what to change", param_hint="TEXT")
    with session.open_assistant() as assistant:
        memory = assistant.memories.edit(identity, correction)
    if json:
        emit_json({"schema": SCHEMA, "memory": shapes.memory(memory)})
    else:
        emit(memory_lines([memory], stdout_style()))
