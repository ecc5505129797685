"""What a reranker read changes places among itself; the rest, and a failure, leave the order."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from mem.assistant import Assistant
from mem.core.clock import SystemClock
from mem.core.query import Reranked
from mem.errors import RerankerUnusable
from mem.retrieval.rerank import Place
from mem.retrieval.reread import READ_CHARACTERS, Rereading, by_both, read_text, reread
from mem.settings.config import Settings
from mem.testing import FakeEmbedder, FakeReranker

QUESTION = "where is the blue kettle"
NOTES = (
    "the kettle stands on the shelf",
    "where is the blue kettle asked Ann",
    "blue paint for the fence",
    "is it raining",
)


def place(text: str, score: float, **chunk: Any) -> Place:
    told: Any = {"text": text, "speaker": None, "embedded_text": text, **chunk}
    return Place(0, score, SimpleNamespace(chunk=SimpleNamespace(**told)), np.zeros(1, np.float32))  # type: ignore[arg-type]


def places(*texts: str) -> list[Place]:
    return [place(text, -float(at)) for at, text in enumerate(texts)]


def told(found: list[Place]) -> list[str]:
    return [one.stored.chunk.text for one in found]


def test_both_scores_count() -> None:
    read = [
        replace(one, relevance=relevance)
        for one, relevance in zip(places("a", "b", "c"), (-4.0, 4.0, -4.0), strict=True)
    ]
    assert told(by_both(read)) == ["b", "a", "c"]
    agreeing = [replace(one, relevance=0.0) for one in read]
    assert told(by_both(agreeing)) == ["a", "b", "c"]
    assert by_both([]) == []


def test_the_order_given_is_the_rankings_opinion() -> None:
    """Not the numbers beside the hits, which come from several looks."""
    turned = [place("first", 0.0), place("second", 5.0), place("third", 1.0)]
    read = [replace(one, relevance=1.0) for one in turned]
    assert told(by_both(read)) == ["first", "second", "third"]


def test_what_was_not_read_keeps_its_place() -> None:
    reranker, notes = FakeReranker(reads=3), (*NOTES, QUESTION)
    found = reread(QUESTION, places(*notes), Rereading(lambda: reranker, 4, 0.5))
    assert told(found.places) == [notes[1], notes[0], *notes[2:]]
    assert found.done == Reranked("fake-reranker", 4, 3)
    assert [one.relevance is None for one in found.places] == [False] * 3 + [True] * 2
    assert reranker.asked == [(QUESTION, notes[:4], 0.5)]


def test_a_reranker_that_fails_changes_nothing() -> None:
    found = reread(QUESTION, places(*NOTES), Rereading(lambda: FakeReranker(reads=0), 4, 0.5))
    assert told(found.places) == list(NOTES)
    assert found.done is None
    assert "nothing within 500 ms" in found.notice

    def missing() -> FakeReranker:
        raise RerankerUnusable("x.gguf", "there is no such file")

    found = reread(QUESTION, places(*NOTES), Rereading(missing, 4, 0.5))
    assert (told(found.places), found.done) == (list(NOTES), None)
    assert found.notice.startswith("x.gguf: there is no such file.")


def test_one_hit_needs_no_reranker() -> None:
    reranker = FakeReranker()
    assert reread(QUESTION, places("a"), Rereading(lambda: reranker, 9, 1)).done is None
    assert not reranker.asked


def test_what_is_read_of_a_hit() -> None:
    assert read_text(place("Yes.", 0, speaker="Joel").stored) == "Joel: Yes."
    assert read_text(place("It leaks.", 0, embedded_text="Roof\nIt leaks.").stored) == (
        "Roof\nIt leaks."
    )
    assert len(read_text(place("x" * 9000, 0).stored)) == READ_CHARACTERS


@pytest.fixture
def reranker() -> FakeReranker:
    return FakeReranker(reads=3)


@pytest.fixture
def assistant(tmp_path: Any, reranker: FakeReranker) -> Any:
    settings = Settings(rerank_hits=4, rerank_deadline_ms=1500)
    with Assistant.open(
        tmp_path / "home",
        settings=settings,
        clock=SystemClock.from_environment(),
        embedder=FakeEmbedder(),
        reranker=reranker,
    ) as assistant:
        for note in NOTES:
            assistant.remember(note)
        yield assistant


def test_only_deep_searches_ask_it(assistant: Assistant, reranker: FakeReranker) -> None:
    quick = assistant.search(QUESTION)
    assert quick.reranked is None and not reranker.asked
    assert all("reranker" not in hit.signals for hit in quick)
    deep = assistant.search(QUESTION, deep=True, explain=True)
    assert deep.reranked == Reranked("fake-reranker", 4, 3)
    assert deep[0].text == NOTES[1]
    assert deep[0].signals["reranker"] == pytest.approx(0.982, abs=0.001)
    assert sum("reranker" in hit.signals for hit in deep) == 3
    ((query, texts, seconds),) = reranker.asked
    assert (query, len(texts), seconds) == (QUESTION, 4, 1.5)


def test_an_answer_says_what_was_reranked(assistant: Assistant, reranker: FakeReranker) -> None:
    answer = assistant.ask(QUESTION, deep=True)
    assert answer.effort == "as asked; fake-reranker reranked 3 of 4 hits"
    reranker.reads = 0
    answer = assistant.ask(QUESTION, deep=True)
    assert answer.effort == "as asked"
    assert [one for one in answer.notices if "fake-reranker" in one]
    assert assistant.ask(QUESTION).effort == ""


def test_nobody_waits_for_the_store_while_it_reads(
    assistant: Assistant, reranker: FakeReranker, monkeypatch: pytest.MonkeyPatch
) -> None:
    scores, seen = reranker.scores, list[bool]()

    def watched(query: str, texts: Any, *, seconds: float) -> list[float]:
        seen.append(assistant.store.database.connection.in_transaction)
        return scores(query, texts, seconds=seconds)

    monkeypatch.setattr(reranker, "scores", watched)
    assert assistant.search(QUESTION, deep=True).reranked is not None
    assert seen == [False]
