"""An assistant on a temporary home whose embedder is the shipped fake."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.testing import FakeEmbedder, FixedClock


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture
def assistant(home: Path, embedder: FakeEmbedder) -> Iterator[Assistant]:
    clock = FixedClock(datetime(2025, 12, 1, 9))
    with Assistant.open(home, clock=clock, embedder=embedder) as opened:
        yield opened


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """Three notes in a folder."""
    folder = tmp_path / "notes"
    (folder / "deep").mkdir(parents=True)
    (folder / "2025-03-04 garden.md").write_text(
        "# Garden\n\nThe peas are in.\n\n## Soil\n\nClay.\n"
    )
    (folder / "bread.md").write_text("---\ndate: 2025-02-01\n---\n# Bread\n\nFlour and water.\n")
    (folder / "deep" / "note.txt").write_text("A plain note about boats.\n")
    return folder
