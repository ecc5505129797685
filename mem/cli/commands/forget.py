"""`mem forget`: shows what goes, asks, destroys it everywhere, and prints the receipt."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from mem.cli.diagnostics import ExitCode
from mem.cli.options import DryRun, Json, Yes

if TYPE_CHECKING:
    from mem.assistant import Assistant
    from mem.consolidation.forgetting import ForgetPlan
    from mem.store.erase import Receipt

_LISTED = 20

What = Annotated[
    list[str] | None,
    typer.Argument(metavar="ID|PATH", help="Documents by id, uri or path; or memories by id."),
]
Source = Annotated[
    str | None, typer.Option(metavar="SOURCE", help="Everything only this source supplies.")
]


def command(
    what: What = None,
    source: Source = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> ExitCode:
    """Destroy documents or a source for good.

    Words, vectors and copies go, and a later import does not bring them back. Your own files are
    not touched. Without a terminal `--yes` is needed.

    \b
    Example:
      mem forget d3f9 --dry-run
      mem forget --source ~/old-notes --yes
    """
    from mem.cli.diagnostics import complain, is_interactive
    from mem.cli.session import open_assistant

    if bool(what) == (source is not None):
        raise typer.BadParameter("name documents, or a source with --source", param_hint="ID|PATH")
    with open_assistant() as assistant:
        if what and all(assistant.memories.holds(one) for one in what):
            return _forget_memories(assistant, what, yes=yes, dry_run=dry_run, json=json)
        plan = assistant.forget_preview(documents=what or (), source=source)
        if dry_run:
            _print(plan, None, json=json)
            return ExitCode.OK
        if not yes:
            if not is_interactive():
                complain("forget destroys for good; without a terminal it needs --yes.")
                return ExitCode.USAGE
            _preview(plan)
            if not typer.confirm("Destroy this for good?", err=True):
                complain("Nothing was forgotten.")
                return ExitCode.ERROR
        receipt = assistant.forget(plan)
    _print(plan, receipt, json=json)
    return ExitCode.OK


def _forget_memories(
    assistant: Assistant, given: list[str], *, yes: bool, dry_run: bool, json: bool
) -> ExitCode:
    """Memories with all their versions go; the passages they were drawn from stay."""
    from mem.cli import memoryviews
    from mem.cli.diagnostics import complain, is_interactive, note, say
    from mem.cli.output import SCHEMA, Style, emit_json, emit_text

    found = [assistant.memories.get(one) for one in given]
    receipt = None
    if not dry_run:
        if not yes and not is_interactive():
            complain("forget destroys for good; without a terminal it needs --yes.")
            return ExitCode.USAGE
        for line in [] if yes else memoryviews.memory_lines(found, Style()):
            say(line)
        if not yes and not typer.confirm("Destroy this for good?", err=True):
            complain("Nothing was forgotten.")
            return ExitCode.ERROR
        receipt = assistant.memories.forget([one.id for one in found])
    count = receipt.memories if receipt is not None else len(found)
    if json:
        shape = asdict(receipt) if receipt is not None else {"memories": count}
        ids = [{"id": one.id} for one in found]
        emit_json({"schema": SCHEMA, "dry_run": dry_run, **shape, "forgotten": ids})
    else:
        lead = "Would forget" if receipt is None else "Forgot"
        emit_text(f"{lead} {count} {'memory' if count == 1 else 'memories'} and their versions.")
        note("The passages they were drawn from stay; forget their documents to destroy those.")
    return ExitCode.OK


def _summary(plan: ForgetPlan) -> list[str]:
    """What the plan names, one line a document."""
    from mem.cli.layout import plural, shown_path

    lines = [f"{one.id[:10]}  {one.title or shown_path(one.uri)}" for one in plan.documents]
    if len(lines) > _LISTED:
        lines[_LISTED:] = [f"… and {len(lines) - _LISTED:,} more"]
    head = f"{plural(len(plan.documents), 'document')}, {plural(plan.chunks, 'passage')}"
    if plan.source is not None:
        head += f", the source {shown_path(plan.source.uri)}"
    return [head, *(f"  {line}" for line in lines)]


def _preview(plan: ForgetPlan) -> None:
    from mem.cli.diagnostics import say

    for line in _summary(plan):
        say(line)


def _print(plan: ForgetPlan, receipt: Receipt | None, *, json: bool) -> None:
    """The receipt, or without one what would have gone."""
    from mem.cli.output import SCHEMA, emit_json, emit_text

    if json:
        counts = (
            asdict(receipt)
            if receipt is not None
            else {"documents": len(plan.documents), "chunks": plan.chunks}
        )
        named = [{"id": one.id, "uri": one.uri, "title": one.title} for one in plan.documents]
        uri = plan.source.uri if plan.source is not None else None
        emit_json(
            {
                "schema": SCHEMA,
                "dry_run": receipt is None,
                **counts,
                "source": uri,
                "forgotten": named,
            }
        )
        return
    head, *rest = _summary(plan)
    emit_text("\n".join([("Would forget " if receipt is None else "Forgot ") + head, *rest]))
    if receipt is not None:
        emit_text(
            f"  {receipt.memories:,} memories, {receipt.vectors:,} vectors and "
            f"{receipt.copies_removed:,} older copies of the "
            f"store destroyed; {receipt.tombstones:,} marks keep it from coming back."
        )
