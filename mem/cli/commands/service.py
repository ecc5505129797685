"""`mem service`: the watcher as a service of the system, started when the person logs in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mem.cli.coercion import PlainCommand, make_group
from mem.cli.diagnostics import ExitCode
from mem.cli.options import DryRun, Json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mem.service.definition import Definition

group = make_group(
    "Keep in step in the background.",
    "mem service install",
    "mem service status",
)
Lines = Annotated[
    int, typer.Option("--lines", "-n", metavar="N", min=1, help="How many of the last lines.")
]


def _definition() -> Definition:
    from mem.service.definition import define
    from mem.settings.paths import Paths

    return define(Paths.find())


@group.command("install", cls=PlainCommand)
def install(dry_run: DryRun = False, json: Json = False) -> ExitCode:
    """Start the watcher now and at every login.

    It runs as you, at low priority: a systemd user unit, a launchd agent or a Windows task.

    \b
    Example:
      mem service install --dry-run
    """
    from mem.cli.output import emit, emit_text
    from mem.service import manager

    definition = _definition()
    if not dry_run:
        manager.install(definition)
    if json:
        _emit_json(definition, installed=not dry_run, text=definition.text)
    elif dry_run:
        emit([f"# {definition.file}"])
        emit_text(definition.text)
        emit(_shown(definition.install))
    else:
        emit_text(f"Installed and started: {definition.name} ({definition.file}).")
    return ExitCode.OK


def _emit_json(definition: Definition, **more: object) -> None:
    from mem.cli.output import SCHEMA, emit_json

    place = {"service": definition.name, "file": str(definition.file)}
    emit_json({"schema": SCHEMA, **place, **more})


@group.command("uninstall", cls=PlainCommand)
def uninstall(dry_run: DryRun = False, json: Json = False) -> ExitCode:
    """Stop the watcher and remove the service; memory stays.

    \b
    Example:
      mem service uninstall
    """
    from mem.cli.diagnostics import complain
    from mem.cli.output import emit, emit_text
    from mem.service import manager

    definition = _definition()
    if not dry_run and not manager.uninstall(definition):
        complain("The service is not installed. `mem service install` does that.")
        return ExitCode.NOTHING_FOUND
    if json:
        _emit_json(definition, removed=not dry_run)
    elif dry_run:
        emit([*_shown(definition.uninstall), f"remove {definition.file}"])
    else:
        emit_text(f"Stopped and removed: {definition.name}.")
    return ExitCode.OK


@group.command("status", cls=PlainCommand)
def status(json: Json = False) -> ExitCode:
    """Say whether the watcher runs, as a service or otherwise. Exit code 3: it does not.

    \b
    Example:
      mem service status
    """
    from mem.cli.output import SCHEMA, emit_json, emit_text
    from mem.service import manager
    from mem.service.lock import holder_of
    from mem.settings.paths import Paths

    definition = _definition()
    holder = holder_of(Paths.find())
    installed = definition.file.exists()
    running, said = manager.status(definition) if installed else (False, "")
    if json:
        emit_json(
            {
                "schema": SCHEMA,
                "watching": holder is not None,
                "process": holder.process if holder else None,
                "since": holder.since if holder else None,
                "service": definition.name,
                "installed": installed,
                "running": running,
            }
        )
    else:
        watcher = f"runs since {holder.since} (process {holder.process})" if holder else "is off"
        service = said.strip() if installed else "not installed (`mem service install` does that)"
        emit_text(f"Watcher: {watcher}\nService: {service}")
    return ExitCode.OK if holder else ExitCode.NOTHING_FOUND


@group.command("logs", cls=PlainCommand)
def logs(lines: Lines = 50, json: Json = False) -> ExitCode:
    """Show what the service's watcher did of late.

    \b
    Example:
      mem service logs --lines 20
    """
    from mem.cli.diagnostics import complain
    from mem.cli.output import SCHEMA, emit_json, emit_text
    from mem.service import manager

    text = manager.logs(_definition(), lines).rstrip("\n")
    if json:
        emit_json({"schema": SCHEMA, "lines": text.splitlines()})
    elif text:
        emit_text(text)
    if text:
        return ExitCode.OK
    complain("The service has written nothing. `mem service status` says whether it runs.")
    return ExitCode.NOTHING_FOUND


def _shown(commands: Sequence[tuple[str, ...]]) -> list[str]:
    import shlex

    return [f"$ {shlex.join(command)}" for command in commands]
