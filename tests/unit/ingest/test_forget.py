"""Forgetting destroys everywhere, and what was forgotten does not come back by itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mem.assistant import Assistant
from mem.consolidation.forgetting import files_with
from mem.core.protocols import FileEntry
from mem.errors import ForgettingUnfinished, UnknownId, UnknownSource
from mem.ingest.reading import FileReader
from mem.testing import FakeEmbedder

CANARY = "zanzibarquokka"


def bytes_with(home: Path, word: str) -> list[Path]:
    return [
        path
        for path in home.rglob("*")
        if path.is_file() and word.encode() in path.read_bytes().lower()
    ]


@pytest.fixture
def secret(notes: Path) -> Path:
    path = notes / "secret.md"
    path.write_text(f"# Plans for {CANARY}\n\nMeet at the {CANARY} at nine.\n")
    return path


def test_no_byte_is_left_and_nothing_comes_back(
    assistant: Assistant, notes: Path, secret: Path, home: Path
) -> None:
    assistant.ingest(notes)
    assistant.rebuild_index()
    assert bytes_with(home, CANARY)
    receipt = assistant.forget(assistant.forget_preview(documents=[str(secret)]))
    assert (receipt.documents, receipt.chunks, receipt.vectors) == (1, 1, 1)
    assert bytes_with(home, CANARY) == []
    again = assistant.ingest(notes)
    assert [entry.code for entry in again.entries] == ["forgotten"]
    assert again.unchanged == 3
    secret.rename(notes / "renamed.md")
    assert [entry.code for entry in assistant.ingest(notes).entries] == ["forgotten"]
    assert bytes_with(home, CANARY) == []
    assert assistant.doctor() == []


def test_readmit_takes_it_in_again(assistant: Assistant, notes: Path, secret: Path) -> None:
    assistant.ingest(notes)
    assistant.forget(assistant.forget_preview(documents=[str(secret)]))
    assert assistant.ingest(notes, readmit=True).added == 1


def test_a_source_goes_with_all_it_supplied(
    assistant: Assistant, notes: Path, home: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "kept.md").write_text("# Kept\n\nStill here.\n")
    assistant.ingest(notes, other)
    plan = assistant.forget_preview(source=str(notes))
    assert len(plan.documents) == 3
    assistant.forget(plan)
    assert [document.title for document in assistant.documents()] == ["Kept"]
    assert [source.uri for source in assistant.sources()] == [other.as_uri()]
    assert bytes_with(home, "flour") == []


def test_the_preview_destroys_nothing(assistant: Assistant, notes: Path, secret: Path) -> None:
    assistant.ingest(notes)
    plan = assistant.forget_preview(documents=[str(secret)])
    assert plan.chunks == 1
    assert len(assistant.documents()) == 4


def test_an_unknown_name_is_an_error(assistant: Assistant) -> None:
    with pytest.raises(UnknownId, match="nothing-like-it"):
        assistant.forget_preview(documents=["nothing-like-it"])
    with pytest.raises(UnknownId):
        assistant.forget_preview(documents=[""])
    with pytest.raises(UnknownId):
        assistant.forget_preview(source="")


def test_a_killed_forgetting_is_finished_by_the_next_process(
    assistant: Assistant, notes: Path, secret: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant.ingest(notes)
    copy = assistant.paths.backups / "before.db"
    copy.parent.mkdir(exist_ok=True)
    copy.write_bytes(assistant.paths.database.read_bytes() + CANARY.encode())

    def killed(*given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("mem.store.erasing.erase.remove_copies", killed)
        with pytest.raises(KeyboardInterrupt):
            assistant.forget(assistant.forget_preview(documents=[str(secret)]))
    assert bytes_with(home, CANARY)
    with Assistant.open(home, embedder=FakeEmbedder()) as beside:
        assert beside.documents()
    assert bytes_with(home, CANARY)  # this process lives, and may be at it
    monkeypatch.setattr("mem.store.erasing.owed.is_alive", lambda process: False)
    with Assistant.open(home, embedder=FakeEmbedder()) as after:
        assert after.documents()
    assert bytes_with(home, CANARY) == []
    assert not copy.exists()
    rows = assistant.store.database.rows("SELECT key FROM setting WHERE key LIKE 'scrub%'")
    assert rows == []


def test_bytes_that_a_reader_holds_back_go_with_the_next_process(
    home: Path, notes: Path, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader of an older state keeps the log from being emptied; nobody claims that it was."""
    monkeypatch.setattr("mem.store.database.BUSY_TIMEOUT_S", 0.1)
    with Assistant.open(home, embedder=FakeEmbedder()) as assistant:
        assistant.ingest(notes)
        with closing(sqlite3.connect(assistant.paths.database, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM chunk").fetchone()
            with pytest.raises(ForgettingUnfinished, match=r"gone from memory.*`mem stats`"):
                assistant.forget(assistant.forget_preview(documents=[str(secret)]))
            assert bytes_with(home, CANARY)
            with Assistant.open(home, embedder=FakeEmbedder()) as beside:
                assert CANARY not in str(beside.documents())
            assert bytes_with(home, CANARY)
    with Assistant.open(home, embedder=FakeEmbedder()):
        assert bytes_with(home, CANARY) == []
    with Assistant.open(home, embedder=FakeEmbedder()) as after:
        rows = after.store.database.rows("SELECT key FROM setting WHERE key LIKE 'scrub%'")
        assert rows == []


def test_nobody_rebuilds_the_index_while_something_is_forgotten(
    assistant: Assistant, notes: Path, secret: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its vectors would be those of what is about to go, and stay in its files."""
    assistant.ingest(notes)
    refused = []

    def beside(*given: object, **more: object) -> None:
        with Assistant.open(home, embedder=FakeEmbedder()) as other:
            refused.append(other.own_index())

    monkeypatch.setattr("mem.consolidation.forgetting.erase", beside)
    assistant.forget(assistant.forget_preview(documents=[str(secret)]))
    assert refused and refused != [None]


def test_files_that_go_or_cannot_be_read_while_they_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("here", "gone", "locked"):
        (tmp_path / name).write_text(CANARY)
    read: Any = Path.open

    def opened(path: Path, *given: str) -> Any:
        if path.name == "gone":
            raise FileNotFoundError(path)
        if path.name == "locked":
            raise PermissionError(path)
        return read(path, *given)

    monkeypatch.setattr(Path, "open", opened)
    assert files_with(tmp_path, [CANARY]) == 2


@pytest.mark.parametrize("whole", [True, False])
def test_what_is_forgotten_while_it_is_imported_does_not_come_back(
    assistant: Assistant,
    notes: Path,
    secret: Path,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    whole: bool,
) -> None:
    secret.write_text(f"# Plans\n\n{'It rained. ' * 80}\n\nMeet at the {CANARY} at nine.\n")
    assistant.ingest(notes)
    secret.write_text(secret.read_text() + f"\n{'It was dry. ' * 80}\n")
    prepare = FileReader.read

    def meanwhile(reader: FileReader, entry: FileEntry, *given: Any) -> Any:
        found = list(prepare(reader, entry, *given))
        if entry.path == secret:
            with Assistant.open(home, embedder=FakeEmbedder()) as other:
                wanted = {"documents": [str(secret)]} if whole else {"match": CANARY}
                other.forget(other.forget_preview(**wanted))
        return iter(found)

    with monkeypatch.context() as patched:
        patched.setattr(FileReader, "read", meanwhile)
        ledger = assistant.ingest(notes)
    assert [entry.code for entry in ledger.entries] == ["forgotten"]
    assert bytes_with(home, CANARY) == []
    assistant.ingest(notes)
    assert bytes_with(home, CANARY) == []
    found = assistant.search("dry", limit=30)
    assert any("It was dry." in hit.text for hit in found) is not whole


def test_the_name_of_a_file_does_not_come_back_with_the_next_import(
    assistant: Assistant, notes: Path, home: Path
) -> None:
    named = notes / f"{CANARY} plans.md"
    named.write_text("We meet at nine.\n")
    (notes / f"{CANARY}.pdf").write_bytes(b"%PDF-1.4 broken")
    assistant.ingest(notes)
    assert bytes_with(home, CANARY)
    assistant.forget(assistant.forget_preview(match=CANARY))
    assert bytes_with(home, CANARY) == []
    for _ in range(2):
        again = assistant.ingest(notes)
        assert {entry.code for entry in again.entries} == {"forgotten"}
        assert bytes_with(home, CANARY) == []
    named.write_text("We meet at ten.\n")
    assert assistant.ingest(notes).added == 0
    assert bytes_with(home, CANARY) == []
    assert assistant.ingest(notes, readmit=True).added == 1
    assert assistant.ingest(notes).unchanged >= 1


def test_what_the_watcher_logged_goes_and_the_settings_are_looked_at(
    assistant: Assistant, notes: Path, secret: Path, home: Path
) -> None:
    assistant.ingest(notes)
    for name in ("watch.log", "watch.log.1"):
        (assistant.paths.data / name).write_text(f"failed: {secret.name} in {CANARY}\n")
    config = assistant.paths.config_file
    config.write_text(f'user_names = ["{CANARY.upper()}"]\n')
    receipt = assistant.forget(assistant.forget_preview(match=CANARY))
    assert bytes_with(home, CANARY) == [config]
    assert receipt.found_after == 1


def test_an_unknown_source_says_where_the_known_ones_are_listed(assistant: Assistant) -> None:
    with pytest.raises(UnknownSource, match="mem source list"):
        assistant.forget_preview(source="nowhere")
