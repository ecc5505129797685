"""Whatever interrupts an import, importing again ends with the rows of an undisturbed one."""

from __future__ import annotations

import random
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.errors import MemError, StoreFull
from mem.testing import FakeEmbedder
from tests.faults.importing import main, rows_of, write_notes

ROOT = Path(__file__).resolve().parents[2]


def start(home: Path, folder: Path, embedder: str = "fake") -> subprocess.Popen[str]:
    """An import in a process of its own, past its imports."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.importing", str(home), str(folder), embedder],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n", process.communicate()[1]
    return process


def undisturbed_seconds(home: Path, folder: Path) -> float:
    started = time.perf_counter()
    main(str(home), str(folder))
    return time.perf_counter() - started


def kill_rounds(tmp_path: Path, rounds: int, seed: int) -> int:
    """Kill an import at random moments; returns how many were still at work."""
    folder = tmp_path / "notes"
    write_notes(folder, 120)
    seconds = undisturbed_seconds(tmp_path / "calm", folder)
    wanted = rows_of(tmp_path / "calm")
    moments = random.Random(seed)
    interrupted = 0
    for round_ in range(rounds):
        home = tmp_path / f"home{round_}"
        process = start(home, folder)
        time.sleep(moments.uniform(0, seconds))
        process.send_signal(signal.SIGKILL)
        output, _ = process.communicate()
        interrupted += "done" not in output
        main(str(home), str(folder))
        assert rows_of(home) == wanted, f"round {round_}, seed {seed}"
    return interrupted


def test_kill_at_random_moments(tmp_path: Path) -> None:
    assert kill_rounds(tmp_path, 6, seed=1) > 0


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_kill_at_fifty_random_moments(tmp_path: Path) -> None:
    assert kill_rounds(tmp_path, 50, seed=2) > 25


def test_two_processes_import_the_same_folder_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    write_notes(folder, 60)
    main(str(tmp_path / "calm"), str(folder))
    processes = [start(tmp_path / "both", folder) for _ in range(2)]
    for process in processes:
        output, errors = process.communicate(timeout=100)
        assert (process.returncode, output) == (0, "done\n"), errors
    assert rows_of(tmp_path / "both") == rows_of(tmp_path / "calm")


def test_two_processes_import_different_folders_at_once(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    write_notes(one, 60)
    write_notes(two, 50)
    (two / "chats.jsonl").unlink()
    for folder in (one, two):
        main(str(tmp_path / "calm"), str(folder))
    processes = [start(tmp_path / "both", folder) for folder in (one, two)]
    for process in processes:
        assert process.communicate(timeout=100)[0] == "done\n"
    assert rows_of(tmp_path / "both") == rows_of(tmp_path / "calm")


def test_a_full_disk_is_one_clear_error_and_the_rest_comes_later(tmp_path: Path) -> None:
    """The limit on a file's size stands in for a quota: SQLite's writes fail in the middle.

    It lies well above an empty store, and below the log that this import writes.
    """
    folder = tmp_path / "notes"
    write_notes(folder, 120)
    main(str(tmp_path / "calm"), str(folder))
    code = (
        "import resource, runpy, sys; "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000)); "
        "sys.argv = ['importing', *sys.argv[1:]]; "
        "runpy.run_module('tests.faults.importing', run_name='__main__')"
    )
    process = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "home"), str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 1
    assert "StoreFull" in process.stderr.strip().splitlines()[-1]
    assert "make room and run the same command again" in process.stderr
    before = rows_of(tmp_path / "home")
    assert 0 < len(before["document"]) < 132
    main(str(tmp_path / "home"), str(folder))
    assert rows_of(tmp_path / "home") == rows_of(tmp_path / "calm")


def test_a_search_works_while_an_import_runs(tmp_path: Path) -> None:
    """What was taken in first is found before the import ends."""
    folder, home = tmp_path / "notes", tmp_path / "home"
    write_notes(folder, 150)
    Assistant.open(home, embedder=FakeEmbedder()).close()
    seen: list[int] = []
    failures: list[MemError] = []
    done = threading.Event()

    def read() -> None:
        with Assistant.open(home, embedder=FakeEmbedder()) as reader:
            while not done.is_set():
                try:
                    seen.append(reader.store.chunks.count())
                except StoreFull as error:
                    failures.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    main(str(home), str(folder))
    done.set()
    reader.join()
    assert not failures
    assert any(0 < count < max(seen) for count in seen)


def test_memory_stays_bounded_for_a_long_single_line(tmp_path: Path) -> None:
    """A 20 MB line is taken in without holding many copies of it."""
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "long.txt").write_text("word " * 400_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    main(str(tmp_path / "home"), str(folder))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 300_000, f"{grown} KiB more"
