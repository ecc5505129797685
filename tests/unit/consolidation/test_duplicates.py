"""Nearness is not agreement: texts that differ in what matters are never merged."""

from __future__ import annotations

from pathlib import Path

import pytest

from mem.bench.pairs import run
from mem.consolidation.reconciling.duplicates import NEAR, contradiction_signal, says_the_same


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


@pytest.mark.slow
def test_pairs_rated_by_people(shared: Path) -> None:
    """At most 1 % of contradictions merged, at least 0.6 of the paraphrases rated most similar."""
    folder = shared / "data" / "pairs"
    report = run([folder / "SICK_train.txt", folder / "SICK_trial.txt"])
    assert report.contradictions > 500
    assert report.merged_contradictions <= 0.01
    assert report.merged_paraphrases >= 0.6
