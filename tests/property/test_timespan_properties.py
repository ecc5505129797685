"""What holds for every text and every reference time of the span parser."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mem.core.times.spans import Precision, describe, find_mentions, parse_span
from mem.core.times.values import unit_span
from mem.core.times.words import BOUNDS, TRIGGERS

TIMES = st.datetimes(min_value=datetime(1950, 1, 1), max_value=datetime(2090, 1, 1))
OTHER_WORDS = (
    "the of a in on last next this ago back before last two 3 3rd 31st 2023 0 - – , 10:30 5pm to "
    "and between from first end early mid 90s 2023-05-07 Q3 8/5/2023 time couple several 2 weeks"
)
WORDS = st.sampled_from([*sorted(TRIGGERS | BOUNDS), *OTHER_WORDS.split()])
PHRASES = st.lists(WORDS, max_size=12).map(" ".join)
DAILY = ["yesterday", "today", "tomorrow", "three days ago", "in 3 days", "last night", "tonight"]
WEEKLY = [
    *("last week", "next week", "the week before last", "two weeks ago", "last weekend"),
    *("last Friday", "on Friday", "this Friday", "next Friday", "two Fridays ago"),
]


@given(text=st.one_of(st.text(max_size=40), PHRASES), at=st.datetimes())
def test_no_text_fails_and_every_mention_is_its_slice(text: str, at: datetime) -> None:
    parse_span(text, now=at)
    end = 0
    for mention in find_mentions(text, said_at=at):
        assert mention.span.start < mention.span.end
        assert mention.text == text[mention.start : mention.end]
        assert mention.start >= end
        assert describe(mention.span)
        end = mention.end


@given(text=PHRASES, at=TIMES)
def test_a_span_is_never_empty(text: str, at: datetime) -> None:
    span = parse_span(text, now=at)
    assert span is None or span.start < span.end


@given(moment=TIMES, at=TIMES)
@pytest.mark.parametrize(
    "precision",
    [
        *(Precision.MINUTE, Precision.DAY, Precision.WEEK, Precision.WEEKEND, Precision.MONTH),
        *(Precision.SEASON, Precision.QUARTER, Precision.YEAR, Precision.DECADE),
    ],
)
def test_a_described_unit_reads_back(precision: Precision, moment: datetime, at: datetime) -> None:
    span = unit_span(moment, precision)
    assert parse_span(describe(span), now=at) == span


@given(at=TIMES, days=st.integers(-1000, 1000))
@pytest.mark.parametrize("text", DAILY)
def test_daily_expressions_move_with_the_reference(text: str, at: datetime, days: int) -> None:
    _moves_along(text, at, timedelta(days=days))


@given(at=TIMES, weeks=st.integers(-200, 200))
@pytest.mark.parametrize("text", WEEKLY)
def test_weekly_expressions_move_with_the_reference(text: str, at: datetime, weeks: int) -> None:
    _moves_along(text, at, timedelta(weeks=weeks))


def _moves_along(text: str, at: datetime, step: timedelta) -> None:
    here, there = parse_span(text, now=at), parse_span(text, now=at + step)
    assert here is not None
    assert there is not None
    assert (there.start - here.start, there.end - here.end) == (step, step)
    assert there.precision is here.precision


@given(at=TIMES)
def test_absolute_expressions_do_not_depend_on_the_reference(at: datetime) -> None:
    for text in ("8 May 2023", "in 2019", "3-9 May 2023", "the week before 5 May 2023"):
        (mention,) = find_mentions(text, said_at=at)
        assert not mention.relative
        assert mention.span == find_mentions(text, said_at=datetime(2000, 1, 1))[0].span


@pytest.mark.parametrize(
    "piece", ["two weeks before ", "1 or ", "from may to ", "the end of ", "1"]
)
def test_the_work_on_a_long_text_is_linear(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts rule applications, which do not depend on how busy the machine is."""
    from mem.core.times import grammar

    calls = 0
    atom = grammar._atom

    def counting(*arguments: object) -> object:
        nonlocal calls
        calls += 1
        return atom(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(grammar, "_atom", counting)
    find_mentions(piece * 50, said_at=datetime(2023, 5, 8))
    few, calls = calls, 0
    find_mentions(piece * 200, said_at=datetime(2023, 5, 8))
    assert calls <= 4 * few + 100
