"""Small files of a home are replaced whole, for their owner only, and leave nothing beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mem.core.files import private_folder, replace_text


def test_private_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "home" / "small.json"
    replace_text(path, "one")
    replace_text(path, "zwei ü")
    assert path.read_text(encoding="utf-8") == "zwei ü"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_is_private_with_those_on_the_way_to_it(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    private_folder(tmp_path / "home" / "data" / "models")
    private_folder(tmp_path / "home" / "data" / "models")
    assert tmp_path.stat().st_mode & 0o777 == 0o755
    for made in ("home", "home/data", "home/data/models"):
        assert (tmp_path / made).stat().st_mode & 0o777 == 0o700
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="Not a directory"):
        private_folder(tmp_path / "file" / "below")


def test_what_cannot_be_written_leaves_the_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "small.json"
    replace_text(path, "old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace_text(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]
