"""Summaries follow what they cover, name it, and go with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.consolidation.reports import SummaryReport
from mem.consolidation.summaries.summariser import Summariser
from mem.core.memory import Evidence
from mem.store.summaries import SummaryRecord
from mem.testing import FixedClock
from tests.unit.consolidation.conftest import Draw
from tests.unit.consolidation.talks import TEETH, VAN, write_talks

CANARY = "Quaggavillage"


def refresh(assistant: Assistant) -> SummaryReport:
    assistant.cut_episodes()
    return Summariser(assistant.store.database, assistant.embeddings, assistant.clock).refresh()


def state(assistant: Assistant) -> dict[tuple[str, str], tuple[int, str, str]]:
    """(key in the store, words, when made) of every summary."""
    return {
        (level, key): (one.pk, one.text, one.made_at)
        for level in ("episode", "day", "week", "month", "profile")
        for key, one in assistant.summaries.of_level(level).items()
    }


@pytest.fixture
def chat(assistant: Assistant, tmp_path: Path) -> Path:
    talks = {"2025-04-30": VAN, "2025-05-01": TEETH, "2025-05-06": VAN[::-1]}
    path = write_talks(tmp_path / "chat.jsonl", talks)
    assistant.ingest(path)
    return path


def test_each_level_names_what_it_covers(assistant: Assistant, chat: Path) -> None:
    report = refresh(assistant)
    assert (report.made, report.removed) == (3 + 3 + 2 + 2 + 1, 0)
    days = assistant.summaries.of_level("day")
    assert list(days) == ["2025-04-30", "2025-05-01", "2025-05-06"]
    covers = {
        key: assistant.summaries.covers(one.pk)[1]
        for level in ("week", "month", "profile")
        for key, one in assistant.summaries.of_level(level).items()
    }
    assert covers == {
        "2025-W18": [("day", "2025-04-30"), ("day", "2025-05-01")],
        "2025-W19": [("day", "2025-05-06")],
        # The week of 30 April goes over into May: its days count each for its own month.
        "2025-04": [("day", "2025-04-30")],
        "2025-05": [("day", "2025-05-01"), ("week", "2025-W19")],
        "user": [("month", "2025-04"), ("month", "2025-05")],
    }
    (episode, *_) = assistant.episodes.between()
    record = assistant.summaries.get("episode", episode.id)
    assert record is not None
    chunks = [chunk.id for chunk in assistant.episodes.view(episode.id).chunks]
    assert assistant.summaries.covers(record.pk)[0] == chunks


def test_sentences_stand_word_for_word_in_the_chunks_they_name(
    assistant: Assistant, chat: Path
) -> None:
    refresh(assistant)
    records = [one for level in ("episode", "month") for one in _of(assistant, level)]
    for record in records:
        assert 1 <= len(record.sentences) <= 3
        for sentence in record.sentences:
            (identity,) = sentence.chunks
            text = next(c.text for c in assistant.show(identity).chunks if c.id == identity)
            speaker, _, said = sentence.text.partition(": ")
            assert speaker in {"Ann", "Joel"}
            assert said in text
    profile = assistant.summaries.get("profile", "user")
    # Nothing is told of the user but what a memory stands on.
    assert profile is not None and profile.sentences == ()


def _of(assistant: Assistant, level: str) -> list[SummaryRecord]:
    return list(assistant.summaries.of_level(level).values())


def test_a_second_run_changes_nothing(assistant: Assistant, chat: Path, clock: FixedClock) -> None:
    refresh(assistant)
    before = state(assistant)
    clock.moment = clock.moment.replace(year=2026)
    assert refresh(assistant) == SummaryReport()
    assert state(assistant) == before


def test_only_what_covers_the_new_is_made_anew(
    assistant: Assistant, chat: Path, clock: FixedClock
) -> None:
    refresh(assistant)
    before = state(assistant)
    talks = {"2025-04-30": VAN, "2025-05-01": TEETH, "2025-05-06": [*VAN[::-1], *TEETH[:2]]}
    write_talks(chat, talks)
    assistant.ingest(chat)
    assistant.cut_episodes()
    stale = {(o.level, o.key) for k in ("day", "week", "month") for o in _stale(assistant, k)}
    assert stale == {("day", "2025-05-06"), ("week", "2025-W19"), ("month", "2025-05")}
    clock.moment = clock.moment.replace(year=2026)
    refresh(assistant)
    after = state(assistant)
    same = {place for place, row in before.items() if after.get(place) == row}
    kept = {("day", "2025-04-30"), ("day", "2025-05-01"), ("week", "2025-W18")}
    assert kept | {("month", "2025-04")} == {place for place in same if place[0] != "episode"}
    assert not [
        one for level in ("day", "week", "month", "profile") for one in _stale(assistant, level)
    ]


def _stale(assistant: Assistant, level: str) -> list[SummaryRecord]:
    return [one for one in assistant.summaries.of_level(level).values() if one.stale]


def test_a_document_that_is_gone_is_summed_up_no_more(assistant: Assistant, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "2025-05-01 van.md").write_text(f"# Van\n\n{' '.join(VAN)}\n")
    assistant.ingest(folder)
    refresh(assistant)
    assert list(assistant.summaries.of_level("month")) == ["2025-05"]
    (folder / "2025-05-01 van.md").unlink()
    assistant.ingest(folder)
    assert refresh(assistant).removed == 5
    assert state(assistant) == {}


def bytes_with(home: Path, word: str) -> list[Path]:
    found = word.lower().encode()
    return [p for p in home.rglob("*") if p.is_file() and found in p.read_bytes().lower()]


def test_forgetting_takes_every_summary_over_it(
    assistant: Assistant, tmp_path: Path, home: Path, draw: Draw
) -> None:
    kept = write_talks(tmp_path / "kept.jsonl", {"2025-05-01": VAN[:1]})
    assistant.ingest(kept)
    secret = tmp_path / "2025-05-01 plan.md"
    words = f"We rented a house in {CANARY} for the whole summer of 2026."
    secret.write_text(f"# Plan\n\n{words}\n")
    assistant.ingest(secret)
    (note,) = [one for one in assistant.documents() if one.uri.endswith("plan.md")]
    (passage,) = assistant.show(note.id).chunks
    at = passage.text.index(words)
    place = Evidence(passage.id, at, at + len(words), words)
    rented = draw("A plan.", ("user", "rent", f"a house in {CANARY}"), "2025-05-01")
    assistant.memories.take([replace(rented, text=words, evidence=(place,))])
    refresh(assistant)
    told = {level for (level, _), (_, text, _) in state(assistant).items() if CANARY in text}
    assert told == {"episode", "day", "week", "month", "profile"}
    assistant.forget(assistant.forget_preview(documents=[str(secret)]))
    assert bytes_with(home, CANARY) == []
    assert {level for level, _ in state(assistant)} == {"episode"}
    refresh(assistant)
    assert {level for level, _ in state(assistant)} == told
    assert assistant.doctor() == []


def test_what_was_cut_anew_is_forgotten_before_it_is_summed_up_anew(
    assistant: Assistant, tmp_path: Path, home: Path
) -> None:
    said = [f"We rented a house in {CANARY} for the whole summer of 2026.", "ok"]
    chat = write_talks(tmp_path / "chat.jsonl", {"2025-05-01": said})
    assistant.ingest(chat)
    refresh(assistant)
    write_talks(chat, {"2025-05-01": [*said, "The house in the south has three rooms."]})
    assistant.ingest(chat)
    assistant.cut_episodes()
    assert {one.stale for one in _of(assistant, "profile")} == {True}
    (document,) = assistant.documents()
    assistant.forget(assistant.forget_preview(documents=[document.id]))
    assert bytes_with(home, CANARY) == []
    assert state(assistant) == {}


def test_an_edited_note_leaves_nothing_of_what_it_said(
    assistant: Assistant, tmp_path: Path
) -> None:
    note = tmp_path / "2025-05-01 plan.md"
    note.write_text(f"# Plan\n\nWe rented a house in {CANARY} for the whole summer of 2026.\n")
    assistant.ingest(note)
    refresh(assistant)
    note.write_text("# Plan\n\nWe rented nothing at all for the whole summer of 2026.\n")
    assistant.ingest(note)
    assert state(assistant) == {}


def test_forgetting_a_memory_takes_the_summaries_of_its_passage(
    assistant: Assistant, draw: Draw
) -> None:
    candidate = draw(f"I live in {CANARY} with my sister.", ("user", "live in", CANARY))
    (outcome,) = assistant.memories.take([candidate])
    refresh(assistant)
    assert any(CANARY in text for _, text, _ in state(assistant).values())
    assert outcome.memory_pk is not None
    (memory,) = assistant.memories.list()
    assistant.memories.forget([memory.id])
    assert state(assistant) == {}
