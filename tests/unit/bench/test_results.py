"""Result files tell the machine, the day and the commit; the page of benchmarks follows them."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

from mem.bench.results import commit, machine, write

ROOT = Path(__file__).parents[3]


def test_a_result_says_where_it_comes_from(tmp_path: Path) -> None:
    write(tmp_path / "r.json", "speed", {"sizes": [1]}, date=date(2026, 11, 21))
    said = json.loads((tmp_path / "r.json").read_text())
    assert said["bench"] == "speed"
    assert said["date"] == "2026-11-21"
    assert said["sizes"] == [1]
    assert said["machine"] == machine()
    assert said["machine"]["cores"] >= 1
    assert said["machine"]["processor"]


def test_a_package_outside_its_own_checkout_has_no_commit(tmp_path: Path) -> None:
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-C", str(tmp_path)]
    package = tmp_path / "mem"
    (package / "venv" / "mem").mkdir(parents=True)
    assert commit(package) is None
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "first"], check=True)
    found = commit(package)
    assert found is not None and len(found) == 12
    assert commit(package / "venv" / "mem") is None


def test_the_page_of_benchmarks_is_what_the_results_say() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "write_benchmarks.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
