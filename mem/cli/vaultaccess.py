"""How a person gives a vault or a backup what it needs: a silent prompt, a file, or stdin.

A passphrase, a value or a recovery key is never an argument, since others can read those.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from mem.cli.diagnostics import is_interactive, say
from mem.errors import MemError, NoBackupPassphrase, NoPassphrase

if TYPE_CHECKING:
    from mem.settings.paths import Paths
    from mem.settings.vault import Vault


def open_vault(paths: Paths, *, passphrase_stdin: bool = False) -> Vault:
    """The vault of a home; asks for its passphrase only if one is needed."""
    from mem.settings.vault import Vault

    # Read at once: what else is read from stdin comes after it.
    given = sys.stdin.readline().rstrip("\r\n") if passphrase_stdin else None

    def ask(new: bool) -> str:
        return _passphrase(new=new, given=given)

    return Vault(paths.data, ask)


def made(vault: Vault, *, with_passphrase: bool = False) -> str | None:
    """Make the vault where there is none, and return its recovery key."""
    if vault.exists():
        return None
    return vault.create(with_passphrase=with_passphrase)


def tell_recovery_key(recovery: str, holder: str) -> None:
    """Say once, on stderr, how to open the vault when its key is lost."""
    where = "under your passphrase" if holder == "passphrase" else f"in the keyring {holder}"
    say(f"A vault was made; its key is kept {where}.")
    say("Recovery key, shown only now. Write it down and keep it away from this machine:")
    say(f"  {recovery}")


def value_to_keep(name: str) -> str:
    """A value from a prompt, or all of stdin without its last line end."""
    if is_interactive():
        return str(typer.prompt(f"Value of {name}", hide_input=True, err=True))
    value = sys.stdin.read()
    value = value.removesuffix("\n").removesuffix("\r")
    if not value:
        raise typer.BadParameter("stdin holds no value", param_hint="stdin")
    return value


def recovery_key() -> str:
    """The recovery key from a prompt, or the next line of stdin."""
    if is_interactive():
        return str(typer.prompt("Recovery key", hide_input=True, err=True))
    return sys.stdin.readline().strip()


def _passphrase(*, new: bool, given: str | None) -> str:
    """Raises NoPassphrase, FileUnreadable, BadParameter for a new one that is too short."""
    from mem.settings.passphrase import FILE_VARIABLE

    return passphrase_of("the vault", FILE_VARIABLE, NoPassphrase, new=new, given=given)


def backup_passphrase(*, new: bool, stdin: bool) -> str:
    """The passphrase of a backup; `stdin` has it as its first line.

    Raises NoBackupPassphrase, FileUnreadable, BadParameter for a new one that is too short.
    """
    from mem.settings.passphrase import BACKUP_FILE_VARIABLE

    given = sys.stdin.readline().rstrip("\r\n") if stdin else None
    return passphrase_of(
        "the backup", BACKUP_FILE_VARIABLE, NoBackupPassphrase, new=new, given=given
    )


def passphrase_of(
    what: str, variable: str, missing: type[MemError], *, new: bool, given: str | None
) -> str:
    """The one `given`, that of the file which the variable names, or what a person types."""
    from mem.settings.passphrase import SHORTEST, from_file

    in_file = None if given is not None else from_file(variable)
    if given is not None:
        passphrase = given
    elif in_file is not None:
        passphrase = in_file
    elif is_interactive():
        words = f"New passphrase of {what}" if new else f"Passphrase of {what}"
        passphrase = str(
            typer.prompt(words, hide_input=True, confirmation_prompt=new, err=True, default="")
        )
    else:
        raise missing
    if new and len(passphrase) < SHORTEST:
        raise typer.BadParameter(
            f"it needs at least {SHORTEST} characters", param_hint=f"{what}'s passphrase"
        )
    return passphrase
