"""The first-party plugins as packages: installed by pip beside `mem`, found, and at work."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from tests.contract.samples import SAMPLES
from tests.functional.conftest import RunMem

ROOT = Path(__file__).parents[2]
PACKAGES = sorted(path.parent.name for path in (ROOT / "plugins").glob("*/pyproject.toml"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `pip install ./plugins/mem-…` puts in place, without what it depends on."""
    folder = tmp_path_factory.mktemp("plugins") / "site"
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install")
    offline = ("--no-deps", "--no-index", "--no-build-isolation", "--target", str(folder))
    packages = [str(ROOT / "plugins" / name) for name in PACKAGES]
    subprocess.run([*pip, *offline, *packages], check=True, timeout=110)
    return folder


def test_there_are_three() -> None:
    assert PACKAGES == ["mem-bookmarks", "mem-calendar", "mem-epub"]


@pytest.mark.slow
def test_installed_plugins_are_found_and_their_formats_imported(
    site: Path, run_mem: RunMem, work: Path
) -> None:
    formats = [name.removeprefix("mem-") for name in PACKAGES]
    for form in formats:
        name, make = SAMPLES[form]
        (work / name).write_bytes(make())
    without = run_mem("import", str(work), "--json", MEM_PLUGINS="on")
    remedies = {one["reason"].rpartition("; ")[2] for one in without.json["skipped"]}
    assert remedies == {"install mem-calendar", "install mem-epub"}
    beside = partial(run_mem, PYTHONPATH=f"{ROOT}:{site}", MEM_PLUGINS="on")
    listed = beside("plugins", "--json")
    assert listed.code == 0
    loaded = {one["name"]: one for one in listed.json["plugins"]}
    for form, package in zip(formats, PACKAGES, strict=True):
        assert loaded[form]["distribution"] == package
        assert loaded[form]["offers"] == {"mem_parsers": [form]}
    done = beside("import", str(work), "--json")
    assert done.code == 0
    assert (done.json["skipped"], done.json["failed"]) == ([], [])
    assert done.json["documents"]["added"] == 2
    bookmarks = str(work / SAMPLES["bookmarks"][0])
    assert beside("import", bookmarks, "--format", "bookmarks").code == 0
    formats_there = run_mem("stats", "--json").json["documents"]
    assert set(formats_there) == set(formats)
    answer = run_mem("ask", "When do we fetch the van?", "--json")
    assert "Fetch the van" in answer.json["answer"]
    assert " May 2025" in answer.json["answer"]
