"""`mem mcp`: other assistants ask memory over the Model Context Protocol, on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

Sources = Annotated[
    list[str] | None,
    typer.Option(
        "--source", metavar="SOURCE", help="Share only this folder, file or export; repeatable."
    ),
]
Kinds = Annotated[
    list[str] | None,
    typer.Option(
        "--kind", metavar="KIND", help="Share only this kind or format: note, chat, …; repeatable."
    ),
]
AllowWrite = Annotated[
    bool,
    typer.Option("--allow-write", help="Let assistants propose memories and say what was useful."),
]
NoLlm = Annotated[
    bool, typer.Option("--no-llm", help="Quote memory; leave the language model alone.")
]
PrintConfig = Annotated[
    bool,
    typer.Option("--print-config", help="Print what a client needs to start this, as JSON."),
]


def command(
    source: Sources = None,
    kind: Kinds = None,
    allow_write: AllowWrite = False,
    no_llm: NoLlm = False,
    print_config: PrintConfig = False,
) -> None:
    """Let other assistants ask memory, over MCP.

    An assistant starts it and talks to it over stdin and stdout; it reads, and writes nothing
    unless you allow it. What is called is noted on stderr, without its text.

    \b
    Example:
      mem mcp --print-config --source ~/notes
      claude mcp add mem -- mem mcp --source ~/notes
    """
    import sys

    from mem.cli.diagnostics import note, say
    from mem.cli.output import emit_text
    from mem.cli.session import clock
    from mem.mcp.serving import Options, serve
    from mem.mcp.setup import client_settings

    if print_config:
        given = [part for one in kind or () for part in ("--kind", one)]
        given += ["--allow-write"] if allow_write else []
        given += ["--no-llm"] if no_llm else []
        emit_text(client_settings(source or (), given))
        _note_what_is_unknown(source or (), kind or ())
        return
    if sys.stdin is not None and sys.stdin.isatty():
        note(
            "An assistant starts this; `mem mcp --print-config` prints what it needs. Ctrl-D ends."
        )
    options = Options(source or (), kind or (), allow_write, not no_llm)
    serve(options, clock(), lambda line: say(f"mem mcp: {line}"))


def _note_what_is_unknown(sources: Sequence[str], kinds: Sequence[str]) -> None:
    """Say beforehand what would keep the server from starting."""
    from mem.cli.diagnostics import note
    from mem.cli.session import open_assistant
    from mem.errors import UsageError
    from mem.sharing.roots import scope_of

    with open_assistant() as assistant:
        try:
            scope_of(assistant.store, sources, kinds)
        except UsageError as error:
            note(f"The server will not start with this: {error}")
