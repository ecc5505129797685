"""Intervals and gains by resampling whole conversations."""

from __future__ import annotations

import pytest

from mem.bench.resampling import gain, interval

GROUPS = {str(n): "ab"[n % 2] for n in range(40)}


def test_a_figure_that_never_varies_is_certain() -> None:
    found = interval(dict.fromkeys(GROUPS, 0.5), GROUPS)
    assert (found.mean, found.low, found.high) == (0.5, 0.5, 0.5)


def test_conversations_that_differ_widen_the_interval() -> None:
    mixed = {one: float(int(one) % 4 < 2) for one in GROUPS}
    apart = {one: float(group == "a") for one, group in GROUPS.items()}
    alike, unlike = interval(mixed, GROUPS), interval(apart, GROUPS)
    assert alike.mean == unlike.mean == 0.5
    assert unlike.high - unlike.low > alike.high - alike.low
    assert interval(apart, GROUPS) == unlike


def test_a_gain_is_paired_question_by_question() -> None:
    theirs = {one: (int(one) % 10) / 10 for one in GROUPS}
    ours = {one: value + 0.05 for one, value in theirs.items()}
    found = gain(ours, theirs | {"other": 1.0}, GROUPS, over="BM25")
    assert found.over == "BM25"
    assert found.difference.low == pytest.approx(0.05)
    assert found.chance < 0.01
    nothing = gain(theirs, theirs, GROUPS, over="BM25")
    assert nothing.difference.mean == 0
    assert nothing.chance == 1


def test_no_question_has_no_interval() -> None:
    with pytest.raises(ValueError, match="no question"):
        interval({}, GROUPS)
