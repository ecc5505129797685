"""What a backup holds, whatever else is going on in the home."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.carrying.backup import make_backup
from mem.errors import NotWritten, StoreFull
from mem.testing import FakeEmbedder


def words_in(path: Path) -> bytes:
    """The bytes of all members, in lower case."""
    with zipfile.ZipFile(path) as archive:
        return b"".join(archive.read(name) for name in archive.namelist()).lower()


def test_a_forgetting_that_another_process_has_yet_to_finish_is_finished_in_the_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Assistant.open(tmp_path / "home", embedder=FakeEmbedder()) as assistant:
        assistant.remember("The attic holds the lamp.")
        gone = assistant.remember("Quimbexco has the keys of the quimbexco house.")
        with monkeypatch.context() as patch:
            for name in ("scrub", "settled"):
                patch.setattr(f"mem.store.erasing.erase.{name}", lambda given: None)
            assistant.forget(assistant.forget_preview(documents=[gone.id]))
        assistant.store.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        store = (tmp_path / "home" / "data" / "mem.db").read_bytes().lower()
        assert b"quimbexco" in store
        made = make_backup(assistant, tmp_path / "b.zip")
    assert b"quimbexco" not in words_in(made.path)
    assert b"the attic holds the lamp" in words_in(made.path)


@pytest.mark.parametrize(("code", "error"), [(28, StoreFull), (30, NotWritten)])
def test_a_target_that_fails_in_the_middle_is_named_and_left_clean(
    code: int, error: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*given: object) -> None:
        raise OSError(code, "it fails")

    monkeypatch.setattr("mem.carrying.archive.write", fail)
    with (
        Assistant.open(tmp_path / "home", embedder=FakeEmbedder()) as assistant,
        pytest.raises(error, match=r"b\.zip"),
    ):
        make_backup(assistant, tmp_path / "b.zip")
    assert [one.name for one in tmp_path.iterdir()] == ["home"]


def test_what_a_killed_backup_left_is_removed_by_the_next(tmp_path: Path) -> None:
    left, own = tmp_path / ".mem-999999999-b.zip.part", tmp_path / ".mem-1-b.zip.part"
    left.write_text("half")
    own.write_text("half of a process that is there")
    with Assistant.open(tmp_path / "home", embedder=FakeEmbedder()) as assistant:
        make_backup(assistant, tmp_path / "b.zip")
    assert not left.exists()
    assert own.exists()
