"""`mem bench mine`: search measured on one's own notes; nothing of it is kept."""

from __future__ import annotations

from typing import Annotated

import typer

from mem.cli.diagnostics import ExitCode
from mem.cli.options import Json

Questions = Annotated[
    int, typer.Option("--questions", "-n", min=1, metavar="N", help="How many of each kind.")
]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="Another seed, other questions.")]


def command(questions: Questions = 100, seed: Seed = 0, json: Json = False) -> ExitCode:
    """Measure search on your own notes and chats.

    Questions are made of headings, and of sentences with a word left out. Neither questions nor
    figures are kept, and only figures are shown. Exit code 3: there is nothing to ask about.

    \b
    Example:
      mem bench mine
    """
    from mem.bench.mine import run
    from mem.cli import session
    from mem.cli.diagnostics import complain
    from mem.cli.measured import tell

    with session.open_assistant() as assistant:
        report = run(assistant, count=questions, seed=seed)
    if not report.questions:
        complain("Memory holds no passage to make questions of. `mem import PATH` takes some in.")
        return ExitCode.NOTHING_FOUND
    kinds = [
        {
            "kind": kind,
            "questions": count,
            "recall": {str(cut): round(share, 4) for cut, share in report.recall[kind].items()},
        }
        for kind, count in report.questions.items()
    ]
    lines = [
        f"{kind} ({count}): "
        + " · ".join(f"R@{cut} {share:.3f}" for cut, share in report.recall[kind].items())
        for kind, count in report.questions.items()
    ]
    return tell("mine", {"kinds": kinds}, lines, json=json, out=None)
