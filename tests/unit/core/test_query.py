"""Which hits tell something, and which are a tail."""

from __future__ import annotations

from dataclasses import replace

from mem.core.query import Filters, Hit, HitSource, SearchResult


def result(*scores: float) -> SearchResult:
    source = HitSource("file:///a.md", "A", "line 1")
    hits = tuple(
        Hit(f"c{at}", "chunk", "text", score, source, "d") for at, score in enumerate(scores)
    )
    return SearchResult("q", Filters(), hits, 1.0)


def told(*scores: float) -> int:
    return len(result(*scores).telling())


def test_what_scores_less_than_a_twentieth_of_the_best_is_a_tail() -> None:
    assert told(0.6, 0.4, 0.3, 0.2, 0.04, 0.029, 0.01) == 5


def test_three_hits_are_always_told() -> None:
    assert told(0.9, 0.01, 0.01, 0.01) == 3
    assert told(0.9, 0.01) == 2
    assert told() == 0


def test_where_all_are_weak_none_is_a_tail() -> None:
    assert told(0.02, 0.02, 0.01, 0.01, 0.01) == 5


def test_the_best_need_not_be_the_first() -> None:
    """The newest of contradicting statements goes first, whatever it scores."""
    assert told(0.02, 0.8, 0.4, 0.03) == 3


def test_hits_that_do_not_stand_in_the_order_of_their_scores_say_why() -> None:
    falling, risen = result(0.6, 0.4, 0.398, 0.401), result(0.6, 0.05, 0.3)
    assert falling.out_of_order(falling.hits) is None
    assert risen.out_of_order(risen.hits[:2]) is None
    assert "beside others" in str(risen.out_of_order(risen.hits))
    newer = (risen.hits[0], replace(risen.hits[1], signals={"recency": 1.0}), risen.hits[2])
    assert "the newest stands first" in str(risen.out_of_order(newer))
