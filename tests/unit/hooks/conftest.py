"""A folder of installed packages of its own for each test."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The only place where plugins are found; they are switched on."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.setenv("MEM_PLUGINS", "on")
    monkeypatch.syspath_prepend(str(folder))
    before = set(sys.modules)
    yield folder
    for name in set(sys.modules) - before:
        if name.startswith("memtest_"):
            del sys.modules[name]
