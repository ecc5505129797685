"""`mem source add|remove`, `mem watch` and `mem service` as a person and a service run them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import pytest

from tests.functional.conftest import RunMem, write_sources


@pytest.fixture
def notes(work: Path) -> Path:
    return write_sources(work) / "notes"


class Watch:
    """`mem watch --json` in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._lines: Queue[str] = Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def event(self, kind: str, seconds: float = 20) -> Any:
        """The next event of that kind."""
        until = time.monotonic() + seconds
        while True:
            try:
                said = json.loads(self._lines.get(timeout=max(0.0, until - time.monotonic())))
            except Empty:
                raise AssertionError(f"no {kind} within {seconds} s") from None
            assert set(said) == {
                *("schema", "event", "at", "source", "documents", "uris", "message")
            }
            if said["event"] == kind:
                return said

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        self.process.send_signal(number)
        assert self.process.stderr is not None
        code = self.process.wait(20)
        return code, self.process.stderr.read()


@contextmanager
def watching(home: Path, work: Path, *options: str, **more: str) -> Iterator[Watch]:
    process = subprocess.Popen(
        [sys.executable, "-m", "mem", "watch", "--json", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=work,
        env={
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "HOME": str(work),
            "MEM_HOME": str(home),
            **more,
        },
    )
    try:
        yield Watch(process)
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            assert stream is not None
            stream.close()


def test_add_list_once_remove(run_mem: RunMem, notes: Path) -> None:
    assert run_mem("watch", "--once").code == 3
    added = run_mem("source", "add", "notes", "--json")
    assert (added.code, added.json["import"]["documents"]["added"]) == (0, 3)
    (listed,) = run_mem("source", "list", "--json").json["sources"]
    assert (listed["watched"], listed["polled"]) == (True, False)
    assert "in step  notes" in run_mem("source", "list").out
    (notes / "new.md").write_text("# New\n\nA heron stood in the pond.\n")
    once = run_mem("watch", "--once")
    assert (once.code, "1 added" in once.out) == (0, True)
    assert "heron" in run_mem("search", "heron", "pond").out
    removed = run_mem("source", "remove", "notes")
    assert (removed.code, "mem forget --source" in removed.err) == (0, True)
    assert run_mem("source", "remove", "notes").code == 3
    assert run_mem("stats", "--json").code == 0
    assert "heron" in run_mem("search", "heron").out


def test_add_of_nothing_and_without_import(run_mem: RunMem, notes: Path) -> None:
    missing = run_mem("source", "add", "nowhere")
    assert (missing.code, missing.err.count("\n")) == (1, 1)
    assert run_mem("source", "add", "notes", "--no-import").code == 0
    assert run_mem("stats", "--json").json["chunks"] == 0
    notes.rename(notes.with_name("away"))
    once = run_mem("watch", "--once")
    assert (once.code, "nowhere" in once.out) == (1, False)


def test_watch_from_save_to_search(
    run_mem: RunMem, notes: Path, work: Path, tmp_path: Path
) -> None:
    assert run_mem("source", "add", "notes", "--no-import").code == 0
    with watching(tmp_path / "home", work) as watch:
        assert watch.event("scanned")["documents"]["added"] == 3
        second = run_mem("watch")
        assert second.code == 4
        assert str(watch.process.pid) in second.err
        status = run_mem("service", "status", "--json")
        assert (status.code, status.json["process"]) == (0, watch.process.pid)
        began = time.monotonic()
        (notes / "new.md").write_text("# New\n\nA heron stood in the pond.\n")
        changed = watch.event("changed")
        assert time.monotonic() - began < 3
        assert (changed["documents"]["added"], len(changed["uris"])) == (1, 1)
        assert "heron" in run_mem("search", "heron").out
        (work / "more").mkdir()
        (work / "more" / "m.md").write_text("# More\n\nAn otter swam by.\n")
        assert run_mem("source", "add", "more", "--no-import").code == 0
        assert watch.event("scanned", 10)["documents"]["added"] == 1
        code, errors = watch.stop()
        assert (code, errors) == (0, "")
    assert run_mem("service", "status", "--json").code == 3


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_long_import_is_stopped_and_taken_up_again(
    run_mem: RunMem, work: Path, tmp_path: Path, number: int
) -> None:
    folder = work / "many"
    folder.mkdir()
    for count in range(1500):
        (folder / f"n{count}.md").write_text(f"# Note {count}\n\nWords number {count}.\n")
    assert run_mem("source", "add", "many", "--no-import").code == 0
    with watching(tmp_path / "home", work) as watch:
        watch.event("rescan")
        time.sleep(0.7)
        code, errors = watch.stop(number)
        assert (code, errors) == (0, "")
    assert run_mem("stats", "--json").json["chunks"] < 1500


def owned(home: Path) -> bool:
    """Whether some process holds the vector index."""
    from filelock import FileLock, Timeout

    if not (home / "data" / "index" / "state.json").exists():
        return False
    try:
        with FileLock(home / "data" / "index.lock").acquire(timeout=0):
            return False
    except Timeout:
        return True


def wait_until_owned(home: Path, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not owned(home):
        assert time.monotonic() < until, "nobody took the index"
        time.sleep(0.1)


def test_the_watcher_lets_go_of_the_index_when_it_is_asked(
    run_mem: RunMem, notes: Path, work: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    run_mem("source", "add", "notes")
    with watching(home, work, MEM_INDEX_EXACT_BELOW="0") as watch:
        wait_until_owned(home)
        forgotten = run_mem("forget", str(notes / "garden.md"), "--yes", "--json")
        assert (forgotten.code, forgotten.json["documents"]) == (0, 1)
        wait_until_owned(home)
        rebuilt = run_mem("doctor", "--rebuild-index")
        assert (rebuilt.code, "made anew" in rebuilt.err) == (0, True), rebuilt
        wait_until_owned(home)
        (notes / "new.md").write_text("# New\n\nA heron stood in the pond.\n")
        watch.event("changed")
        assert "heron" in run_mem("search", "heron").out
        assert watch.stop() == (0, "")
    assert run_mem("doctor").code == 0


def test_a_log_file_names_no_document(
    run_mem: RunMem, notes: Path, tmp_path: Path, work: Path
) -> None:
    log = work / "watch.log"
    run_mem("source", "add", "notes", "--no-import")
    assert run_mem("watch", "--once", "--log", str(log)).out == ""
    assert "3 added" in log.read_text()
    assert "boiler" not in log.read_text()


def test_service_files_are_shown_and_nothing_is_done(run_mem: RunMem, work: Path) -> None:
    shown = run_mem("service", "install", "--dry-run")
    assert shown.code == 0
    assert "watch" in shown.out and "MEM_HOME" in shown.out
    assert not (work / ".config").exists()
    assert run_mem("service", "uninstall").code == 3
    assert run_mem("service", "uninstall", "--dry-run").code == 0
