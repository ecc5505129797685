"""`mem add`: one typed memory; it is searchable when the command returns."""

from __future__ import annotations

from typing import Annotated

import typer

from mem.cli.options import Json

Text = Annotated[list[str] | None, typer.Argument(metavar="TEXT|-", help="What to remember.")]
Title = Annotated[str | None, typer.Option(metavar="TITLE", help="A title for it.")]
At = Annotated[
    str | None, typer.Option("--at", metavar="TIME", help="When it was said; default now.")
]


Kind = Annotated[
    str | None,
    typer.Option(
        metavar="KIND", help="Make one memory of it: profile, fact, event, procedure, resource."
    ),
]
Happened = Annotated[
    str | None, typer.Option(metavar="TIME", help="When it happened or will happen.")
]


def command(
    text: Text = None,
    title: Title = None,
    at: At = None,
    kind: Kind = None,
    happened: Happened = None,
    json: Json = False,
) -> None:
    """Remember something you type.

    `-`, or nothing with a pipe, reads it from stdin. With a kind it is one memory at once, with the
    highest trust; without one `mem consolidate` draws from it as from every note.

    \b
    Example:
      mem add "The spare key is with Ines at number 14."
      mem add "Dinner with Ines" --kind event --happened "next Friday"
      pbpaste | mem add - --title "Recipe"
    """
    from mem import shapes
    from mem.cli.output import SCHEMA, emit, emit_json, stdout_style
    from mem.cli.session import clock, open_assistant
    from mem.cli.views.documents import document_lines
    from mem.cli.views.memories import memory_lines
    from mem.core.limits import memory_kind, moment, span

    said_at = moment("--at", at, clock().now()) if at is not None else None
    wanted = memory_kind(kind or ("event" if happened is not None else None))
    time = span("--happened", happened, clock().now()) if happened is not None else None
    content = _content(text or [])
    with open_assistant() as assistant:
        record = assistant.remember(content, said_at=said_at, title=title)
        memory = None
        if wanted is not None:
            happens = (time.start, time.end) if time is not None else None
            memory = assistant.memories.remember(record.id, wanted, happened=happens)
    if json:
        shape = {"schema": SCHEMA, "document": shapes.document(record)}
        if memory is not None:
            shape["memory"] = shapes.memory(memory)
        emit_json(shape)
    elif memory is not None:
        emit(memory_lines([memory], stdout_style()))
    else:
        emit(document_lines([record], stdout_style()))


def _content(text: list[str]) -> str:
    """What was typed, or all of stdin. Raises BadParameter where there is neither."""
    import sys

    from mem.cli.session import read_stdin, words
    from mem.errors import EmptyQuery

    if text and text != ["-"]:
        return words(text)
    if not text and sys.stdin.isatty():
        raise typer.BadParameter('give a text, or "-" for stdin', param_hint="TEXT")
    content = read_stdin()
    if not content.strip():
        raise EmptyQuery
    return content
