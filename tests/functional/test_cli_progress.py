"""Long work shows one line that is drawn over, on a terminal only."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.functional.conftest import RunMem

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")


def _on_a_terminal(arguments: list[str], home: Path) -> str:
    """What `mem` writes to a terminal."""
    import pty

    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(MEM_HOME=str(home), TERM="xterm")
        os.execv(sys.executable, [sys.executable, "-m", "mem", *arguments])
    written = b""
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        written += part
    os.waitpid(child, 0)
    return written.decode(errors="replace")


def test_consolidate_draws_its_progress_over(run_mem: RunMem, work: Path, tmp_path: Path) -> None:
    for number in range(30):
        (work / f"{number}.md").write_text(f"# Note {number}\n\nI moved to town {number} in May.\n")
    assert run_mem("import", str(work)).code == 0
    written = _on_a_terminal(["consolidate"], tmp_path / "home")
    lines = written.replace("\r\n", "\n").split("\n")
    assert "\r\x1b[KConsolidating" in written
    assert sum("passages" in line for line in lines) <= 2
    quiet = run_mem("consolidate")
    assert (quiet.code, quiet.err) == (0, "")
