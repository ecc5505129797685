"""A language model's batches: retried, given up, stopped, budgeted, and done once only."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from mem.assistant import Assistant
from mem.consolidation.keeper import MemoryKeeper
from mem.consolidation.modelwork import ModelWorker
from mem.consolidation.reports import Budget, ModelReport, Report, Spent
from mem.core.language import Prompt
from mem.errors import EndlessReply, LanguageModelUnusable, ModelCrashed, ModelTimedOut
from mem.extraction.proposing.model import ModelExtractor
from mem.extraction.proposing.prompts import INSTRUCTIONS
from mem.testing import FakeEmbedder, FakeLanguageModel, FixedClock

NOTHING = '{"memories": []}'
Open = Callable[..., Assistant]


@pytest.fixture
def opened(home: Path, clock: FixedClock) -> Iterator[Open]:
    """Opens the home with a model that replies so, over notes that fill four calls."""
    assistants: list[Assistant] = []

    def make(reply: Callable[[Prompt], str]) -> Assistant:
        def drawn(prompt: Prompt) -> str:
            return reply(prompt) if prompt.system == INSTRUCTIONS else '{"sentences": []}'

        model = FakeLanguageModel(drawn, context_tokens=4096)
        one = Assistant.open(home, clock=clock, embedder=FakeEmbedder(), language_model=model)
        assistants.append(one)
        return one

    with Assistant.open(home, clock=clock, embedder=FakeEmbedder()) as assistant:
        for number in range(4):
            line = "I walked to the harbour with my sister on a grey afternoon. " * 11
            assistant.remember(f"# Day {number}\n\nPim{number}, a dog, came along. " + line * 7)
    yield make
    for one in assistants:
        one.close()


def _model(report: Report) -> ModelReport:
    assert report.model is not None
    return report.model


def _dog(prompt: Prompt) -> str:
    """The memory of the first dog of a prompt."""
    number = prompt.user.partition("Pim")[2][:1]
    if not number:
        return NOTHING
    quote = f"Pim{number}, a dog, came along."
    for place, part in enumerate(prompt.user.split(" The user, ")[1:], 1):
        if quote in part:
            return json.dumps({"memories": [_item(place, quote, f"Pim{number}")]})
    return NOTHING


def _item(place: int, quote: str, name: str) -> dict[str, Any]:
    return {
        "passage": place,
        "quote": quote,
        "when": "",
        "kind": "fact",
        "text": f"{name} is a dog.",
        "subject": name,
        "predicate": "be",
        "object": "a dog",
    }


def _held(keeper: MemoryKeeper) -> list[str]:
    return [one.text for one in keeper.list() if one.origin == "model:fake"]


def test_everything_is_gone_through_once(opened: Open) -> None:
    keeper = opened(_dog).memories

    report = keeper.consolidate(budget=Budget())

    mine = _model(report)
    assert (mine.pending, mine.stopped, mine.failed) == (0, "", {})
    assert mine.calls >= 4
    assert mine.tokens > 1000 * mine.calls * 0.5
    assert mine.items == len(_held(keeper)) + sum(mine.rejected.values())
    assert len(_held(keeper)) == 4
    assert _model(keeper.consolidate(budget=Budget())).calls == 0


def test_without_a_budget_no_model_is_asked(opened: Open) -> None:
    report = opened(_dog).memories.consolidate()

    assert report.model is None


def test_without_a_model_the_rules_are_all(home: Path, clock: FixedClock) -> None:
    with Assistant.open(home, clock=clock, embedder=FakeEmbedder()) as assistant:
        assert assistant.memories.consolidate(budget=Budget()).model is None


@pytest.mark.parametrize(
    ("budget", "why"),
    [
        (Budget(calls=2), "the budget of calls is spent"),
        (Budget(tokens=1200), "the budget of tokens is spent"),
    ],
)
def test_a_budget_ends_the_run_and_the_next_goes_on(opened: Open, budget: Budget, why: str) -> None:
    keeper = opened(_dog).memories

    first = _model(keeper.consolidate(budget=budget))
    rest = _model(keeper.consolidate(budget=Budget()))

    assert first.stopped == why
    assert (first.calls, rest.pending) == (2, 0)
    assert first.pending == rest.chunks > 0
    assert len(_held(keeper)) == 4


def test_a_budget_of_minutes(opened: Open) -> None:
    assistant = opened(_dog)
    seconds = count(0, 20)
    report, told = Report(), list[Spent]()
    work = _work(assistant, monotonic=lambda: float(next(seconds)))

    work.run(Budget(minutes=2), report, on_progress=told.append)

    assert _model(report).stopped == "the budget of minutes is spent"
    left = [one.minutes_left for one in told if one.minutes_left is not None]
    assert left == sorted(left, reverse=True)
    assert 0 <= left[-1] < left[0] < 2
    assert told[-1].calls == _model(report).calls


def _work(assistant: Assistant, **values: Any) -> ModelWorker:
    extractor = ModelExtractor(assistant.language_model)
    worker = assistant.memories._worker(extractor)
    return ModelWorker(assistant.store.database, worker, extractor, **values)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ModelCrashed("fake", "signal 11"), "the model crashed"),
        (ModelTimedOut("fake", 300), "the model took too long"),
        (EndlessReply("fake"), "the model wrote nothing but white space"),
        (None, "the reply could not be read"),
    ],
)
def test_a_batch_that_fails_is_given_up_and_does_not_block_the_rest(
    opened: Open, error: Exception | None, reason: str
) -> None:
    asked = count()

    def reply(prompt: Prompt) -> str:
        if "Pim2" in prompt.user:
            next(asked)
            if error is not None:
                raise error
            return "I am happy to help!"
        return _dog(prompt)

    keeper = opened(reply).memories
    mine = _model(keeper.consolidate(budget=Budget()))

    assert next(asked) == 3
    assert mine.failed == {reason: 1}
    assert mine.pending == 0
    assert not mine.unusable
    assert len(_held(keeper)) >= 2
    assert not any("Pim2" in text for text in _held(keeper))


def test_a_batch_that_fails_once_is_done_later(opened: Open) -> None:
    asked = count()

    def reply(prompt: Prompt) -> str:
        if "Pim2" in prompt.user and next(asked) == 0:
            raise ModelCrashed("fake", "signal 9")
        return _dog(prompt)

    keeper = opened(reply).memories
    mine = _model(keeper.consolidate(budget=Budget()))

    assert (mine.failed, mine.pending) == ({}, 0)
    assert len(_held(keeper)) == 4


def test_a_model_that_always_fails_ends_the_run(opened: Open) -> None:
    def reply(prompt: Prompt) -> str:
        raise ModelCrashed("fake", "signal 11")

    mine = _model(opened(reply).memories.consolidate(budget=Budget()))

    assert mine.calls == 6
    assert mine.stopped == "the model failed 6 times in a row"


def test_a_model_that_cannot_be_used_spoils_nothing(opened: Open) -> None:
    def reply(prompt: Prompt) -> str:
        raise LanguageModelUnusable("fake", "no GGUF")

    keeper = opened(reply).memories
    mine = _model(keeper.consolidate(budget=Budget()))

    assert mine.unusable
    assert "no GGUF" in mine.stopped
    assert mine.chunks == 0
    assert mine.pending > 0


def test_an_interrupted_batch_is_done_by_the_next_run(opened: Open) -> None:
    asked = count()

    def reply(prompt: Prompt) -> str:
        if next(asked) == 1:
            raise KeyboardInterrupt
        return _dog(prompt)

    keeper = opened(reply).memories
    with pytest.raises(KeyboardInterrupt):
        keeper.consolidate(budget=Budget())
    kept = len(_held(keeper))
    mine = _model(keeper.consolidate(budget=Budget()))

    assert kept == 1
    assert (mine.pending, mine.failed) == (0, {})
    assert len(_held(keeper)) == 4


def test_an_event_stops_a_call_at_once(opened: Open) -> None:
    asked = count()
    keeper = opened(_dog).memories
    keeper.consolidate()

    mine = _model(keeper.consolidate(budget=Budget(), stop=lambda: next(asked) > 8))

    assert mine.stopped == "interrupted"
    assert mine.calls == 1
    assert mine.chunks == 0
    assert _model(keeper.consolidate(budget=Budget())).pending == 0


def test_a_killed_worker_s_batch_goes_on_elsewhere(opened: Open) -> None:
    assistant = opened(_dog)
    keeper = assistant.memories
    killed = _work(assistant, now=lambda: 1000.0)
    job = killed._next()
    assert job is not None

    beside, later = Report(), Report()
    _work(assistant, now=lambda: 1100.0).run(Budget(), beside)
    _work(assistant, now=lambda: 1000.0 + 3600).run(Budget(), later)

    assert _model(beside).pending == len(job.chunks) == _model(later).chunks
    assert _model(later).pending == 0
    assert len(_held(keeper)) == 4


def test_results_of_a_lost_lease_are_not_kept(opened: Open) -> None:
    """Two processes on one batch: the first was held up beyond its lease."""
    assistant = opened(lambda _prompt: NOTHING)
    slow, quick = _work(assistant, now=lambda: 1000.0), _work(assistant, now=lambda: 9000.0)
    job = slow._next()
    assert job is not None
    assert quick.queue.claim(tried=True) is not None
    report, mine = Report(), ModelReport("fake")

    slow._do(job, report, mine, lambda: False)

    assert mine.chunks == 0
    marks = assistant.store.database.rows("SELECT count(*) FROM extraction")
    assert marks == [(0,)]
