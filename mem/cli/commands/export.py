"""`mem export`: all documents in a format that other programs read; nothing is changed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from mem.cli.diagnostics import ExitCode

if TYPE_CHECKING:
    from mem.assistant import Assistant

Format = Annotated[
    str, typer.Option("--format", metavar="FORMAT", help="chat-jsonl, jsonl, markdown, or more.")
]
Out = Annotated[
    str | None, typer.Option("--out", metavar="FILE", help="Write to FILE instead of stdout.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace FILE where it exists.")]


def command(format: Format = "jsonl", out: Out = None, force: Force = False) -> ExitCode:
    """Write all documents in a format of your choice.

    markdown is for reading, chat-jsonl for other chat tools, jsonl has everything. Plugins add
    formats (`mem plugins`). Secrets stay marks, and what was forgotten is not there.

    \b
    Example:
      mem export --format markdown --out memory.md
      mem export --format chat-jsonl | head
    """
    from mem.cli.diagnostics import note
    from mem.cli.session import open_assistant
    from mem.core.display import plural

    with open_assistant() as assistant:
        exporter = next((one for one in assistant.exporters() if one.name == format), None)
        if exporter is None:
            known = ", ".join(one.name for one in assistant.exporters())
            raise typer.BadParameter(f"there is no {format!r}; known: {known}")
        if out is None:
            count = assistant.export(format, _stdout())
        else:
            count = _to_file(assistant, format, Path(out).expanduser(), force=force)
        for notice in assistant.plugins.notices():
            note(notice)
    note(f"{plural(count, 'document')} written.")
    return ExitCode.OK


def _stdout() -> IO[bytes]:
    """stdout: every byte for a pipe or file, safe text for a terminal."""
    from typing import cast

    from mem.cli.output import ShownBytes

    return cast("IO[bytes]", ShownBytes()) if sys.stdout.isatty() else sys.stdout.buffer


def _to_file(assistant: Assistant, name: str, path: Path, *, force: bool) -> int:
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
            count = assistant.export(name, target)
        Path(made).replace(path)
    except BaseException:
        Path(made).unlink(missing_ok=True)
        raise
    return count
