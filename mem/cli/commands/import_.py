"""`mem import`: files, folders and exports taken in once; the ledger says what became of each.

It fails (exit 1) where something failed, whatever else was taken in.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mem.cli.diagnostics import ExitCode
from mem.cli.options import DryRun, Json
from mem.core.files import expanded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from mem.assistant import Assistant
    from mem.ingest.ledger import Ledger, Progress

PATHS = Annotated[
    list[str], typer.Argument(metavar="PATH", help="Files, folders, exports, or - for stdin.")
]
Format = Annotated[
    str, typer.Option("--format", metavar="FORMAT", help="How to read them; auto looks at each.")
]
Map = Annotated[
    str,
    typer.Option(
        "--map",
        metavar="ROLE=COLUMN,…",
        help="Take rows of tables as messages: text=, at=, speaker=, conversation=.",
    ),
]
_MEANT = frozenset({"ignored", "ignored-folder", "memignore"})
Readmit = Annotated[bool, typer.Option("--readmit", help="Take in again what was forgotten.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="List everything skipped.")]


def command(
    paths: PATHS,
    format: Format = "auto",
    map: Map = "",
    dry_run: DryRun = False,
    readmit: Readmit = False,
    verbose: Verbose = False,
    json: Json = False,
) -> ExitCode:
    """Take in files, folders and chat exports.

    A file that `mem export --format memories` wrote is merged: its memories, where their quotes
    stand, with the documents they stand on; one `mem undo` takes the memories back.

    Your files are only read. What is unchanged since the last import is left alone. What fails is
    named, and the rest is taken in; the exit code is 1 then.

    \b
    Example:
      mem import ~/notes ~/Downloads/conversations.json
      cat chat.jsonl | mem import - --format chat-jsonl
      mem import letters.csv --map text=body,at=date,speaker=from
    """
    from mem import shapes
    from mem.cli.diagnostics import note
    from mem.cli.output import emit, emit_json, stdout_style
    from mem.cli.session import open_assistant
    from mem.cli.views.documents import ledger_lines

    if not all(paths):
        raise typer.BadParameter("a path is empty; `.` is this folder", param_hint="PATH")
    if map and format not in {"auto", "table"}:
        raise typer.BadParameter("it is for tables alone", param_hint="--map")
    bundle = _bundle_among(paths, format)
    if bundle is not None:
        from mem.cli.bundles import merge

        return merge(bundle, dry_run=dry_run, json=json)
    form = "table" if map else format
    with open_assistant() as assistant, _spooled(assistant, paths, form) as given:
        ledger = take_in(assistant, given, form=form, columns=map, dry_run=dry_run, readmit=readmit)
    for notice in ledger.notices:
        note(notice)
    if dry_run:
        note("This was a dry run; nothing was written.")
    if json:
        emit_json(shapes.ledger(ledger))
    else:
        told = verbose or _all_named(paths, ledger)
        emit(ledger_lines(ledger, stdout_style(), verbose=told))
        if not told and not _MEANT.issuperset(ledger.skipped_by_code()):
            note("`mem import -v` names what was skipped, and says why.")
    return verdict(ledger)


def _all_named(paths: list[str], ledger: Ledger) -> bool:
    """Whether what was skipped can only be files that were named one by one."""
    return ledger.skipped <= len(paths) and all(_path(one).is_file() for one in paths)


def _bundle_among(paths: list[str], form: str) -> Path | None:
    """The bundle of memories that is to be taken in; None where none is.

    Raises BadParameter where it is not alone.
    """
    from mem.carrying.bundle import is_bundle

    asked = form == "memories"
    found = [path for path in paths if asked or (form == "auto" and is_bundle(_path(path)))]
    if not found:
        return None
    if len(paths) > 1 or paths == ["-"]:
        raise typer.BadParameter("take memories of another home in alone, as a file")
    return _path(found[0])


def _path(given: str) -> Path:
    return expanded(given)


def verdict(ledger: Ledger) -> ExitCode:
    """The exit code of an import; where something failed, what to do is said."""
    from mem.cli.diagnostics import complain

    if not ledger.failed:
        return ExitCode.OK
    complain(
        f"{ledger.failed:,} of {ledger.seen:,} failed: mend what is named and import again, "
        "or keep it out with a line in .memignore."
    )
    return ExitCode.ERROR


def take_in(
    assistant: Assistant,
    paths: list[str],
    *,
    form: str,
    columns: str = "",
    dry_run: bool,
    readmit: bool,
) -> Ledger:
    """Import with a progress bar."""
    from mem.cli.progress import ProgressBar
    from mem.core.display import plural

    with ProgressBar("Importing", "files") as bar:

        def on_progress(progress: Progress) -> None:
            detail = plural(progress.chunks, "passage")
            bar.update(progress.files_done, progress.files_total, detail)

        return assistant.ingest(
            *paths,
            format=form,
            columns=columns,
            dry_run=dry_run,
            readmit=readmit,
            on_progress=on_progress,
        )


def _spooled(
    assistant: Assistant, paths: list[str], form: str
) -> AbstractContextManager[list[str]]:
    """The paths with `-` replaced by a file in the cache that holds stdin, removed at the end.

    Raises BadParameter where the format of stdin is not named, HomeNotWritable.
    """
    from contextlib import nullcontext

    if "-" not in paths:
        return nullcontext(paths)
    if form == "auto":
        raise typer.BadParameter(
            "stdin needs its format named, such as chat-jsonl; for a text use `mem add -`",
            param_hint="--format",
        )

    return _spooling(assistant.paths.cache, paths)


@contextmanager
def _spooling(cache: Path, paths: list[str]) -> Iterator[list[str]]:
    import shutil
    import sys
    import tempfile

    from mem.core.files import private_folder
    from mem.errors import HomeNotWritable
    from mem.settings.leftovers import spool_prefix

    try:
        private_folder(cache)
        folder = tempfile.TemporaryDirectory(prefix=spool_prefix(), dir=cache)
    except OSError as error:
        raise HomeNotWritable(str(cache), error.strerror or str(error)) from error
    with folder as name:
        spool = Path(name) / "stdin.jsonl"
        with spool.open("wb") as stream:
            shutil.copyfileobj(sys.stdin.buffer, stream)
        yield [str(spool) if path == "-" else path for path in paths]
