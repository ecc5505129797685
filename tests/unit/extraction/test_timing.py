from __future__ import annotations

from datetime import datetime

import pytest

from mem.extraction.grammar.timing import take_times

NOW = datetime(2025, 11, 20, 9)  # a Thursday


@pytest.mark.parametrize(
    ("clause", "future", "text", "phrase"),
    [
        ("I sold the boat yesterday", False, "I sold the boat", " on 19 November 2025"),
        ("Last week, my aunt died", False, "my aunt died", " in the week of 10 November 2025"),
        ("I moved in June", False, "I moved", " in June 2025"),
        ("I'll see Dr Obi on Tuesday", True, "I'll see Dr Obi", " on 25 November 2025"),
        ("We leave for Oslo on 3 March", False, "We leave for Oslo", " on 3 March 2026"),
        ("I found a commit from 30 September", False, "I found a commit", " on 30 September 2025"),
        ("I fly on Saturday", False, "I fly", " on 22 November 2025"),
        ("I have to renew it by the 24th", True, "I have to renew it", " on 24 November 2025"),
        ("We marry in April", True, "We marry", " in April 2026"),
        ("I was born in 1984", False, "I was born", " in 1984"),
        ("The exam is on 12 December", True, "The exam is on 12 December 2025", ""),
        ("I have lived here since 2021", False, "I have lived here since 2021", ""),
        ("I'm tired these days", False, "I'm tired", ""),
        ("The class is on Tuesdays", False, "The class is on Tuesdays", ""),
        ("Mum's birthday is 14 May", False, "Mum's birthday is 14 May", ""),
        ("The choir moved to Thursday", False, "The choir moved to Thursday", ""),
        ("We moved it to next week", True, "We moved it to the week of 24 November 2025", ""),
        ("I stay until Friday", True, "I stay", " (up to 21 November 2025)"),
        ("Yesterday was lovely", False, "19 November 2025 was lovely", ""),
        ("We sail at Easter", True, "We sail", " on 5 April 2026"),
    ],
)
def test_relative_times_become_dates(clause: str, future: bool, text: str, phrase: str) -> None:
    timed = take_times(clause, NOW, future=future)
    assert (timed.text, timed.phrase) == (text, phrase)


@pytest.mark.parametrize("name", ["Anna", "Lisbon", "Barcelona", "Tiffany", "Casper", "Beach"])
def test_a_name_that_ends_like_each_or_any_is_no_recurrence(name: str) -> None:
    assert take_times(f"I met {name} yesterday", NOW, future=False).start is not None
    assert take_times(f"I have lived in {name} since 2021", NOW, future=False).since is not None
    assert take_times(f"I met {name} any Friday", NOW, future=False).start is None


def test_the_span_is_half_open() -> None:
    timed = take_times("I sold the boat yesterday", NOW, future=False)
    assert (timed.start, timed.end) == (datetime(2025, 11, 19), datetime(2025, 11, 20))


def test_since_opens_validity_and_is_no_event() -> None:
    timed = take_times("I have lived here since 2021", NOW, future=False)
    assert (timed.start, timed.end, timed.since) == (None, None, datetime(2021, 1, 1))


def test_without_a_date_of_saying_relative_words_are_dropped() -> None:
    timed = take_times("I sold the boat yesterday", None, future=False)
    assert (timed.text, timed.phrase, timed.start) == ("I sold the boat", "", None)


def test_two_times_leave_the_span_open() -> None:
    timed = take_times("I left on 3 May 2024 and came back on 9 June 2024", NOW, future=False)
    assert timed.start is None


@pytest.mark.parametrize(
    ("clause", "text", "start"),
    [
        ("I moved to Lyon two weeks ago", "I moved to Lyon", None),
        ("I moved to Lyon in March 2021", "I moved to Lyon", datetime(2021, 3, 1)),
        ("I see the dentist on 3 June", "I see the dentist on 3 June", None),
        ("I swim on Tuesdays", "I swim on Tuesdays", None),
    ],
)
def test_words_said_at_no_known_time_have_only_times_that_name_their_year(
    clause: str, text: str, start: datetime | None
) -> None:
    timed = take_times(clause, None, future=False)
    assert (timed.text, timed.start) == (text, start)


def test_who_lives_somewhere_since_a_year_does_so_whenever_it_was_said() -> None:
    assert take_times("I have lived here since 2019", None, future=False).since == datetime(
        2019, 1, 1
    )
