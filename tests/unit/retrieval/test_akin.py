"""Words that mean nearly the same count in part; sessions count by all that speaks for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import pytest

from mem.assistant import Assistant
from mem.core.query import Filters
from mem.retrieval.akin import AKIN_NAMES, WordVectors, of_words
from mem.retrieval.fusion import INPUTS
from mem.retrieval.lexical import Lexical, Term
from mem.retrieval.ranking import SESSION_SOFTNESS, session_sums
from mem.store.fulltext import STOPWORDS, Posting

if TYPE_CHECKING:
    from mem.core.protocols import Vectors

ASKED = datetime(2025, 12, 1, 9)


class Plane:
    """Words as directions in a plane, by their angle in degrees."""

    def __init__(self, **angles: float) -> None:
        self.angles = angles
        self.asked: list[str] = []

    def __call__(self, words: Sequence[str]) -> Vectors:
        self.asked += words
        turned = np.radians([self.angles[word] for word in words])
        return np.stack([np.cos(turned), np.sin(turned)], axis=1).astype(np.float32)


def term(word: str, idf: float, *keys: int) -> Term:
    ones = np.ones(len(keys), dtype=np.float32)
    return Term(word, idf, Posting(np.array(keys, dtype=np.int64), ones, 0 * ones), (word,))


def test_the_nearest_word_counts_by_its_cosine_and_an_own_stem_in_full() -> None:
    plane = Plane(dog=0, puppy=30, hound=45, tax=90, adopt=200, sold=270)
    lexical = Lexical((term("dog", 3, 7), term("adopt", 1, 2, 7)), 4.0)
    texts = ["Puppy hound tax", "adopted dogs", "the tax", ""]
    words = WordVectors(lambda some: plane(["dog" if one == "dogs" else one for one in some]))
    plane.angles["adopted"] = 200
    akin, missing = of_words(lexical, np.array([9, 7, 2, 4]), texts, words).T
    near = (np.cos(np.radians(30)) - 0.3) / 0.7
    assert akin == pytest.approx([0.75 * near, 1, 0.25, 0], abs=1e-3)
    # What the index finds is not missing, whatever the words of the text are.
    assert missing == pytest.approx([0.75 * near, 0, 0, 0], abs=1e-3)


def test_a_question_without_words_and_texts_without_words_score_nothing() -> None:
    words = WordVectors(Plane(dog=0))
    assert of_words(Lexical((), 0.0), np.array([1, 2]), ["a", "b"], words).tolist() == [[0, 0]] * 2
    lexical = Lexical((term("dog", 1),), 1.0)
    empty = of_words(lexical, np.array([1, 2]), ["", next(iter(STOPWORDS))], words)
    assert empty.tolist() == [[0, 0]] * 2


def test_vectors_are_asked_for_once_and_let_go_when_there_are_too_many() -> None:
    plane = Plane(a=0, b=90, c=180)
    words = WordVectors(plane, most=4)
    first = words.of(["a", "b"])
    assert (words.of(["b", "a"]) == first[::-1]).all()
    assert plane.asked == ["a", "b"]
    assert words.of(["c", "a"]) == pytest.approx(np.array([[-1, 0], [1, 0]]), abs=1e-3)
    words.of(["b"])
    assert plane.asked == ["a", "b", "c", "b"]
    assert words.of(["a", "b", "c"])[1] == pytest.approx([0, 1], abs=1e-3)
    assert plane.asked[4:] == ["a", "b", "c"]


def test_a_text_in_other_words_is_covered_in_part(assistant: Assistant) -> None:
    found = assistant.retriever.find(
        "Which dog was taken in?", filters=Filters(), limit=10, asked_at=ASKED
    )
    few = assistant.retriever.shortlist(found, limit=10)
    columns = [INPUTS.index(name) for name in ("coverage", *AKIN_NAMES)]
    of_message = {
        one.chunk.message_id: row[columns] for one, row in zip(few.stored, few.inputs, strict=True)
    }
    coverage, akin, missing = of_message["m2"]
    assert coverage == 0
    assert akin == missing > 0.05
    assert akin > of_message["m9"][1]


def test_a_session_weighs_all_that_speaks_for_it() -> None:
    scores = np.array([1.0, 0.5, 0.5, 0.4, -2.0], dtype=np.float32)
    sessions = np.array([0, 1, 1, 1, 2])
    sums = session_sums(scores, sessions)
    assert sums[0] == pytest.approx(1)
    assert sums[1] == sums[2] == sums[3] > sums[0]
    assert sums[1] < 0.5 + SESSION_SOFTNESS * np.log(3)
    assert sums[4] == pytest.approx(-2)
    assert session_sums(scores[:0], sessions[:0]).shape == (0,)


def test_only_a_question_that_continues_goes_by_sessions(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def counted(scores: np.ndarray, sessions: np.ndarray) -> np.ndarray:
        asked.append(len(scores))
        return session_sums(scores, sessions)

    monkeypatch.setattr("mem.retrieval.ranking.session_sums", counted)
    assistant.search("What is the dog called?")
    assert asked == []
    hits = assistant.search("Hi again! Let's go on with the trailer we talked about.").hits
    assert len(asked) == 1
    assert hits
