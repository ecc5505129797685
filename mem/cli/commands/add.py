"""`mem add`: one typed memory; it is searchable when the command returns."""

from __future__ import annotations

from typing import Annotated

import typer

from mem.cli.options import Json

Text = Annotated[list[str] | None, typer.Argument(metavar="[TEXT|-]", help="What to remember.")]
Title = Annotated[str | None, typer.Option(help="A title for it.")]
At = Annotated[
    str | None, typer.Option("--at", metavar="TIME", help="When it was said; default now.")
]


def command(text: Text = None, title: Title = None, at: At = None, json: Json = False) -> None:
    """Remember something you type.

    `-`, or nothing with a pipe, reads it from stdin.

    \b
    Example:
      mem add "The spare key is with Ines at number 14."
      pbpaste | mem add - --title "Recipe"
    """
    from mem.cli import shapes
    from mem.cli.output import SCHEMA, emit, emit_json, stdout_style
    from mem.cli.render import documents
    from mem.cli.session import clock, moment, open_assistant

    said_at = moment("--at", at, clock().now()) if at is not None else None
    content = _content(text or [])
    with open_assistant() as assistant:
        record = assistant.remember(content, said_at=said_at, title=title)
    if json:
        emit_json({"schema": SCHEMA, "document": shapes.document(record)})
    else:
        emit(documents([record], stdout_style()))


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
