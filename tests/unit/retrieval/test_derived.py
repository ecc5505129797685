"""Memories among hits: noted on their passage, listed where there is room, never in its place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from mem.assistant import Assistant
from mem.core.memory import Candidate, Evidence, MemoryKind, Trust
from mem.core.query import Hit

Draw = Callable[..., str]
RENT = "What is the rent of Joel's flat?"


@pytest.fixture
def draw(assistant: Assistant) -> Draw:
    """Makes a memory with a whole message as evidence; returns its id."""

    def make(message: str, text: str, parts: tuple[str, str, str], **values: object) -> str:
        rows = assistant.store.database.rows(
            "SELECT id, text, said_at FROM chunk WHERE message_id = ?", (message,)
        )
        chunk, words, said_at = map(str, rows[0])
        candidate = Candidate(
            kind=MemoryKind.FACT,
            text=text,
            subject=parts[0],
            predicate=parts[1],
            object=parts[2],
            evidence=(Evidence(chunk, 0, len(words), words),),
            said_at=datetime.fromisoformat(said_at),
            trust=Trust.OWN_CHAT,
            confidence=0.8,
            origin="test",
            **values,  # type: ignore[arg-type]
        )
        assistant.memories.take([candidate])
        return next(one.id for one in assistant.memories.list() if one.text == text)

    return make


def messages(hits: tuple[Hit, ...]) -> list[str | None]:
    return [hit.message_id for hit in hits]


def test_nothing_changes_without_memories(assistant: Assistant) -> None:
    found = assistant.search(RENT)
    assert {hit.kind for hit in found} == {"chunk"}
    assert "memory_finder" not in assistant.__dict__


def test_a_memory_is_noted_on_its_passage(assistant: Assistant, draw: Draw) -> None:
    memory = draw("m10", "Joel's flat costs 1050 euros.", ("Joel", "pay", "1050 euros"))
    plain = assistant.search(RENT, limit=3, memories=False)
    found = assistant.search(RENT, limit=3)
    assert [hit.id for hit in found] == [hit.id for hit in plain]
    noted = {hit.message_id: [drawn.id for drawn in hit.derived] for hit in found}
    assert noted["m10"] == [memory]
    assert all(not ids for message, ids in noted.items() if message != "m10")


def test_with_room_it_is_a_hit_with_the_place_of_its_evidence(
    assistant: Assistant, draw: Draw
) -> None:
    memory = draw("m10", "Joel's flat costs 1050 euros.", ("Joel", "pay", "1050 euros"))
    found = assistant.search(RENT, limit=100)
    verbatim = [hit for hit in found if hit.kind == "chunk"]
    (derived,) = found[len(verbatim) :]
    assert (derived.id, derived.kind, derived.message_id) == (memory, "memory", "m10")
    assert (derived.text, derived.speaker) == ("Joel's flat costs 1050 euros.", "Joel")
    assert derived.session_id == "s3"
    assert derived.said_at == datetime(2025, 9, 2, 18, 3)
    assert "friends" in derived.source.uri + derived.source.title
    assert 0 < derived.score < 1
    assert set(derived.signals) == {"cosine", "coverage"}
    assert "flat" in {derived.text[start:end] for start, end in derived.highlights}


@pytest.mark.parametrize("limit", [1, 3, 10, 30])
def test_no_message_is_lost_to_a_memory(assistant: Assistant, draw: Draw, limit: int) -> None:
    for number in range(1, 11):
        draw(f"m{number}", f"Joel's flat has rent {number}.", ("Joel", f"rent {number}", "flat"))
    plain = assistant.search(RENT, limit=limit, memories=False)
    found = assistant.search(RENT, limit=limit)
    assert len(found) <= limit
    assert len(set(messages(found[: len(plain)]))) >= len(set(messages(plain[:])))


def test_a_missed_passage_comes_in_by_its_memory(assistant: Assistant, draw: Draw) -> None:
    question = "Where does Joel keep his harpsichord?"
    assert "m5" not in messages(assistant.search(question, limit=1, memories=False)[:])
    memory = draw("m5", "Joel keeps his harpsichord in the barn.", ("Joel", "keep", "barn"))
    (hit,) = assistant.search(question, limit=1)
    assert (hit.id, hit.message_id) == (memory, "m5")


def test_what_is_out_of_use_is_left_out(assistant: Assistant, draw: Draw) -> None:
    parts = ("Joel", "pay rent", "900 euros")
    draw("m9", "Joel's flat costs 900 euros.", parts, exclusive=True)
    newer = draw("m10", "Joel's flat costs 1050 euros.", (*parts[:2], "1050 euros"), exclusive=True)
    other = draw("m2", "Joel's flat houses a greyhound.", ("Joel", "adopt", "greyhound"))

    def derived() -> set[str]:
        return {hit.id for hit in assistant.search(RENT, limit=100) if hit.kind == "memory"}

    assert derived() == {newer, other}
    assistant.memories.archive([other])
    assert derived() == {newer}
    assistant.memories.undo()
    assert derived() == {newer, other}


def test_conflicts_are_marked(assistant: Assistant, draw: Draw) -> None:
    memory = draw("m10", "Joel's flat costs 1050 euros.", ("Joel", "pay", "1050 euros"))
    other = draw("m9", "Joel's flat costs 900 euros.", ("Joel", "owe", "900 euros"))
    pks = assistant.store.database.rows("SELECT pk FROM memory ORDER BY pk")
    with assistant.store.database.transaction() as connection:
        connection.execute(
            "INSERT INTO link (source_pk, target_pk, relation) VALUES (?, ?, 'contradicts')",
            (pks[0][0], pks[1][0]),
        )
    found = [hit for hit in assistant.search(RENT, limit=100) if hit.kind == "memory"]
    assert {hit.id: hit.signals.get("conflict") for hit in found} == {memory: 1.0, other: 1.0}


def test_filters_hold_for_memories(assistant: Assistant, draw: Draw) -> None:
    draw("m10", "Joel's flat costs 1050 euros.", ("Joel", "pay", "1050 euros"))
    inside = assistant.search(RENT, limit=100, sessions=["s3"])
    outside = assistant.search(RENT, limit=100, sessions=["s1", "s2"])
    assert {hit.kind for hit in inside} == {"chunk", "memory"}
    assert {hit.kind for hit in outside} == {"chunk"}
    assert not any(hit.derived for hit in outside)


def test_use_moves_the_score(assistant: Assistant, draw: Draw) -> None:
    memory = draw("m10", "Joel's flat costs 1050 euros.", ("Joel", "pay", "1050 euros"))
    before = assistant.search(RENT, limit=100)[-1]
    assistant.judge([memory], useful=True)
    after = assistant.search(RENT, limit=100)[-1]
    assert after.score > before.score
    assert after.signals["utility"] == pytest.approx(0.5)
