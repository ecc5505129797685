"""A cause is linked where it is said, and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.consolidation.causes import leads_to
from mem.core.memory import Candidate, Evidence, MemoryKind, Relation, Trust


def candidate(text: str, quote: str, start: int) -> Candidate:
    return Candidate(
        kind=MemoryKind.EVENT,
        text=text,
        subject="user",
        predicate="do",
        object=text,
        evidence=(Evidence("c1", start, start + len(quote), quote),),
        said_at=None,
        trust=Trust.OWN_CHAT,
        confidence=1.0,
        origin="test",
    )


@pytest.mark.parametrize(
    ("sentence", "forward"),
    [
        ("I sold the car because we moved to the city.", False),
        ("Because we moved to the city, I sold the car.", True),
        ("We moved to the city, so I sold the car.", True),
        ("We moved to the city and I sold the car.", None),
        ("I was so happy and I sold the car.", None),
        ("I sold it because we moved, so I walk because I must.", None),
    ],
)
def test_within_a_sentence(sentence: str, forward: bool | None) -> None:
    first, second = candidate("one", sentence, 0), candidate("other", sentence, 0)
    assert leads_to(first, second) is forward


@pytest.mark.parametrize(
    ("one", "other", "forward"),
    [
        ("I broke my arm.", "That's why I quit the band.", True),
        ("I quit the band.", "It's because I broke my arm.", False),
        ("I broke my arm.", "So far I play in a band.", None),
        ("I broke my arm.", "I quit the band.", None),
    ],
)
def test_of_sentences_beside_each_other(one: str, other: str, forward: bool | None) -> None:
    first = candidate("one", one, 0)
    assert leads_to(first, candidate("other", other, len(one) + 1)) is forward
    assert leads_to(first, candidate("other", other, len(one) + 40)) is None


def test_consolidation_links_what_is_said(tmp_path: Path) -> None:
    said = "I sold my old car because we moved to Lisbon in 2021."
    message = {"conversation": "c", "session": "s", "id": "1", "speaker": "Me", "role": "user"}
    path = tmp_path / "talk.jsonl"
    path.write_text(json.dumps(message | {"at": "2024-01-05T10:00:00", "text": said}) + "\n")
    with Assistant.open(tmp_path / "home") as assistant:
        assistant.ingest(path)
        assistant.memories.consolidate()
        links = {
            (link.source, link.target)
            for one in assistant.memories.list()
            for link in one.links
            if link.relation is Relation.CAUSES
        }
        texts = {one.id: one.text for one in assistant.memories.list()}
        ((cause, effect),) = links
        assert "Lisbon" in texts[cause]
        assert "car" in texts[effect]
