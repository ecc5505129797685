"""A watcher in a process whose system allows too few watched folders.

Run as `python -m tests.faults.limited HOME FOLDER`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.faults.watching import keeping, note


def main(home: str, folder: str) -> None:
    with keeping(Path(home), Path(folder)) as kept:
        (Path(folder) / "d7" / "late.md").write_text(note(1))
        kept.wait_for(lambda: kept.holds("version-1-"), "the note", 10)
        print("found")
    print([event.message for event in kept.events if event.kind == "polling"])


if __name__ == "__main__":
    main(*sys.argv[1:])
