"""Every hook is specified, documented, tested, and asks for what it says."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from mem.hooks.specs import HOOKS, HOOKS_VERSION, PREFIX, Hooks, ModelOffer

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
NAMES = [info.name for info in HOOKS]


def test_every_hook_is_listed_once() -> None:
    specified = [name for name in vars(Hooks) if name.startswith(PREFIX)]
    assert specified == NAMES
    assert all(1 <= info.since <= HOOKS_VERSION for info in HOOKS)


@pytest.mark.parametrize("name", NAMES)
def test_every_hook_has_a_section(name: str) -> None:
    sections = re.findall(rf"^### {name}\n(.*?)(?=^##)", PAGE, flags=re.MULTILINE | re.DOTALL)
    assert len(sections) == 1
    (info,) = (one for one in HOOKS if one.name == name)
    assert f"Since version {info.since}" in sections[0]
    assert ("not called yet" in sections[0].lower()) is not info.called
    assert [need for need in info.needs if f"`{need}" not in sections[0]] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_hook_has_a_docstring_and_a_test(name: str) -> None:
    assert inspect.getdoc(getattr(Hooks, name))
    tests = (path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert f"def test_{name}(" in "\n".join(tests)


def test_the_page_names_the_version() -> None:
    assert f"`HOOKS_VERSION` is {HOOKS_VERSION}" in PAGE


def test_a_model_offer_has_what_its_hook_asks_for() -> None:
    offer = ModelOffer("tiny", "https://example.org/tiny.gguf", "0" * 64, 1, "MIT")
    (info,) = (one for one in HOOKS if one.name == "mem_models")
    assert all(hasattr(offer, need) for need in info.needs)
