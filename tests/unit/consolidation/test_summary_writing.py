"""What a model writes counts only where all of it is borne out; else the sentences stand."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.consolidation.reports import Budget, SummaryReport
from mem.consolidation.summaries.summariser import Summariser
from mem.consolidation.summaries.writing import SummaryWriter
from mem.core.language import Prompt, Schema
from mem.errors import EndlessReply, ModelCrashed
from mem.store.work.leases import Leases
from mem.testing import FakeEmbedder, FakeLanguageModel
from tests.unit.consolidation.talks import TEETH, VAN, write_talks

TRUE = "Ann and Joel rented the blue van for the move on Saturday."
Reply = Callable[[Prompt], str]


def reply(*sentences: str) -> Reply:
    text = json.dumps({"sentences": [{"passage": 1, "text": one} for one in sentences]})
    return lambda _: text


@pytest.fixture
def chat(assistant: Assistant, tmp_path: Path) -> Path:
    path = write_talks(tmp_path / "chat.jsonl", {"2025-05-01": VAN})
    assistant.ingest(path)
    assistant.cut_episodes()
    return path


def write(
    assistant: Assistant, model: FakeLanguageModel, budget: Budget | None = None
) -> SummaryReport:
    summariser = Summariser(assistant.store.database, assistant.embeddings, assistant.clock)
    report = summariser.refresh()
    writer = SummaryWriter(model, assistant.embedder, mark=lambda: "#mark")
    summariser.write(writer, budget or Budget(), report)
    return report


def test_what_is_borne_out_is_kept_on_every_level(assistant: Assistant, chat: Path) -> None:
    model = FakeLanguageModel(reply(TRUE))
    report = write(assistant, model)
    # A day of one episode says what that says: no more is asked of the model.
    assert (report.calls, report.written, report.waiting) == (1, 1, 0)
    assert report.tokens > 100
    for level in ("episode", "day", "week", "month", "profile"):
        (record,) = assistant.summaries.of_level(level).values()
        assert (record.origin, record.text, record.stale) == ("model:fake", TRUE, False)
    (record,) = assistant.summaries.of_level("episode").values()
    (chunk,) = record.sentences[0].chunks
    assert assistant.show(chunk).chunks[0].text == VAN[0]
    again = write(assistant, model)
    assert (again.made, again.calls, len(model.prompts)) == (0, 0, 1)


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("Ann and Joel rented the blue van in Paris.", "a name or number that was not said"),
        ("The blue van costs 95 euros a day.", "a name or number that was not said"),
        ("A wonderful sunny breakfast near some mountains.", "words that were not said"),
        ("They never rented the blue van for the move.", "a denial that was not said"),
        ("Write one to three short sentences in the third person.", "the reply could not be read"),
    ],
)
def test_one_sentence_that_is_not_borne_out_refuses_the_whole(
    assistant: Assistant, chat: Path, sentence: str, reason: str
) -> None:
    model = FakeLanguageModel(reply(TRUE, sentence))
    report = write(assistant, model)
    assert (report.written, report.refused, report.waiting) == (0, {reason: 1}, 0)
    (record,) = assistant.summaries.of_level("episode").values()
    assert record.origin == "extractive"
    assert record.sentences
    assert write(assistant, model).calls == 0


@pytest.mark.parametrize("text", ["", "Sure!", '{"sentences": [{"passage": 1, "te'])
def test_junk_is_refused(assistant: Assistant, chat: Path, text: str) -> None:
    report = write(assistant, FakeLanguageModel(lambda _: text))
    assert report.refused == {"the reply could not be read": 1}


def test_nothing_to_tell(assistant: Assistant, chat: Path) -> None:
    report = write(assistant, FakeLanguageModel(lambda _: '{"sentences": []}'))
    assert report.refused == {"nothing to tell": 1}


def test_a_budget_ends_the_run_and_the_next_one_goes_on(assistant: Assistant, chat: Path) -> None:
    write_talks(chat, {"2025-05-01": VAN, "2025-05-02": TEETH})
    assistant.ingest(chat)
    assistant.cut_episodes()
    told = {"van": TRUE, "teeth": "The clinic takes out two wisdom teeth of Ann."}

    def answer(prompt: Prompt) -> str:
        return reply(told["teeth" if "dentist" in prompt.user else "van"])(prompt)

    model = FakeLanguageModel(answer)
    first = write(assistant, model, Budget(calls=1))
    assert (first.calls, first.stopped) == (1, "the budget is spent")
    assert first.waiting > 0
    assert "dentist" in model.prompts[0].user  # the newest first
    rest = write(assistant, model)
    assert (rest.waiting, rest.stopped) == (0, "")
    days = assistant.summaries.of_level("day")
    assert [one.text for one in days.values()] == [told["van"], told["teeth"]]


class Crashing(FakeLanguageModel):
    def generate(
        self,
        prompt: Prompt,
        *,
        max_tokens: int,
        schema: Schema | None = None,
        deadline: float | None = None,
    ) -> Iterator[str]:
        raise ModelCrashed(self.name, "it fell over")


def test_a_crash_ends_the_run_and_loses_nothing(assistant: Assistant, chat: Path) -> None:
    report = write(assistant, Crashing(reply(TRUE)))
    assert "fake" in report.stopped
    assert report.waiting > 0
    (record,) = assistant.summaries.of_level("episode").values()
    assert record.origin == "extractive"
    assert write(assistant, FakeLanguageModel(reply(TRUE))).written == 1


@pytest.mark.parametrize("error", [EndlessReply("fake"), ModelCrashed("fake", "signal 11")])
def test_what_a_model_fails_over_does_not_keep_it_from_the_rest(
    assistant: Assistant, chat: Path, error: Exception
) -> None:
    write_talks(chat, {"2025-05-01": VAN, "2025-05-02": TEETH})
    assistant.ingest(chat)
    assistant.cut_episodes()

    def answer(prompt: Prompt) -> str:
        if "dentist" in prompt.user:
            raise error
        return reply(TRUE)(prompt)

    model = FakeLanguageModel(answer)
    for _ in range(20):
        report = write(assistant, model, Budget(calls=1))
    assert report.waiting == 0
    first, second = assistant.summaries.of_level("episode").values()
    assert {first.origin, second.origin} == {"model:fake", "extractive"}
    tries = Counter(one.user.partition("\n")[2] for one in model.prompts)
    assert max(tries.values()) <= 3 * 2  # a week and a month of the same two days


def test_what_is_forgotten_while_the_model_writes_is_not_written_of(
    assistant: Assistant, chat: Path
) -> None:
    (document,) = assistant.documents()

    def forgetting(prompt: Prompt) -> str:
        assistant.forget(assistant.forget_preview(documents=[document.id]))
        return reply(TRUE)(prompt)

    write(assistant, FakeLanguageModel(forgetting))
    assert assistant.summaries.counts() == {}


def test_a_long_episode_is_cut_to_what_the_model_can_read(assistant: Assistant, chat: Path) -> None:
    small = FakeLanguageModel(reply(TRUE), context_tokens=250)
    write(assistant, small)
    (prompt,) = small.prompts
    assert small.count_prompt(prompt) <= 250 - 250 // 3
    tiny = FakeLanguageModel(reply(TRUE), context_tokens=60)
    tiny.fingerprint = "fake-language:2"
    report = write(assistant, tiny)
    assert (tiny.prompts, report.refused) == ([], {"PromptTooLong": 1})


def test_who_stops_does_not_wait_for_the_model(assistant: Assistant, chat: Path) -> None:
    asked = count()
    summariser = Summariser(assistant.store.database, assistant.embeddings, assistant.clock)
    report = summariser.refresh()
    model = FakeLanguageModel(lambda _: "word " * 200)
    writer = SummaryWriter(model, assistant.embedder)
    summariser.write(writer, Budget(), report, stop=lambda: next(asked) > 8)
    assert (report.calls, report.stopped, report.refused) == (1, "interrupted", {})
    assert next(asked) < 20
    assert write(assistant, FakeLanguageModel(reply(TRUE))).written == 1


def test_two_processes_never_have_the_same_summary_written(
    assistant: Assistant, chat: Path, home: Path
) -> None:
    write_talks(chat, {"2025-05-01": VAN, "2025-05-02": TEETH})
    assistant.ingest(chat)
    assistant.cut_episodes()
    theirs = FakeLanguageModel(reply(TRUE))
    seen: list[SummaryReport] = []

    def meanwhile(prompt: Prompt) -> str:
        """While the first one writes of an episode, another process writes what is left."""
        if not seen:
            with Assistant.open(home, clock=assistant.clock, embedder=FakeEmbedder()) as other:
                seen.append(write(other, theirs))
        return reply(TRUE)(prompt)

    mine = FakeLanguageModel(meanwhile)
    report = write(assistant, mine)
    (other,) = seen
    assert (other.stopped, other.elsewhere) == ("another process writes them", True)
    assert other.waiting > 0
    assert report.waiting == 0 and not report.elsewhere
    asked = [one.user for model in (mine, theirs) for one in model.prompts]
    episodes = Counter(day for day in ("01", "02") for one in asked if f"Ann, 2025-05-{day}" in one)
    assert episodes == {"01": 1, "02": 1}
    assert len(mine.prompts) < len(asked), "the other one has found something to do"
    assert assistant.store.database.rows("SELECT count(*) FROM job") == [(0,)]


def test_the_summary_of_a_process_that_was_killed_is_written_by_the_next(
    assistant: Assistant, chat: Path
) -> None:
    summariser = Summariser(assistant.store.database, assistant.embeddings, assistant.clock)
    summariser.refresh()
    (key,) = assistant.summaries.of_level("episode")
    now = 1000.0
    leases = Leases(assistant.store.database, "summary", lease=600, now=lambda: now)
    killed = leases.held(f"episode {key}")
    assert killed.__enter__()
    model = FakeLanguageModel(reply(TRUE))

    def again() -> SummaryReport:
        report = summariser.refresh()
        writer = SummaryWriter(model, assistant.embedder, mark=lambda: "#mark")
        one = Summariser(
            assistant.store.database, assistant.embeddings, assistant.clock, now=lambda: now
        )
        one.write(writer, Budget(), report)
        return report

    assert again().elsewhere
    assert not model.prompts
    now += 601
    report = again()
    assert (report.written, report.elsewhere, report.waiting) == (1, False, 0)
