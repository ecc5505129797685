"""`mem entities`: who and what memories mention, and everything about one of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from mem.cli.diagnostics import ExitCode
from mem.cli.options import Json

if TYPE_CHECKING:
    from mem.consolidation.likeness import Likeness

Name = Annotated[list[str] | None, typer.Argument(metavar="NAME", help="Everything about this.")]
Merge = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="This is the same one; may be given several times."),
]
Split = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="This name is someone or something else."),
]
Rename = Annotated[
    str | None,
    typer.Option(metavar="NEW", help="What it is called; the old name still finds it."),
]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, metavar="N", help="How many at most.")]

_ASKED = 3  # pairs that are told at a time
_NOTHING = "No names yet. `mem consolidate` draws them from what was taken in."


def command(
    name: Name = None,
    merge: Merge = None,
    split: Split = None,
    rename: Rename = None,
    limit: Limit = 30,
    json: Json = False,
) -> ExitCode:
    """List who and what memories mention, or everything about one.

    Two that may be one are told below; you say whether they are.

    --merge, --split and --rename put right who is who; `mem undo` takes each back.

    \b
    Example:
      mem entities Ann Lee
      mem entities "Ann Lee" --merge Annie
      mem entities "Ann Lee" --split Annie
      mem entities Annie --rename "Ann Lee"
    """
    from mem import shapes
    from mem.cli import session
    from mem.cli.diagnostics import complain
    from mem.cli.output import emit, emit_json, stdout_style
    from mem.cli.views.memories import entity_lines, memory_lines

    if merge or split is not None or rename is not None:
        return _correct(name, merge or [], split, rename, json=json)
    style = stdout_style()
    with session.open_assistant() as assistant:
        if name:
            view = assistant.memories.entity(session.words(name))
            _ask_of(assistant.memories.alike(session.words(name)))
            if json:
                emit_json(shapes.entity_view(view))
            else:
                emit(entity_lines([view.entity], style))
                emit(memory_lines(view.memories, style))
            return ExitCode.OK
        found = assistant.memories.entities(limit=limit)
        _ask_of(assistant.memories.alike())
        why = "" if found else session.why_nothing(assistant, _NOTHING)
    if json:
        emit_json(shapes.entities(found))
    else:
        emit(entity_lines(found, style))
    if found:
        return ExitCode.OK
    complain(why)
    return ExitCode.NOTHING_FOUND


def _correct(
    name: list[str] | None, merge: list[str], split: str | None, rename: str | None, *, json: bool
) -> ExitCode:
    """Make one entity of several, or an entity of one of its names, or give it another name."""
    from mem import shapes
    from mem.cli import session
    from mem.cli.output import emit, emit_json, stdout_style
    from mem.cli.views.memories import entity_lines

    if not name or bool(merge) + (split is not None) + (rename is not None) > 1:
        raise typer.BadParameter(
            "give the NAME that it is about, and one of --merge, --split and --rename"
        )
    with session.open_assistant() as assistant:
        keeper, given = assistant.memories, session.words(name)
        if rename is not None:
            found = [keeper.rename_entity(given, rename)]
        elif split is not None:
            made = keeper.split_entity(given, split)
            found = [keeper.entity(given).entity, made]
        else:
            found = [keeper.merge_entities(given, merge)]
    if json:
        emit_json(shapes.entities(found))
    else:
        emit(entity_lines(found, stdout_style()))
    return ExitCode.OK


def _ask_of(pairs: Sequence[Likeness]) -> None:
    """Say which may be one, and how to say that they are; nothing where none may be."""
    from mem.cli.diagnostics import note
    from mem.core.display import sanitize_line

    if not pairs:
        return
    told = "; ".join(f"{one.kept.name} and {one.other.name}" for one in pairs[:_ASKED])
    more = f"; {len(pairs) - _ASKED} more" if len(pairs) > _ASKED else ""
    first = pairs[0]
    command = f'mem entities "{first.kept.name}" --merge "{first.other.name}"'
    note(sanitize_line(f"perhaps one: {told}{more}. `{command}` makes one of two."))
