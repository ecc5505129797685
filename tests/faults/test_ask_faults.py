"""Whatever becomes of the language model, a question is answered, with one line that says why."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mem.assistant import Assistant
from mem.cli.main import main
from mem.core.language import Prompt
from mem.inference.llama import LlamaModel

QUESTION = "What should the boiler pressure be when cold?"


@pytest.fixture(scope="module")
def remembering(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that holds what is asked for; asking changes nothing in it."""
    folder = tmp_path_factory.mktemp("boiler")
    (folder / "boiler.md").write_text("The boiler pressure should be 1.3 bar when cold.\n", "utf-8")
    with Assistant.open(folder / "home") as assistant:
        assistant.ingest(folder / "boiler.md")
    return folder / "home"


Ask = Any


@pytest.fixture
def ask(
    remembering: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Ask:
    """Asks with a model file; gives exit code, answer and what was said."""
    monkeypatch.setenv("MEM_HOME", str(remembering))

    def asking(model: Path, question: str = QUESTION, **env: str) -> tuple[int, Any, list[str]]:
        monkeypatch.setenv("MEM_MODEL_FILE", str(model))
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            main(["ask", question, "--json"])
        out, err = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, json.loads(out), err.splitlines()

    return asking


def quoted(given: tuple[int, Any, list[str]], reason: str) -> None:
    """The answer is a quotation, and one line says why."""
    code, answer, said = given
    assert code == 0
    assert answer["mode"] == "extractive"
    assert "1.3 bar" in answer["answer"]
    assert len(said) == 1, said
    assert reason in said[0]
    assert said[0].endswith("Answered without it.")


def break_child(monkeypatch: pytest.MonkeyPatch, what: signal.Signals) -> None:
    """Send the model's process a signal once it has written the first piece of a reply."""
    whole = LlamaModel.generate

    def generate(self: LlamaModel, prompt: Prompt, **given: Any) -> Iterator[str]:
        pieces = whole(self, prompt, **given)
        yield next(pieces)
        assert self.process is not None
        os.kill(self.process, what)
        yield from pieces

    monkeypatch.setattr(LlamaModel, "generate", generate)


def test_random_weights_tell_nothing(ask: Ask, random_model: Path) -> None:
    code, answer, said = ask(random_model)
    assert code in (0, 3)
    assert answer["mode"] == "extractive" or answer["abstained"]
    assert len(said) <= 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_child_killed_in_mid_answer(
    ask: Ask, random_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_child(monkeypatch, signal.SIGKILL)
    quoted(ask(random_model), "stopped (ended by SIGKILL)")


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_child_that_hangs(ask: Ask, random_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    break_child(monkeypatch, signal.SIGSTOP)
    quoted(ask(random_model, MEM_MODEL_DEADLINE="2"), "did not finish within")


def test_a_file_that_is_no_model(ask: Ask, llama_cpp_installed: None, tmp_path: Path) -> None:
    file = tmp_path / "notes.gguf"
    file.write_bytes(b"just words")
    quoted(ask(file), "GGUF")


def test_a_model_that_is_cut_off(ask: Ask, random_model: Path, tmp_path: Path) -> None:
    file = tmp_path / "half.gguf"
    file.write_bytes(random_model.read_bytes()[:200_000])
    quoted(ask(file), str(file))


def test_a_file_that_is_missing(ask: Ask, llama_cpp_installed: None, tmp_path: Path) -> None:
    quoted(ask(tmp_path / "gone.gguf"), "no such file")


def test_a_context_without_room_for_a_passage(ask: Ask, random_model: Path) -> None:
    quoted(ask(random_model, MEM_MODEL_CONTEXT="256"), "tokens and the model has room for")


def test_llama_cpp_is_not_installed(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "llama_cpp" else real(name)
    )
    file = tmp_path / "any.gguf"
    file.write_bytes(b"GGUF")
    quoted(ask(file), "lama-cpp-python is not installed")


def test_what_memory_does_not_hold_stays_code_3(
    ask: Ask, llama_cpp_installed: None, tmp_path: Path
) -> None:
    code, answer, said = ask(tmp_path / "gone.gguf", "What is my passport number?")
    assert code == 3
    assert answer["abstained"]
    assert len(said) == 1
