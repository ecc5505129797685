"""A process that makes a backup of a home, restores one or merges memories, and can be killed.

Run as `python -m tests.faults.carrying backup|restore|merge HOME FILE`.
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from mem.assistant import Assistant
from mem.carrying.backup import make_backup
from mem.carrying.opening import opened_backup
from mem.carrying.restore import restore
from mem.carrying.taking import take_in
from mem.settings.paths import Paths
from mem.testing import FakeEmbedder, FixedClock


def main(what: str, home: str, file: str) -> None:
    clock = FixedClock(datetime(2025, 12, 1, 9))
    print("ready", flush=True)
    if what == "backup":
        with Assistant.open(home, clock=clock, embedder=FakeEmbedder()) as assistant:
            make_backup(assistant, Path(file), force=True)
    elif what == "merge":
        with Assistant.open(home, clock=clock) as assistant:
            take_in(assistant, Path(file))
    else:
        paths = Paths.of(Path(home))
        with opened_backup(paths, Path(file), lambda: "") as backup:
            restore(paths, clock, backup, replace=True)
    print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
