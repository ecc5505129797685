"""The watcher put under the system's service manager, and taken away again."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from mem.errors import HomeNotWritable, ServiceFailed
from mem.service.definition import Definition

_TIMEOUT_S = 60


def install(definition: Definition) -> None:
    """Write the service's file and start it. Raises HomeNotWritable, ServiceFailed."""
    try:
        definition.file.parent.mkdir(parents=True, exist_ok=True)
        definition.file.write_text(definition.text, encoding=definition.encoding)
    except OSError as error:
        raise HomeNotWritable(str(definition.file), error.strerror or str(error)) from error
    _run_all(definition, definition.install)


def uninstall(definition: Definition) -> bool:
    """Stop the service and remove its file; returns whether there was one.

    Raises HomeNotWritable, ServiceFailed.
    """
    if not definition.file.exists():
        return False
    _run_all(definition, definition.uninstall)
    try:
        definition.file.unlink(missing_ok=True)
    except OSError as error:
        raise HomeNotWritable(str(definition.file), error.strerror or str(error)) from error
    return True


def status(definition: Definition) -> tuple[bool, str]:
    """Whether the service manager calls the service running, and what it says of it.

    Raises ServiceFailed.
    """
    done = _run(definition.status)
    return done.returncode == 0, done.stdout or done.stderr


def logs(definition: Definition, lines: int) -> str:
    """The last `lines` lines that the watcher wrote. Raises ServiceFailed."""
    if definition.log is not None:
        return "\n".join(_tail(definition.log, lines))
    done = _run((*definition.logs, f"--lines={lines}"))
    if done.returncode != 0:
        raise ServiceFailed(definition.logs[0], _reason(done))
    return done.stdout


def _tail(log: Path, lines: int) -> list[str]:
    try:
        return log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ServiceFailed(str(log), error.strerror or str(error)) from error


def _run_all(definition: Definition, commands: Sequence[tuple[str, ...]]) -> None:
    for command in commands:
        done = _run(command)
        if done.returncode != 0 and command not in definition.optional:
            raise ServiceFailed(" ".join(command), _reason(done))


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=_TIMEOUT_S,
            stdin=subprocess.DEVNULL,
        )
    except FileNotFoundError as error:
        raise ServiceFailed(command[0], "it is not on this machine") from error
    except subprocess.TimeoutExpired as error:
        raise ServiceFailed(command[0], f"no answer within {_TIMEOUT_S} s") from error


def _reason(done: subprocess.CompletedProcess[str]) -> str:
    said = (done.stderr or done.stdout).strip().splitlines()
    return said[-1].rstrip(".") if said else f"exit code {done.returncode}"
