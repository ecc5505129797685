"""A home's watcher as the system's service managers want it described: files and commands as data.

Nothing here writes a file or starts a program.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from string import Template
from xml.sax.saxutils import escape

from mem.core.files import expanded
from mem.core.ids import content_hash
from mem.settings.paths import Paths

_NAME = "mem-watch"
_WITH_HOME = (
    "import os; os.environ['MEM_HOME'] = {home!r}; "
    "from mem.cli.main import main; main({arguments!r})"
)


@dataclass(frozen=True, slots=True)
class Definition:
    """One service: the file that describes it, and the commands (argument lists) that act on it.

    `optional` are those of the commands that may fail. `log` is the file the watcher writes, None
    where the system keeps its output and `logs` shows it.
    """

    name: str
    file: Path
    text: str
    encoding: str
    install: tuple[tuple[str, ...], ...]
    uninstall: tuple[tuple[str, ...], ...]
    status: tuple[str, ...]
    logs: tuple[str, ...]
    log: Path | None
    optional: frozenset[tuple[str, ...]] = frozenset()


def define(
    paths: Paths,
    *,
    platform: str = sys.platform,
    env: Mapping[str, str] = os.environ,
    python: str = sys.executable,
    user_home: Path | None = None,
) -> Definition:
    """The service of this home on `platform`; a home named by `MEM_HOME` has one of its own."""
    given = env.get("MEM_HOME")
    home = str(expanded(given).absolute()) if given else None
    name = f"{_NAME}-{content_hash(home.encode())[:8]}" if home else _NAME
    where = user_home or Path.home()
    command = (python, "-m", "mem", "watch")
    if platform == "darwin":
        return _launchd(name, command, home, where, paths)
    if platform == "win32":
        return _task(name, command, home, env, paths)
    config = Path(env.get("XDG_CONFIG_HOME") or where / ".config")
    return _systemd(name, command, home, config)


def _systemd(name: str, command: Sequence[str], home: str | None, config: Path) -> Definition:
    unit = f"{name}.service"
    environment = f"Environment={_unit_word(f'MEM_HOME={home}')}" if home else ""
    words = " ".join(_unit_word(word).replace("$", "$$") for word in command)
    control = ("systemctl", "--user")
    return Definition(
        name=name,
        file=config / "systemd" / "user" / unit,
        text=_filled("mem-watch.service", command=words, environment=environment),
        encoding="utf-8",
        install=(
            (*control, "daemon-reload"),
            (*control, "enable", unit),
            (*control, "restart", unit),
        ),
        uninstall=((*control, "disable", "--now", unit),),
        status=(*control, "status", "--no-pager", "--lines=0", unit),
        logs=("journalctl", "--user", "--no-pager", "--output=cat", f"--unit={unit}"),
        log=None,
    )


def _launchd(
    name: str, command: Sequence[str], home: str | None, user_home: Path, paths: Paths
) -> Definition:
    log = paths.data / "watch.log"
    file = user_home / "Library" / "LaunchAgents" / f"{name}.plist"
    domain = f"gui/{os.getuid() if hasattr(os, 'getuid') else 0}"
    words = (*command, "--log", str(log))
    indent = " " * 8
    lines = [f"{indent}<string>{escape(word)}</string>" for word in words]
    variable = f"{indent}<key>MEM_HOME</key>\n{indent}<string>{escape(home or '')}</string>"
    stop = ("launchctl", "bootout", f"{domain}/{name}")
    return Definition(
        name=name,
        file=file,
        text=_filled(
            "mem-watch.plist",
            name=escape(name),
            command="\n".join(lines),
            environment=variable if home else "",
        ),
        encoding="utf-8",
        install=(stop, ("launchctl", "bootstrap", domain, str(file))),
        uninstall=(stop,),
        status=("launchctl", "print", f"{domain}/{name}"),
        logs=(),
        log=log,
        optional=frozenset({stop}),
    )


def _task(
    name: str, command: Sequence[str], home: str | None, env: Mapping[str, str], paths: Paths
) -> Definition:
    log = paths.data / "watch.log"
    file = paths.data / f"{name}.xml"
    words = [*command[1:], "--log", str(log)]
    if home:
        # A task has no variables of its own.
        words = ["-c", _WITH_HOME.format(home=home, arguments=words[2:])]
    user = "\\".join(part for part in (env.get("USERDOMAIN"), env.get("USERNAME")) if part)
    task = ("/TN", name)
    stop = ("schtasks", "/End", *task)
    return Definition(
        name=name,
        file=file,
        text=_filled(
            "mem-watch.xml",
            program=escape(_windowless(command[0])),
            arguments=escape(subprocess.list2cmdline(words)),
            user=escape(user),
        ),
        encoding="utf-16",
        install=(
            ("schtasks", "/Create", *task, "/XML", str(file), "/F"),
            ("schtasks", "/Run", *task),
        ),
        uninstall=(stop, ("schtasks", "/Delete", *task, "/F")),
        status=("schtasks", "/Query", *task, "/V", "/FO", "LIST"),
        logs=(),
        log=log,
        optional=frozenset({stop}),
    )


def _filled(template: str, /, **values: str) -> str:
    text = files("mem.service").joinpath("data", template).read_text(encoding="utf-8")
    return Template(text).substitute(values)


def _unit_word(word: str) -> str:
    """A word of a unit file, quoted; systemd reads `%` as the beginning of a specifier."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def _windowless(python: str) -> str:
    """The interpreter that opens no console window."""
    head, tail = python[: -len("python.exe")], python[-len("python.exe") :]
    return f"{head}pythonw.exe" if tail.lower() == "python.exe" else python
