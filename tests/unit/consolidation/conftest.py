"""A home whose chunks are written as they are wanted, and candidates drawn from them by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from mem.assistant import Assistant
from mem.consolidation.keeper import MemoryKeeper
from mem.core.memory import Candidate, Evidence, MemoryKind, Trust
from mem.testing import FakeEmbedder, FixedClock

Draw = Callable[..., Candidate]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2025, 12, 1, 9))


@pytest.fixture
def assistant(home: Path, clock: FixedClock) -> Iterator[Assistant]:
    with Assistant.open(home, clock=clock, embedder=FakeEmbedder()) as opened:
        yield opened


@pytest.fixture
def keeper(assistant: Assistant) -> MemoryKeeper:
    return assistant.memories


@pytest.fixture
def draw(assistant: Assistant) -> Draw:
    """Stores a sentence as a note said at a time, and makes a candidate with it as evidence."""

    def make(
        text: str,
        parts: tuple[str, str, str] = ("user", "", ""),
        at: str | None = "2023-01-01",
        **values: Any,
    ) -> Candidate:
        said_at = datetime.fromisoformat(at) if at else None
        record = assistant.remember(text, said_at=said_at or datetime(2020, 1, 1))
        chunk = assistant.show(record.id).chunks[0]
        subject, predicate, obj = parts
        given: dict[str, Any] = {
            "kind": MemoryKind.FACT,
            "trust": Trust.OWN_CHAT,
            "confidence": 0.8,
            "origin": "test",
            **values,
        }
        return Candidate(
            text=text,
            subject=subject,
            predicate=predicate,
            object=obj,
            evidence=(Evidence(chunk.id, 0, len(chunk.text), chunk.text),),
            said_at=said_at,
            **given,
        )

    return make
