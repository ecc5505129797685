"""Two UIs and a watcher on one home, with random actions: no error, no change lost.

`STRESS_MINUTES` says how long, a quarter of a minute without it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "stress_tui.py"
MINUTES = float(os.environ.get("STRESS_MINUTES", "0.25"))


@pytest.mark.slow
@pytest.mark.timeout(int(MINUTES * 60) + 300)
def test_nothing_is_lost_between_two_uis_and_a_watcher() -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(MINUTES)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
