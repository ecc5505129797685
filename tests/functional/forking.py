"""Processes of `mem` forked from one that has its modules loaded already.

Each is a process like any other, with its own arguments, environment, folder and files; only the
time in which Python loads the program is spent once. What a process loads by itself is tested in
tests/test_import_hygiene.py, which starts each one anew.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import mem

ROOT = Path(__file__).parents[2]
SECONDS = 110
# Read when Python starts: whoever sets one of them needs a process from the beginning.
_READ_AT_START = ("PYTHONIOENCODING", "PYTHONUTF8", "LANG", "LC_ALL", "LC_CTYPE")
_LIBRARIES = (
    *("typer.main", "numpy", "tokenizers", "sqlite_utils", "markdown_it"),
    *("filelock", "pluggy", "rapidfuzz.fuzz"),
)
_NOT_LOADED = ("mem.tui", "mem.__main__", "mem.inference.child")


def can_fork(env: dict[str, str]) -> bool:
    """Whether a process with these variables more than usual can be forked, here."""
    return sys.platform == "linux" and not set(env) & set(_READ_AT_START)


class ForkServer:
    """The process that the others are forked from; its `run` is for one thread at a time."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        ours.settimeout(SECONDS)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.functional.forking", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                cwd=ROOT,
                env={
                    **os.environ,
                    "PYTHONPATH": str(ROOT),
                    "LANG": "C.UTF-8",
                    "OPENBLAS_NUM_THREADS": "1",
                },
            )
        self._socket = ours
        self._lines = ours.makefile("rw", encoding="utf-8")

    def run(self, arguments: tuple[str, ...], work: Path, env: dict[str, str], io: Path) -> int:
        """The exit code of one run, below zero for a signal; `io` holds its `stdin`, and its
        `stdout` and `stderr` afterwards. Raises TimeoutError; it is of no use then.
        """
        request = {"arguments": arguments, "work": str(work), "env": env, "io": str(io)}
        self._lines.write(json.dumps(request) + "\n")
        self._lines.flush()
        try:
            return int(json.loads(self._lines.readline()))
        except TimeoutError:
            os.killpg(self._process.pid, signal.SIGKILL)
            raise

    def close(self) -> None:
        """End it."""
        self._lines.close()
        self._socket.close()
        self._process.wait(SECONDS)


def _serve(descriptor: int) -> dict[str, Any] | None:
    """Fork a process for each request; returns the request in that process, None at the end."""
    with socket.socket(fileno=descriptor) as connection, connection.makefile("rw") as lines:
        for line in iter(lines.readline, ""):
            child = os.fork()
            if child == 0:
                request: dict[str, Any] = json.loads(line)
                return request
            _, status = os.waitpid(child, 0)
            lines.write(f"{os.waitstatus_to_exitcode(status)}\n")
            lines.flush()
    return None


def _become(request: dict[str, Any]) -> None:
    """Take on the files, the folder and the variables of the request."""
    io = Path(request["io"])
    for target, (name, flags) in enumerate(
        (
            ("stdin", os.O_RDONLY),
            ("stdout", os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
            ("stderr", os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
        )
    ):
        opened = os.open(io / name, flags, 0o600)
        os.dup2(opened, target)
        os.close(opened)
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    os.chdir(request["work"])
    # As `python -m mem` has it: the working folder, PYTHONPATH, and what comes with Python.
    known = request["env"]["PYTHONPATH"].split(os.pathsep)
    sys.path[:2] = [request["work"], *known]


def _load() -> None:
    """Most of what commands load. A thread, as onnxruntime starts one when it is imported, would
    be missing in what is forked.
    """
    for name in _LIBRARIES:
        importlib.import_module(name)
    for module in pkgutil.walk_packages(mem.__path__, "mem."):
        if not module.name.startswith(_NOT_LOADED):
            importlib.import_module(module.name)
    threads = len(list(Path("/proc/self/task").iterdir()))
    assert threads == 1, f"{threads} threads after loading"
    gc.freeze()


if __name__ == "__main__":
    from mem.cli.main import main

    _load()
    asked = _serve(int(sys.argv[1]))
    if asked is not None:
        _become(asked)
        sys.argv = ["mem", *asked["arguments"]]
        main()
