"""What can go wrong while a reranker reads: scores or one named error, and the next one works.

What it has in common with a language model is in test_model_child_faults.py.
"""

from __future__ import annotations

import importlib.util
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mem.errors import RerankerStopped, RerankerTooSlow, RerankerUnusable
from mem.inference import reranker as module
from mem.inference.llama_process import LlamaProcess
from mem.inference.reranker import LlamaReranker

QUESTION = "when was the boiler serviced?"
TEXTS = ("The boiler was serviced on Monday.", "The garden is green.")


@pytest.fixture
def reranker(overlap_model: Path) -> Iterator[LlamaReranker]:
    reranker = LlamaReranker(overlap_model, threads=1)
    yield reranker
    reranker.close()


def works(reranker: LlamaReranker) -> bool:
    return len(reranker.scores(QUESTION, TEXTS, seconds=60)) == 2


def child_of(reranker: LlamaReranker) -> int:
    process = reranker.process
    assert process is not None
    return process


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGILL])
def test_a_child_killed_at_work(
    reranker: LlamaReranker, monkeypatch: pytest.MonkeyPatch, ending: signal.Signals
) -> None:
    assert works(reranker)
    ask = LlamaProcess.ask

    def then_killed(process: LlamaProcess, **request: object) -> Any:
        os.kill(process.pid, signal.SIGSTOP)
        asked = ask(process, **request)
        os.kill(process.pid, ending)
        os.kill(process.pid, signal.SIGCONT)
        return asked

    with monkeypatch.context() as patched:
        patched.setattr(LlamaProcess, "ask", then_killed)
        with pytest.raises(RerankerStopped, match=rf"overlap stopped \(ended by {ending.name}"):
            works(reranker)
    # A build with instructions that this processor lacks is then run without them.
    assert reranker._options.get("plain", False) is (ending == signal.SIGILL)
    assert works(reranker)


def test_one_that_still_loads_goes_on_loading(reranker: LlamaReranker) -> None:
    with pytest.raises(RerankerTooSlow):
        reranker.scores(QUESTION, TEXTS, seconds=0)
    process = child_of(reranker)
    assert works(reranker)
    assert child_of(reranker) == process


def test_one_that_never_ends_loading_is_given_up(
    reranker: LlamaReranker, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RerankerTooSlow):
        reranker.scores(QUESTION, TEXTS, seconds=0)
    process = child_of(reranker)
    os.kill(process, signal.SIGSTOP)
    monkeypatch.setattr(module, "_LOADING", 0.0)
    with pytest.raises(RerankerTooSlow):
        reranker.scores(QUESTION, TEXTS, seconds=0.1)
    assert reranker.process is None
    monkeypatch.undo()
    assert works(reranker)
    assert child_of(reranker) != process


def test_at_the_deadline_what_was_read_counts(reranker: LlamaReranker) -> None:
    assert works(reranker)

    many = [f"{TEXTS[0]} {number}" for number in range(3000)]
    found = reranker.scores(QUESTION, many, seconds=0.3)
    assert 0 < len(found) < len(many)
    assert all(score > 0 for score in found)
    assert works(reranker), "what was given up does not hold up the next"


def test_a_model_that_writes_is_no_reranker(random_model: Path) -> None:
    with pytest.raises(RerankerUnusable, match=r"random\.gguf: it is no reranker"):
        works(LlamaReranker(random_model, threads=1))


def test_a_missing_installation(overlap_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(RerankerUnusable, match=r"pipx install --force '\.\[llm\]'"):
        LlamaReranker(overlap_model)
