"""Nearness is not agreement: texts that differ in what matters are never merged."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from mem.consolidation.duplicates import NEAR, contradiction_signal, says_the_same
from mem.inference.embedder import OnnxEmbedder


@pytest.mark.parametrize(
    ("one", "other", "signal"),
    [
        ("The shop is open.", "The shop is not open.", "negation"),
        ("The rent is 900 euros.", "The rent is 950 euros.", "numbers"),
        ("Two dogs bark.", "Three dogs bark.", "numbers"),
        ("I love the sea.", "I hate the sea.", "opposites"),
        ("She folds the paper.", "She unfolds the paper.", "opposites"),
        ("The dog bites the man.", "The man bites the dog.", "roles"),
        ("We met Ann in town.", "We met Joel in town.", "names"),
        ("The kids are playing.", "The children are playing.", None),
        ("It is never closed and not full.", "It is not closed and never full.", None),
    ],
)
def test_signals(one: str, other: str, signal: str | None) -> None:
    assert contradiction_signal(one, other) == signal
    assert says_the_same(one, other, 0.99) == (signal is None)


def test_far_texts_are_not_merged() -> None:
    assert not says_the_same("Tea is nice.", "Tea is nice.", NEAR - 0.01)


def test_an_unrelated_word_keeps_texts_apart() -> None:
    pair = ("I bought a red lamp.", "I bought a red boat.")
    assert says_the_same(*pair, 0.95)
    assert not says_the_same(*pair, 0.95, related=lambda *_: 0.1)
    assert says_the_same(*pair, 0.95, related=lambda *_: 0.9)


def sick(shared: Path) -> Iterator[tuple[str, str, float, str]]:
    for name in ("SICK_train.txt", "SICK_trial.txt"):
        with (shared / "data" / "pairs" / name).open(encoding="utf-8") as stream:
            for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
                yield (
                    row["sentence_A"],
                    row["sentence_B"],
                    float(row["relatedness_score"]),
                    row["entailment_judgment"],
                )


@pytest.mark.slow
def test_pairs_rated_by_people(shared: Path) -> None:
    """At most 1 % of contradictions merged, at least 0.6 of the paraphrases rated most similar."""
    embedder = OnnxEmbedder()
    pairs = list(sick(shared))
    texts = sorted({text for pair in pairs for text in pair[:2]})
    vectors = dict(zip(texts, embedder.embed(texts), strict=True))

    @cache
    def word(text: str) -> object:
        return embedder.embed([text])[0]

    def related(one: str, other: str) -> float:
        return float(word(one) @ word(other))  # type: ignore[operator]

    merged: dict[str, list[bool]] = {"contradiction": [], "paraphrase": []}
    for one, other, rating, judgment in pairs:
        if judgment == "CONTRADICTION" or (judgment == "ENTAILMENT" and rating >= 4.8):
            kind = "contradiction" if judgment == "CONTRADICTION" else "paraphrase"
            cosine = float(vectors[one] @ vectors[other])
            merged[kind].append(says_the_same(one, other, cosine, related=related))
    assert sum(merged["contradiction"]) <= 0.01 * len(merged["contradiction"])
    assert sum(merged["paraphrase"]) >= 0.6 * len(merged["paraphrase"])
