"""`mem restore`: a backup becomes the home; it is checked as a whole before anything is touched."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mem.cli.diagnostics import ExitCode
from mem.cli.options import Json, Yes

if TYPE_CHECKING:
    from mem.carrying.opening import OpenedBackup
    from mem.carrying.restore import Restored
    from mem.settings.paths import Paths

File = Annotated[
    str,
    typer.Argument(metavar="FILE", help="A file that `mem backup` wrote, or a copy of the store."),
]
Replace = Annotated[
    bool, typer.Option("--replace", help="Put it in place of what this home holds.")
]
PassphraseStdin = Annotated[
    bool, typer.Option("--passphrase-stdin", help="The first line of stdin is the passphrase.")
]


def command(
    file: File,
    replace: Replace = False,
    yes: Yes = False,
    passphrase_stdin: PassphraseStdin = False,
    json: Json = False,
) -> ExitCode:
    """Put a backup in place of an empty home, or of this one.

    The file is checked first: sizes, hashes, the store itself. Then it takes the place of the old
    memory in one step; a kill leaves the one or the other. No other process may have the memory
    open. With --replace a copy of the old store stays in the home's folder of copies until the
    next `mem forget`, and `mem restore` takes that, too; settings and a vault that the home has
    stay as they are.

    What this home has forgotten since the backup was made stays forgotten.

    \b
    Example:
      mem restore /media/stick/mem-backup-2025-03-01T120000.zip
      mem restore ~/mem.zip --replace
    """
    from mem.carrying.opening import opened_backup
    from mem.carrying.restore import is_filled, restore
    from mem.cli.progress import ProgressBar
    from mem.cli.session import absolute, clock
    from mem.cli.vaultaccess import backup_passphrase
    from mem.errors import HomeFilled, PathMissing
    from mem.settings.paths import Paths

    if not file:
        raise typer.BadParameter("it is empty", param_hint="FILE")
    place = Path(absolute(file))
    if not place.exists():
        raise PathMissing(str(place))
    paths, now = Paths.find(), clock()
    filled = is_filled(paths)
    if filled and not replace:
        raise HomeFilled(str(paths.data))

    def ask() -> str:
        return backup_passphrase(new=False, stdin=passphrase_stdin)

    with (
        ProgressBar("Checking", "bytes") as bar,
        opened_backup(paths, place, ask, bar.update) as backup,
    ):
        bar.close()
        refused = _refused(paths, backup) if filled and not yes else None
        if refused is not None:
            return refused
        with ProgressBar("Leaving out what was forgotten", "passages") as second:
            done = restore(paths, now, backup, replace=replace, on_progress=second.update)
    return _told(done, json=json)


def _refused(paths: Paths, backup: OpenedBackup) -> ExitCode | None:
    """Ask whether this home may be replaced; the exit code where it may not."""
    from mem.cli.diagnostics import complain, is_interactive, say
    from mem.cli.layout import shown_path
    from mem.cli.views.carrying import counted

    if not is_interactive():
        complain("restore replaces what this home holds; without a terminal it needs --yes.")
        return ExitCode.USAGE
    say(f"{backup.manifest.made_at}: {counted(backup.manifest.counts)}")
    if typer.confirm(f"Put this in place of {shown_path(str(paths.data))}?", err=True):
        return None
    complain("Nothing was restored.")
    return ExitCode.ERROR


def _told(done: Restored, *, json: bool) -> ExitCode:
    """Make what is derived, and say what was done."""
    from mem.carrying.restore import make_derived
    from mem.cli.diagnostics import note
    from mem.cli.layout import facts
    from mem.cli.output import SCHEMA, emit, emit_json, stdout_style
    from mem.cli.progress import ProgressBar
    from mem.cli.session import open_assistant
    from mem.cli.views.carrying import restored_lines, restored_shape
    from mem.core.display import plural

    with open_assistant() as assistant, ProgressBar("Indexing", "vectors") as bar:
        indexed, pending = make_derived(assistant, bar.update)
    if done.upgraded:
        note(f"Its store was of an older mem, and was brought up to date: {done.upgraded[-1]}.")
    if done.copy is not None:
        note(f"The old store is kept at {done.copy}; `mem restore` takes that, too.")
    if done.marks_lost:
        note(
            "The old store was damaged and is kept as a copy. What was forgotten in it since the "
            "backup could not be read, and may be back: look, and forget it again."
        )
    if "vault.json" in done.written:
        note("Where its key is not in this machine's keyring, `mem vault recover` opens the vault.")
    if pending:
        note(f"{plural(pending, 'vector')} of another model: `mem doctor --embed` makes them.")
    if json:
        emit_json({"schema": SCHEMA, **restored_shape(done, indexed)})
    else:
        emit(facts(restored_lines(done, indexed), stdout_style()))
    return ExitCode.OK
