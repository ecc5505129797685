"""Expressions of time and the spans they mean, said on Monday 8 May 2023 at 13:56."""

from __future__ import annotations

from datetime import datetime

import pytest

from mem.core.times.spans import Precision, TimeSpan, describe, find_mentions, parse_span

NOW = datetime(2023, 5, 8, 13, 56)
FIRST, LAST = "0001-01-01", "9999-12-31"

# expression, start, end, precision
WHOLE = (
    """
2023-05-07 | 2023-05-07 | 2023-05-08 | day
2023-05-07T10:30 | 2023-05-07T10:30 | 2023-05-07T10:31 | minute
2023-05-07 10:30:59 | 2023-05-07T10:30 | 2023-05-07T10:31 | minute
2023-05-07T10:30:00Z | 2023-05-07T10:30 | 2023-05-07T10:31 | minute
2023-05 | 2023-05-01 | 2023-06-01 | month
2023 | 2023-01-01 | 2024-01-01 | year
in 2019 | 2019-01-01 | 2020-01-01 | year
8 May 2023 | 2023-05-08 | 2023-05-09 | day
8th of May, 2023 | 2023-05-08 | 2023-05-09 | day
the eighth of May 2023 | 2023-05-08 | 2023-05-09 | day
the twenty-first of June 2022 | 2022-06-21 | 2022-06-22 | day
May 8th, 2023 | 2023-05-08 | 2023-05-09 | day
May 9 | 2022-05-09 | 2022-05-10 | day
May 8 | 2023-05-08 | 2023-05-09 | day
29 February | 2020-02-29 | 2020-03-01 | day
June 15, 1215 | 1215-06-15 | 1215-06-16 | day
8/5/2023 | 2023-05-08 | 2023-05-09 | day
25/12/2022 | 2022-12-25 | 2022-12-26 | day
12/25/2022 | 2022-12-25 | 2022-12-26 | day
8.5.2023 | 2023-05-08 | 2023-05-09 | day
2023/05/08 | 2023-05-08 | 2023-05-09 | day
08/05/23 | 2023-05-08 | 2023-05-09 | day
May 2023 | 2023-05-01 | 2023-06-01 | month
Sept 2022 | 2022-09-01 | 2022-10-01 | month
may of 2021 | 2021-05-01 | 2021-06-01 | month
May | 2023-05-01 | 2023-06-01 | month
June | 2022-06-01 | 2022-07-01 | month
last March | 2023-03-01 | 2023-04-01 | month
last May | 2022-05-01 | 2022-06-01 | month
next March | 2024-03-01 | 2024-04-01 | month
this December | 2023-12-01 | 2024-01-01 | month
March last year | 2022-03-01 | 2022-04-01 | month
last year in March | 2022-03-01 | 2022-04-01 | month
spring 2022 | 2022-03-01 | 2022-06-01 | season
the summer of 2019 | 2019-06-01 | 2019-09-01 | season
last summer | 2022-06-01 | 2022-09-01 | season
last winter | 2022-12-01 | 2023-03-01 | season
this summer | 2023-06-01 | 2023-09-01 | season
next fall | 2023-09-01 | 2023-12-01 | season
winter 2022 | 2022-12-01 | 2023-03-01 | season
two summers ago | 2021-06-01 | 2021-09-01 | season
Q3 2025 | 2025-07-01 | 2025-10-01 | quarter
third quarter of 2024 | 2024-07-01 | 2024-10-01 | quarter
last quarter | 2023-01-01 | 2023-04-01 | quarter
on Friday | 2023-05-05 | 2023-05-06 | day
Monday | 2023-05-08 | 2023-05-09 | day
last Monday | 2023-05-01 | 2023-05-02 | day
last Friday | 2023-05-05 | 2023-05-06 | day
this Friday | 2023-05-12 | 2023-05-13 | day
this past Friday | 2023-05-05 | 2023-05-06 | day
next Tuesday | 2023-05-16 | 2023-05-17 | day
Friday before last | 2023-04-28 | 2023-04-29 | day
two Fridays ago | 2023-04-28 | 2023-04-29 | day
the Sunday before 25 May 2023 | 2023-05-21 | 2023-05-22 | day
the Friday after 3 June 2022 | 2022-06-10 | 2022-06-11 | day
Tuesday of last week | 2023-05-02 | 2023-05-03 | day
Monday, 1 May 2023 | 2023-05-01 | 2023-05-02 | day
the first Monday of May 2023 | 2023-05-01 | 2023-05-02 | day
the last Friday in April 2023 | 2023-04-28 | 2023-04-29 | day
yesterday | 2023-05-07 | 2023-05-08 | day
today | 2023-05-08 | 2023-05-09 | day
tomorrow | 2023-05-09 | 2023-05-10 | day
the day before yesterday | 2023-05-06 | 2023-05-07 | day
the day after tomorrow | 2023-05-10 | 2023-05-11 | day
earlier today | 2023-05-08 | 2023-05-09 | day
tonight | 2023-05-08T18:00 | 2023-05-09T06:00 | hour
last night | 2023-05-07T18:00 | 2023-05-08T06:00 | hour
this morning | 2023-05-08T05:00 | 2023-05-08T12:00 | hour
yesterday evening | 2023-05-07T18:00 | 2023-05-08 | hour
yesterday in the afternoon | 2023-05-07T12:00 | 2023-05-07T18:00 | hour
last Friday night | 2023-05-05T18:00 | 2023-05-06T06:00 | hour
the night of 5 May 2023 | 2023-05-05T18:00 | 2023-05-06T06:00 | hour
yesterday at 5pm | 2023-05-07T17:00 | 2023-05-07T17:01 | minute
last night at 11 pm | 2023-05-07T23:00 | 2023-05-07T23:01 | minute
1:56 pm on 8 May, 2023 | 2023-05-08T13:56 | 2023-05-08T13:57 | minute
10:30 | 2023-05-08T10:30 | 2023-05-08T10:31 | minute
last week | 2023-05-01 | 2023-05-08 | week
this week | 2023-05-08 | 2023-05-15 | week
next week | 2023-05-15 | 2023-05-22 | week
the week before last | 2023-04-24 | 2023-05-01 | week
the week after next | 2023-05-22 | 2023-05-29 | week
the week of 3 May 2023 | 2023-05-01 | 2023-05-08 | week
last month | 2023-04-01 | 2023-05-01 | month
next month | 2023-06-01 | 2023-07-01 | month
the month before last | 2023-03-01 | 2023-04-01 | month
last year | 2022-01-01 | 2023-01-01 | year
last decade | 2010-01-01 | 2020-01-01 | decade
last weekend | 2023-05-06 | 2023-05-08 | weekend
this weekend | 2023-05-13 | 2023-05-15 | weekend
two weekends ago | 2023-04-29 | 2023-05-01 | weekend
the weekend of 6 May 2023 | 2023-05-06 | 2023-05-08 | weekend
the weekend before 25 May 2023 | 2023-05-20 | 2023-05-22 | weekend
three days ago | 2023-05-05 | 2023-05-06 | day
a couple of days ago | 2023-05-06 | 2023-05-07 | day
two weeks ago | 2023-04-24 | 2023-05-01 | week
a fortnight ago | 2023-04-24 | 2023-05-01 | week
a few weeks back | 2023-04-17 | 2023-04-24 | week
several weeks ago | 2023-03-20 | 2023-04-24 | range
two or three months ago | 2023-02-01 | 2023-04-01 | range
four months ago | 2023-01-01 | 2023-02-01 | month
3 years ago | 2020-01-01 | 2021-01-01 | year
twenty-five years ago | 1998-01-01 | 1999-01-01 | year
two hours ago | 2023-05-08T11:00 | 2023-05-08T12:00 | hour
half an hour ago | 2023-05-08T13:26 | 2023-05-08T13:27 | minute
a year and a half ago | 2021-11-01 | 2021-12-01 | month
the past two weeks | 2023-04-24 | 2023-05-09 | range
last 30 days | 2023-04-08 | 2023-05-09 | range
in the last year | 2022-05-08 | 2023-05-09 | range
in the next two weeks | 2023-05-08 | 2023-05-23 | range
the past 24 hours | 2023-05-07T13:56 | 2023-05-08T13:56 | range
in 3 days | 2023-05-11 | 2023-05-12 | day
in 20 minutes | 2023-05-08T14:16 | 2023-05-08T14:17 | minute
in two weeks' time | 2023-05-22 | 2023-05-29 | week
4-5 days from now | 2023-05-12 | 2023-05-14 | range
since March | 2023-03-01 | 2023-05-09 | range
since 2020 | 2020-01-01 | 2023-05-09 | range
after 3 May 2023 | 2023-05-04 | 2023-05-09 | range
before 2020 | FIRST | 2020-01-01 | range
until June 2022 | FIRST | 2022-07-01 | range
by last Friday | FIRST | 2023-05-06 | range
since next Friday | 2023-05-19 | LAST | range
between 3 and 9 May 2023 | 2023-05-03 | 2023-05-10 | range
from March to May 2023 | 2023-03-01 | 2023-06-01 | range
from November to February 2023 | 2022-11-01 | 2023-03-01 | range
3–9 May 2023 | 2023-05-03 | 2023-05-10 | range
May 3-9, 2023 | 2023-05-03 | 2023-05-10 | range
2019-2021 | 2019-01-01 | 2022-01-01 | range
between Christmas and New Year's Eve | 2022-12-25 | 2023-01-01 | range
from the 3rd to the 5th | 2023-05-03 | 2023-05-06 | range
early May 2023 | 2023-05-01 | 2023-05-11 | range
mid-2022 | 2022-05-01 | 2022-09-01 | range
late last year | 2022-09-01 | 2023-01-01 | range
the beginning of June 2022 | 2022-06-01 | 2022-06-11 | range
end of the month | 2023-05-21 | 2023-06-01 | range
the second half of 2022 | 2022-07-01 | 2023-01-01 | range
the first week of May 2023 | 2023-05-01 | 2023-05-08 | week
the last week of May 2022 | 2022-05-25 | 2022-06-01 | range
earlier this month | 2023-05-01 | 2023-05-09 | range
later this week | 2023-05-08 | 2023-05-15 | range
the 1990s | 1990-01-01 | 2000-01-01 | decade
90s | 1990-01-01 | 2000-01-01 | decade
the early eighties | 1980-01-01 | 1984-01-01 | range
two weeks before 5 May 2023 | 2023-04-21 | 2023-04-22 | day
in the two weeks before 5 May 2023 | 2023-04-21 | 2023-05-05 | range
the 2 weeks after 5 May 2023 | 2023-05-06 | 2023-05-20 | range
the week before 5 May 2023 | 2023-04-28 | 2023-05-05 | range
the month before May 2020 | 2020-04-01 | 2020-05-01 | month
a week after 3 June | 2022-06-10 | 2022-06-11 | day
a year before May 2020 | 2019-05-01 | 2019-06-01 | month
the 5th of last month | 2023-04-05 | 2023-04-06 | day
the 12th | 2023-04-12 | 2023-04-13 | day
a week ago today | 2023-05-01 | 2023-05-02 | day
a week ago Tuesday | 2023-05-02 | 2023-05-03 | day
Christmas in 2020 | 2020-12-25 | 2020-12-26 | day
in about two weeks | 2023-05-22 | 2023-05-29 | week
this time last year | 2022-05-01 | 2022-05-16 | range
New Year's Eve | 2022-12-31 | 2023-01-01 | day
Christmas 2022 | 2022-12-25 | 2022-12-26 | day
last Christmas | 2022-12-25 | 2022-12-26 | day
Easter 2023 | 2023-04-09 | 2023-04-10 | day
Thanksgiving 2022 | 2022-11-24 | 2022-11-25 | day
""".strip()
    .replace("FIRST", FIRST)
    .replace("LAST", LAST)
)

NOT_WHOLE = """
hello | the | | yesterday's news | 30 February | 2023-13-01 | 31/31/2023 | 25:99 | ago | three days
the other day | recently | when I was young | years ago | last | this | in | on the | q5 2023
may be | every Friday | 5000 years ago | 99999 | next day | between 3 and | from May to | week of
""".replace("\n", "|")

#: Prose and the expressions to be found in it.
PROSE = [
    ("What did I do last March?", ["last March"]),
    ("Where was I in the two weeks before 5 May 2023?", ["the two weeks before 5 May 2023"]),
    ("I went there yesterday and came back today.", ["yesterday", "today"]),
    ("We met in 2019, then in May 2021.", ["2019", "May 2021"]),
    ("in the year 2015 we moved", ["2015"]),
    ("the years 2010 to 2015", ["2010 to 2015"]),
    ("I've worked there since March", ["since March"]),
    ("i was in rome in may", ["may"]),
    ("on Sat we swam, and on Sun we slept", ["Sat", "Sun"]),
    ("It was the last week of June when she called", ["the last week of June"]),
    ("see you in 20 minutes", ["in 20 minutes"]),
    ("on the 5th I have an exam", ["the 5th"]),
    ("the 24th works for me, or around the 3rd", ["the 24th", "the 3rd"]),
    ("see you the 24th!", ["the 24th"]),
    ("How was your weekend? Mine was from Friday to Sunday.", ["from Friday to Sunday"]),
    ("Anything fun over the weekend?", ["the weekend"]),
    ("Christmas trees... but at Christmas we rest", ["Christmas"]),
    (
        "last year\u2019s trip, and New Year\u2019s Eve 2021",
        ["last year\u2019s", "New Year\u2019s Eve 2021"],
    ),
]

NEGATIVE = [
    "I may go",
    "May I ask you something?",
    "You may 5 times out of 10 be right",
    "this may be wrong",
    "the last may be the best",
    "They march on",
    "We march 5 miles",
    "the march was long",
    "He sat down",
    "Sat in the sun",
    "The Sun is hot",
    "wed in a church",
    "Wait a second",
    "Henry the 8th",
    "It began at noon on January 1, 4713 BC in that calendar",
    "on 15 March 44 BC",
    "the 4th floor",
    "for the 24th time",
    "she was the 1st.",
    "She came second",
    "1500 people came",
    "I paid 2019 dollars",
    "in 2000 seconds",
    "about 2000",
    "room 2019",
    "It costs $2023",
    "version 2023.1",
    "a score of 3-9",
    "call 555-2023",
    "on the 5th floor",
    "the 18th and 19th centuries",
    "April said hello",
    "a letter from June",
    "August company",
    "fall in love",
    "spring onions",
    "the fall of Rome",
    "winter coat",
    "every Friday",
    "each Monday morning",
    "Black Friday",
    "Sunday school",
    "at the end of the day",
    "three days",
    "years ago",
    "some time back",
    "go back to bed",
    "the other day",
    "when I was seven",
    "I am 30 years old",
    "half a bottle",
    "a couple of friends",
    "first of all",
    "the next day",
    "last minute",
    "haven't seen her in three days",
    "twice in a week",
    "from here to there",
    "between you and me",
    "before I forget",
    "after all",
    "since you asked",
    "the second quarter of the game",
    "first day of school",
    "temperatures in the upper 20s outside of town",
    "Chapter 12 of May Sarton's book",
    "a quarter of it",
    "",
]


def _rows() -> list[tuple[str, TimeSpan]]:
    rows = []
    for line in WHOLE.splitlines():
        text, start, end, precision = (field.strip() for field in line.split("|"))
        begin, finish = datetime.fromisoformat(start), datetime.fromisoformat(end)
        rows.append((text, TimeSpan(begin, finish, Precision(precision))))
    return rows


@pytest.mark.parametrize(("text", "span"), _rows(), ids=lambda value: str(value)[:40])
def test_a_whole_expression_is_read(text: str, span: TimeSpan) -> None:
    assert parse_span(text, now=NOW) == span


@pytest.mark.parametrize("text", [text.strip() for text in NOT_WHOLE.split("|")])
def test_what_is_no_expression_is_refused(text: str) -> None:
    assert parse_span(text, now=NOW) is None


@pytest.mark.parametrize(("text", "expected"), PROSE, ids=lambda value: str(value)[:40])
def test_expressions_are_found_in_prose(text: str, expected: list[str]) -> None:
    assert [mention.text for mention in find_mentions(text, said_at=NOW)] == expected


@pytest.mark.parametrize("text", NEGATIVE)
def test_ordinary_words_are_not_times(text: str) -> None:
    assert find_mentions(text, said_at=NOW) == []


@pytest.mark.parametrize(
    ("text", "relative"),
    [("on 7 May 2023", False), ("in 2019", False), ("on 7 May", True), ("yesterday", True)],
)
def test_a_mention_knows_whether_it_depends_on_when_it_was_said(text: str, relative: bool) -> None:
    assert [m.relative for m in find_mentions(text, said_at=NOW)] == [relative]


def test_the_order_of_numeric_dates_can_be_chosen() -> None:
    american = parse_span("8/5/2023", now=NOW, day_first=False)
    assert american is not None
    assert american.start == datetime(2023, 8, 5)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("yesterday", "7 May 2023"),
        ("this month", "May 2023"),
        ("last year", "2022"),
        ("last week", "the week of 1 May 2023"),
        ("last weekend", "the weekend of 6 May 2023"),
        ("1-14 March 2024", "1–14 March 2024"),
        ("2023-05-07 10:30", "about 10:30 on 7 May 2023"),
        ("last night", "the night of 7 May 2023"),
        ("two hours ago", "about 11:00 on 8 May 2023"),
        ("last summer", "summer 2022"),
        ("Q1 2023", "Q1 2023"),
        ("the nineties", "the 1990s"),
        ("March to May 2023", "March–May 2023"),
        ("28 April to 3 May 2023", "28 April – 3 May 2023"),
        ("28 December 2022 to 3 May 2023", "28 December 2022 – 3 May 2023"),
        ("before 2020", "up to 31 December 2019"),
        ("since next Friday", "from 19 May 2023 on"),
    ],
)
def test_a_span_is_said_in_words(text: str, words: str) -> None:
    span = parse_span(text, now=NOW)
    assert span is not None
    assert describe(span) == words


def test_a_span_is_half_open() -> None:
    day = TimeSpan(datetime(2023, 5, 7), datetime(2023, 5, 8), Precision.DAY)
    following = TimeSpan(datetime(2023, 5, 8), datetime(2023, 5, 9), Precision.DAY)
    assert day.contains(day.start)
    assert not day.contains(day.end)
    assert not day.overlaps(following)
    assert day.overlaps(TimeSpan(datetime(2023, 1, 1), datetime(2024, 1, 1), Precision.YEAR))
