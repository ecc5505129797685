"""What another process destroys meanwhile leaves nothing behind, and is no fault."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from mem.assistant import Assistant
from mem.consolidation.keeper import MemoryKeeper
from mem.consolidation.person import Correction, Person
from mem.errors import UnknownId
from mem.store.memory.rows import StoredMemory
from mem.testing import FakeEmbedder
from tests.unit.consolidation.conftest import Draw

PARIS = ("user", "live in", "Paris")


def meanwhile(monkeypatch: pytest.MonkeyPatch, do: Callable[[], object]) -> None:
    """Have `do` happen once, while the next vectors are made."""
    embed, left = FakeEmbedder.embed, [do]

    def slowly(self: FakeEmbedder, texts: Sequence[str], **how: Any) -> Any:
        made = embed(self, texts, **how)
        if left:
            left.pop()()
        return made

    monkeypatch.setattr(FakeEmbedder, "embed", slowly)


def orphans(assistant: Assistant, table: str, of: str) -> int:
    rows = assistant.store.database.rows(
        f"SELECT count(*) FROM {table} WHERE {of}_pk NOT IN (SELECT pk FROM {of})"
    )
    return int(str(rows[0][0]))


def test_a_memory_is_destroyed_while_its_vector_is_made(
    assistant: Assistant, keeper: MemoryKeeper, draw: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper.take([draw("I live in Paris.", PARIS, exclusive=True)])
    (old,) = keeper.list()
    meanwhile(monkeypatch, lambda: keeper.forget([old.id]))
    new = keeper.edit(old.id, Correction(text="I live in Lyon."))
    assert new.text == "I live in Lyon."
    assert keeper.list() == []
    assert orphans(assistant, "memory_embedding", "memory") == 0


def test_a_passage_is_destroyed_while_its_vector_is_made(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in ("The boiler hums.", "The cellar is dry."):
        assistant.remember(text)
    first, second = assistant.documents()
    with assistant.store.database.transaction() as connection:
        connection.execute("DELETE FROM embedding")
    meanwhile(
        monkeypatch,
        lambda: assistant.forget(assistant.forget_preview(documents=(first.id,))),
    )
    assistant.embed_pending()
    assert [one.id for one in assistant.documents()] == [second.id]
    assert assistant.embeddings.pending_count() == 0
    assert orphans(assistant, "embedding", "chunk") == 0


def test_a_memory_is_destroyed_right_after_an_act_on_it(
    keeper: MemoryKeeper, draw: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper.take([draw("I live in Paris.", PARIS, exclusive=True)])
    (old,) = keeper.list()
    reject = Person.reject

    def rejected(self: Person, one: StoredMemory) -> None:
        reject(self, one)
        keeper.forget([old.id])

    monkeypatch.setattr(Person, "reject", rejected)
    with pytest.raises(UnknownId, match=old.id):
        keeper.reject(old.id)
