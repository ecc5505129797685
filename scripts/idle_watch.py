"""What `mem watch` costs while nothing happens: processor time and memory, with many files.

    python scripts/idle_watch.py [--files 10000] [--minutes 5]

Imports that many notes into a temporary home, lets a real watcher settle, and reads its times from
the system (Linux) before and after the pause. Memories are not drawn meanwhile. Prints one line.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def processor_seconds(process: int) -> float:
    """User and system time that a process and its threads have used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def resident_megabytes(process: int) -> float:
    """Memory that the process holds now."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    (found,) = (line for line in lines if line.startswith("VmRSS:"))
    return int(found.split()[1]) / 1024


def write_notes(folder: Path, count: int) -> None:
    """Short notes in folders of a hundred."""
    for number in range(count):
        place = folder / f"d{number // 100:03}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"n{number}.md").write_text(f"# Note {number}\n\nA line about thing {number}.\n")


def mem(home: Path, *arguments: str) -> subprocess.Popen[str]:
    """`mem` on that home."""
    environment = {**os.environ, "MEM_HOME": str(home), "MEM_PLUGINS": "off"}
    environment["MEM_CONSOLIDATE_IDLE"] = "off"
    return subprocess.Popen(
        [sys.executable, "-m", "mem", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        home, notes = Path(name) / "home", Path(name) / "notes"
        write_notes(notes, given.files)
        mem(home, "source", "add", str(notes)).communicate()
        watcher = mem(home, "watch", "--json")
        assert watcher.stdout is not None
        try:
            for line in watcher.stdout:
                if json.loads(line)["event"] == "scanned":
                    break
            settle(watcher.pid)
            before, began = processor_seconds(watcher.pid), time.monotonic()
            time.sleep(given.minutes * 60)
            used, took = processor_seconds(watcher.pid) - before, time.monotonic() - began
            share, memory = 100 * used / took, resident_megabytes(watcher.pid)
        finally:
            watcher.terminate()
            watcher.communicate()
    print(
        f"{given.files:,} files, {took / 60:.1f} min idle: {share:.2f} % of a core "
        f"({used:.2f} s), {memory:.0f} MB resident"
    )


def settle(process: int, quiet: float = 10.0) -> None:
    """Wait until the work of resting (vectors, index) is done, three times in a row."""
    used, calm = processor_seconds(process), 0
    while calm < 3:
        time.sleep(quiet)
        now = processor_seconds(process)
        calm = calm + 1 if now - used < quiet * 0.02 else 0
        used = now


if __name__ == "__main__":
    main()
