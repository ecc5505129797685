"""Whatever becomes of the child that reranks: scores or one named error, and the next one works."""

from __future__ import annotations

import importlib.util
import os
import random
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mem.errors import RerankerError, RerankerStopped, RerankerTooSlow, RerankerUnusable
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


def test_a_child_killed_between_requests(reranker: LlamaReranker) -> None:
    assert works(reranker)
    os.kill(child_of(reranker), signal.SIGKILL)
    try:
        assert works(reranker)
    except RerankerStopped:
        # It was noticed only after the request was sent.
        assert works(reranker)


def test_a_child_that_hangs_is_ended(reranker: LlamaReranker) -> None:
    assert works(reranker)
    os.kill(child_of(reranker), signal.SIGSTOP)
    with pytest.raises(RerankerTooSlow, match=r"nothing within 200 ms.*rerank\.deadline_ms"):
        reranker.scores(QUESTION, TEXTS, seconds=0.2)
    assert reranker.process is None
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


def damaged(content: bytes) -> dict[str, bytes]:
    noise = random.Random(5)
    scattered = bytearray(content)
    for _ in range(400):
        scattered[noise.randrange(4, 20_000)] = noise.randrange(256)
    return {
        "empty": b"",
        "cut in the tensors": content[: len(content) // 2],
        "cut in the metadata": content[:5000],
        "wrong magic": b"FUGG" + content[4:],
        "huge counts": content[:8] + b"\xff" * 16 + content[24:],
        "scattered bytes": bytes(scattered),
    }


@pytest.mark.parametrize("kind", sorted(damaged(bytes(60_000))))
def test_a_corrupt_file(overlap_model: Path, tmp_path: Path, kind: str) -> None:
    file = tmp_path / "corrupt.gguf"
    file.write_bytes(damaged(overlap_model.read_bytes())[kind])
    with pytest.raises(RerankerUnusable, match=r"corrupt\.gguf: ") as caught:
        works(LlamaReranker(file, threads=1))
    assert "\n" not in str(caught.value)


def test_a_model_that_writes_is_no_reranker(random_model: Path) -> None:
    with pytest.raises(RerankerUnusable, match=r"random\.gguf: it is no reranker"):
        works(LlamaReranker(random_model, threads=1))


def test_a_missing_file_and_a_folder(tmp_path: Path, llama_cpp_installed: None) -> None:
    with pytest.raises(RerankerUnusable, match=r"none\.gguf: there is no such file"):
        LlamaReranker(tmp_path / "none.gguf")
    with pytest.raises(RerankerUnusable, match="cannot be read"):
        LlamaReranker(tmp_path)


def test_a_missing_and_a_broken_installation(
    overlap_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(importlib.util, "find_spec", lambda name: None)
        with pytest.raises(RerankerUnusable, match=r"pip install 'mem\[llm\]'"):
            LlamaReranker(overlap_model)
    (tmp_path / "llama_cpp.py").write_text("raise ImportError('libllama.so is not there')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    reranker = LlamaReranker(overlap_model, threads=1)
    with pytest.raises(RerankerUnusable, match=r"cannot be loaded \(libllama.so is not there\)"):
        works(reranker)
    monkeypatch.delenv("PYTHONPATH")
    assert works(reranker)
    reranker.close()


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is enforced on Linux only")
def test_one_that_needs_more_memory_than_it_may_take(overlap_model: Path) -> None:
    reranker = LlamaReranker(overlap_model, threads=1, memory_mb=1)
    with pytest.raises(RerankerError, match="overlap"):
        works(reranker)
    reranker.close()
