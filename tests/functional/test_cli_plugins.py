"""`mem plugins`, and `mem` beside plugins that do not behave."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.functional.conftest import Run, RunMem
from tests.unit.hooks.helpers import install, parser_source

ROOT = Path(__file__).parents[2]
KEYS = {"name", "distribution", "version", "state", "hooks", "offers", "reason"}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    return folder


def run_with(run_mem: RunMem, site: Path, *arguments: str, plugins: str = "on") -> Run:
    return run_mem(*arguments, PYTHONPATH=f"{ROOT}:{site}", MEM_PLUGINS=plugins)


def test_what_comes_along(run_mem: RunMem, site: Path) -> None:
    run = run_with(run_mem, site, "plugins", "mem", "--json")
    assert run.code == 0
    assert set(run.json) == {"schema", "hooks_version", "enabled", "plugins"}
    (own,) = run.json["plugins"]
    assert set(own) == KEYS
    assert (own["name"], own["state"], own["hooks"]) == (
        "mem",
        "built-in",
        ["mem_parsers", "mem_exporters"],
    )
    assert "markdown" in own["offers"]["mem_parsers"]


def test_good_and_bad_ones_are_listed(run_mem: RunMem, site: Path) -> None:
    install(site, "good", "print('hello')\n" + parser_source("good"))
    install(site, "bad", "raise ValueError('no')")
    run = run_with(run_mem, site, "plugins", "--json")
    assert run.code == 1
    states = {one["name"]: (one["state"], one["reason"]) for one in run.json["plugins"]}
    assert states["mem"] == ("built-in", None)
    assert states["good"] == ("loaded", None)
    assert states["bad"] == ("failed", "it raises ValueError: no")
    assert "1 plugin failed" in run.err
    text = run_with(run_mem, site, "plugins")
    assert "mem-good 1.2" in text.out and "parsers: good" in text.out
    assert "failed: it raises ValueError: no" in text.out
    only = run_with(run_mem, site, "plugins", "good")
    assert only.code == 0 and "mem-bad" not in only.out


def test_off_and_unknown(run_mem: RunMem, site: Path) -> None:
    install(site, "good", parser_source("good"))
    off = run_with(run_mem, site, "plugins", "--json", plugins="off")
    assert off.code == 0
    assert [one["name"] for one in off.json["plugins"]] == ["mem"]
    assert off.json["enabled"] is False
    assert "MEM_PLUGINS=off" in off.err
    unknown = run_with(run_mem, site, "plugins", "other")
    assert unknown.code == 2
    assert "There is no plugin 'other'" in unknown.err
    odd = run_with(run_mem, site, "plugins", plugins="perhaps")
    assert odd.code == 2 and "MEM_PLUGINS" in odd.err


def test_mem_works_beside_one_that_ends_the_program(
    run_mem: RunMem, site: Path, work: Path
) -> None:
    install(site, "bad", "raise SystemExit('gone')")
    (work / "a.md").write_text("The lighthouse was painted white.")
    done = run_with(run_mem, site, "import", str(work), "--json")
    assert done.code == 0
    assert done.json["documents"]["added"] == 1
    assert "plugin bad is not used: it ends the program (SystemExit: gone)" in done.err


@pytest.mark.slow
def test_mem_works_beside_one_that_raises_and_one_that_hangs(
    run_mem: RunMem, site: Path, work: Path
) -> None:
    install(site, "bad", "raise SystemExit('gone')")
    install(site, "stuck", "import threading\nthreading.Event().wait()\n")
    install(site, "good", parser_source("good"))
    (work / "a.good").write_text("The lighthouse was painted white.")
    started = time.perf_counter()
    done = run_with(run_mem, site, "import", str(work), "--json")
    assert done.code == 0
    assert done.json["documents"]["added"] == 1
    assert "plugin bad is not used: it ends the program" in done.err
    assert "plugin stuck is not used: it takes more than 10 s to load" in done.err
    assert time.perf_counter() - started < 30
    found = run_with(run_mem, site, "search", "lighthouse", "--json")
    assert found.code == 0 and len(found.json["hits"]) == 1
    assert found.err == "", "a search loads no plugin"


def test_nothing_that_lies_in_a_folder_of_documents_is_loaded(
    run_mem: RunMem, site: Path, work: Path
) -> None:
    install(work, "lying", "raise ValueError('it was imported')\n")
    assert "lying" not in run_with(run_mem, site, "plugins", "--json").out


def test_a_missing_plugin_is_named(run_mem: RunMem, site: Path, work: Path) -> None:
    (work / "c.ics").write_text("BEGIN:VCALENDAR\nEND:VCALENDAR\n")
    done = run_with(run_mem, site, "import", str(work), "--json")
    (skipped,) = done.json["skipped"]
    assert skipped["code"] == "unsupported"
    assert skipped["reason"].endswith("; install mem-calendar")
