"""What a warm process keeps makes a search quicker and changes nothing in it."""

from __future__ import annotations

from datetime import datetime

import pytest

from mem.assistant import Assistant
from mem.retrieval.parse import parse
from mem.retrieval.signals import TEXT_NAMES, TextPatterns, of_texts
from mem.store.fulltext import Fulltext

NOW = datetime(2025, 12, 1, 9)
TEXTS = [
    "I told my sister about it. Did she laugh? I think so!",
    "We met two weeks ago, on Monday.",
    "It costs 40 euros.",
    "",
]
QUESTIONS = (
    "When did I tell my sister?",
    "How many euros does it cost?",
    "Who laughed about it?",
)


@pytest.mark.parametrize("text", QUESTIONS)
def test_patterns_that_are_kept_are_those_that_are_found(text: str) -> None:
    question = parse(text, speakers=[], asked_at=NOW)
    kept = TextPatterns(most=3)
    fresh = of_texts(question, TEXTS, TextPatterns())
    assert fresh.any()
    for _ in range(3):
        assert (of_texts(question, TEXTS, kept) == fresh).all()


def test_each_pattern_is_kept_by_itself() -> None:
    kept = TextPatterns()
    when, count, own = (parse(one, speakers=[], asked_at=NOW) for one in QUESTIONS)
    rows = {one.text: of_texts(one, TEXTS, kept) for one in (when, count, own)}
    at = {name: TEXT_NAMES.index(name) for name in TEXT_NAMES}
    assert list(rows[when.text][:, at["time_words"]]) == [0, 1, 0, 0]
    assert list(rows[when.text][:, at["first_person"]]) == [1, 0, 0, 0]
    assert list(rows[count.text][:, at["numbers"]]) == [0, 1, 1, 0]
    assert rows[own.text][0, at["asks_back"]] == pytest.approx(1 / 3)


def test_a_warm_search_finds_what_a_cold_one_does(assistant: Assistant) -> None:
    for question in ("When did Joel adopt a dog?", "How much is the rent?", "trailer brackets"):
        cold = assistant.search(question, explain=True)
        warm = assistant.search(question, explain=True)
        assert warm.hits == cold.hits
        assert warm.confidence == cold.confidence


def test_a_posting_counts_what_the_index_holds(assistant: Assistant) -> None:
    fulltext = Fulltext(assistant.store.database)
    ((stem,),) = fulltext.stems(["brackets"])
    rows = assistant.store.database.rows(
        "SELECT doc, col FROM chunk_occurrence WHERE term = ? AND col <> 'speaker'", (stem,)
    )
    posting = fulltext.posting(stem)
    assert rows
    assert list(posting.keys) == sorted({int(str(doc)) for doc, _ in rows})
    assert posting.in_context.sum() == sum(col == "context" for _, col in rows)
    assert posting.in_text.sum() == sum(col == "text" for _, col in rows)
    assert not len(fulltext.posting("nosuchstem").keys)
