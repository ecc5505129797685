"""What an answer cites is noted, within bounds, and never at the price of the answer."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.consolidation.keeper import MemoryKeeper
from mem.consolidation.learning import note_cited
from mem.core.answer import Citation
from mem.settings.config import Settings
from mem.testing import FakeEmbedder, FixedClock
from tests.unit.consolidation.conftest import Draw

TEXT = "I keep the boiler pressure at 1.3 bar."
QUESTION = "At what pressure do I keep the boiler?"


def citation(keeper: MemoryKeeper) -> Citation:
    evidence = keeper.list()[0].evidence[0]
    return Citation(
        1, evidence.chunk_id, "", "", "", TEXT, None, None, evidence.start, evidence.end
    )


@pytest.fixture
def one(keeper: MemoryKeeper, draw: Draw) -> str:
    keeper.take([draw(TEXT, ("user", "keep", "1.3 bar"))])
    return keeper.list()[0].id


def recalls(assistant: Assistant) -> int:
    return len(assistant.store.database.rows("SELECT 1 FROM recall WHERE event = 'cited'"))


def test_a_cited_memory_is_firmer(assistant: Assistant, keeper: MemoryKeeper, one: str) -> None:
    later = FixedClock(datetime(2026, 2, 1))
    assert note_cited(assistant.store, [citation(keeper)], later) == 1
    memory = keeper.get(one)
    assert memory.recall_count == 1
    assert memory.last_recalled_at is not None


def test_citing_again_at_once_teaches_nothing(
    assistant: Assistant, keeper: MemoryKeeper, one: str
) -> None:
    at = datetime(2026, 2, 1)
    noted = [
        note_cited(assistant.store, [citation(keeper)], FixedClock(at + timedelta(minutes=wait)))
        for wait in (0, 1, 30, 90)
    ]
    assert noted == [1, 0, 0, 1]


def test_only_what_was_quoted_counts(
    assistant: Assistant, keeper: MemoryKeeper, one: str, clock: FixedClock
) -> None:
    cited = citation(keeper)
    beside = replace(cited, start=500, end=510)
    unknown = replace(cited, id="c" * 20)
    assert note_cited(assistant.store, [beside, unknown], clock) == 0
    assert note_cited(assistant.store, [], clock) == 0
    keeper.archive([one])
    assert note_cited(assistant.store, [cited], clock) == 0
    assert recalls(assistant) == 0


def test_a_locked_store_is_left_as_it_is(
    assistant: Assistant, keeper: MemoryKeeper, one: str, clock: FixedClock
) -> None:
    cited = citation(keeper)
    other = sqlite3.connect(assistant.paths.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        assert note_cited(assistant.store, [cited], clock) == 0
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert recalls(assistant) == 0
    assert note_cited(assistant.store, [cited], clock) == 1
    assert assistant.store.database.rows("PRAGMA busy_timeout")[0][0] == 30_000


@pytest.mark.parametrize(("learn", "noted"), [("on", 1), ("off", 0)])
def test_asking_teaches_unless_it_is_off(
    home: Path, draw: Draw, keeper: MemoryKeeper, one: str, learn: str, noted: int
) -> None:
    settings = Settings(learn_from_use=learn)
    clock = FixedClock(datetime(2026, 2, 1))
    with Assistant.open(home, settings=settings, clock=clock, embedder=FakeEmbedder()) as again:
        answer = again.ask(QUESTION)
        assert answer.citations
        assert recalls(again) == noted
