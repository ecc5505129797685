"""A large export is taken in whole, in little memory, without a word about limits."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("kind", "name", "megabytes"), [("chat", "all.jsonl", 200), ("mail", "all.mbox", 60)]
)
def test_a_large_export(tmp_path: Path, kind: str, name: str, megabytes: int) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.faults.large"),
            *(str(tmp_path / "home"), str(tmp_path / name), kind, str(megabytes)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["read"], said["failed"]) == (said["written"], 0)
    assert said["peak"] < 500
    print(f"{kind}: {said['peak']:.0f} MB for {said['written']:,} messages")
