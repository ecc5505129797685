"""`mem export`: documents or memories in a format that other programs read; nothing is changed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from mem.cli.diagnostics import ExitCode
from mem.core.files import expanded

if TYPE_CHECKING:
    from mem.assistant import Assistant

Format = Annotated[
    str,
    typer.Option(
        "--format", metavar="FORMAT", help="memories, chat-jsonl, jsonl, markdown, or more."
    ),
]
Out = Annotated[
    str | None, typer.Option("--out", metavar="FILE", help="Write to FILE instead of stdout.")
]
MEMORIES = "memories"
Force = Annotated[bool, typer.Option("--force", help="Replace FILE where it exists.")]


def command(format: Format = "jsonl", out: Out = None, force: Force = False) -> ExitCode:
    """Write all documents or memories in a format of your choice.

    markdown is for reading, chat-jsonl for other chat tools, jsonl has every document. memories is
    for another mem: memories with their quotes, times, history and links, and the documents they
    stand on; `mem import FILE` merges them there. Plugins add formats (`mem plugins`). Secrets
    stay marks, and what was forgotten is not there.

    \b
    Example:
      mem export --format markdown --out memory.md
      mem export --format memories --out memories.jsonl
      mem export --format chat-jsonl | head
    """
    from mem.cli.diagnostics import note
    from mem.cli.session import open_assistant

    with open_assistant() as assistant:
        known = [MEMORIES, *(one.name for one in assistant.exporters())]
        if format not in known:
            raise typer.BadParameter(f"there is no {format!r}; known: {', '.join(known)}")
        if out is None:
            told = _written(assistant, format, _stdout())
        else:
            told = _to_file(assistant, format, expanded(out), force=force)
        for notice in assistant.plugins.notices():
            note(notice)
    note(f"{told} written.")
    return ExitCode.OK


def _written(assistant: Assistant, name: str, target: IO[bytes]) -> str:
    """Write to `target`; returns what was written, in words."""
    from mem.core.display import plural

    if name != MEMORIES:
        return plural(assistant.export(name, target), "document")
    from mem.carrying.giving import give

    counts = give(assistant, target)
    return f"{plural(counts['memories'], 'memory')} and {plural(counts['documents'], 'document')}"


def _stdout() -> IO[bytes]:
    """stdout: every byte for a pipe or file, safe text for a terminal."""
    from typing import cast

    from mem.cli.output import ShownBytes

    return cast("IO[bytes]", ShownBytes()) if sys.stdout.isatty() else sys.stdout.buffer


def _to_file(assistant: Assistant, name: str, path: Path, *, force: bool) -> str:
    """Write beside the file and put it in place when it is whole; for its owner only."""
    import os
    import tempfile

    from mem.errors import PathMissing

    if path.exists() and not force:
        raise typer.BadParameter(f"{path} exists; --force replaces it", param_hint="--out")
    if not path.parent.is_dir():
        raise PathMissing(str(path.parent))
    handle, made = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as target:
            told = _written(assistant, name, target)
        Path(made).replace(path)
    except BaseException:
        Path(made).unlink(missing_ok=True)
        raise
    return told
