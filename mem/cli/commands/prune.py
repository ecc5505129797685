"""`mem prune`: proposes what has faded, with a reason for each and what it would cost."""

from __future__ import annotations

from typing import Annotated

import typer

from mem.cli.diagnostics import ExitCode
from mem.cli.options import DryRun, Json, Yes

_LISTED = 20
_INDENT = " " * 12

Keep = Annotated[
    int | None,
    typer.Option("--keep", min=1, metavar="PERCENT", help="Archive down to this share of all."),
]


def command(
    keep: Keep = None, dry_run: DryRun = False, yes: Yes = False, json: Json = False
) -> ExitCode:
    """Archive memories that have faded.

    Archived ones are left out of results and come back by `mem undo`; nothing is destroyed.
    Pinned ones stay. Without a terminal `--yes` is needed.

    \b
    Example:
      mem prune --dry-run
      mem prune --keep 80 --yes
    """
    from mem.cli.diagnostics import complain, is_interactive
    from mem.cli.session import open_assistant

    if keep is not None and keep > 100:
        raise typer.BadParameter("give a percentage from 1 to 100", param_hint="--keep")
    with open_assistant() as assistant:
        plan = assistant.memories.prune_plan(keep=keep / 100 if keep is not None else None)
        shape = {
            "considered": plan.considered,
            "recently_cited": plan.cited,
            "recently_cited_touched": round(plan.touched, 4),
            "archive": [
                {
                    "id": one.stored.memory.id,
                    "text": one.stored.memory.text,
                    "worth": round(one.worth, 4),
                    "need": round(one.need, 4),
                    "strength": round(one.stored.memory.strength, 4),
                    "reason": one.reason,
                }
                for one in plan.entries
            ],
        }
        if not json:
            _print(shape, plan.cost, asked=keep is not None)
        archived = number = 0
        if not dry_run and plan.entries:
            if not yes and not is_interactive():
                complain("without a terminal prune needs --yes, or --dry-run.")
                return ExitCode.USAGE
            if not yes and not typer.confirm("Archive these?", err=True):
                complain("Nothing was archived.")
                return ExitCode.ERROR
            archived = assistant.memories.prune(plan)
            newest = assistant.memories.history(limit=20)
            number = next(one.number for one in newest if one.entry.actor == "prune")
    _print_end(shape, archived, number, dry_run=dry_run, json=json)
    return ExitCode.OK


def _print(shape: dict[str, object], cost: str, *, asked: bool) -> None:
    """`asked` says that a share to keep was given."""
    from mem.cli.diagnostics import note
    from mem.cli.layout import clipped, short_id, table
    from mem.cli.output import emit, emit_text, stdout_style
    from mem.core.display import plural

    entries = shape["archive"]
    assert isinstance(entries, list)
    considered = shape["considered"]
    if not entries:
        emit_text(f"Nothing has faded: 0 of {considered}.")
        if considered and not asked:
            note("`mem prune --keep 80 --dry-run` shows what is worth least.")
        return
    emit_text(f"{plural(len(entries), 'memory')} of {considered}")
    style = stdout_style()
    rows = [(short_id(one["id"]), f"{one['worth']:.2f}", one["text"]) for one in entries[:_LISTED]]
    for line, one in zip(table(rows, style, last=2), entries, strict=False):
        emit([line, _INDENT + style.dim(clipped(one["reason"], style.width - len(_INDENT)))])
    if len(entries) > _LISTED:
        emit_text(f"… and {len(entries) - _LISTED:,} more")
    emit_text(cost)


def _print_end(
    shape: dict[str, object], archived: int, number: int, *, dry_run: bool, json: bool
) -> None:
    """`number` is that of the change, by which it is taken back."""
    from mem.cli.output import SCHEMA, emit_json, emit_text

    if json:
        emit_json({"schema": SCHEMA, "dry_run": dry_run, **shape, "archived": archived})
    elif archived:
        which = "it" if archived == 1 else "them"
        emit_text(f"Archived {archived:,}. `mem undo {number}` brings {which} back.")
