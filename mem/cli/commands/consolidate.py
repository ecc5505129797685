"""`mem consolidate`: the slow work now; memories are drawn from what was taken in."""

from __future__ import annotations

from typing import Annotated

import typer

from mem.cli.options import Json

Limit = Annotated[
    int | None,
    typer.Option("--limit", "-n", min=1, metavar="N", help="At most so many passages."),
]


def command(limit: Limit = None, json: Json = False) -> None:
    """Draw memories from what was taken in, and sort them.

    It can be stopped at any time and goes on where it stopped; what is done is not done again.

    \b
    Example:
      mem consolidate
    """
    from dataclasses import asdict

    from mem.cli.diagnostics import is_interactive, say
    from mem.cli.layout import plural
    from mem.cli.output import SCHEMA, emit_json, emit_text
    from mem.cli.session import open_assistant

    def progress(done: int, total: int) -> None:
        say(f"{done:,} of {plural(total, 'passage')}")

    with open_assistant() as assistant:
        report = assistant.memories.consolidate(
            limit=limit, on_progress=progress if is_interactive() else None
        )
    if json:
        emit_json({"schema": SCHEMA, **asdict(report)})
        return
    emit_text(f"{plural(report.chunks, 'passage')} gone through, {report.candidates:,} statements")
    names = {
        "add": "new",
        "merge": "said before",
        "known": "known already",
        "supersede": "newer than what was known",
        "insert-superseded": "older than what is known",
        "conflict": "in conflict, for review",
        "propose": "proposed, for review",
        "quarantine": "quarantined, for review",
        "refused": "refused",
    }
    for action, count in sorted(report.outcomes.items()):
        emit_text(f"  {count:>6,}  {names.get(action, action)}")
    if report.unsupported:
        emit_text(f"  {report.unsupported:>6,}  refused: the quote is not in the source")
    if report.echoes:
        emit_text(f"  {report.echoes:>6,}  left out: mem itself had printed the text")
    if report.source_gone:
        emit_text(f"  {report.source_gone:>6,}  archived: their source is gone")
    if report.pending:
        emit_text(f"{plural(report.pending, 'passage')} left.")
