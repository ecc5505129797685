"""`mem consolidate`: the slow work now; memories are drawn from what was taken in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mem.cli.diagnostics import ExitCode
from mem.cli.options import Json
from mem.cli.progress import ProgressBar
from mem.core.display import plural

if TYPE_CHECKING:
    from mem.consolidation.reports import ModelReport, Report, Spent, SummaryReport

Limit = Annotated[
    int | None,
    typer.Option("--limit", "-n", min=1, metavar="N", help="At most so many passages by rules."),
]
NoLlm = Annotated[bool, typer.Option("--no-llm", help="Leave the language model out.")]
Retry = Annotated[
    bool, typer.Option("--retry", help="Give the model what it was given up on once more.")
]
Calls = Annotated[
    int | None,
    typer.Option("--calls", min=1, metavar="N", help="At most so many calls of the model."),
]
Tokens = Annotated[
    int | None,
    typer.Option("--tokens", min=1, metavar="N", help="At most so many tokens, about."),
]
Minutes = Annotated[
    float | None,
    typer.Option("--minutes", min=0.01, metavar="N", help="At most so long with the model."),
]

_OUTCOMES = {
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


def command(
    limit: Limit = None,
    no_llm: NoLlm = False,
    retry: Retry = False,
    calls: Calls = None,
    tokens: Tokens = None,
    minutes: Minutes = None,
    json: Json = False,
) -> ExitCode:
    """Cut what came in into episodes, draw memories, and sum it up.

    Rules go first; the language model follows where one is set up, within the budget given. It
    can be stopped at any time and goes on where it stopped; what is done is not done again.
    Exit code 6 means that the language model could not be used.

    \b
    Example:
      mem consolidate --minutes 10
    """
    from dataclasses import asdict

    from mem.cli.output import SCHEMA, emit_json
    from mem.cli.session import open_assistant
    from mem.consolidation.reports import Budget

    with open_assistant() as assistant, _Shown() as shown:
        report = assistant.memories.consolidate(
            limit=limit,
            on_progress=shown.by_rules,
            budget=None if no_llm else Budget(calls, tokens, minutes),
            retry=retry,
            on_call=shown.by_model,
        )
    if json:
        emit_json({"schema": SCHEMA, **asdict(report)})
    else:
        _emit(report)
    return _complaints(report)


class _Shown:
    """One progress bar at a time: for what the rules go through, then for the model."""

    def __init__(self) -> None:
        self._rules = ProgressBar("Consolidating", "passages")
        self._model: ProgressBar | None = None

    def __enter__(self) -> _Shown:
        self._rules.update(0, None, "cutting episodes")
        return self

    def __exit__(self, *_error: object) -> None:
        (self._model or self._rules).close()

    def by_rules(self, done: int, total: int) -> None:
        """How many passages the rules have gone through."""
        self._rules.update(done, total, "summing up" if done == total else "")

    def by_model(self, spent: Spent) -> None:
        """What the model has done after each of its calls."""
        if self._model is None:
            self._model = ProgressBar(spent.model, "passages", already=spent.done)
        left = f", {spent.minutes_left:.0f} min left" if spent.minutes_left is not None else ""
        detail = f"{plural(spent.calls, 'call')}, {plural(spent.tokens, 'token')}{left}"
        self._model.update(spent.done, spent.chunks, detail)


def _emit(report: Report) -> None:
    from mem.cli.output import emit_text

    if report.episodes:
        emit_text(f"{plural(report.episodes, 'episode')} cut")
    emit_text(f"{plural(report.chunks, 'passage')} gone through, {report.candidates:,} statements")
    for action, count in sorted(report.outcomes.items()):
        emit_text(f"  {count:>6,}  {_OUTCOMES.get(action, action)}")
    if report.unsupported:
        emit_text(f"  {report.unsupported:>6,}  refused: the quote is not in the source")
    if report.echoes:
        emit_text(f"  {report.echoes:>6,}  left out: mem itself had printed the text")
    if report.source_gone:
        emit_text(f"  {report.source_gone:>6,}  archived: their source is gone")
    if report.pending:
        emit_text(f"{plural(report.pending, 'passage')} left.")
    if report.model is not None and not report.model.unusable:
        _emit_model(report.model)
    if report.summaries is not None:
        _emit_summaries(report.summaries)


def _emit_model(model: ModelReport) -> None:
    from mem.cli.output import emit_text

    emit_text(
        f"{plural(model.chunks, 'passage')} by {model.model}: {plural(model.calls, 'call')}, "
        f"{plural(model.tokens, 'token')}, {plural(model.items, 'proposal')}"
    )
    for reason, count in sorted(model.rejected.items()):
        emit_text(f"  {count:>6,}  refused: {reason}")
    for reason, count in sorted(model.failed.items()):
        emit_text(f"  {count:>6,}  batches given up: {reason}")
    if model.pending:
        stopped = f"; {model.stopped}" if model.stopped else ""
        emit_text(f"{plural(model.pending, 'passage')} left for the model{stopped}.")


def _emit_summaries(done: SummaryReport) -> None:
    from mem.cli.output import emit_text

    if done.made:
        emit_text(f"{done.made:,} summaries made from sentences of what they cover")
    if done.calls:
        emit_text(
            f"{done.written:,} summaries written by the model: {plural(done.calls, 'call')}, "
            f"{plural(done.tokens, 'token')}"
        )
    for reason, count in sorted(done.refused.items()):
        emit_text(f"  {count:>6,}  refused: {reason}")
    if done.waiting:
        stopped = f"; {done.stopped}" if done.stopped else ""
        emit_text(f"{done.waiting:,} summaries left for the model{stopped}.")


def _complaints(report: Report) -> ExitCode:
    from mem.cli.diagnostics import complain, note

    for problem in report.problems:
        note(problem)
    if report.model is not None and report.model.unusable:
        complain(report.model.stopped)
        return ExitCode.MODEL_MISSING
    return ExitCode.OK
