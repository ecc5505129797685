"""The bundle that these tests take in."""

from __future__ import annotations

from pathlib import Path

import pytest

from mem.assistant import Assistant
from tests.functional.bundles.lives import exported, live, write_life


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The memories of a home with a life in it."""
    base = tmp_path_factory.mktemp("lived")
    with Assistant.open(base / "home") as assistant:
        live(assistant, write_life(base / "notes", 1), 1)
        return exported(assistant, base / "m.jsonl")
