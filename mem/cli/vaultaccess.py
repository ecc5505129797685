"""How a person gives a vault what it needs: a prompt that shows nothing, a file, or stdin.

A passphrase, a value or a recovery key is never an argument, since others can read those.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from mem.cli.diagnostics import is_interactive, say
from mem.errors import NoPassphrase

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
    from mem.settings.passphrase import SHORTEST, from_file

    in_file = None if given is not None else from_file()
    if given is not None:
        passphrase = given
    elif in_file is not None:
        passphrase = in_file
    elif is_interactive():
        words = "New passphrase of the vault" if new else "Passphrase of the vault"
        passphrase = str(
            typer.prompt(words, hide_input=True, confirmation_prompt=new, err=True, default="")
        )
    else:
        raise NoPassphrase
    if new and len(passphrase) < SHORTEST:
        raise typer.BadParameter(
            f"it needs at least {SHORTEST} characters", param_hint="the vault's passphrase"
        )
    return passphrase
