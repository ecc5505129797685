"""Own-written small memories through the façade: what they hold is told, what not is not.

Bounds are a few questions below what was measured; docs/answers.md has the figures.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.answer_worlds import figures, outcomes, worlds


def test_one_world_of_notes_and_one_chat_that_nothing_was_built_on(tmp_path: Path) -> None:
    chosen = [one for one in worlds("held-out") if one["world"] in ("choir", "flatmates")]
    found = [
        outcome for n, world in enumerate(chosen) for outcome in outcomes(world, tmp_path / str(n))
    ]
    measured = figures(found)
    assert measured["told"] >= 0.6
    assert measured["abstained"] >= 0.6
    assert measured["AUROC of search"] >= 0.75


def test_in_a_diary_nobody_is_told_what_is_somebody_elses(tmp_path: Path) -> None:
    [diary] = [one for one in worlds("people") if one["world"] == "diary"]
    measured = figures(outcomes(diary, tmp_path))
    assert measured["told"] >= 0.85
    assert measured["abstained"] >= 0.7


@pytest.mark.slow
@pytest.mark.parametrize(
    ("part", "told", "abstained"),
    [("build", 0.8, 0.75), ("held-out", 0.66, 0.7), ("people", 0.8, 0.75)],
)
def test_every_world(part: str, told: float, abstained: float, tmp_path: Path) -> None:
    found = [
        outcome
        for n, world in enumerate(worlds(part))
        for outcome in outcomes(world, tmp_path / str(n))
    ]
    measured = figures(found)
    assert measured["told"] >= told
    assert measured["abstained"] >= abstained
    assert measured["AUROC of ask"] >= 0.85
    assert measured["AUROC of search"] >= 0.82
