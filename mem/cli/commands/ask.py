"""`mem ask`: an answer with its evidence, or an honest "not in memory" (exit 3)."""

from __future__ import annotations

from typing import Annotated

import typer

from mem.cli.diagnostics import ExitCode
from mem.cli.options import Before, Json, Kind, On, Since, Source, Speaker

Question = Annotated[list[str], typer.Argument(metavar="QUESTION", help="Ask in plain words.")]


def command(
    question: Question,
    since: Since = None,
    before: Before = None,
    on: On = None,
    source: Source = None,
    kind: Kind = None,
    speaker: Speaker = None,
    json: Json = False,
) -> ExitCode:
    """Answer a question with its evidence.

    Each sentence names the passages it stands on. Exit code 3 means that memory does not hold it.

    \b
    Example:
      mem ask "What did I decide about the flat?"
    """
    from mem.cli import render, session, shapes
    from mem.cli.diagnostics import note
    from mem.cli.output import emit, emit_json, stdout_style

    text = session.words(question)
    filters = session.filters(
        session.clock().now(),
        since=since,
        before=before,
        on=on,
        source=source,
        kind=kind,
        speaker=speaker,
    )
    with session.open_assistant() as assistant:
        answer = assistant.ask(text, filters=filters)
    for notice in answer.notices:
        note(notice)
    if json:
        emit_json(shapes.answer(answer))
    else:
        emit(render.answer(answer, stdout_style()))
    return ExitCode.NOTHING_FOUND if answer.abstained else ExitCode.OK
