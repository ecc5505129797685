"""How much memory this machine has, and whether a model fits into it: an estimate, no refusal."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

_CGROUP: Final = Path("/sys/fs/cgroup/memory.max")
_BESIDE: Final = 1_500_000_000
"""Bytes beside the weights: the cache of some 8,000 tokens, and the working space."""
_OTHERS: Final = 2_500_000_000
"""Bytes for the system and what else runs."""


def total_memory() -> int | None:
    """Bytes of memory that this process may count on; None where that cannot be found out."""
    total = _windows() if sys.platform == "win32" else _posix()
    limit = _limit()
    return min(total, limit) if total and limit else total


def needed(size: int) -> int:
    """Bytes of memory that a model file of `size` bytes takes while it answers, roughly."""
    return size + _BESIDE


def fits(size: int, memory: int | None) -> bool | None:
    """Whether a model runs beside everything else; None where the memory is unknown."""
    return None if memory is None else needed(size) + _OTHERS <= memory


def _posix() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return None


def _limit() -> int | None:
    """What a container may use."""
    try:
        text = _CGROUP.read_text(encoding="ascii").strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None


def _windows() -> int | None:
    import ctypes

    class Status(ctypes.Structure):
        """MEMORYSTATUSEX of the Windows API."""

        _fields_ = (
            ("length", ctypes.c_uint32),
            ("load", ctypes.c_uint32),
            *((name, ctypes.c_uint64) for name in ("total", "free", "a", "b", "c", "d", "e")),
        )

    status = Status()
    status.length = ctypes.sizeof(status)
    library = getattr(ctypes, "windll").kernel32  # noqa: B009 - exists on Windows only
    return int(status.total) if library.GlobalMemoryStatusEx(ctypes.byref(status)) else None
