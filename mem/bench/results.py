"""Figures as files: what was measured, on which machine, when, and of which commit.

A file names no person, host or folder.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Mapping
from datetime import date as Date  # noqa: N812  (a parameter has its name)
from pathlib import Path
from typing import Any

SCHEMA = 1
_PACKAGE = Path(__file__).resolve().parent.parent
_SECONDS = 5.0


def write(path: Path, bench: str, figures: Mapping[str, Any], *, date: Date) -> None:
    """Write the figures of one run. Raises OSError."""
    said = {
        "schema": SCHEMA,
        "bench": bench,
        "date": date.isoformat(),
        "commit": commit(),
        "machine": machine(),
        **figures,
    }
    path.write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def machine() -> dict[str, Any]:
    """Processor, cores that this process may use, memory in bytes, system and Python."""
    return {
        "processor": _processor(),
        "cores": _cores(),
        "memory": _memory(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def commit(package: Path = _PACKAGE) -> str | None:
    """The commit of the checkout that `package` runs from; None where it is an installed one."""
    try:
        done = subprocess.run(
            ["git", "-C", str(package), "rev-parse", "--show-toplevel", "--short=12", "HEAD"],  # noqa: S607
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):  # no git here
        return None
    said = done.stdout.split("\n")
    if done.returncode or Path(said[0]) != package.parent:
        return None
    return said[1]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:  # another system
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory() -> int | None:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # a system that does not tell
        return None
