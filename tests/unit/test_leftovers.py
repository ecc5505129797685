"""Spools of dead processes go; those of living ones and everything else stay."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from mem.assistant import Assistant
from mem.settings.leftovers import spool_prefix
from mem.testing import FakeEmbedder


def test_only_what_a_dead_process_left(home: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    cache = home / "cache"
    gone = [f"{kind}{dead.pid}-abc" for kind in ("stdin-", "backup-", "unpacked-")]
    names = [*gone, f"{spool_prefix()}abc", "stdin-abc", "other", "stdin-1-x"]
    for name in names:
        (cache / name).mkdir(parents=True)
        (cache / name / "stdin.jsonl").write_text("words")
    Assistant.open(home, embedder=FakeEmbedder()).close()
    assert sorted(path.name for path in cache.iterdir()) == sorted(names[len(gone) :])
