"""Sources, Health, the first start, and changes made elsewhere."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.ingest.ledger import Progress
from tests.functional.tui_support import LARGE, SMALL, Driver, drives, run


def notes(folder: Path, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        (folder / f"note-{number}.md").write_text(f"# Note {number}\n\nLantern {number}.\n")
    return folder


@drives("sources.add", "sources.again", "sources.browse", "sources.forget")
@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_a_folder_is_taken_in_seen_and_forgotten(
    sample_home: Path, tmp_path: Path, size: tuple[int, int]
) -> None:
    folder = notes(tmp_path / "lanterns", 3)
    (folder / "broken.pdf").write_bytes(b"\x00\x01\x02")

    async def scenario(d: Driver) -> None:
        await d.go("sources")
        await d.press("a")
        await d.see("Take in")
        await d.type(str(folder))
        await d.press("enter")
        await d.see("3 added")
        await d.quiet()
        await d.until(lambda: d.table("#sources").total == 3)
        await d.see("broken.pdf")
        (folder / "late.md").write_text("# Late\n\nA lamp.\n")
        await d.press("r")
        await d.see("1 added", "3 unchanged")
        await d.press("b")
        await d.until(lambda: d.screen.NAME == "browse")
        await d.see("source: lanterns", "Lantern 2")
        await d.go("sources")
        await d.press("D")
        await d.see("Forget for good?", "4 documents")
        await d.press("y")
        await d.hear("Forgotten: 4 documents")
        await d.quiet()
        assert not list(d.assistant.search("lantern", limit=3)) or all(
            "lanterns" not in hit.source.uri for hit in d.assistant.search("lantern", limit=3)
        )

    run(sample_home, scenario, size)


def test_the_samples_are_not_greeted_as_an_empty_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready, ingest = threading.Event(), Assistant.ingest

    def held(self: Assistant, *paths: str, on_progress: Callable[[Progress], None]) -> object:
        ready.wait()
        return ingest(self, *paths, on_progress=on_progress)

    monkeypatch.setattr(Assistant, "ingest", held)

    async def scenario(d: Driver) -> None:
        await d.see("Memory is empty.")
        await d.press("d")
        await d.see("Taking in …")
        d.app.action_go("browse")
        await d.see("Nothing was taken in yet.")
        assert "Memory is empty." not in d.shown
        ready.set()
        await d.see("257 passages")

    run(tmp_path / "home", scenario)


def test_whoever_looks_around_first_can_go_about_at_once(tmp_path: Path) -> None:
    async def scenario(d: Driver) -> None:
        await d.see("Memory is empty.")
        await d.press("escape", "9")
        await d.until(lambda: d.screen.NAME == "health")

    run(tmp_path / "home", scenario)


@pytest.mark.parametrize("stop", ["c", "ctrl+c"])
def test_work_that_cannot_stop_at_once_says_that_it_will(
    sample_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: str
) -> None:
    step = threading.Event()

    def held(self: Assistant, *paths: str, on_progress: Callable[[object], None]) -> None:
        del self, paths
        step.wait()
        on_progress(None)

    monkeypatch.setattr(Assistant, "ingest", held)

    async def scenario(d: Driver) -> None:
        await d.go("sources")
        await d.press("a")
        await d.see("Take in")
        await d.type(str(tmp_path))
        await d.press("enter")
        await d.see("Taking in …")
        await d.press(stop)
        await d.see("Stopping …")
        step.set()
        await d.see("Stopped. What was taken in before stays.")
        await d.quiet()
        assert "Stopping" not in d.shown

    run(sample_home, scenario)


@drives("sources.stop", "app.stop")
def test_an_import_is_stopped_and_what_was_taken_in_stays(
    sample_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = notes(tmp_path / "many", 400)
    ingest = Assistant.ingest

    def slowly(self: Assistant, *paths: str, on_progress: object = None) -> object:
        def tell(progress: Progress) -> None:
            time.sleep(0.01)
            on_progress(progress)  # type: ignore[operator]

        return ingest(self, *paths, on_progress=tell)

    monkeypatch.setattr(Assistant, "ingest", slowly)

    async def scenario(d: Driver) -> None:
        await d.press("ctrl+c")
        await d.hear("once more")
        d.app._pressed_stop = float("-inf")
        await d.go("sources")
        for stop in ("c", "ctrl+c"):
            await d.press("a")
            await d.see("Take in")
            await d.type(str(folder))
            await d.press("enter")
            await d.see("many/note-")
            await d.press(stop)
            await d.see("Stopped. What was taken in before stays.")
            await d.quiet()
        assert d.assistant.stats().documents["markdown"] < 41 + 400
        await d.press("ctrl+c", "ctrl+c")
        await d.until(lambda: d.app._exit)

    run(sample_home, scenario)


@drives("sources.add_kept", "sources.keep", "sources.lower")
@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_a_folder_is_kept_in_step_and_the_watcher_is_seen(
    sample_home: Path, tmp_path: Path, size: tuple[int, int]
) -> None:
    folder = notes(tmp_path / "lanterns", 2)

    def kept(d: Driver) -> set[str]:
        return {one.uri for one in d.assistant.store.watched.all()}

    async def scenario(d: Driver) -> None:
        await d.go("sources")
        await d.see("Nothing is kept in step")
        await d.press("A")
        await d.see("Keep in step")
        await d.type(str(folder))
        await d.press("enter")
        await d.see("2 added", "1 source kept in step, but no watcher runs")
        await d.quiet()
        assert kept(d) == {folder.as_uri()}
        await d.press("v")
        await d.see("Imports", "2 added")
        (folder / "late.md").write_text("# Late\n\nA lamp.\n")
        done = subprocess.run(
            [sys.executable, "-m", "mem", "watch", "--once"],
            env={**os.environ, "MEM_HOME": str(sample_home)},
            capture_output=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        await d.press("v")
        await d.see("The watcher's last acts", "looked through it: 1 added")
        await d.press("w")
        await d.hear("No longer kept in step")
        await d.see("Nothing is kept in step")
        assert kept(d) == set()
        await d.press("w")
        await d.hear("Kept in step from now on")
        await d.see("1 source kept in step")
        assert kept(d) == {folder.as_uri()}

    run(sample_home, scenario, size)


def test_a_wrong_path_is_said_and_nothing_breaks(sample_home: Path) -> None:
    async def scenario(d: Driver) -> None:
        await d.go("sources")
        await d.press("a")
        await d.type("/nowhere/[at]/all")
        await d.press("enter")
        await d.see("/nowhere/[at]/all")
        await d.quiet()
        assert d.table("#sources").total == 2

    run(sample_home, scenario)


@pytest.mark.parametrize("typed", ["~/{}", "~/'{}'", "{}", '"{}"'])
def test_a_path_pasted_whole_into_the_box_stands_for_itself(
    sample_home: Path, tmp_path: Path, typed: str
) -> None:
    folder = tmp_path / "my letters"
    folder.mkdir()
    (folder / "kettle.md").write_text("The kettle stands on the shelf.\n")

    async def scenario(d: Driver) -> None:
        await d.go("sources")
        await d.press("a")
        await d.type(typed.format(folder))
        await d.press("enter")
        await d.until(lambda: d.table("#sources").total == 3, "not taken in")
        await d.quiet()

    run(sample_home, scenario)


def test_what_another_process_changes_appears_by_itself(sample_home: Path, tmp_path: Path) -> None:
    async def scenario(d: Driver) -> None:
        await d.go("browse")
        await d.until(lambda: d.table("#rows").total > 200 and d.table("#rows").row is not None)
        before, row = d.table("#rows").total, d.row("#rows").key
        with Assistant.open(sample_home) as other:
            other.remember("The heron nests in the poplar.")
        await d.until(lambda: d.table("#rows").total == before + 1)
        await d.until(lambda: d.table("#rows").row is not None)
        assert d.row("#rows").key == row

    run(sample_home, scenario)


@drives("health.check", "health.mend")
@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_the_doctor_finds_and_mends(sample_home: Path, size: tuple[int, int]) -> None:
    async def scenario(d: Driver) -> None:
        await d.go("health")
        await d.see("documents", "283", "nothing wrong")
        await d.press("m")
        await d.hear("nothing to mend")
        with sqlite3.connect(sample_home / "data" / "mem.db") as connection:
            connection.execute("DELETE FROM embedding WHERE chunk_pk < 10")
        connection.close()
        await d.press("r")
        await d.see("have no vector yet")
        await d.press("m")
        await d.hear("Vectors made: ")
        await d.quiet()
        assert d.assistant.stats().pending_vectors == 0

    run(sample_home, scenario, size)


def test_the_first_start_leads_to_the_samples(tmp_path: Path) -> None:
    home = tmp_path / "empty"

    async def scenario(d: Driver) -> None:
        await d.see("Memory is empty")
        await d.press("d")
        await d.until(lambda: d.app.assistant and d.assistant.paths.data.parent != home)
        await d.until(lambda: d.assistant.stats().chunks > 200)
        await d.quiet()
        await d.press("escape")
        await d.go("browse")
        await d.until(lambda: d.table("#rows").total > 200)

    app = run(home, scenario)
    assert app.assistant is None
    with Assistant.open(home) as assistant:
        assert assistant.stats().chunks == 0


def test_the_first_start_leads_to_adding_a_folder(tmp_path: Path) -> None:
    folder = notes(tmp_path / "mine", 2)

    async def scenario(d: Driver) -> None:
        await d.see("Memory is empty")
        await d.press("a")
        await d.see("Take in")
        await d.type(str(folder))
        await d.press("enter")
        await d.see("2 added")

    run(tmp_path / "empty", scenario)
