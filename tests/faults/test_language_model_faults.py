"""What can go wrong while a language model writes: one named error, and the next request works.

What it has in common with a reranker is in test_model_child_faults.py.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from mem.core.language import Prompt
from mem.errors import (
    EndlessReply,
    LanguageModelUnusable,
    ModelCrashed,
    ModelTimedOut,
    PromptTooLong,
)
from mem.inference import llama
from mem.inference.llama import LlamaModel

PROMPT = Prompt("You list what a note says.", "The boiler was serviced on Monday.")


@pytest.fixture(scope="module")
def model(random_model: Path) -> Iterator[LlamaModel]:
    model = LlamaModel(random_model, threads=1, deadline=60)
    yield model
    model.close()


def works(model: LlamaModel) -> bool:
    return len("".join(model.generate(PROMPT, max_tokens=5))) > 0


def child_of(model: LlamaModel) -> int:
    process = model.process
    assert process is not None
    return process


def test_a_child_killed_in_mid_stream(model: LlamaModel) -> None:
    running = model.generate(PROMPT, max_tokens=3500)
    assert next(filter(None, running))
    os.kill(child_of(model), signal.SIGKILL)
    with pytest.raises(ModelCrashed, match=r"random stopped \(ended by SIGKILL\)"):
        list(running)
    assert works(model)


def test_a_child_that_hangs_while_it_counts(model: LlamaModel) -> None:
    assert works(model)
    os.kill(child_of(model), signal.SIGSTOP)
    model._deadline = 0.3
    with pytest.raises(ModelTimedOut, match="did not finish within 0 seconds and was stopped"):
        model.count_tokens("a")
    assert model.process is None
    model._deadline = 60
    assert works(model)


def test_whoever_waits_for_a_silent_child_can_give_up_at_any_time(model: LlamaModel) -> None:
    assert works(model)
    running = model.generate(PROMPT, max_tokens=3500)
    assert next(filter(None, running))
    os.kill(child_of(model), signal.SIGSTOP)
    assert "" in running
    running.close()  # type: ignore[attr-defined]
    os.kill(child_of(model), signal.SIGCONT)
    assert works(model)


def test_a_request_that_another_one_holds_up(model: LlamaModel) -> None:
    running = model.generate(PROMPT, max_tokens=5)
    assert next(filter(None, running))
    with pytest.raises(ModelTimedOut):
        list(model.generate(PROMPT, max_tokens=5, deadline=0.1))
    assert "".join(running)
    assert works(model)


def test_endless_white_space(model: LlamaModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llama, "grammar", lambda schema: 'root ::= "{" [ \\n]{1900} "}"')
    with pytest.raises(EndlessReply, match="random wrote nothing but white space"):
        list(model.generate(PROMPT, max_tokens=1900, schema={"type": "null"}))
    assert works(model)


def test_a_grammar_that_llama_cpp_refuses(
    model: LlamaModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(llama, "grammar", lambda schema: "root ::= (")
    with pytest.raises(LanguageModelUnusable):
        list(model.generate(PROMPT, max_tokens=5, schema={"type": "null"}))
    assert works(model)


def test_a_prompt_of_three_times_the_context(model: LlamaModel) -> None:
    long = Prompt(PROMPT.system, "boiler " * 3 * model.context_tokens)
    with pytest.raises(PromptTooLong):
        list(model.generate(long, max_tokens=100))
    process = child_of(model)
    assert works(model)
    assert model.process == process
