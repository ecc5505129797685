"""What changes while a model writes of it: nothing is stored of words that are no longer there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.consolidation.reports import Budget
from mem.core.language import Prompt
from mem.extraction.proposing.prompts import INSTRUCTIONS
from mem.testing import FakeEmbedder, FakeLanguageModel, FixedClock

CANARY = "Quagga"


def _reply(prompt: Prompt) -> str:
    """A memory of each note that is shown."""
    if prompt.system != INSTRUCTIONS:
        return '{"sentences": []}'
    items = []
    for place, part in enumerate(prompt.user.split(" The user, ")[1:], 1):
        name = next((one for one in ("Pim", CANARY) if one in part), None)
        if name is not None:
            items.append(
                {
                    "passage": place,
                    "quote": f"{name}, a dog, came along.",
                    "when": "",
                    "kind": "fact",
                    "text": f"{name} is a dog.",
                    "subject": name,
                    "predicate": "be",
                    "object": "a dog",
                }
            )
    return json.dumps({"memories": items})


@pytest.fixture
def drawn(home: Path, clock: FixedClock) -> Callable[[Callable[[Assistant], None]], list[str]]:
    """Draws memories by a model from two notes while something is done to the store."""

    def run(meanwhile: Callable[[Assistant], None]) -> list[str]:
        done = False

        def reply(prompt: Prompt) -> str:
            nonlocal done
            if not done and prompt.system == INSTRUCTIONS:
                done = True
                with Assistant.open(home, clock=clock, embedder=FakeEmbedder()) as other:
                    meanwhile(other)
            return _reply(prompt)

        model = FakeLanguageModel(reply, context_tokens=4096)
        with Assistant.open(
            home, clock=clock, embedder=FakeEmbedder(), language_model=model
        ) as assistant:
            for name in ("Pim", CANARY):
                assistant.remember(f"{name}, a dog, came along. We walked to the harbour.")
            assistant.memories.consolidate(budget=Budget())
            return sorted(
                one.text for one in assistant.memories.list() if one.origin == "model:fake"
            )

    return run


def test_a_passage_that_is_forgotten_meanwhile(
    drawn: Callable[[Callable[[Assistant], None]], list[str]],
) -> None:
    def forget(other: Assistant) -> None:
        other.forget(other.forget_preview(match=CANARY))

    assert drawn(forget) == ["Pim is a dog."]


def test_a_passage_that_is_changed_meanwhile_is_gone_through_anew(
    drawn: Callable[[Callable[[Assistant], None]], list[str]],
) -> None:
    def change(other: Assistant) -> None:
        with other.store.database.transaction() as connection:
            connection.execute(
                "UPDATE chunk SET text = replace(text, ?, 'Zebra') WHERE text LIKE ?",
                (CANARY, f"{CANARY}%"),
            )

    assert drawn(change) == ["Pim is a dog."]
