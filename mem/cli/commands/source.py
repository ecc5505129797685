"""`mem source`: the folders and exports that were imported."""

from __future__ import annotations

import typer

from mem.cli.coercion import PlainCommand, PlainGroup
from mem.cli.diagnostics import ExitCode
from mem.cli.options import Json

group = typer.Typer(
    cls=PlainGroup,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="The folders and exports that memory knows.",
)


@group.command("list", cls=PlainCommand)
def list_sources(json: Json = False) -> ExitCode:
    """List the folders and exports that memory knows.

    Columns: id, kind, files, documents, place.

    \b
    Example:
      mem source list
    """
    from mem.cli.diagnostics import complain
    from mem.cli.layout import shown_path, table
    from mem.cli.output import SCHEMA, emit, emit_json, stdout_style
    from mem.cli.session import open_assistant

    with open_assistant() as assistant:
        found = assistant.sources()
    if json:
        shapes = [
            {
                "id": one.id,
                "uri": one.uri,
                "kind": one.kind,
                "added_at": one.added_at,
                "files": one.files,
                "documents": one.documents,
            }
            for one in found
        ]
        emit_json({"schema": SCHEMA, "sources": shapes})
    else:
        rows = [
            (one.id[:10], one.kind, f"{one.files:,}", f"{one.documents:,}", shown_path(one.uri))
            for one in found
        ]
        emit(table(rows, stdout_style(), last=4))
    if found:
        return ExitCode.OK
    complain("Memory knows no source. `mem import PATH` takes one in.")
    return ExitCode.NOTHING_FOUND
