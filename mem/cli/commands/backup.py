"""`mem backup`: the whole home as one file, taken at one moment while others may write."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mem.cli.options import Json

if TYPE_CHECKING:
    from mem.carrying.backup import Backup

Target = Annotated[
    str,
    typer.Argument(
        metavar="FILE|FOLDER", help="Where to write it; in a folder it is named by the date."
    ),
]
Encrypt = Annotated[bool, typer.Option("--encrypt", help="Encrypt it under a passphrase (age).")]
PassphraseStdin = Annotated[
    bool, typer.Option("--passphrase-stdin", help="The first line of stdin is the passphrase.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace FILE where it exists.")]


def command(
    target: Target,
    encrypt: Encrypt = False,
    passphrase_stdin: PassphraseStdin = False,
    force: Force = False,
    json: Json = False,
) -> None:
    """Write the whole home to one file.

    Documents, memories with their history, summaries, vectors, settings and the vault as it lies,
    at one moment; a watcher or the terminal UI may go on writing. The vault's key is not in it
    where the system's keyring has it: keep the recovery key. Models and what is made anew are
    left out. What `mem forget` destroys later still stands in the file, and `mem restore` leaves
    it out.

    --encrypt asks for a passphrase, or takes it from the file that MEM_BACKUP_PASSPHRASE_FILE
    names.

    \b
    Example:
      mem backup /media/stick
      mem backup ~/mem.zip --encrypt --force
    """
    from mem.carrying.backup import make_backup
    from mem.cli.layout import facts
    from mem.cli.output import SCHEMA, emit, emit_json, emit_text, stdout_style
    from mem.cli.progress import ProgressBar
    from mem.cli.session import absolute, open_assistant
    from mem.cli.vaultaccess import backup_passphrase

    if not target:
        raise typer.BadParameter("it is empty; `.` is this folder", param_hint="FILE|FOLDER")
    if target == "-":
        raise typer.BadParameter("a backup is a file, not a stream", param_hint="FILE|FOLDER")
    if passphrase_stdin and not encrypt:
        raise typer.BadParameter("it is for --encrypt alone", param_hint="--passphrase-stdin")
    passphrase = backup_passphrase(new=True, stdin=passphrase_stdin) if encrypt else None
    with open_assistant() as assistant, ProgressBar("Writing", "bytes") as bar:
        made = make_backup(
            assistant,
            Path(absolute(target)),
            passphrase=passphrase,
            force=force,
            on_progress=bar.update,
        )
    _notes(made)
    if json:
        emit_json({"schema": SCHEMA, **_shape(made)})
    else:
        emit_text(f"file   {made.path}")
        emit(facts(_pairs(made), stdout_style()))


def _pairs(made: Backup) -> list[tuple[str, str]]:
    from mem.cli.layout import size
    from mem.cli.views.carrying import counted

    how = "encrypted" if made.encrypted else "not encrypted"
    return [("size", f"{size(made.size)}, {how}"), ("holds", counted(made.manifest.counts))]


def _shape(made: Backup) -> dict[str, Any]:
    return {
        "path": str(made.path),
        "bytes": made.size,
        "encrypted": made.encrypted,
        "made_at": made.manifest.made_at,
        "counts": dict(made.manifest.counts),
        "members": [one.name for one in made.manifest.members],
    }


def _notes(made: Backup) -> None:
    from mem.cli.diagnostics import note
    from mem.cli.layout import shown_path

    if made.vault:
        note(
            "The vault is in it encrypted, as it lies. Its key is not where the system's keyring "
            "keeps it: the recovery key opens it elsewhere."
        )
    if made.source is not None:
        note(f"It lies in the source {shown_path(made.source)}; imports leave backups out.")
