"""`mem search`: ranked passages and messages, verbatim, and memories drawn from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from mem.cli.diagnostics import ExitCode
from mem.cli.options import Before, Deep, Json, Kind, On, Since, Source, Speaker

if TYPE_CHECKING:
    from mem.core.query import Hit, SearchResult

Query = Annotated[list[str], typer.Argument(metavar="QUERY", help="Words or a question.")]
Limit = Annotated[
    int | None, typer.Option("--limit", "-k", min=1, metavar="N", help="How many hits to show.")
]
Explain = Annotated[bool, typer.Option("--explain", help="Show what made up each score.")]
Memories = Annotated[
    bool,
    typer.Option("--memories/--no-memories", help="Show what memory holds in statements, too."),
]


def command(
    query: Query,
    limit: Limit = None,
    since: Since = None,
    before: Before = None,
    on: On = None,
    source: Source = None,
    kind: Kind = None,
    speaker: Speaker = None,
    explain: Explain = False,
    memories: Memories = True,
    deep: Deep = False,
    json: Json = False,
) -> ExitCode:
    """Find passages and messages.

    A memory that matches stands below the passage it was drawn from, and is a hit of its own where
    there is room. Hits that score less than a twentieth of the best are left out after the third,
    unless --limit or --json asks for them. Exit code 3 means that nothing was found.

    \b
    Example:
      mem search boiler pressure
      mem search "the van" --since "last March" --speaker Joel
    """
    from mem import shapes
    from mem.cli import session
    from mem.cli.diagnostics import complain, note
    from mem.cli.output import emit_json

    text = session.words(query)
    filters = session.filters(
        since=since, before=before, on=on, source=source, kind=kind, speaker=speaker
    )
    with session.open_assistant() as assistant:
        found = assistant.search(
            text,
            limit=limit or assistant.settings.search_limit,
            filters=filters,
            explain=explain,
            memories=memories,
            deep=deep,
            sure=False,
        )
        wider = " with these limits; try without them" if not filters.empty else "; try other words"
        nothing = f"Nothing found for {text!r}{wider}."
        why = "" if found else session.why_nothing(assistant, nothing, filters)
    for notice in found.notices:
        note(notice)
    if explain and found.reranked is not None:
        done = found.reranked
        note(f"{done.model} reranked {done.done} of {done.wanted} hits.")
    if json:
        emit_json(shapes.search(found))
    elif found:
        _show(found, found.hits if limit else found.telling(), explain=explain)
    if found:
        return ExitCode.OK
    complain(why)
    return ExitCode.NOTHING_FOUND


def _show(found: SearchResult, shown: Sequence[Hit], *, explain: bool) -> None:
    from mem.cli.diagnostics import note
    from mem.cli.output import emit, stdout_style
    from mem.cli.views.answers import hit_lines
    from mem.core.display import plural

    emit(hit_lines(shown, stdout_style(), explain=explain))
    order = found.out_of_order(shown)
    if order is not None:
        note(f"not in the order of the scores: {order}.")
    if len(shown) < len(found):
        left = plural(len(found) - len(shown), "weaker hit")
        note(f"{left} not shown; `--limit {len(found)}` shows all.")
