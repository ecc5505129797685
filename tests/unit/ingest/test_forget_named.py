"""Forgetting by name takes passages, not documents, and an import leaves out just those."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.core.memory import MemoryKind
from mem.errors import EmptyQuery, UnknownId

LONG = "The rain fell on the roof of the barn all night long. " * 18


def texts(assistant: Assistant) -> str:
    return "\n".join(
        chunk.text
        for document in assistant.documents(limit=100)
        for chunk in assistant.show(document.id).chunks
    )


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    path = tmp_path / "diary.md"
    path.write_text(f"# Diary\n\n{LONG}\n\nWe met Quillon at the harbour.\n\n## Soil\n\n{LONG}\n")
    return path


def forget(assistant: Assistant, text: str) -> None:
    assistant.forget(assistant.forget_preview(match=text))


def test_only_the_passage_goes_and_stays_out(assistant: Assistant, diary: Path) -> None:
    assistant.ingest(diary)
    before = assistant.stats().chunks
    plan = assistant.forget_preview(match="quillon")
    assert (len(plan.documents), plan.chunks) == (0, 1)
    assistant.forget(plan)
    assert assistant.stats().chunks == before - 1
    diary.write_text(diary.read_text() + "\n## Later\n\nSun.\n")
    again = assistant.ingest(diary)
    assert any("forgotten" in notice for notice in again.notices)
    assert assistant.stats().chunks == before
    assert assistant.forget_preview(match="quillon").empty


def test_an_edit_beside_it_does_not_bring_it_back(assistant: Assistant, diary: Path) -> None:
    assistant.ingest(diary)
    forget(assistant, "Quillon")
    words = "It was cold, and\nwe met Quillon at\nthe harbour."
    diary.write_text(diary.read_text().replace("We met Quillon at the harbour.", words))
    assistant.ingest(diary)
    assert "Quillon" in texts(assistant)  # another sentence, which was not forgotten
    diary.write_text("# Diary\n\nA new day.\n\nWe met\nQuillon at the harbour. Then we ate.\n")
    assistant.ingest(diary)
    assert "Quillon" not in texts(assistant)


def test_readmit_takes_it_in_for_good(assistant: Assistant, diary: Path) -> None:
    assistant.ingest(diary)
    forget(assistant, "Quillon")
    assistant.ingest(diary, readmit=True)
    assert "Quillon" in texts(assistant)
    diary.write_text(diary.read_text() + "\n## Later\n\nSun.\n")
    assistant.ingest(diary)
    assert "Quillon" in texts(assistant)


def test_a_document_named_after_it_goes_whole(assistant: Assistant, tmp_path: Path) -> None:
    folder = tmp_path / "people"
    folder.mkdir()
    (folder / "about quillon.md").write_text("# Someone\n\nTall, likes boats.\n")
    (folder / "titled.md").write_text("# Quillon's plans\n\nA boat for the summer.\n")
    (folder / "other.md").write_text("# Other\n\nNothing of that.\n")
    assistant.ingest(folder)
    plan = assistant.forget_preview(match="Quillon")
    assert len(plan.documents) == 2
    assistant.forget(plan)
    for path in folder.iterdir():
        path.write_text(path.read_text() + "\nMore.\n")
    assert {one.code for one in assistant.ingest(folder).entries} == {"forgotten"}
    assert [one.title for one in assistant.documents()] == ["Other"]


def test_messages_by_someone_go_and_short_replies_of_others_stay(
    assistant: Assistant, tmp_path: Path
) -> None:
    chat = tmp_path / "talk.jsonl"
    lines = [
        {"conversation": "talk", "session": "s", "id": str(number), "at": "2024-01-01T10:00:00"}
        | {"speaker": speaker, "role": "other", "text": text}
        for number, (speaker, text) in enumerate(
            [("Quillon", "ok"), ("Bea", "ok"), ("Bea", "See you, Quillon!"), ("Bea", "Bye.")]
        )
    ]
    chat.write_text("\n".join(map(json.dumps, lines)) + "\n")
    assistant.ingest(chat)
    forget(assistant, "Quillon")
    with chat.open("a") as file:
        file.write(json.dumps({**lines[-1], "id": "9", "text": "Still there?"}) + "\n")
    assistant.ingest(chat)
    (document,) = assistant.documents()
    left = [(one.speaker, one.text) for one in assistant.show(document.id).chunks]
    assert left == [("Bea", "ok"), ("Bea", "Bye."), ("Bea", "Still there?")]


def test_longer_words_are_counted_and_stay(assistant: Assistant, tmp_path: Path) -> None:
    path = tmp_path / "fair.md"
    path.write_text("# Fair\n\nThe annual fair.\n")
    (tmp_path / "ann.txt").write_text("Hello there.\n")
    other = tmp_path / "who.md"
    other.write_text("# Who\n\nAnn was there.\n")
    assistant.ingest(path, other)
    plan = assistant.forget_preview(match="ann")
    assert plan.named is not None
    assert (plan.named.within_words, [one.title for one in plan.documents]) == (1, ["Who"])


def test_a_memory_that_names_it_in_its_predicate_goes(assistant: Assistant) -> None:
    memory = assistant.memories.remember(
        assistant.remember("Lunch was at noon.").id, MemoryKind.FACT
    )
    with assistant.store.database.transaction() as connection:
        connection.execute("UPDATE memory SET predicate = 'lunch with quaggaville'")
    plan = assistant.forget_preview(match="quaggaville")
    assert plan.named is not None
    assert [one.id for one in plan.named.memories] == [memory.id]


def test_what_is_not_there(assistant: Assistant) -> None:
    assert assistant.forget_preview(match="nobody").empty
    with pytest.raises(EmptyQuery):
        assistant.forget_preview(match="!")
    with pytest.raises(UnknownId):
        assistant.forget_preview(entity="Nobody")


def test_files_that_gave_no_document_are_named_no_more(
    assistant: Assistant, tmp_path: Path, home: Path
) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "quaggaville.bin").write_bytes(b"\0\1\2" * 50)
    (folder / "other.bin").write_bytes(b"\0\1\2" * 51)
    (folder / "trip.md").write_text("# Trip\n\nQuaggaville was warm.\n")
    assistant.ingest(folder)
    with assistant.store.database.transaction() as connection:
        connection.execute("UPDATE file SET reason = 'at quaggaville' WHERE uri LIKE '%other.bin'")
    receipt = assistant.forget(assistant.forget_preview(match="Quaggaville"))
    assert receipt.found_after == 0
    uris = assistant.store.database.rows("SELECT uri, reason FROM file WHERE state = 'failed'")
    assert all("quaggaville" not in str(value).lower() for row in uris for value in row)
