"""Which files have no content on this machine."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from mem.sources import folders
from mem.sources.folders import Skipped, is_placeholder, walk


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"st_size": 100_000, "st_blocks": 0}, True),
        ({"st_size": 100_000, "st_blocks": 8}, False),
        ({"st_size": 300, "st_blocks": 0}, False),
        ({"st_size": 300, "st_file_attributes": 0x400000}, True),
        ({"st_size": 300, "st_file_attributes": 0x20}, False),
    ],
)
def test_which_are(fields: dict[str, int], expected: bool) -> None:
    assert is_placeholder(SimpleNamespace(**fields)) is expected  # type: ignore[arg-type]


def test_a_walk_leaves_them_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.md").write_text("here")
    monkeypatch.setattr(folders, "is_placeholder", lambda info: info.st_size == 4)
    (found,) = walk(tmp_path)
    assert isinstance(found, Skipped) and found.code == "placeholder"
    assert os.path.basename(found.path) == "a.md"
