"""`mem profile`: what is known of the user, each line with its evidence at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mem.cli.diagnostics import ExitCode
from mem.cli.options import Json

if TYPE_CHECKING:
    from mem.store.speakers import Voices

Each = Annotated[int, typer.Option("--limit", "-n", min=1, metavar="N", help="At most N a kind.")]
Plain = Annotated[
    bool, typer.Option("--text", help="A compact block to give to another assistant.")
]

_NAMED = 5  # speakers who may be the user
_NOTHING = "Nothing is known of you yet. `mem consolidate` draws it from what was taken in."


def command(limit: Each = 20, text: Plain = False, json: Json = False) -> ExitCode:
    """Show what is known of you, by kind.

    What you said of yourself comes first. What others say in chats is never told of you; the
    setting user.names says under which names you speak there.
    `mem show ID` shows what a line stands on; the summary names the places of its sentences.

    \b
    Example:
      mem profile
      mem profile --text -n 5
    """
    from mem import shapes
    from mem.cli.diagnostics import complain, note
    from mem.cli.output import emit, emit_json, emit_text, stdout_style
    from mem.cli.session import open_assistant, why_nothing
    from mem.cli.views.memories import memory_lines
    from mem.cli.views.summaries import profile_lines

    with open_assistant() as assistant:
        found = assistant.memories.profile(each=limit)
        summary = assistant.chronicle.summary("profile", "user")
        unknown = _unknown(assistant.memories.voices())
        why = why_nothing(assistant, unknown or _NOTHING)
    style = stdout_style()
    if json:
        emit_json(shapes.profile(found, summary))
    elif text:
        emit_text(found.text)
    else:
        emit(profile_lines(summary, style) if summary else [])
        for place, (title, memories) in enumerate(found.sections):
            emit([*([""] if place or summary else []), style.bold(title)])
            emit(memory_lines(memories, style))
    if found.sections or (summary and not text):
        if unknown:
            note(unknown)
        return ExitCode.OK
    complain(why)
    return ExitCode.NOTHING_FOUND


def _unknown(who: Voices) -> str:
    """That nobody is known to be the user in some chats, and what mends it.

    Empty where there are none, and where the user's names are set and somebody has one.
    """
    from mem.core.display import plural, sanitize_line

    if who.found or not who.unknown:
        return ""
    named = ", ".join(who.speakers[:_NAMED])
    more = f" and {len(who.speakers) - _NAMED} more" if len(who.speakers) > _NAMED else ""
    said = f"Nobody speaks as {' or '.join(who.configured)}. " if who.configured else ""
    return sanitize_line(
        f"{said}Which speaker you are is not known in {plural(who.unknown, 'chat')} "
        f"({named}{more}), "
        'so nothing said there is told of you. If you are one: `mem config set user.names "NAME"`, '
        "then `mem consolidate`."
    )
