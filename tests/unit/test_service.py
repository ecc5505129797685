"""Service files say what they must, whatever stands in a path; commands run in order."""

from __future__ import annotations

import plistlib
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from mem.errors import ServiceFailed
from mem.service import manager
from mem.service.definition import Definition, define
from mem.settings.paths import Paths

ODD = '/home/O\'Neill & "sons" 100% <$HOME>'


def defined(platform: str, tmp_path: Path, home: str | None = ODD) -> Definition:
    env = {"USERNAME": "ada", "USERDOMAIN": "BOX"} | ({"MEM_HOME": home} if home else {})
    paths = Paths.of(tmp_path / "home")
    python = "C:\\Python & Co\\python.exe" if platform == "win32" else f"{ODD}/bin/python"
    return define(paths, platform=platform, env=env, python=python, user_home=tmp_path)


def test_systemd(tmp_path: Path) -> None:
    made = defined("linux", tmp_path)
    lines = made.text.splitlines()
    quoted = ODD.replace('"', '\\"').replace("%", "%%")
    executed = f'"{quoted.replace("$", "$$")}/bin/python" "-m" "mem" "watch"'
    assert f"ExecStart={executed}" in lines
    assert f'Environment="MEM_HOME={quoted}"' in lines
    assert "Nice=10" in lines and "WantedBy=default.target" in lines
    assert made.file.parent == tmp_path / ".config" / "systemd" / "user"
    assert made.install[-1] == ("systemctl", "--user", "restart", made.file.name)
    plain = defined("linux", tmp_path, home=None)
    assert plain.name == "mem-watch" != made.name
    assert "Environment" not in plain.text


def test_launchd(tmp_path: Path) -> None:
    made = defined("darwin", tmp_path)
    said = plistlib.loads(made.text.encode())
    assert said["ProgramArguments"][:4] == [f"{ODD}/bin/python", "-m", "mem", "watch"]
    assert said["ProgramArguments"][4:] == ["--log", str(made.log)]
    assert said["EnvironmentVariables"] == {"MEM_HOME": ODD}
    assert (said["Label"], said["RunAtLoad"], said["ProcessType"]) == (
        made.name,
        True,
        "Background",
    )
    assert said["KeepAlive"] == {"SuccessfulExit": False}
    assert plistlib.loads(defined("darwin", tmp_path, None).text.encode())["Label"] == "mem-watch"


def test_windows(tmp_path: Path) -> None:
    made = defined("win32", tmp_path)
    tree = ElementTree.fromstring(made.text.replace(' encoding="UTF-16"', ""))
    names = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}

    def text(name: str) -> str:
        found = tree.find(f".//t:{name}", names)
        assert found is not None and found.text
        return found.text

    assert text("Command") == "C:\\Python & Co\\pythonw.exe"
    assert "MEM_HOME" in text("Arguments") and "--log" in text("Arguments")
    assert text("UserId") == "BOX\\ada"
    assert made.encoding == "utf-16"
    plain = defined("win32", tmp_path, None)
    assert "-m mem watch --log" in plain.text


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `systemctl` and a `journalctl` that note how they were called."""
    tools, calls = tmp_path / "bin", tmp_path / "calls"
    tools.mkdir()
    for name in ("systemctl", "journalctl"):
        tool = tools / name
        tool.write_text(
            f'#!/bin/sh\necho "{name} $*" >> {calls}\n'
            'case "$*" in *enable*) [ -z "$REFUSE" ] || { echo "no bus." >&2; exit 1; };; esac\n'
            "echo said\n"
        )
        tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    return calls


def test_install_status_logs_uninstall(tmp_path: Path, recorded: Path) -> None:
    made = defined("linux", tmp_path, None)
    assert not manager.uninstall(made)
    manager.install(made)
    assert made.file.read_text() == made.text
    assert manager.status(made) == (True, "said\n")
    assert manager.logs(made, 7) == "said\n"
    assert manager.uninstall(made)
    assert not made.file.exists()
    assert recorded.read_text().splitlines() == [
        "systemctl --user daemon-reload",
        "systemctl --user enable mem-watch.service",
        "systemctl --user restart mem-watch.service",
        "systemctl --user status --no-pager --lines=0 mem-watch.service",
        "journalctl --user --no-pager --output=cat --unit=mem-watch.service --lines=7",
        "systemctl --user disable --now mem-watch.service",
    ]


def test_a_manager_that_refuses_or_is_missing(
    tmp_path: Path, recorded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = defined("linux", tmp_path, None)
    monkeypatch.setenv("REFUSE", "1")
    with pytest.raises(ServiceFailed, match=r"enable mem-watch\.service: no bus\. `mem service"):
        manager.install(made)
    manager.install(replace(made, optional=frozenset({made.install[1]})))
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(ServiceFailed, match="not on this machine"):
        manager.status(made)


def test_a_log_of_our_own(tmp_path: Path) -> None:
    made = defined("darwin", tmp_path, None)
    assert manager.logs(made, 2) == ""
    assert made.log is not None
    made.log.parent.mkdir(parents=True)
    made.log.write_text("one\ntwo\nthree\n")
    assert manager.logs(made, 2) == "two\nthree"
