"""`mem demo`: a guided minute on the bundled samples, in a home of its own.

It knows which kind of outcome each question should have; one wrong outcome makes it fail (exit 1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mem.cli.diagnostics import ExitCode
from mem.cli.options import Json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from mem.assistant import Assistant
    from mem.core.answer import Answer
    from mem.ingest.ledger import Ledger

Question = dict[str, Any]
Outcome = tuple[Question, "Answer", bool]

_LESSONS = {
    "plain": "a plain question",
    "changed": "a fact that changed: the newest one counts",
    "time": "a question about time",
    "absent": "something memory does not hold: it must say so",
}

Keep = Annotated[
    str | None,
    typer.Option("--keep", metavar="PATH", help="Keep the demo's memory in this folder."),
]


def command(keep: Keep = None, json: Json = False) -> ExitCode:
    """A guided minute on sample notes and chats.

    Everything happens in a temporary home; your own memory is not touched. Exit code 1 means that
    one of the four questions had a wrong outcome.

    \b
    Example:
      mem demo --keep ~/demo-memory
    """
    import tempfile
    from contextlib import nullcontext

    from mem.cli.session import absolute

    home = (
        tempfile.TemporaryDirectory(prefix="mem-demo-", ignore_cleanup_errors=True)
        if keep is None
        else nullcontext(absolute(keep))
    )
    with home as place:
        right = _show(place, kept=keep is not None, json=json)
    return ExitCode.OK if right else ExitCode.ERROR


def is_right(question: Mapping[str, Any], answer: Answer) -> bool:
    """Whether an answer is of the kind the question wants: cited words, or an abstention."""
    if question["kind"] == "absent":
        return answer.abstained
    text = answer.answer.casefold()
    wanted = any(words.casefold() in text for words in question["answer_contains"])
    return not answer.abstained and bool(answer.citations) and wanted


def _show(home: str, *, kept: bool, json: bool) -> bool:
    from mem.assistant import Assistant
    from mem.cli.commands.import_ import take_in
    from mem.cli.diagnostics import say

    samples = _samples()
    with Assistant.open(home) as assistant:
        say("Taking in a fictional person's autumn: notes and conversations …")
        paths = [str(samples / "notes"), str(samples / "chats")]
        ledger = take_in(assistant, paths, form="auto", dry_run=False, readmit=False)
        if not json:
            _print_ledger(ledger)
        outcomes: list[Outcome] = []
        for question in _questions(samples):
            outcomes.append(_ask(assistant, question))
            if not json:
                _print_outcome(len(outcomes), outcomes[-1])
    if json:
        _print_json(home if kept else None, ledger, outcomes)
    else:
        _print_end(home if kept else None, outcomes)
    return all(right for _, _, right in outcomes)


def _samples() -> Path:
    """The folder of the bundled samples."""
    from pathlib import Path

    import mem.samples

    return Path(str(mem.samples.__file__)).parent


def _questions(samples: Path) -> list[Question]:
    import json

    with (samples / "questions.json").open(encoding="utf-8") as stream:
        return [question for question in json.load(stream) if question.get("demo")]


def _ask(assistant: Assistant, question: Question) -> Outcome:
    answer = assistant.ask(question["question"], asked_at=question["asked_at"])
    return question, answer, is_right(question, answer)


def _print_ledger(ledger: Ledger) -> None:
    from mem.cli.output import emit, stdout_style
    from mem.cli.views.documents import ledger_lines

    emit(ledger_lines(ledger, stdout_style()))


def _print_outcome(number: int, outcome: Outcome) -> None:
    from mem.cli.output import emit, stdout_style
    from mem.cli.views.answers import answer_lines

    question, answer, right = outcome
    style = stdout_style()
    if right:
        verdict = "Right: memory does not hold it." if answer.abstained else "Right."
    elif question["kind"] == "absent":
        verdict = "Wrong: it should have said that memory does not hold it."
    else:
        verdict = f"Wrong: the answer should say {question['answer_contains'][0]!r}."
    emit(
        [
            "",
            style.dim("-" * style.width),
            style.bold(f'{number}. mem ask "{question["question"]}"'),
            style.dim(f"   ({_LESSONS[question['kind']]})"),
            "",
            *answer_lines(answer, style),
            "",
            f"=> {verdict}",
        ]
    )


def _print_end(home: str | None, outcomes: Sequence[Outcome]) -> None:
    from shlex import quote

    from mem.cli.layout import wrapped
    from mem.cli.output import emit, emit_text, stdout_style
    from mem.core.display import sanitize

    style = stdout_style()
    right = sum(1 for _, _, good in outcomes if good)
    if home is None:
        tries = [
            ("mem import ~/notes", "take in a folder of your own"),
            ('mem ask "What did I decide about …?"', "ask it something"),
            ("mem demo --keep demo-memory", "keep the samples to play with"),
        ]
        hint = "`MEM_HOME=demo-memory mem search boiler` then searches the kept samples."
    else:
        lead = f"MEM_HOME={quote(home)} mem"
        tries = [
            (f"{lead} search boiler pressure", "search the samples"),
            (f"{lead} consolidate", "draw memories from the samples"),
            ("mem import ~/notes", "take in a folder of your own"),
        ]
        hint = f"This demo's memory is kept in {home}; remove the folder when you are done."
    width = max(len(words) for words, _ in tries) + 3
    fits = width + max(len(why) for _, why in tries) + 2 <= style.width
    lines = [
        line
        for words, why in tries
        for line in ([f"  {words:<{width}}{why}"] if fits else [f"  {why}:", f"    {words}"])
    ]
    emit_text(
        "\n".join(["", f"{right} of {len(outcomes)} outcomes right.", "", "Try next:", *lines, ""])
    )
    emit(wrapped(sanitize(hint), (), style))


def _print_json(home: str | None, ledger: Ledger, outcomes: Sequence[Outcome]) -> None:
    from mem import shapes
    from mem.cli.output import SCHEMA, emit_json

    emit_json(
        {
            "schema": SCHEMA,
            "home": home,
            "import": shapes.ledger(ledger),
            "questions": [
                {
                    "id": question["id"],
                    "kind": question["kind"],
                    "right": right,
                    "answer": shapes.answer(answer),
                }
                for question, answer, right in outcomes
            ],
            "ok": all(right for _, _, right in outcomes),
        }
    )
