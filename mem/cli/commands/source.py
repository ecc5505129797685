"""`mem source`: the folders and exports that were imported, and which are kept in step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mem.cli.coercion import PlainCommand, make_group
from mem.cli.diagnostics import ExitCode
from mem.cli.options import Json

if TYPE_CHECKING:
    from mem.ingest.ledger import Ledger
    from mem.store.store import SourceRecord
    from mem.store.watched import WatchedSource

PATH = Annotated[str, typer.Argument(metavar="PATH", help="A folder, or a single file.")]
SOURCE = Annotated[str, typer.Argument(metavar="SOURCE", help="Its place, or its id.")]
NoImport = Annotated[
    bool, typer.Option("--no-import", help="Only put it on the list; `mem watch` takes it in.")
]
Poll = Annotated[
    bool, typer.Option("--poll", help="Look through it at intervals, as for a network drive.")
]

group = make_group(
    "The folders and exports that memory knows.",
    "mem source add ~/notes",
    "mem source list",
)


@group.command("list", cls=PlainCommand)
def list_sources(json: Json = False) -> ExitCode:
    """List the folders and exports that memory knows.

    Columns: id, kind, files, documents, whether it is kept in step, place.

    \b
    Example:
      mem source list
    """
    from mem.cli.diagnostics import complain
    from mem.cli.layout import short_id, shown_path, table
    from mem.cli.output import SCHEMA, emit, emit_json, stdout_style
    from mem.cli.session import open_assistant
    from mem.core.display import plural

    with open_assistant() as assistant:
        found = assistant.sources()
        watched = {one.id: one for one in assistant.store.watched.all()}
    if json:
        shapes = [_shape(one, watched.get(one.id)) for one in found]
        emit_json({"schema": SCHEMA, "sources": shapes})
    else:
        rows = [
            (
                short_id(one.id),
                one.kind,
                plural(one.files, "file"),
                plural(one.documents, "document"),
                "in step" if one.id in watched else "-",
                shown_path(one.uri),
            )
            for one in found
        ]
        emit(table(rows, stdout_style(), last=5, whole=True))
    if found:
        return ExitCode.OK
    complain("Memory knows no source. `mem import PATH` takes one in.")
    return ExitCode.NOTHING_FOUND


def _shape(one: SourceRecord, watched: WatchedSource | None) -> dict[str, object]:
    return {
        "id": one.id,
        "uri": one.uri,
        "kind": one.kind,
        "added_at": one.added_at,
        "files": one.files,
        "documents": one.documents,
        "watched": watched is not None,
        "polled": watched is not None and watched.polled,
    }


@group.command("add", cls=PlainCommand)
def add_source(
    path: PATH, no_import: NoImport = False, poll: Poll = False, json: Json = False
) -> ExitCode:
    """Keep a folder in step with memory, and take it in now.

    From then on `mem watch` (or `mem watch --once`) follows what changes in it. Exit code 1 means
    that something in it failed; the rest is taken in.

    \b
    Example:
      mem source add ~/notes
    """
    from mem.cli.commands.import_ import take_in, verdict
    from mem.cli.session import open_assistant
    from mem.service.sources import keep_in_step
    from mem.sources.folders import path_of

    if not path:
        raise typer.BadParameter("the path is empty; `.` is this folder", param_hint="PATH")
    ledger = None
    with open_assistant() as assistant:
        source = keep_in_step(assistant, path, polled=poll)
        if not no_import:
            place = str(path_of(source.uri))
            ledger = take_in(assistant, [place], form="auto", dry_run=False, readmit=False)
    _say_added(source.id, source.uri, ledger, json=json)
    return ExitCode.OK if ledger is None else verdict(ledger)


def _say_added(identity: str, uri: str, ledger: Ledger | None, *, json: bool) -> None:
    from mem import shapes
    from mem.cli.diagnostics import note
    from mem.cli.layout import shown_path
    from mem.cli.output import SCHEMA, emit, emit_json, emit_text, stdout_style
    from mem.cli.views.documents import ledger_lines

    if json:
        imported = shapes.ledger(ledger) if ledger else None
        emit_json({"schema": SCHEMA, "id": identity, "uri": uri, "import": imported})
        return
    emit_text(f"Kept in step from now on: {shown_path(uri)}")
    if ledger is not None:
        for notice in ledger.notices:
            note(notice)
        emit(ledger_lines(ledger, stdout_style(), verbose=False))
    note("`mem watch` follows changes while it runs; `mem service install` lets it always run.")


@group.command("remove", cls=PlainCommand)
def remove_source(source: SOURCE, json: Json = False) -> ExitCode:
    """Keep a folder in step no longer; what was taken in stays.

    To destroy what was taken in, use `mem forget --source SOURCE`.

    \b
    Example:
      mem source remove ~/notes
    """
    from mem.cli.diagnostics import note
    from mem.cli.layout import short_id, shown_path
    from mem.cli.output import SCHEMA, emit_json, emit_text
    from mem.cli.session import open_assistant
    from mem.service.sources import let_be

    with open_assistant() as assistant:
        found = let_be(assistant, source)
    if json:
        emit_json({"schema": SCHEMA, "id": found.id, "uri": found.uri, "watched": False})
        return ExitCode.OK
    emit_text(f"No longer kept in step: {shown_path(found.uri)}")
    note(f"What was taken in stays. `mem forget --source {short_id(found.id)}` destroys it.")
    return ExitCode.OK
