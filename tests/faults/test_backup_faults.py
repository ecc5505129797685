"""Killed, crowded or out of room, a backup is whole or absent, and a home is the old or the new."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from datetime import datetime
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.carrying.backup import Backup, make_backup
from mem.carrying.giving import give
from mem.carrying.opening import opened_backup
from mem.carrying.restore import restore
from mem.errors import HomeInUse
from mem.service.lock import watching
from mem.settings.paths import Paths
from mem.testing import FakeEmbedder, FixedClock
from tests.carried import every_row
from tests.faults import carrying
from tests.faults.importing import main, write_notes

FIXED = datetime(2025, 12, 1, 9)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the homes `old` and `new`, and `new.zip`, a backup of the latter."""
    base = tmp_path_factory.mktemp("homes")
    for name, count in (("old", 30), ("new", 60)):
        write_notes(base / f"{name}-notes", count)
        main(str(base / name), str(base / f"{name}-notes"))
    (base / "new" / "config.toml").write_text('[user]\nnames = ["Ann"]\n')
    carrying.main("backup", str(base / "new"), str(base / "new.zip"))
    return base


def killed(seconds: float, *arguments: str) -> bool:
    """Start and kill after so long; whether it was still at work."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.carrying", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    return "done" not in process.communicate()[0]


def restored_rows(home: Path) -> dict[str, list[tuple[object, ...]]]:
    Assistant.open(home, embedder=FakeEmbedder()).close()
    return every_row(home)


def test_a_killed_restore_leaves_the_old_or_the_new(homes: Path, tmp_path: Path) -> None:
    old, new = every_row(homes / "old"), every_row(homes / "new")
    started = time.perf_counter()
    timed = shutil.copytree(homes / "old", tmp_path / "timed")
    carrying.main("restore", str(timed), str(homes / "new.zip"))
    seconds = time.perf_counter() - started
    assert every_row(timed) == new
    moments, found = random.Random(3), set()
    for round_ in range(8):
        home = Path(shutil.copytree(homes / "old", tmp_path / f"home{round_}"))
        killed(moments.uniform(0, seconds + 1), "restore", str(home), str(homes / "new.zip"))
        rows = restored_rows(home)
        assert rows in (old, new), round_
        found.add(rows == new)
        assert (home / "config.toml").exists() == (rows == new), round_
        assert not list((home / "cache").glob("backup-*")) or rows == old
        carrying.main("restore", str(home), str(homes / "new.zip"))
        assert every_row(home) == new, round_
    assert False in found


def test_a_restore_is_finished_by_whoever_comes_next(
    homes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between its one transaction and the small files."""
    home = tmp_path / "home"

    def killed_here(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mem.carrying.restore._finish", killed_here)
    with pytest.raises(KeyboardInterrupt):
        carrying.main("restore", str(home), str(homes / "new.zip"))
    assert not (home / "config.toml").exists()
    Assistant.open(home, embedder=FakeEmbedder()).close()
    assert 'names = ["Ann"]' in (home / "config.toml").read_text()
    assert every_row(home) == every_row(homes / "new")


def test_a_killed_backup_leaves_the_earlier_one_or_a_whole_one(homes: Path, tmp_path: Path) -> None:
    file = tmp_path / "b.zip"
    started = time.perf_counter()
    carrying.main("backup", str(homes / "old"), str(file))
    seconds = time.perf_counter() - started
    moments = random.Random(4)
    for round_ in range(6):
        killed(moments.uniform(0, seconds + 1), "backup", str(homes / "new"), str(file))
        with opened_backup(Paths.of(tmp_path / "home"), file, lambda: "") as found:
            assert found.manifest.counts["documents"] in (33, 66), round_
    carrying.main("backup", str(homes / "new"), str(file))
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == ["b.zip"]
    assert not list((homes / "new" / "cache").glob("backup-*"))


def test_a_backup_while_an_import_writes_is_one_moment(tmp_path: Path) -> None:
    folder, home = tmp_path / "notes", tmp_path / "home"
    write_notes(folder, 80)
    Assistant.open(home, embedder=FakeEmbedder()).close()
    writer = threading.Thread(target=main, args=(str(home), str(folder)))
    writer.start()
    made: list[Backup] = []
    with Assistant.open(home, embedder=FakeEmbedder()) as assistant:
        while writer.is_alive() and len(made) < 5:
            made.append(make_backup(assistant, tmp_path / f"b{len(made)}.zip"))
    writer.join()
    for number, one in enumerate(made):
        fresh = tmp_path / f"fresh{number}"
        carrying.main("restore", str(fresh), str(one.path))
        rows = every_row(fresh)
        assert len(rows["document"]) == one.manifest.counts["documents"]
        assert len(rows["chunk"]) == len(rows["embedding"])
    assert made


def test_killed_while_memories_are_merged_all_or_none_are_there(tmp_path: Path) -> None:
    folder, bundle = tmp_path / "notes", tmp_path / "m.jsonl"
    folder.mkdir()
    for number in range(20):
        head = f"---\ndate: 2024-01-{number + 1:02}\n---\n# Day {number}\n\n"
        said = f"I live in Town{number}. My brother Tom{number} is a nurse.\n"
        (folder / f"n{number}.md").write_text(head + said)
    with Assistant.open(tmp_path / "one") as assistant:
        assistant.ingest(folder)
        assistant.memories.consolidate()
        with bundle.open("wb") as target:
            give(assistant, target)
    started = time.perf_counter()
    carrying.main("merge", str(tmp_path / "calm"), str(bundle))
    seconds = time.perf_counter() - started
    moments = random.Random(5)
    for round_ in range(3):
        home = tmp_path / f"home{round_}"
        Assistant.open(home).close()
        killed(moments.uniform(seconds / 2, seconds * 1.3), "merge", str(home), str(bundle))
        rows = every_row(home)
        found = (len(rows["document"]), len(rows["memory"]) > 20)
        assert found in {(0, False), (20, True)}, round_
        carrying.main("merge", str(home), str(bundle))
        assert len(every_row(home)["memory"]) == len(every_row(tmp_path / "calm")["memory"])


def test_a_watcher_holds_the_home(homes: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(homes / "old", tmp_path / "home"))
    paths, clock = Paths.of(home), FixedClock(FIXED)
    with (
        watching(paths, clock),
        opened_backup(paths, homes / "new.zip", lambda: "") as backup,
        pytest.raises(HomeInUse, match="keeps this memory in step"),
    ):
        restore(paths, clock, backup, replace=True)
    assert every_row(home) == every_row(homes / "old")


@pytest.mark.parametrize("what", ["backup", "restore"])
def test_out_of_room_nothing_is_left_and_all_is_as_before(
    what: str, homes: Path, tmp_path: Path
) -> None:
    """The limit on a file's size stands in for a quota."""
    home = Path(shutil.copytree(homes / "old", tmp_path / "home"))
    file = tmp_path / "b.zip" if what == "backup" else homes / "new.zip"
    code = (
        "import resource, runpy, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000)); "
        "sys.argv = ['carrying', *sys.argv[1:]]; "
        "runpy.run_module('tests.faults.carrying', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, what, str(home), str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "no room left on the device" in done.stderr.strip().splitlines()[-1]
    assert every_row(home) == every_row(homes / "old")
    assert [one for one in tmp_path.iterdir() if one.is_file()] == []
    assert not list((home / "cache").glob("backup-*"))
