"""How much memory a machine has, and what fits into it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mem.inference import memory
from mem.inference.memory import fits, needed, total_memory

GIGABYTE = 1_000_000_000


def test_this_machine_has_some(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(memory, "_CGROUP", limit)
    total = total_memory()
    assert total is not None and total > 100_000_000
    limit.write_text("max\n")
    assert total_memory() == total, "no limit"
    limit.write_text("50000000\n")
    assert total_memory() == 50_000_000, "what a container may use"


@pytest.mark.parametrize(
    ("size", "machine", "fitting"),
    [(2.5, 7.7, True), (5.0, 7.7, False), (5.0, 15.5, True), (0.6, 4.0, False), (5.0, None, None)],
)
def test_what_fits(size: float, machine: float | None, fitting: bool | None) -> None:
    given = None if machine is None else int(machine * GIGABYTE)
    assert fits(int(size * GIGABYTE), given) is fitting
    assert needed(GIGABYTE) > GIGABYTE
