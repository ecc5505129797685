"""Nothing leaves the machine: no library reports home, and no socket is opened."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys
from pathlib import Path
from mem.assistant import Assistant
with Assistant.open(sys.argv[1]) as assistant:
    for number in range(20):
        assistant.remember(f"The kettle number {number} is on the second shelf.")
    assistant.rebuild_index()
    assistant.own_index()
    print(len(assistant.search("kettle")))
"""


def run(tmp_path: Path, *prefix: str) -> subprocess.CompletedProcess[str]:
    temporary = tmp_path / "tmp"
    temporary.mkdir(exist_ok=True)
    return subprocess.run(
        [*prefix, sys.executable, "-c", PROGRAM, str(tmp_path / "home")],
        env={**os.environ, "TMPDIR": str(temporary), "HOME": str(tmp_path / "user")},
        capture_output=True,
        text=True,
        check=True,
    )


def test_no_library_leaves_a_trace_outside_the_home(tmp_path: Path) -> None:
    """ONNX Runtime's uploader, where it is on, keeps its session in the temporary folder."""
    assert run(tmp_path).stdout.strip() == "10"
    assert list((tmp_path / "tmp").iterdir()) == []
    assert not (tmp_path / "user").exists()


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_no_socket_is_opened(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    run(tmp_path, "strace", "-f", "-qq", "-e", "trace=connect", "-o", str(trace))
    calls = [line for line in trace.read_text().splitlines() if "AF_INET" in line]
    assert calls == []
