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
    from mem.store.erasing.erase import Receipt

What = Annotated[
    list[str] | None,
    typer.Argument(metavar="ID|PATH", help="Documents by id, uri or path; or memories by id."),
]
Document = Annotated[
    list[str] | None,
    typer.Option(metavar="ID|PATH", help="The same for documents; may be given several times."),
]
Source = Annotated[
    str | None, typer.Option(metavar="SOURCE", help="Everything only this source supplies.")
]
Entity = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="The memories about someone or something, the passages these were drawn from, and "
        "every passage that has one of its names in its words, headings or as its speaker.",
    ),
]
Match = Annotated[
    str | None,
    typer.Option(
        metavar="TEXT",
        help="Every passage that has these words (whole words, in any case) in its text, headings "
        "or speaker, and every memory drawn from one or saying them.",
    ),
]


def command(
    what: What = None,
    document: Document = None,
    source: Source = None,
    entity: Entity = None,
    match: Match = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> ExitCode:
    """Destroy documents, a source, memories or a name for good.

    Words, vectors and copies go, with everything drawn from them, and a later import does not
    bring them back. Your own files are not touched. Without a terminal `--yes` is needed.

    With --entity and --match only the passages that name it go, and a document goes whole where
    nothing of it remains or its path names it; a later import of its file leaves exactly those
    passages out. --dry-run lists each. What you looked for is stored nowhere.

    \b
    Example:
      mem forget d3f9 --dry-run
      mem forget --source ~/old-notes --yes
      mem forget --match "project heron" --dry-run
    """
    from mem.cli.diagnostics import complain, is_interactive, note, say
    from mem.cli.output import SCHEMA, emit_json
    from mem.cli.session import open_assistant
    from mem.cli.views import forgetting

    named = [*(what or ()), *(document or ())]
    if sum(one is not None for one in (named or None, source, entity, match)) != 1:
        raise typer.BadParameter(
            "name documents or memories, or give one of --source, --entity and --match",
            param_hint="ID|PATH",
        )
    with open_assistant() as assistant:
        if named and not document and all(map(assistant.memories.holds, named)):
            return _forget_memories(assistant, named, yes=yes, dry_run=dry_run, json=json)
        plan = assistant.forget_preview(documents=named, source=source, entity=entity, match=match)
        if plan.empty:
            rewritten = yes and not dry_run
            receipt = assistant.forget(plan) if rewritten else None
            if json:
                emit_json({"schema": SCHEMA, **forgetting.shape(plan, receipt)})
            complain(forgetting.nothing_named(receipt))
            return ExitCode.NOTHING_FOUND
        note(forgetting.OUT_OF_REACH)
        if dry_run:
            _print(plan, None, json=json)
            return ExitCode.OK
        if not yes:
            if not is_interactive():
                complain("forget destroys for good; without a terminal it needs --yes.")
                return ExitCode.USAGE
            for line in forgetting.summary(plan):
                say(line)
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
    from mem.cli.diagnostics import complain, is_interactive, note, say
    from mem.cli.output import SCHEMA, Style, emit, emit_json, emit_text, stdout_style
    from mem.cli.views import forgetting
    from mem.cli.views.memories import memory_lines
    from mem.core.display import plural

    found = assistant.memories.versions(given)
    receipt = None
    note(forgetting.OUT_OF_REACH)
    if not dry_run:
        if not yes and not is_interactive():
            complain("forget destroys for good; without a terminal it needs --yes.")
            return ExitCode.USAGE
        for line in [] if yes else memory_lines(found, Style()):
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
        whose = "its" if count == 1 else "their"
        emit_text(f"{lead} {plural(count, 'memory')} with {whose} versions.")
        if receipt is None:
            emit(memory_lines(found, stdout_style()))
        note("The passages they were drawn from stay; forget their documents to destroy those.")
    return ExitCode.OK


def _print(plan: ForgetPlan, receipt: Receipt | None, *, json: bool) -> None:
    """The receipt, or without one what would have gone."""
    from mem.cli.output import SCHEMA, emit_json, emit_text
    from mem.cli.views import forgetting

    if json:
        emit_json({"schema": SCHEMA, **forgetting.shape(plan, receipt)})
    elif receipt is not None:
        emit_text("\n".join(forgetting.receipt_lines(plan, receipt)))
    else:
        head, *rest = forgetting.summary(plan, listed=None)
        emit_text("\n".join([f"Would forget {head}", *rest]))
