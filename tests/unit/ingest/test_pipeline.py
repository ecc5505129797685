"""An import keeps step with the disk, counts everything, and writes only what changed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.errors import PathMissing, UnknownFormat, WholeSystem
from mem.ingest.ledger import Ledger, Progress
from mem.testing import FakeEmbedder


def counts(ledger: Ledger) -> tuple[int, int, int, int, int]:
    assert ledger.seen == (
        ledger.added + ledger.updated + ledger.unchanged + ledger.skipped + ledger.failed
    )
    return ledger.added, ledger.updated, ledger.unchanged, ledger.skipped, ledger.failed


def texts(assistant: Assistant) -> list[str]:
    rows = assistant.store.database.rows("SELECT text FROM chunk ORDER BY text")
    return [str(text) for (text,) in rows]


def ids_by_text(assistant: Assistant) -> dict[str, str]:
    rows = assistant.store.database.rows("SELECT text, id FROM chunk")
    return {str(text): str(identity) for text, identity in rows}


def rows_of(assistant: Assistant) -> dict[str, list[tuple[object, ...]]]:
    """Everything but private keys, in a comparable order."""
    queries = {
        "file": "SELECT uri, content_hash IS NULL, state, documents FROM file ORDER BY uri",
        "document": "SELECT id, uri, title, content_hash, said_at, state FROM document ORDER BY id",
        "chunk": 'SELECT id, document_id, seq, text, "start", "end" FROM chunk ORDER BY id',
        "embedding": "SELECT chunk.id, vector FROM embedding "
        "JOIN chunk ON chunk.pk = chunk_pk ORDER BY 1",
        "full text": "SELECT count(*) FROM chunk_fts WHERE chunk_fts MATCH 'the'",
    }
    return {name: assistant.store.database.rows(query) for name, query in queries.items()}


def chat_line(conversation: str, number: int, text: str) -> str:
    return json.dumps(
        {
            "conversation": conversation,
            "session": "s1",
            "id": f"m{number}",
            "speaker": "Ada",
            "role": "user",
            "at": f"2025-05-0{number}T10:00:00",
            "text": text,
        }
    )


def test_everything_is_counted_once_and_found(assistant: Assistant, notes: Path) -> None:
    assert counts(assistant.ingest(notes)) == (3, 0, 0, 0, 0)
    titles = {document.title for document in assistant.documents()}
    assert titles == {"Garden", "Bread", "note"}
    assert all("A plain note" not in text or "boats" in text for text in texts(assistant))
    assert assistant.embeddings.count() == assistant.store.chunks.count() == len(texts(assistant))


def test_an_unchanged_folder_is_neither_read_nor_written(
    assistant: Assistant, notes: Path, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant.ingest(notes)
    before = assistant.paths.database.with_name("mem.db-wal").stat().st_mtime_ns
    embedder.embedded.clear()

    def refuse(self: Path) -> bytes:
        raise AssertionError(f"{self} was read")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert counts(assistant.ingest(notes)) == (0, 0, 3, 0, 0)
    assert embedder.embedded == []
    assert assistant.paths.database.with_name("mem.db-wal").stat().st_mtime_ns == before


def test_a_touched_file_is_unchanged(assistant: Assistant, notes: Path) -> None:
    assistant.ingest(notes)
    os.utime(notes / "bread.md", (1, 1))
    assert counts(assistant.ingest(notes)) == (0, 0, 3, 0, 0)


def test_a_change_keeps_the_chunks_it_does_not_touch(
    assistant: Assistant, notes: Path, embedder: FakeEmbedder
) -> None:
    assistant.ingest(notes)
    before = ids_by_text(assistant)
    embedder.embedded.clear()
    garden = notes / "2025-03-04 garden.md"
    garden.write_text(garden.read_text() + "\n## Tools\n\n" + "A spade and a fork. " * 12 + "\n")
    ledger = assistant.ingest(notes)
    assert counts(ledger) == (0, 1, 2, 0, 0)
    after = ids_by_text(assistant)
    kept = set(before) & set(after)
    assert kept and all(before[text] == after[text] for text in kept)
    assert len(embedder.embedded) == ledger.chunks_added < len(after)


def test_a_deleted_file_is_marked_gone_and_comes_back(assistant: Assistant, notes: Path) -> None:
    assistant.ingest(notes)
    text = (notes / "bread.md").read_text()
    (notes / "bread.md").unlink()
    assert assistant.ingest(notes).gone == 1
    assert [document.title for document in assistant.documents(gone=True)] == ["Bread"]
    assert any("Flour" in text for text in texts(assistant)), "its words are kept"
    (notes / "bread.md").write_text(text)
    assistant.ingest(notes)
    assert assistant.documents(gone=True) == []


def test_a_moved_file_keeps_its_identity(
    assistant: Assistant, notes: Path, embedder: FakeEmbedder
) -> None:
    assistant.ingest(notes)
    before = {document.title: document.id for document in assistant.documents()}
    (notes / "bread.md").rename(notes / "deep" / "loaf.md")
    embedder.embedded.clear()
    ledger = assistant.ingest(notes)
    assert (ledger.moved, ledger.gone) == (1, 0)
    after = {document.title: document.id for document in assistant.documents()}
    assert after == before
    assert embedder.embedded == []
    (notes / "bread.md").write_text("# Another\n\nRye.\n")
    assert counts(assistant.ingest(notes)) == (1, 0, 3, 0, 0)


def test_what_cannot_be_read_is_named_with_a_code(assistant: Assistant, notes: Path) -> None:
    (notes / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    (notes / "empty.md").touch()
    (notes / "broken.json").write_text('[{"mapping": {')
    (notes / "link.md").symlink_to(notes / "bread.md")
    (notes / "loop").symlink_to(notes)
    first = assistant.ingest(notes)
    assert first.added == 3
    codes = {entry.code for entry in first.entries}
    assert {"unsupported", "empty", "symlink"} <= codes
    assert first.seen == 8
    again = assistant.ingest(notes)
    assert counts(again) == (0, 0, 3, first.skipped, first.failed)


def test_a_dry_run_says_what_would_happen_and_writes_nothing(
    assistant: Assistant, notes: Path
) -> None:
    ledger = assistant.ingest(notes, dry_run=True)
    assert counts(ledger) == (3, 0, 0, 0, 0)
    assert assistant.store.chunks.count() == 0
    assert assistant.documents() == []
    assistant.ingest(notes)
    (notes / "bread.md").write_text("# Bread\n\nSpelt.\n")
    assert counts(assistant.ingest(notes, dry_run=True)) == (0, 1, 2, 0, 0)
    assert any("Flour" in text for text in texts(assistant))


def test_one_conversation_in_two_exports_is_their_union(
    assistant: Assistant, tmp_path: Path
) -> None:
    old, new = tmp_path / "old.jsonl", tmp_path / "new.jsonl"
    old.write_text(
        "\n".join([chat_line("trip", 1, "The ferry?"), chat_line("trip", 2, "At nine.")])
    )
    new.write_text("\n".join([chat_line("trip", 2, "At nine."), chat_line("trip", 3, "See you.")]))
    assert counts(assistant.ingest(old)) == (1, 0, 0, 0, 0)
    assert counts(assistant.ingest(new)) == (0, 1, 0, 0, 0)
    (document,) = assistant.documents()
    chunks = assistant.show(document.id).chunks
    assert [chunk.message_id for chunk in chunks] == ["m1", "m2", "m3"]
    assert [chunk.seq for chunk in chunks] == [0, 1, 2]
    assert counts(assistant.ingest(old, new)) == (0, 0, 2, 0, 0)
    old.write_text(old.read_text() + "\n")
    assert counts(assistant.ingest(old, new)) == (0, 0, 2, 0, 0)


def test_an_export_with_several_conversations_counts_each(
    assistant: Assistant, tmp_path: Path
) -> None:
    path = tmp_path / "all.jsonl"
    path.write_text("\n".join(chat_line(f"c{n}", n, f"Message {n}") for n in range(1, 6)))
    assert counts(assistant.ingest(path)) == (5, 0, 0, 0, 0)
    assert counts(assistant.ingest(path)) == (0, 0, 5, 0, 0)


def test_overlapping_paths_are_counted_once(assistant: Assistant, notes: Path) -> None:
    assert counts(assistant.ingest(notes, notes / "deep", notes / "bread.md")) == (3, 0, 0, 0, 0)


def test_a_missing_path_stops_before_anything_is_done(assistant: Assistant, notes: Path) -> None:
    with pytest.raises(PathMissing, match="nowhere"):
        assistant.ingest(notes, notes / "nowhere")
    assert assistant.documents() == []


def test_the_whole_file_system_is_refused_before_anything_is_walked(
    assistant: Assistant, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mem.ingest.run.walk", lambda *_, **__: pytest.fail("it was walked"))
    for dry_run in (True, False):
        with pytest.raises(WholeSystem):
            assistant.ingest(notes, "/", dry_run=dry_run)


def test_an_unknown_format_names_the_known_ones(assistant: Assistant, notes: Path) -> None:
    with pytest.raises(UnknownFormat, match="chat-jsonl"):
        assistant.ingest(notes, format="vcard")


def test_progress_reaches_the_total(assistant: Assistant, notes: Path) -> None:
    heard: list[Progress] = []
    assistant.ingest(notes, on_progress=heard.append)
    assert heard[-1].files_done == heard[-1].files_total == 3


def test_the_same_folder_in_two_homes_gives_the_same_rows(
    assistant: Assistant, notes: Path, tmp_path: Path, embedder: FakeEmbedder
) -> None:
    assistant.ingest(notes)
    with Assistant.open(tmp_path / "other", clock=assistant.clock, embedder=embedder) as other:
        for path in sorted(notes.rglob("*.*"), reverse=True):
            other.ingest(path)
        assert rows_of(other) == rows_of(assistant)


def test_another_model_means_queued_work_and_no_mixed_vectors(
    assistant: Assistant, notes: Path, home: Path
) -> None:
    assistant.ingest(notes)
    count = assistant.store.chunks.count()
    assistant.close()
    newer = FakeEmbedder(fingerprint="fake:2")
    with Assistant.open(home, clock=assistant.clock, embedder=newer) as reopened:
        assert reopened.embeddings.count() == 0
        assert [finding.code for finding in reopened.doctor()] == ["vectors"]
        assert reopened.embed_pending() == count
        assert reopened.embeddings.count() == count
        assert reopened.doctor() == []


def test_typed_words_are_found_at_once(assistant: Assistant) -> None:
    record = assistant.remember("The spare key is under the third pot.\nAsk Ruth first.")
    assert record.title == "The spare key is under the third pot."
    assert record.said_at == assistant.clock.now()
    assert assistant.remember("The spare key is under the third pot.\nAsk Ruth first.") == record
    (chunk,) = assistant.show(record.id).chunks
    assert chunk.text == "The spare key is under the third pot.\nAsk Ruth first."
