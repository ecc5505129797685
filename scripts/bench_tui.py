"""Figures of the full-screen UI: `python scripts/bench_tui.py [--chunks 100000] [--runs 5]
[--home DIR] [--out FILE]`. With --home the store is kept there for the next run.

`mem tui` is started in a terminal of its own (120×40); times are from starting the process to the
first line of the first screen, and to rows of Browse. Then the callbacks of the event loop are
timed one by one while keys scroll, search and switch screens. Prints JSON.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import pty
import re
import select
import statistics
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
_SIZE = (40, 120)
_ROW = re.compile(rb"20\d\d-\d\d-\d\d")
# Clicks in the line of screens.
_CLICK = b"\x1b[<0;9;1M\x1b[<0;9;1m"
_ASK = b"\x1b[<0;3;1M\x1b[<0;3;1m"
_WAIT_S = 60.0


def start(home: Path) -> tuple[int, int]:
    """`mem tui` in a terminal; (process id, the terminal)."""
    process, terminal = pty.fork()
    if process == 0:
        environment = {**os.environ, "MEM_HOME": str(home), "TERM": "xterm-256color"}
        os.execve(sys.executable, [sys.executable, "-m", "mem", "tui"], environment)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", *_SIZE, 0, 0))
    return process, terminal


def until(terminal: int, wanted: re.Pattern[bytes]) -> None:
    """Read what is drawn until that is in it."""
    drawn, end = b"", time.monotonic() + _WAIT_S
    while not wanted.search(drawn):
        if time.monotonic() > end:
            raise TimeoutError(f"{wanted.pattern!r} was not drawn: {drawn[-500:]!r}")
        if select.select([terminal], [], [], 0.05)[0]:
            drawn += os.read(terminal, 65536)


def once(home: Path) -> dict[str, float]:
    """Seconds to the first paint and to rows, by the wall and of the processor; resident megabytes
    then, and after a question.
    """
    began = time.perf_counter()
    process, terminal = start(home)
    until(terminal, re.compile(rb"Browse"))
    painted, painted_processor = time.perf_counter() - began, processor_s(process)
    os.write(terminal, _CLICK)
    until(terminal, _ROW)
    rows, rows_processor = time.perf_counter() - began, processor_s(process)
    browsing = resident_mb(process)
    os.write(terminal, _ASK)
    time.sleep(1)
    os.write(terminal, b"Who said what about the boiler pressure?\r")
    until(terminal, re.compile(rb"\d ms"))
    asked = resident_mb(process)
    os.write(terminal, b"\x03")
    time.sleep(0.3)
    os.write(terminal, b"\x03")
    try:
        while os.read(terminal, 65536):
            pass
    except OSError:
        os.waitpid(process, 0)
    return {
        "first_paint_s": painted,
        "rows_s": rows,
        "first_paint_processor_s": painted_processor,
        "rows_processor_s": rows_processor,
        "browsing_mb": browsing,
        "asked_mb": asked,
    }


def processor_s(process: int) -> float:
    """What a process has had of the processor (Linux)."""
    said = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(said[11]) + int(said[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(process: int) -> float:
    """What a process holds in memory (Linux)."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1000


def callbacks(home: Path, size: tuple[int, int]) -> dict[str, Any]:
    """The slowest callbacks of the loop, in milliseconds of CPU time."""
    from tests.functional.test_tui_speed import Pace, look_around
    from tests.functional.tui_support import Driver, run

    found: dict[str, Any] = {}

    async def scenario(d: Driver) -> None:
        pace = Pace()
        seen = await look_around(d, pace)
        found["callbacks"] = seen.count
        found["slowest_ms"] = [round(cpu) for cpu, _ in sorted(seen.slowest)[::-1]][:5]
        found["machine_slower"] = round(pace.slower, 2)

    run(home, scenario, size)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split(":", maxsplit=1)[0])
    parser.add_argument("--chunks", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    from mem.bench import results
    from mem.core.clock import SystemClock
    from tests.functional.tui_large import build_large

    with tempfile.TemporaryDirectory() as folder:
        place = given.home or Path(folder)
        home = place / "home"
        if not home.exists():
            build_large(home, place / "chats", given.chunks)
        once(home)  # warms the file cache
        runs = [once(home) for _ in range(given.runs)]
        figures: dict[str, Any] = {
            name: {
                "min": round(min(run[name] for run in runs), 2),
                "median": round(statistics.median(run[name] for run in runs), 2),
            }
            for name in runs[0]
        }
        for size in ((80, 24), (200, 60)):
            figures[f"loop {size[0]}x{size[1]}"] = callbacks(home, size)
    figures = {"chunks": given.chunks, "load": round(os.getloadavg()[0], 1), **figures}
    if given.out is not None:
        today = SystemClock.from_environment().now().date()
        results.write(given.out, "tui", figures, date=today)
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
