"""`mem list`: the memories, the newest said first; or the documents or episodes they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mem.cli.diagnostics import ExitCode
from mem.cli.options import Json

if TYPE_CHECKING:
    from mem.assistant import Assistant
    from mem.core.memory import Memory, MemoryStatus

_NOTHING_DRAWN = (
    "No memories yet. `mem consolidate` draws them from what was taken in; "
    "`mem list --documents` lists that."
)
_NOTHING_CUT = "No episodes yet. `mem consolidate` cuts them from what was taken in."

Limit = Annotated[int, typer.Option("--limit", "-n", min=1, metavar="N", help="How many at most.")]
Gone = Annotated[bool, typer.Option("--gone", help="Only documents whose file is gone.")]
Documents = Annotated[bool, typer.Option("--documents", "-d", help="List documents instead.")]
Episodes = Annotated[bool, typer.Option("--episodes", "-e", help="List episodes instead.")]
Archived = Annotated[bool, typer.Option("--archived", help="Only archived memories.")]
Status = Annotated[
    str | None,
    typer.Option(metavar="STATUS", help="Only of this status, e.g. superseded, rejected, all."),
]
Kind = Annotated[
    str | None,
    typer.Option(metavar="KIND", help="Only this kind: fact, event, …; of documents: note, chat."),
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="TIME", help="What was true at that time.")
]
KnownAt = Annotated[
    str | None, typer.Option("--known-at", metavar="TIME", help="As memory knew it at that time.")
]


def command(
    limit: Limit = 20,
    kind: Kind = None,
    documents: Documents = False,
    episodes: Episodes = False,
    status: Status = None,
    archived: Archived = False,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    gone: Gone = False,
    json: Json = False,
) -> ExitCode:
    """List the memories, or the documents or episodes.

    Columns: id, since when, kind, state, text; of documents id, date said, format, passages, title;
    of episodes id, date begun, passages, title, document.
    A `*` marks what is pinned. Exit code 3 means that there are none.

    \b
    Example:
      mem list --kind fact --as-of 2023-05-01
      mem list --documents --kind chat -n 50
      mem list --episodes
    """
    from mem.cli.session import open_assistant, why_nothing

    with open_assistant() as assistant:
        if episodes:
            return _episodes(assistant, limit=limit, json=json)
        if documents or gone or _is_document_kind(kind):
            return _documents(assistant, limit=limit, kind=kind, gone=gone, json=json)
        found = _memories(
            assistant, limit, kind, "archived" if archived else status, as_of, known_at
        )
        hint = "No memory meets these limits. `mem list --status all` lists all there are."
        if not found and not assistant.memories.counts():
            hint = why_nothing(assistant, _NOTHING_DRAWN)
    return _print(found, json=json, hint=hint)


def _is_document_kind(kind: str | None) -> bool:
    """Whether a kind is one of documents, or a format, and none of memories."""
    from mem.core.memory import MemoryKind

    return kind is not None and kind.lower() not in {known.value for known in MemoryKind}


def _memories(
    assistant: Assistant,
    limit: int,
    kind: str | None,
    status: str | None,
    as_of: str | None,
    known_at: str | None,
) -> list[Memory]:
    from mem.cli.session import clock
    from mem.core.limits import memory_kind, moment

    now = clock().now()
    return assistant.memories.list(
        limit=limit,
        kind=memory_kind(kind),
        statuses=_statuses(status),
        as_of=moment("--as-of", as_of, now) if as_of is not None else None,
        known_at=moment("--known-at", known_at, now) if known_at is not None else None,
    )


def _statuses(given: str | None) -> tuple[MemoryStatus, ...] | None:
    from mem.core.limits import memory_status
    from mem.core.memory import MemoryStatus

    if given is None or given == "all":
        return tuple(MemoryStatus) if given else None
    return (memory_status(given),)


def _print(found: list[Memory], *, json: bool, hint: str) -> ExitCode:
    from mem import shapes
    from mem.cli.diagnostics import complain
    from mem.cli.output import emit, emit_json, stdout_style
    from mem.cli.views.memories import memory_lines

    if json:
        emit_json(shapes.memories(found))
    else:
        emit(memory_lines(found, stdout_style()))
    if found:
        return ExitCode.OK
    complain(hint)
    return ExitCode.NOTHING_FOUND


def _episodes(assistant: Assistant, *, limit: int, json: bool) -> ExitCode:
    from mem import shapes
    from mem.cli.diagnostics import complain
    from mem.cli.output import emit, emit_json, stdout_style
    from mem.cli.session import why_nothing
    from mem.cli.views.episodes import episode_lines

    found = assistant.episodes.newest(limit)
    if json:
        emit_json(shapes.episodes(found))
    else:
        emit(episode_lines(found, stdout_style()))
    if found:
        return ExitCode.OK
    complain(why_nothing(assistant, _NOTHING_CUT))
    return ExitCode.NOTHING_FOUND


def _documents(
    assistant: Assistant, *, limit: int, kind: str | None, gone: bool, json: bool
) -> ExitCode:
    from mem import shapes
    from mem.cli.diagnostics import complain
    from mem.cli.output import emit, emit_json, stdout_style
    from mem.cli.session import why_nothing
    from mem.cli.views.documents import document_lines

    found = assistant.documents(limit=limit, kind=kind, gone=True if gone else None)
    if json:
        emit_json(shapes.documents(found))
    else:
        emit(document_lines(found, stdout_style()))
    if found:
        return ExitCode.OK
    complain(why_nothing(assistant, _no_document(kind)))
    return ExitCode.NOTHING_FOUND


def _no_document(kind: str | None) -> str:
    from mem.core.memory import MemoryKind

    if kind is None:
        return "No such document."
    known = ", ".join(one.value for one in MemoryKind)
    return f"No document is of the kind or format {kind!r}. Kinds of memories: {known}."
