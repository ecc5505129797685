"""`mem feedback`: what was useful is found sooner and fades later; what was wrong, the reverse."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from mem.cli.options import Json


class Verdict(StrEnum):
    """What a person says of evidence."""

    USEFUL = "useful"
    WRONG = "wrong"


Said = Annotated[Verdict, typer.Argument(metavar="useful|wrong", help="What it was.")]
Identities = Annotated[
    list[str],
    typer.Argument(metavar="ID", help="Memories or passages, as `mem ask --json` cites them."),
]


def command(verdict: Said, identities: Identities, json: Json = False) -> None:
    """Say what of an answer was useful, or wrong.

    Nothing is changed in what memory holds: what was useful is found sooner and fades later.

    \b
    Example:
      mem feedback useful c1edac72d7
    """
    from mem.cli.output import SCHEMA, emit, emit_json
    from mem.cli.session import open_assistant
    from mem.core.display import plural

    with open_assistant() as assistant:
        count = assistant.judge(identities, useful=verdict is Verdict.USEFUL)
    if json:
        emit_json({"schema": SCHEMA, "verdict": verdict.value, "memories": count})
    else:
        emit([f"Noted as {verdict.value}; it concerns {plural(count, 'memory')}."])
