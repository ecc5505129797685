"""The state file is replaced whole, is private, and is believed only when it makes sense."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from mem.errors import IndexDamaged
from mem.vectors.state import STATE_NAME, FileChecks, IndexState, read_state, stamps, write_state

STATE = IndexState("model-a", "chromadb", applied=7, count=3, files={"a/b.bin": (4, 99)})


def test_round_trip(tmp_path: Path) -> None:
    write_state(tmp_path, STATE.writing())
    assert read_state(tmp_path) == STATE.writing()
    write_state(tmp_path, STATE)
    assert read_state(tmp_path) == STATE
    assert stat.S_IMODE((tmp_path / STATE_NAME).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [STATE_NAME]


def test_nothing_was_built(tmp_path: Path) -> None:
    assert read_state(tmp_path / "missing") is None
    assert read_state(tmp_path) is None


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "{}", '{"schema": 1}', '{"schema": 1, "files": 3}', "[" * 100_000],
)
def test_garbled_state_is_damage(text: str, tmp_path: Path) -> None:
    (tmp_path / STATE_NAME).write_text(text, encoding="utf-8")
    with pytest.raises(IndexDamaged, match="garbled"):
        read_state(tmp_path)


def test_another_schema_is_not_trusted(tmp_path: Path) -> None:
    write_state(tmp_path, STATE)
    path = tmp_path / STATE_NAME
    text = path.read_text(encoding="utf-8").replace('"schema": 1', '"schema": 2')
    path.write_text(text, encoding="utf-8")
    assert read_state(tmp_path) == STATE.writing()


def test_checksums_see_a_change_of_the_same_size(tmp_path: Path) -> None:
    (tmp_path / "graph").mkdir()
    (tmp_path / "graph" / "x.bin").write_bytes(b"abcd")
    (tmp_path / ".DS_Store").write_bytes(b"of the file manager")
    checks = FileChecks(tmp_path)
    before = checks.checksums()
    assert list(before) == ["graph/x.bin"]
    assert checks.checksums() == before
    (tmp_path / "graph" / "x.bin").write_bytes(b"abce")
    after = checks.checksums()
    assert after["graph/x.bin"][0] == before["graph/x.bin"][0]
    assert after != before


def test_stamps_of_a_missing_folder(tmp_path: Path) -> None:
    assert stamps(tmp_path / "missing") == {}
