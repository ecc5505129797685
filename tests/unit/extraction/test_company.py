"""Whoever did it with the speaker is part of one subject, wherever the time stands."""

from __future__ import annotations

import pytest

from mem.extraction.grammar.clauses import clauses


@pytest.mark.parametrize(
    "text",
    [
        "My colleagues and I went to the museum last month",
        "Last Friday my mother and I baked bread",
        "Two days ago, my kids and I adopted a puppy",
        "In May, Tom and I started a band",
        "Yesterday our neighbours and I painted the fence",
    ],
)
def test_one_subject_and_its_time_stay_together(text: str) -> None:
    (clause,) = clauses(text, ())
    assert clause == text.replace("and I", "&I")


@pytest.mark.parametrize(
    "before", ["My mother called me", "Last week our cat died", "The bus left"]
)
def test_two_clauses_stay_two(before: str) -> None:
    assert list(clauses(f"{before} and I went home", ())) == [before, "I went home"]
