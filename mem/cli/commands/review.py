"""`mem review`: what waits for the user's decision, and deciding it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mem.cli.coercion import PlainCommand, make_group
from mem.cli.diagnostics import ExitCode
from mem.cli.options import Json

if TYPE_CHECKING:
    from mem.core.memory import Memory

group = make_group(
    "Decide about proposed, conflicting and quarantined memories.\n\n"
    "Without a subcommand it lists them. A rejected one does not come back when text is read "
    "again. With --secrets it is about passwords, keys and card numbers that imports kept out.",
    "mem review",
    "mem review accept m3f9",
    "mem review --secrets",
    bare=True,
)
Identity = Annotated[str, typer.Argument(metavar="ID", help="A memory's id, or its beginning.")]
Identities = Annotated[list[str], typer.Argument(metavar="ID", help="Memories.")]
Others = Annotated[list[str], typer.Argument(metavar="OTHER", help="Those that say the same.")]
Text = Annotated[list[str], typer.Argument(metavar="TEXT", help="What it should say.")]
Secrets = Annotated[bool, typer.Option("--secrets", help="Secrets that were kept out instead.")]
Keep = Annotated[
    list[str] | None, typer.Option(metavar="MARK", help="Put this secret into the vault.")
]
Drop = Annotated[
    list[str] | None, typer.Option(metavar="MARK", help="Leave this secret out for good.")
]
Allow = Annotated[
    list[str] | None, typer.Option(metavar="MARK", help="Let the next import take it in.")
]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, metavar="N", help="How many at most.")]


@group.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    secrets: Secrets = False,
    keep: Keep = None,
    drop: Drop = None,
    allow: Allow = None,
    json: Json = False,
) -> ExitCode | None:
    """List what waits, or decide about secrets, where no subcommand is named."""
    if context.invoked_subcommand is None and (secrets or keep or drop or allow):
        from mem.cli.secrets_review import review_secrets

        return review_secrets(json=json, keep=keep or (), drop=drop or (), allow=allow or ())
    if context.invoked_subcommand is None and json:
        return list_(json=True)
    return list_() if context.invoked_subcommand is None else None


@group.command("list", cls=PlainCommand)
def list_(limit: Limit = 20, json: Json = False) -> ExitCode:
    """List what waits, conflicts first.

    \b
    Example:
      mem review list --json
    """
    from mem import shapes
    from mem.cli.diagnostics import complain
    from mem.cli.output import SCHEMA, emit, emit_json, stdout_style
    from mem.cli.session import open_assistant
    from mem.cli.views.memories import review_lines

    with open_assistant() as assistant:
        items = assistant.memories.review(limit=limit)
    if json:
        emit_json({"schema": SCHEMA, "items": [shapes.review_item(one) for one in items]})
    else:
        emit(review_lines(items, stdout_style()))
    if items:
        return ExitCode.OK
    complain("Nothing waits for review.")
    return ExitCode.NOTHING_FOUND


@group.command("accept", cls=PlainCommand)
def accept(identities: Identities, json: Json = False) -> None:
    """Vouch for memories; they count as if you had typed them.

    \b
    Example:
      mem review accept m3f9
    """
    from mem.cli.session import open_assistant

    with open_assistant() as assistant:
        found = [assistant.memories.find(one).memory.id for one in identities]
        _print([assistant.memories.accept(one) for one in found], json=json)


@group.command("reject", cls=PlainCommand)
def reject(identities: Identities, json: Json = False) -> None:
    """Take memories out of use, and keep them out.

    Reading their source again does not bring them back.

    \b
    Example:
      mem review reject m3f9
    """
    from mem.cli.session import open_assistant

    with open_assistant() as assistant:
        found = [assistant.memories.find(one).memory.id for one in identities]
        _print([assistant.memories.reject(one) for one in found], json=json)


@group.command("edit", cls=PlainCommand)
def edit(identity: Identity, text: Text, json: Json = False) -> None:
    """Accept a memory in your own words.

    \b
    Example:
      mem review edit m3f9 "I live in Lyon."
    """
    from mem.cli.session import open_assistant, words
    from mem.consolidation.person import Correction

    with open_assistant() as assistant:
        _print([assistant.memories.edit(identity, Correction(text=words(text)))], json=json)


@group.command("merge", cls=PlainCommand)
def merge(identity: Identity, others: Others, json: Json = False) -> None:
    """Make one memory of several that say the same.

    The first one's words are kept.

    \b
    Example:
      mem review merge m3f9 m77a
    """
    from mem.cli.session import open_assistant

    with open_assistant() as assistant:
        _print([assistant.memories.merge(identity, others)], json=json)


def _print(memories: list[Memory], *, json: bool) -> None:
    from mem import shapes
    from mem.cli.output import emit, emit_json, stdout_style
    from mem.cli.views.memories import memory_lines

    if json:
        emit_json(shapes.memories(memories))
    else:
        emit(memory_lines(memories, stdout_style()))
