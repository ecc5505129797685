"""Extractors of plugins run in consolidation, guarded: one that breaks down spoils nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from mem.assistant import Assistant
from mem.core.chunk import Chunk
from mem.core.memory import Candidate, Evidence, MemoryKind, Trust
from mem.hooks.loading import contents_of
from mem.hooks.manager import Found, Plugin, Plugins
from mem.testing import FakeEmbedder, FixedClock


class Sample:
    """Draws one memory from each chunk; `fault` says what is wrong with it."""

    name = "sample"
    fingerprint = "sample:1"

    def __init__(self, fault: str = "") -> None:
        self.fault = fault
        self.given: list[Chunk] = []

    def extract(self, chunks: Sequence[Chunk]) -> Sequence[Candidate]:
        self.given += chunks
        if self.fault == "raises":
            raise ZeroDivisionError("no \x1b[31m")
        if self.fault == "junk":
            return cast("Sequence[Candidate]", ["a text"])
        return [self._candidate(chunk) for chunk in chunks]

    def _candidate(self, chunk: Chunk) -> Candidate:
        quote = "not there at all" if self.fault == "quote" else chunk.text
        return Candidate(
            kind=MemoryKind.FACT,
            text="The kettle is blue.",
            subject="The kettle",
            predicate="be",
            object="blue",
            evidence=(Evidence(chunk.id, 0, len(quote), quote),),
            said_at=chunk.said_at,
            trust=Trust.TYPED,
            confidence=0.9,
            origin="user",
        )


@pytest.fixture
def assistant(home: Path, clock: FixedClock) -> Iterator[Assistant]:
    with Assistant.open(home, clock=clock, embedder=FakeEmbedder()) as opened:
        opened.remember("Blue is the kettle.")
        yield opened


def _plugged(assistant: Assistant, extractor: Sample) -> None:
    contents = contents_of(SimpleNamespace(mem_extractors=lambda: [extractor]))
    plugin = Plugin(Found("sample", "mem-sample", "1", "sample"), contents)
    assistant.__dict__["plugins"] = Plugins([plugin])


def test_a_plugin_draws_memories(assistant: Assistant) -> None:
    extractor = Sample()
    _plugged(assistant, extractor)

    assistant.memories.consolidate()
    assistant.memories.consolidate()

    (one,) = (one for one in assistant.memories.list() if one.subject == "The kettle")
    assert (one.origin, one.trust) == ("plugin:mem-sample", Trust.OWN_NOTE)
    assert len(extractor.given) == 1


def test_a_quote_that_is_not_there_is_dropped(assistant: Assistant) -> None:
    _plugged(assistant, Sample("quote"))

    report = assistant.memories.consolidate()

    assert report.unsupported == 1


@pytest.mark.parametrize(
    ("fault", "said"), [("raises", "ZeroDivisionError: no"), ("junk", "no candidate")]
)
def test_one_that_breaks_down_is_reported_and_skipped(
    assistant: Assistant, fault: str, said: str
) -> None:
    extractor = Sample(fault)
    _plugged(assistant, extractor)

    report = assistant.memories.consolidate()

    assert report.chunks == 1
    assert report.problems[0].startswith("plugin mem-sample: its extractor sample breaks down")
    assert said in report.problems[0]
    extractor.fault = ""
    assert not assistant.memories.consolidate().problems
    assert any(one.subject == "The kettle" for one in assistant.memories.list())


def test_an_assistant_s_words_yield_nothing(assistant: Assistant, tmp_path: Path) -> None:
    chat = tmp_path / "chat.jsonl"
    chat.write_text(
        '{"conversation":"c","id":"1","speaker":"me","role":"user","at":"2025-01-01T10:00:00",'
        '"text":"Which colour?"}\n'
        '{"conversation":"c","id":"2","speaker":"bot","role":"assistant",'
        '"at":"2025-01-01T10:00:01","text":"Blue is the kettle, you said."}\n'
    )
    assistant.ingest(chat, format="chat-jsonl")
    extractor = Sample()
    _plugged(assistant, extractor)

    assistant.memories.consolidate()

    spoken = [one for one in extractor.given if one.role == "assistant"]
    assert spoken
    rows = assistant.store.database.rows(
        "SELECT count(*) FROM evidence JOIN chunk ON chunk.pk = chunk_pk WHERE role = 'assistant'"
    )
    assert rows == [(0,)]
