"""Ask with a language model: streamed, followed up, stopped, marked; over the sample data."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mem.core.language import Prompt, Schema
from mem.errors import ModelCrashed
from mem.testing import FakeLanguageModel
from tests.functional.tui_support import LARGE, SMALL, Driver, drives, run

QUESTION = "What is Delphine allergic to?"


class Writer(FakeLanguageModel):
    """Says what the passage that is asked for says; at "|" it waits for `go`."""

    def __init__(self, reply: str) -> None:
        super().__init__(lambda _: "", context_tokens=4096)
        self.reply = reply
        self.go = threading.Event()
        self.cancelled = threading.Event()

    def generate(
        self,
        prompt: Prompt,
        *,
        max_tokens: int,
        schema: Schema | None = None,
        deadline: float | None = None,
    ) -> Iterator[str]:
        del max_tokens, schema, deadline
        self.prompts.append(prompt)
        done = False
        try:
            for word in self.reply.split(" "):
                if word != "|":
                    yield word + " "
                while word == "|" and not self.go.wait(0.02):
                    yield ""
            done = True
        finally:
            if not done:
                self.cancelled.set()


class Silent(Writer):
    """Thinks about its first prompt until `go`, without a sign of life."""

    def __init__(self, reply: str) -> None:
        super().__init__(reply)
        self.over = threading.Event()

    def generate(self, prompt: Prompt, **wanted: Any) -> Iterator[str]:
        if not self.prompts:
            self.prompts.append(prompt)
            self.go.wait()
            self.over.set()
            yield "Delphine is allergic to hazelnuts. [1]"
        else:
            yield from super().generate(prompt, **wanted)


async def ask(d: Driver, question: str, key: str = "slash") -> None:
    await d.press(key)
    await d.type(question)
    await d.press("enter")


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_an_answer_is_shown_while_it_is_written(sample_home: Path, size: tuple[int, int]) -> None:
    model = Writer(
        "Delphine is allergic to hazelnuts. She | is 40. [1] Walnuts are fine for Delphine."
    )

    async def scenario(d: Driver) -> None:
        await ask(d, QUESTION)
        await d.see("Answering …", "Delphine is allergic to hazelnuts. [1]")
        assert "40" not in d.shown.split("Answering")[1].split("╰")[0]
        model.go.set()
        await d.quiet()
        await d.see("Left out: 1 sentence", "Birthdays & what people eat", "Tobi Renner")
        answer = d.screen.answer  # type: ignore[attr-defined]
        assert answer.mode == "generative"
        assert "is 40" not in d.shown
        assert d.row("#citations").key == "citation-1"

    run(sample_home, scenario, size, model=model)


@drives("ask.cancel")
@pytest.mark.parametrize("key", ["escape", "ctrl+c"])
def test_a_running_answer_can_be_stopped(sample_home: Path, key: str) -> None:
    model = Writer("Delphine is allergic to hazelnuts. She | never was.")

    async def scenario(d: Driver) -> None:
        await ask(d, QUESTION)
        await d.see("Answering …")
        await d.press(key)
        await d.see("Stopped.")
        await d.until(model.cancelled.is_set)
        await d.quiet()
        assert "hazelnuts" not in d.shown
        assert d.screen.answer is None  # type: ignore[attr-defined]

    run(sample_home, scenario, model=model)


def test_a_model_that_says_nothing_holds_nobody_up(sample_home: Path) -> None:
    """Stopped at once, and the next question is answered; what comes late is not shown."""
    model = Silent("The boiler should show 1.3 bar when cold. [1]")

    async def scenario(d: Driver) -> None:
        await ask(d, QUESTION)
        await d.until(lambda: model.prompts)
        await d.press("escape")
        await d.see("Stopped.")
        assert "Looking through memory" not in d.shown
        assert not d.app._newest
        await ask(d, "What pressure should the boiler show when it is cold?")
        await d.see("1.3 bar when cold. [1]")
        model.go.set()
        await d.until(model.over.is_set)
        await d.quiet()
        await d.see("1.3 bar when cold. [1]")
        assert "hazelnuts" not in d.shown

    run(sample_home, scenario, model=model)


def test_another_question_replaces_a_running_one(sample_home: Path) -> None:
    model = Writer("Delphine is allergic to hazelnuts. She | never was.")

    async def scenario(d: Driver) -> None:
        await ask(d, QUESTION)
        await d.see("Answering …")
        model.reply = "The boiler should show 1.3 bar when cold."
        await ask(d, "What pressure should the boiler show when it is cold?")
        await d.see("The boiler should show 1.3 bar when cold. [1]")
        await d.until(model.cancelled.is_set)
        await d.quiet()
        assert "Stopped." not in d.shown
        await d.see("1.3 bar")

    run(sample_home, scenario, model=model)


def test_a_follow_up_knows_whom_the_last_question_named(sample_home: Path) -> None:
    model = Writer("NOT IN MEMORY")

    async def scenario(d: Driver) -> None:
        await ask(d, QUESTION)
        await d.see("Not in memory")
        await d.press("f")
        await d.see("Ask on after")
        await ask_on(d, "When is her birthday?")
        assert model.prompts[-1].user.endswith(
            f"Asked before: {QUESTION}\nQuestion: When is Delphine's birthday?"
        )
        await d.see("Understood as: When is Delphine's birthday?")
        await ask(d, "When is Joel's birthday?")
        await d.quiet()
        assert "Asked before" not in model.prompts[-1].user

    async def ask_on(d: Driver, question: str) -> None:
        await d.type(question)
        await d.press("enter")
        await d.until(lambda: len(model.prompts) == 2)
        await d.quiet()

    run(sample_home, scenario, model=model)


@drives("ask.useful", "ask.wrong")
def test_an_answer_can_be_marked(sample_home: Path) -> None:
    model = Writer("Delphine is allergic to hazelnuts. [2]")

    async def scenario(d: Driver) -> None:
        await d.press("escape", "plus")
        await d.hear("There is no answer to mark.")
        await ask(d, QUESTION)
        await d.see("hazelnuts. [1]")
        await d.quiet()
        for key, word, event in (("plus", "useful", "useful"), ("minus", "wrong", "useless")):
            await d.press(key)
            await d.hear(f"Marked as {word}.")
            await d.see(f"marked {word}")
            rows = d.assistant.store.database.rows(
                "SELECT count(*) FROM recall JOIN chunk ON chunk.pk = chunk_pk "
                "WHERE event = ? AND text LIKE '%azelnuts%'",
                (event,),
            )
            assert rows[0][0] == 1

    run(sample_home, scenario, model=model)


def test_without_a_working_model_memory_is_quoted_and_it_is_said(sample_home: Path) -> None:
    def crash(_: Prompt) -> str:
        raise ModelCrashed("fake", "killed")

    async def scenario(d: Driver) -> None:
        await ask(d, QUESTION)
        await d.quiet()
        await d.see("hazelnuts", "The language model fake stopped (killed).")

    run(sample_home, scenario, LARGE, model=FakeLanguageModel(crash, context_tokens=4096))


def test_the_number_of_the_selected_citation_is_brought_out(sample_home: Path) -> None:
    model = Writer(
        "Delphine is allergic to hazelnuts. [2] Delphine can eat walnuts and almonds. [4]"
    )

    async def scenario(d: Driver) -> None:
        await ask(d, QUESTION)
        await d.quiet()
        answer = d.screen.answer  # type: ignore[attr-defined]
        if len(answer.citations) > 1:
            await d.press("down")
            await d.quiet()
        content = d.screen.query_one("#answer").content  # type: ignore[attr-defined]
        marked = [str(span.style) for span in content.spans if "reverse" in str(span.style)]
        assert len(marked) == 1

    run(sample_home, scenario, model=model)
