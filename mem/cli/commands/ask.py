"""`mem ask`: an answer with its evidence, or an honest "not in memory" (exit 3)."""

from __future__ import annotations

from typing import Annotated

import typer

from mem.cli.diagnostics import ExitCode
from mem.cli.options import Before, Deep, Json, Kind, On, Since, Source, Speaker

Question = Annotated[list[str], typer.Argument(metavar="QUESTION", help="Ask in plain words.")]
NoLlm = Annotated[
    bool, typer.Option("--no-llm", help="Quote memory; leave the language model alone.")
]
Stream = Annotated[
    bool,
    typer.Option(
        "--stream", help="Print each sentence as soon as it is checked, on a terminal or not."
    ),
]
After = Annotated[
    list[str] | None,
    typer.Option(
        "--after", metavar="QUESTION", help="A question that this one follows on; repeatable."
    ),
]


def command(
    question: Question,
    since: Since = None,
    before: Before = None,
    on: On = None,
    source: Source = None,
    kind: Kind = None,
    speaker: Speaker = None,
    no_llm: NoLlm = False,
    after: After = None,
    stream: Stream = False,
    deep: Deep = False,
    json: Json = False,
) -> ExitCode:
    """Answer a question with its evidence.

    Each sentence names the passages it stands on. A language model writes it where one is set up,
    and each sentence is checked; else memory is quoted. Where a question has several parts and
    the first look is unsure, memory is searched deeper by itself. Exit code 3: memory does not hold
    it.

    \b
    Example:
      mem ask "What did I decide about the flat?"
    """
    import sys

    from mem import shapes
    from mem.cli import session
    from mem.cli.diagnostics import is_interactive, note
    from mem.cli.output import emit, emit_json, stdout_style
    from mem.cli.streaming import SentencePrinter
    from mem.cli.views.answers import answer_lines, evidence_lines

    text = session.words(question)
    filters = session.filters(
        since=since, before=before, on=on, source=source, kind=kind, speaker=speaker
    )
    style = stdout_style()
    printer = SentencePrinter(style)
    live = not json and (stream or sys.stdout.isatty())
    try:
        with session.open_assistant() as assistant:
            answer = assistant.ask(
                text,
                filters=filters,
                llm=not no_llm,
                after=after or (),
                deep=deep,
                on_sentence=printer if live else None,
            )
            why = session.why_nothing(assistant, "", filters) if answer.abstained else ""
    finally:
        printer.end()
    if answer.effort and is_interactive():
        note(f"Looked deeper: {answer.effort}.")
    for notice in (*answer.notices, *([why] if why else [])):
        note(notice)
    if json:
        emit_json(shapes.answer(answer))
    elif printer.printed and tuple(printer.printed) == answer.sentences:
        emit(evidence_lines(answer, style))
    else:
        emit(answer_lines(answer, style))
    return ExitCode.NOTHING_FOUND if answer.abstained else ExitCode.OK
