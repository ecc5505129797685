"""Which language model an assistant has: the one given, a server, a file, or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.core.language import Prompt
from mem.errors import LanguageModelUnusable, NoLanguageModel
from mem.inference.llama import LlamaModel
from mem.inference.server import ServerModel
from mem.settings.config import Settings
from mem.testing import FakeLanguageModel


def test_without_one_it_is_named(home: Path) -> None:
    with Assistant.open(home) as assistant, pytest.raises(NoLanguageModel, match="mem model list"):
        assert assistant.language_model


def test_a_file_is_run_and_stopped_with_the_assistant(home: Path, random_model: Path) -> None:
    settings = Settings(model_file=str(random_model), model_threads=1, model_context=512)
    with Assistant.open(home, settings=settings) as assistant:
        model = assistant.language_model
        assert isinstance(model, LlamaModel)
        assert "".join(model.generate(Prompt("a", "b"), max_tokens=5))
        assert model.context_tokens == 512
        assert (model.fingerprint, model.process is not None) == (model.fingerprint, True)
    assert model.process is None
    assert list((home / "cache").iterdir()) == [home / "cache" / "checksums.json"]


def test_a_missing_file_is_named(home: Path, llama_cpp_installed: None) -> None:
    settings = Settings(model_file=str(home / "none.gguf"))
    opened = Assistant.open(home, settings=settings)
    with opened, pytest.raises(NoLanguageModel, match=r"none\.gguf"):
        assert opened.language_model


def test_a_server_goes_before_a_file(home: Path) -> None:
    settings = Settings(model_server="127.0.0.1:1", model_server_name="m", model_file="none.gguf")
    with Assistant.open(home, settings=settings) as assistant:
        model = assistant.language_model
        assert isinstance(model, ServerModel)
        assert model.name == "m"


def test_another_machine_needs_to_be_allowed(home: Path) -> None:
    settings = Settings(model_server="http://192.0.2.7:1")
    opened = Assistant.open(home, settings=settings)
    with opened, pytest.raises(LanguageModelUnusable, match="not on this machine"):
        assert opened.language_model
    allowed = Settings(model_server="http://192.0.2.7:1", model_allow_remote="on")
    with Assistant.open(home, settings=allowed) as assistant:
        assert assistant.language_model


def test_the_one_given_goes_before_all(home: Path) -> None:
    given = FakeLanguageModel(lambda prompt: "")
    settings = Settings(model_server="127.0.0.1:1")
    with Assistant.open(home, settings=settings, language_model=given) as assistant:
        assert assistant.language_model is given
