"""The real `mem` in a process of its own, with a home, a user and a working folder of its own."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import pytest

from tests.functional.forking import SECONDS, ForkServer, can_fork
from tests.functional.tui_fixtures import sample_home as sample_home

NOW = "2025-06-15T12:00:00"

NOTES = {
    "boiler.md": (
        "---\ndate: 2025-03-04\n---\n# Boiler\n\nThe boiler pressure should be 1.3 bar when cold.\n"
    ),
    "garden.md": (
        "---\ndate: 2025-04-20\n---\n# Garden\n\nThe tomatoes go into the greenhouse after May.\n"
    ),
    "café [b].md": "# Café\n\nThe café on Harbour Road serves an almond croissant.\n",
}
MESSAGES = (
    ("m1", "Ann", "user", "2025-05-01T10:00:00", "Shall we rent the van for the move?"),
    ("m2", "Joel", "other", "2025-05-01T10:02:00", "Yes, the blue van costs 80 euros a day."),
)


@dataclass(frozen=True)
class Run:
    """How one run of the program ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class RunMem(Protocol):
    def __call__(
        self, *arguments: str, home: Path | None = None, stdin: str | bytes = "", **env: str
    ) -> Run: ...


def run_program(
    arguments: tuple[str, ...], *, home: Path, work: Path, stdin: str | bytes, env: dict[str, str]
) -> Run:
    """Run `mem`; check what holds for every run: no traceback, nothing that steers a terminal."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
        "HOME": str(work),
        "MEM_HOME": str(home),
        "MEM_NOW": NOW,
        "MEM_PLUGINS": "off",
        **env,
    }
    if can_fork(env):
        run = _forked(arguments, work, environment, given)
    else:
        run = _started(arguments, work, environment, given)
    assert "Traceback" not in run.err, run.err
    assert "internal error" not in run.err, run.err
    for text in (run.out, run.err):
        assert not set(text) & set("\x1b\x07\x9b\u202e\u2066"), ascii(text)
    return run


def _forked(
    arguments: tuple[str, ...], work: Path, environment: dict[str, str], stdin: bytes
) -> Run:
    with TemporaryDirectory() as name:
        io = Path(name)
        (io / "stdin").write_bytes(stdin)
        try:
            code = _server().run(arguments, work, environment, io)
        except TimeoutError:
            _server.cache_clear()
            raise
        return Run(code, (io / "stdout").read_text("utf-8"), (io / "stderr").read_text("utf-8"))


@cache
def _server() -> ForkServer:
    """The one of this test process, ended with it."""
    server = ForkServer()
    atexit.register(server.close)
    return server


def _started(
    arguments: tuple[str, ...], work: Path, environment: dict[str, str], stdin: bytes
) -> Run:
    done = subprocess.run(
        [sys.executable, "-m", "mem", *arguments],
        input=stdin,
        capture_output=True,
        cwd=work,
        env=environment,
        check=False,
        timeout=SECONDS,
    )
    return Run(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


def write_sources(folder: Path) -> Path:
    """A few notes and a chat."""
    notes = folder / "notes"
    notes.mkdir(parents=True)
    for name, text in NOTES.items():
        (notes / name).write_text(text, encoding="utf-8")
    keys = ("id", "speaker", "role", "at", "text")
    lines = [
        {"conversation": "move", "session": "s1", **dict(zip(keys, message, strict=True))}
        for message in MESSAGES
    ]
    chat = folder / "move.jsonl"
    chat.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return folder


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """The user's folder, in which the program runs."""
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture
def run_mem(tmp_path: Path, work: Path) -> RunMem:
    """Runs `mem` with a home that no other test sees."""

    def run(*arguments: str, home: Path | None = None, stdin: str | bytes = "", **env: str) -> Run:
        return run_program(
            arguments, home=home or tmp_path / "home", work=work, stdin=stdin, env=env
        )

    return run


@dataclass(frozen=True)
class Filled:
    """A home with `write_sources` taken in; `run` works on it and must not change it."""

    home: Path
    sources: Path
    imported: Run
    run: Callable[..., Run]


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """One imported home for all tests that only read."""
    base = tmp_path_factory.mktemp("filled")
    sources, home = write_sources(base / "user"), base / "home"

    def run(*arguments: str, **env: str) -> Run:
        return run_program(arguments, home=home, work=sources, stdin="", env=env)

    imported = run("import", "notes", "move.jsonl", "--json")
    assert imported.code == 0, imported.err
    return Filled(home, sources, imported, run)


@pytest.fixture
def filled_copy(filled: Filled, tmp_path: Path) -> Path:
    """The home of a copy of the filled store, for tests that change it."""
    return Path(shutil.copytree(filled.home, tmp_path / "copy"))
