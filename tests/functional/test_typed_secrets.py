"""What is typed is screened as what is imported is: a placeholder, and a place in the list."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.consolidation.person import Correction
from mem.core.memory import MemoryKind
from mem.testing import FakeEmbedder
from tests.functional.conftest import RunMem
from tests.synthetic_secrets import Planted, make

KINDS = 12


def planted() -> list[Planted]:
    """One secret of each of several kinds."""
    by_kind = {one.kind: one for one in make(200) if "\n" not in one.text}
    return [by_kind[kind] for kind in sorted(by_kind)][:KINDS]


def files_with(home: Path, value: str) -> list[str]:
    return [
        path.name
        for path in home.rglob("*")
        if path.is_file() and value.encode() in path.read_bytes()
    ]


@pytest.mark.parametrize("secret", planted(), ids=lambda one: one.kind)
def test_neither_add_nor_edit_keeps_a_secret(secret: Planted, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Assistant.open(home, embedder=FakeEmbedder()) as assistant:
        record = assistant.remember(secret.text, title=secret.text)
        added = assistant.memories.remember(record.id, MemoryKind.FACT)
        assert "[secret:" in added.text
        plain = assistant.remember("The shed is green.")
        memory = assistant.memories.remember(plain.id, MemoryKind.FACT)
        edited = assistant.memories.edit(
            memory.id, Correction(text=secret.text, object=secret.text)
        )
        assert "[secret:" in edited.text
        assert "[secret:" in edited.object
        places = [
            (place.uri, place.locator) for one in assistant.secrets.found() for place in one.places
        ]
        assert (plain.uri, f"memory {memory.id}") in places
        assert assistant.secrets.sweep() == []
    assert files_with(home, secret.value) == []


def test_the_commands_say_placeholders(run_mem: RunMem, tmp_path: Path) -> None:
    (secret, *_) = planted()
    one = run_mem("add", "The shed is green.", "--kind", "fact", "--json").json["memory"]["id"]
    edited = run_mem("edit", one, secret.text, "--json")
    assert edited.code == 0, edited.err
    assert "[secret:" in edited.json["memory"]["text"]
    listed = run_mem("review", "--secrets", "--json")
    assert json.dumps(f"memory {one}") in listed.out
    assert files_with(tmp_path / "home", secret.value) == []
