"""Episodes follow their documents: cut once, kept while nothing changes, gone with their words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mem.assistant import Assistant
from mem.core.query import Filters
from mem.errors import UnknownId
from mem.ingest.episodes import EpisodeCutter
from mem.store.browsing.view import View
from mem.testing import FakeEmbedder
from tests.unit.ingest.test_forget import bytes_with

START = datetime(2025, 3, 4, 9)
CANARY = "Quaggavillage"


def write_chat(path: Path, texts: Sequence[str], *, hours: Sequence[int] | None = None) -> Path:
    """A chat whose n-th message was said `hours[n]` hours after the first."""
    lines = [
        {
            "conversation": "boats",
            "session": "s",
            "id": f"m{at}",
            "speaker": "Ann" if at % 2 else "Ben",
            "role": "other",
            "at": (START + timedelta(hours=hours[at] if hours else 0, minutes=at)).isoformat(),
            "text": text,
        }
        for at, text in enumerate(texts)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


TALK = [f"The harbour boat number {at} is red" for at in range(4)]
LATER = [f"Ticket {at} for the museum in {CANARY}" for at in range(4)]
HOURS = [0, 0, 0, 0, 30, 30, 30, 30]


def spans(assistant: Assistant) -> list[tuple[int, int]]:
    (document,) = assistant.documents()
    found = assistant.episodes.of_document(document.id)
    return [(one.first_seq, one.last_seq) for one in found]


def test_a_chat_is_cut_once(assistant: Assistant, tmp_path: Path) -> None:
    assistant.ingest(write_chat(tmp_path / "chat.jsonl", TALK + LATER, hours=HOURS))
    report = assistant.cut_episodes()
    assert (report.documents, report.added, report.removed) == (1, 2, 0)
    assert spans(assistant) == [(0, 3), (4, 7)]
    first, second = assistant.episodes.newest(5)[::-1]
    assert (first.started_at, first.chunks) == (START, 4)
    assert CANARY in second.title
    again = assistant.cut_episodes()
    assert (again.documents, again.added, again.removed) == (0, 0, 0)
    keys = assistant.store.chunks.keys_of(
        [chunk.id for chunk in assistant.show(first.document_id).chunks]
    )
    assert set(assistant.episodes.of_chunks(keys.values())) == set(keys.values())


def test_a_grown_chat_is_cut_anew_at_its_end_alone(assistant: Assistant, tmp_path: Path) -> None:
    talk = [f"{text} {part}" for part in range(8) for text in TALK]
    hours = [12 * (at // 4) for at in range(len(talk))]
    path = write_chat(tmp_path / "chat.jsonl", talk[:-6], hours=hours)
    assistant.ingest(path)
    assistant.cut_episodes()
    before = {one.id: one.pk for one in assistant.episodes.newest(50)}
    write_chat(path, talk, hours=hours)
    assistant.ingest(path)
    report = assistant.cut_episodes()
    assert (report.added, report.removed) == (2, 1)
    after = {one.id: one.pk for one in assistant.episodes.newest(50)}
    assert len(set(before.items()) & set(after.items())) == len(before) - 1
    grown = spans(assistant)
    assistant.store.database.connection.execute("DELETE FROM segmented")
    assistant.store.database.connection.execute("DELETE FROM episode")
    assistant.cut_episodes()
    assert spans(assistant) == grown


def test_a_note_is_cut_at_its_headings(assistant: Assistant, tmp_path: Path) -> None:
    soil, peas = "Clay all over. " * 20, "The peas are in. " * 20
    note = tmp_path / "garden.md"
    note.write_text(f"# Garden\n\n## Soil\n\n{soil}\n\n### Depth\n\n{soil}\n\n## Peas\n\n{peas}\n")
    assistant.ingest(note)
    assistant.cut_episodes()
    titles = [one.title for one in assistant.episodes.newest(9)][::-1]
    assert titles == ["Garden: Soil", "Garden: Peas"]


def test_an_edited_note_loses_the_titles_of_what_is_gone(
    assistant: Assistant, tmp_path: Path, home: Path
) -> None:
    note = tmp_path / "plan.md"
    note.write_text(f"# Plan\n\n## {CANARY}\n\n{'At nine. ' * 30}\n\n## Food\n\n{'Rye. ' * 60}\n")
    assistant.ingest(note)
    assistant.cut_episodes()
    note.write_text(f"# Plan\n\n## Food\n\n{'Rye. ' * 60}\n")
    assistant.ingest(note)
    assert all(CANARY not in one.title for one in assistant.episodes.newest(9))
    assistant.cut_episodes()
    assert [one.title for one in assistant.episodes.newest(9)] == ["Plan: Food"]


def test_what_is_forgotten_leaves_no_title(
    assistant: Assistant, tmp_path: Path, home: Path
) -> None:
    assistant.ingest(write_chat(tmp_path / "chat.jsonl", TALK + LATER, hours=HOURS))
    assistant.cut_episodes()
    rows = assistant.store.database.rows
    assert any(CANARY in str(title) for (title,) in rows("SELECT title FROM episode"))
    (document,) = assistant.documents()
    assistant.forget(assistant.forget_preview(documents=[document.id]))
    assert bytes_with(home, CANARY.lower()) == []
    for table in ("episode", "episode_chunk", "segmented"):
        assert rows(f"SELECT count(*) FROM {table}") == [(0,)]
    assert assistant.doctor() == []


def test_chunks_without_a_vector_wait(home: Path, tmp_path: Path) -> None:
    path = write_chat(tmp_path / "chat.jsonl", TALK)
    with Assistant.open(home, embedder=FakeEmbedder()) as first:
        first.ingest(path)
    with Assistant.open(home, embedder=FakeEmbedder(fingerprint="fake:2")) as second:
        assert second.cut_episodes().waiting == 1
        second.embed_pending()
        assert second.cut_episodes().added == 1


def test_browsing_episodes(assistant: Assistant, tmp_path: Path) -> None:
    assistant.ingest(write_chat(tmp_path / "chat.jsonl", TALK + LATER, hours=HOURS))
    assistant.cut_episodes()
    browser = assistant.browse()
    keys = [str(key) for key in browser.keys(View(rows="episodes"))]
    rows = browser.episode_rows([*keys, "egone"])
    assert [row.first_seq if row else None for row in rows] == [4, 0, None]
    assert browser.keys(View(rows="episodes", words="museum tick")) == keys[:1]
    late = Filters(since=START + timedelta(hours=20), speaker="ann", kind="chat")
    assert browser.keys(View(rows="episodes", filters=late)) == keys[:1]
    assert browser.keys(View(rows="episodes", filters=Filters(kind="note"))) == []
    with pytest.raises(UnknownId):
        assistant.episodes.view("enothing")
    assert assistant.chronicle.episode(keys[0][:8]) == assistant.episodes.view(keys[0])
    assert assistant.chronicle.episode("m1") is None


def test_what_is_forgotten_while_it_is_cut_leaves_no_title(
    assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant.ingest(write_chat(tmp_path / "chat.jsonl", TALK + LATER, hours=HOURS))
    made = EpisodeCutter._made

    def forgetting(*given: Any) -> Any:
        found = made(*given)
        assistant.forget(assistant.forget_preview(match=CANARY))
        return found

    with monkeypatch.context() as patched:
        patched.setattr(EpisodeCutter, "_made", forgetting)
        assert assistant.cut_episodes().documents == 0
    assert assistant.cut_episodes().added == 1
    assert all(CANARY not in one.title for one in assistant.episodes.newest(9))
