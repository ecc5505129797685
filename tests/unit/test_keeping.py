"""What the watcher does at rest: a little at a time, within its budget, and less when disturbed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.service.keeping import Hourly, WatchedHome
from mem.settings.config import Settings
from mem.store.work.jobs import JobQueue
from mem.testing import FakeEmbedder, FakeLanguageModel, FixedClock

Open = Callable[..., Assistant]


@pytest.fixture
def model() -> FakeLanguageModel:
    """Writes a reply without memories, in a hundred pieces."""
    return FakeLanguageModel(lambda _prompt: '{"memories": []' + " " * 100 + "}")


@pytest.fixture
def opened(home: Path, clock: FixedClock, model: FakeLanguageModel) -> Iterator[Open]:
    """Opens a home with so many days of a diary, each of which fills a call."""
    assistants = []

    def make(days: int = 3, **settings: object) -> Assistant:
        line = "I walked to the harbour with my sister on a grey afternoon. "
        one = Assistant.open(
            home,
            clock=clock,
            embedder=FakeEmbedder(),
            language_model=model,
            settings=Settings(**settings),  # type: ignore[arg-type]
        )
        assistants.append(one)
        for day in range(days):
            one.remember(f"Day {day}. " + line * 75)
        return one

    yield make
    for one in assistants:
        one.close()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2025, 12, 1, 9))


def test_the_model_is_asked_once_a_time(opened: Open, model: FakeLanguageModel) -> None:
    home = WatchedHome(opened())

    asked = []
    while home.rest():
        asked.append(len(model.prompts))

    assert len(model.prompts) >= 3
    assert all(later - earlier <= 1 for earlier, later in pairwise(asked))
    assert model.closed


def test_the_hourly_budget_is_kept(opened: Open, model: FakeLanguageModel) -> None:
    home = WatchedHome(opened(consolidate_calls=2))

    while home.rest():
        pass

    assert len(model.prompts) == 2
    assert not home.rest()
    assert len(model.prompts) == 2


def test_what_another_process_has_is_not_waited_for(opened: Open, model: FakeLanguageModel) -> None:
    assistant = opened()
    home = WatchedHome(assistant)
    while not model.prompts:
        home.rest()
    extractor = assistant._model_extractor()
    assert extractor is not None
    elsewhere = JobQueue(assistant.store.database, extractor.fingerprint, "another", lease=600)
    assert elsewhere.add(elsewhere.free(100)) is not None
    asked = len(model.prompts)
    assert not home.rest(), "nothing of it can be done now"
    assert len(model.prompts) == asked


def test_an_event_ends_the_call(opened: Open, model: FakeLanguageModel) -> None:
    asked = []
    assistant = opened()

    def wanted() -> bool:
        asked.append(bool(model.prompts))
        return sum(asked) > 20

    WatchedHome(assistant).rest(wanted)

    assert len(model.prompts) == 1
    assert sum(asked) < 30
    assert assistant.store.database.rows("SELECT state FROM job") == [("waiting",)]


def test_it_can_be_off(opened: Open, model: FakeLanguageModel) -> None:
    home = WatchedHome(opened(consolidate_idle="off"))

    assert not home.rest()
    assert not model.prompts
    assert home._assistant.memories.counts() == {}


def test_so_many_in_any_hour() -> None:
    now = [0.0]
    calls = Hourly(3, lambda: now[0])

    calls.spent(2)
    assert calls.left() == 1
    now[0] = 1800
    calls.spent(1)
    assert calls.left() == 0
    now[0] = 3601
    assert calls.left() == 2
    now[0] = 7300
    assert calls.left() == 3
