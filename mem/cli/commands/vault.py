"""`mem vault`: values kept encrypted; a value is printed by `show --reveal` and by nothing else."""

from __future__ import annotations

from typing import Annotated

import typer

from mem.cli.coercion import PlainCommand, make_group
from mem.cli.diagnostics import ExitCode
from mem.cli.options import Json, Yes

group = make_group(
    "Passwords and keys, encrypted and out of search.",
    "mem vault add router",
    "mem vault show router --reveal",
)
Name = Annotated[str, typer.Argument(metavar="NAME", help="What the value is called.")]
PassphraseStdin = Annotated[
    bool, typer.Option("--passphrase-stdin", help="The first line of stdin is the passphrase.")
]
Passphrase = Annotated[
    bool, typer.Option("--passphrase", help="Use a passphrase even where there is a keyring.")
]
Reveal = Annotated[bool, typer.Option("--reveal", help="Print the value itself.")]
Replace = Annotated[bool, typer.Option("--replace", help="Put it in place of the old value.")]


@group.command("list", cls=PlainCommand)
def list_(json: Json = False) -> ExitCode:
    """List the names in the vault; needs no key.

    \b
    Example:
      mem vault list
    """
    from mem.cli.diagnostics import complain
    from mem.cli.layout import table
    from mem.cli.output import SCHEMA, emit, emit_json, stdout_style
    from mem.cli.vaultaccess import open_vault
    from mem.settings.paths import Paths

    entries = open_vault(Paths.find()).names()
    if json:
        shapes = [{"name": one.name, "added_at": one.added_at} for one in entries]
        emit_json({"schema": SCHEMA, "values": shapes})
    else:
        emit(table([(one.added_at[:10], one.name) for one in entries], stdout_style(), last=1))
    if entries:
        return ExitCode.OK
    complain("The vault is empty. `mem vault add NAME` puts a value in.")
    return ExitCode.NOTHING_FOUND


@group.command("add", cls=PlainCommand)
def add(
    name: Name,
    replace: Replace = False,
    passphrase: Passphrase = False,
    passphrase_stdin: PassphraseStdin = False,
    json: Json = False,
) -> None:
    """Encrypt a value under a name; the first one makes the vault.

    The value comes from a prompt or from stdin, the passphrase (where the system has no keyring)
    from a prompt, the file MEM_VAULT_PASSPHRASE_FILE or the first line of stdin. Neither is ever
    an argument. A new vault's recovery key is shown once.

    \b
    Example:
      mem vault add router
      pass show router | mem vault add router
    """
    from mem.cli.output import SCHEMA, emit_json, emit_text
    from mem.cli.vaultaccess import made, open_vault, tell_recovery_key, value_to_keep
    from mem.core.clock import SystemClock
    from mem.settings.paths import Paths

    vault = open_vault(Paths.find(), passphrase_stdin=passphrase_stdin)
    # Before a vault is made: without a value none is needed.
    value = value_to_keep(name)
    recovery = made(vault, with_passphrase=passphrase)
    if recovery is not None and not json:
        tell_recovery_key(recovery, vault.holder())
    vault.add(name, value, at=SystemClock.from_environment().utc(), replace=replace)
    if json:
        emit_json({"schema": SCHEMA, "name": name, "recovery_key": recovery})
    else:
        emit_text(f"In the vault: {name}")


@group.command("show", cls=PlainCommand)
def show(
    name: Name,
    reveal: Reveal = False,
    passphrase_stdin: PassphraseStdin = False,
    json: Json = False,
) -> None:
    """Show a name and its date; with --reveal the value too.

    \b
    Example:
      mem vault show router --reveal
    """
    from mem.cli.output import SCHEMA, emit_json, emit_text
    from mem.cli.vaultaccess import open_vault
    from mem.errors import VaultNameUnknown
    from mem.settings.paths import Paths

    vault = open_vault(Paths.find(), passphrase_stdin=passphrase_stdin)
    entry = next((one for one in vault.names() if one.name == name), None)
    if entry is None:
        raise VaultNameUnknown(name)
    value = vault.reveal(name) if reveal else None
    if json:
        shape = {"schema": SCHEMA, "name": name, "added_at": entry.added_at, "value": value}
        emit_json(shape)
    elif value is None:
        emit_text(f"{name}, added {entry.added_at[:10]}; --reveal shows the value")
    else:
        emit_text(value)


@group.command("remove", cls=PlainCommand)
def remove(name: Name, yes: Yes = False, json: Json = False) -> ExitCode:
    """Destroy a value for good; needs no key. Without a terminal --yes is needed.

    \b
    Example:
      mem vault remove router
    """
    from mem.cli.diagnostics import complain, is_interactive
    from mem.cli.output import SCHEMA, emit_json, emit_text
    from mem.cli.vaultaccess import open_vault
    from mem.settings.paths import Paths

    vault = open_vault(Paths.find())
    if not yes:
        if not is_interactive():
            complain("vault remove destroys for good; without a terminal it needs --yes.")
            return ExitCode.USAGE
        if not typer.confirm(f"Destroy {name!r} for good?", err=True):
            complain("Nothing was removed.")
            return ExitCode.ERROR
    vault.remove(name)
    if json:
        emit_json({"schema": SCHEMA, "removed": name})
    else:
        emit_text(f"Removed from the vault: {name}")
    return ExitCode.OK


@group.command("recover", cls=PlainCommand)
def recover(
    passphrase: Passphrase = False,
    passphrase_stdin: PassphraseStdin = False,
    json: Json = False,
) -> None:
    """Open the vault with its recovery key, and keep its key anew.

    For a lost passphrase, a keyring that has lost the key, or a home moved to another machine. The
    recovery key comes from a prompt or from stdin, and stays the same.

    \b
    Example:
      mem vault recover
    """
    from mem.cli.output import SCHEMA, emit_json, emit_text
    from mem.cli.vaultaccess import open_vault, recovery_key
    from mem.settings.paths import Paths

    vault = open_vault(Paths.find(), passphrase_stdin=passphrase_stdin)
    vault.recover(recovery_key(), with_passphrase=passphrase)
    holder = vault.holder()
    if json:
        emit_json({"schema": SCHEMA, "holder": holder})
    else:
        where = "under your passphrase" if holder == "passphrase" else f"in the keyring {holder}"
        emit_text(f"The vault is open; its key is kept {where}.")
