"""A deep search: the parts of a question, the looks that follow the first, and their join."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from mem.answer.asking import UNSURE, Asker
from mem.assistant import Assistant
from mem.core.query import Filters, SearchResult
from mem.retrieval.effort import further_looks, joined, parts_of
from mem.retrieval.parse import parse
from mem.retrieval.ranking import Ranked
from mem.retrieval.rerank import Place

NOW = datetime(2025, 12, 1, 9)


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "What did Joel adopt and where does Delphine work?",
            ["What did Joel adopt", "where does Delphine work"],
        ),
        (
            "Who fixed the roof before the storm took it?",
            ["Who fixed the roof", "the storm took it"],
        ),
        ("Do both Joel and Delphine keep pets?", []),
        ("What is the rent of the flat?", []),
        ("Soup and bread?", []),
    ],
)
def test_parts(question: str, parts: list[str]) -> None:
    assert parts_of(question) == parts


def place(identity: str, text: str = "some words") -> Place:
    chunk: Any = SimpleNamespace(
        id=identity, message_id=identity, session_id="s", document_id="d", text=text
    )
    stored: Any = SimpleNamespace(chunk=chunk)
    return Place(0, 0.0, stored, np.zeros(1, np.float32))


def ranked(*identities: str) -> Ranked:
    return Ranked(tuple(map(place, identities)), ())


def order(places: list[Place]) -> list[str]:
    return [one.stored.chunk.id for one in places]


def test_what_several_looks_find_rises_and_nothing_comes_twice() -> None:
    first = ranked("a", "b", "c", "d")
    assert order(joined(first, [])) == ["a", "b", "c", "d"]
    found = order(joined(first, [(ranked("d", "x"), 0.5), (ranked("d", "a"), 0.5)]))
    assert found == ["d", "a", "b", "c", "x"]


def test_looks_follow_first_hits_and_parts_and_ask_for_the_same() -> None:
    question = parse(
        "When did Joel adopt a dog and name it Biscuit?", speakers=["Joel", "Ann"], asked_at=NOW
    )
    first = Ranked((place("a", "Ann saw the greyhound."), place("b")), ())
    vector = np.array([1, 0], np.float32)
    looks = list(
        further_looks(
            question,
            first,
            vector=vector,
            nearest=np.array([[0, 1]], np.float32),
            speakers=["Joel", "Ann"],
        )
    )
    pulled = looks[0].vector
    assert pulled is not None and 0 < pulled[1] < pulled[0]
    assert float(np.linalg.norm(pulled)) == pytest.approx(1)
    assert "greyhound" in looks[1].question.words
    assert "Ann" not in looks[1].question.rest
    assert len(looks) == 1 + 2 + 2
    assert {one.question.speakers for one in looks} == {("Joel",)}
    assert {one.question.asks for one in looks} == {question.asks}


def test_a_deep_search_keeps_filters_and_finds_both_parts(assistant: Assistant) -> None:
    question = "What did Joel adopt and what will Delphine do at the museum?"
    found = assistant.search(question, limit=4, deep=True, memories=False)
    assert found.deep and not assistant.search(question, limit=4).deep
    assert {"m2", "m8"} <= {hit.message_id for hit in found.hits}
    assert len({hit.id for hit in found.hits}) == len(found.hits) == 4
    only = assistant.search(question, filters=Filters(speaker="Joel"), deep=True, memories=False)
    assert {hit.speaker for hit in only.hits} == {"Joel"}


def test_newest_first_holds_in_a_deep_search(assistant: Assistant) -> None:
    found = assistant.search("What is the rent of Joel's flat?", deep=True, memories=False)
    assert found.hits[0].message_id == "m10"


def test_an_answer_says_why_it_went_deeper(assistant: Assistant) -> None:
    question = "What did Joel adopt?"
    asked = assistant.ask(question, deep=True)
    assert asked.effort == "as asked"
    assert asked.notices == ()
    several = "Which colour is the moon's lantern and who painted the lighthouse at night?"
    for one in (question, several, "Which colour is the moon's lantern?"):
        unsure = assistant.search(one, limit=20, memories=False).confidence < UNSURE
        answer = assistant.ask(one)
        assert bool(answer.effort) == (unsure and one == several)
        assert ("unsure" in answer.effort) == bool(answer.effort)


def test_an_answer_goes_deeper_by_itself_only_for_several_parts() -> None:
    deeper: list[str] = []

    def found(confidence: float) -> Asker:
        hits: Any = ("hit",)
        result = SearchResult("q", Filters(), hits, 1.0, confidence, prior=confidence)

        def search_deeper(text: str) -> SearchResult:
            deeper.append(text)
            return replace(result, deep=True)

        missing: Any = None
        return Asker(
            store=missing,
            embedder=missing,
            clock=missing,
            search=lambda _: result,
            recall=lambda one: one,
            model=None,
            sentences=3,
            deeper=search_deeper,
        )

    both = "What did Joel adopt and where does Delphine work?"
    for question, confidence, goes in (
        (both, UNSURE - 0.1, True),
        (both, UNSURE + 0.1, False),
        ("What did Joel adopt?", UNSURE - 0.1, False),
    ):
        result, why = found(confidence).found(question)
        assert result.deep == goes == bool(why) == bool(deeper)
        deeper.clear()
