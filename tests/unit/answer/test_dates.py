from __future__ import annotations

from datetime import datetime

import pytest

from mem.answer.context import Statement, statements
from mem.answer.dates import age, length, mentions, pick, since
from mem.answer.question import read
from mem.core.times.spans import describe, find_mentions
from tests.unit.answer.hits import message


def said(text: str, at: datetime) -> Statement:
    return statements(message(text, "Ana", at), rank=0)[0]


@pytest.mark.parametrize(
    ("question", "text", "at", "answer"),
    [
        (
            "When did Ana run?",
            "I ran a race yesterday",
            datetime(2023, 5, 8),
            "7 May 2023 (“yesterday”, said on 8 May 2023)",
        ),
        (
            "When did I start?",
            "so I start on the 24th, not the 17th",
            datetime(2025, 11, 5),
            "24 November 2025 (“the 24th”, said on 5 November 2025)",
        ),
        (
            "When was my appointment?",
            "they rang 3 Oct → now Tuesday 21 October, 14:40",
            datetime(2025, 10, 3),
            "21 October 2025 (“Tuesday 21 October, 14:40”, said on 3 October 2025)",
        ),
        ("When does it open?", "We open on 14 March 2026.", datetime(2025, 9, 1), "14 March 2026"),
        (
            "When did Ana arrive?",
            "I'm here!",
            datetime(2023, 5, 8),
            "said on 8 May 2023; the date itself is not stated",
        ),
    ],
)
def test_a_date_is_resolved_and_says_where_it_comes_from(
    question: str, text: str, at: datetime, answer: str
) -> None:
    statement = said(text, at)
    date = pick(read(question), statement, mentions(statement))
    assert date is not None
    assert date.words() == answer


def test_a_date_stated_in_full_needs_no_said_at_time() -> None:
    hit = message("Opens 14 March 2026, or last week", "Ana", datetime(2025, 1, 1))
    bare = Statement(hit=hit, start=0, end=len(hit.text), rank=0)
    assert len(mentions(bare)) == 2


@pytest.mark.parametrize(
    ("unit", "told"), [("day", "19 days"), ("week", "3 weeks"), (None, "19 days")]
)
def test_lengths_are_told_in_the_unit_asked_for(unit: str | None, told: str) -> None:
    assert length(datetime(2025, 5, 1), datetime(2025, 5, 20, 9), unit) == told
    assert since(datetime(2025, 5, 1), datetime(2025, 5, 20, 9), unit) == f"{told} ago"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("then friday it is", datetime(2026, 2, 13)),
        ("see you on Friday", datetime(2026, 2, 13)),
        ("Friday works for me", datetime(2026, 2, 13)),
        ("we saw it on Friday", datetime(2026, 2, 6)),
        ("it was great on Friday. See you soon", datetime(2026, 2, 6)),
        ("I found it on Friday", datetime(2026, 2, 6)),
        ("we leave on 3 March", datetime(2026, 3, 3)),
        ("the 24th works for me", datetime(2026, 2, 24)),
        ("I got it on the 24th", datetime(2026, 1, 24)),
    ],
)
def test_a_day_lies_where_the_words_around_it_look(text: str, day: datetime) -> None:
    statement = Statement(
        hit=message(text, "Ana", datetime(2026, 2, 10, 12)), start=0, end=len(text), rank=0
    )
    assert [one.span.start for one in mentions(statement)] == [day]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Dentist this Monday at 9.", "8 September 2025"),
        ("This Monday I start at the museum.", "8 September 2025"),
        ("We went to the lake this Monday.", "1 September 2025"),
        ("We were at the lake this weekend.", "the weekend of 30 August 2025"),
        ("We'll be at the lake this weekend.", "the weekend of 6 September 2025"),
        ("Call the bank on Friday.", "5 September 2025"),
        ("Meeting on Friday at 3", "5 September 2025"),
        ("The plumber comes on Friday.", "5 September 2025"),
        ("On Monday I bought a bike.", "1 September 2025"),
        ("He broke his wrist on Sunday at 3.", "31 August 2025"),
        ("I met Ben last Friday.", "29 August 2025"),
        ("We meet next week.", "the week of 8 September 2025"),
    ],
)
def test_a_day_lies_where_its_sentence_looks(text: str, day: str) -> None:
    [found] = mentions(said(text, datetime(2025, 9, 2, 10)))
    assert describe(found.span) == day


@pytest.mark.parametrize(
    ("question", "day"),
    [
        ("What did I do this Monday?", "1 September 2025"),
        ("What is on this Monday?", "8 September 2025"),
        ("What happened on Monday?", "1 September 2025"),
        ("Who did I meet last Friday?", "29 August 2025"),
        ("What do I have to do next week?", "the week of 8 September 2025"),
    ],
)
def test_a_day_in_a_question_lies_where_it_looks(question: str, day: str) -> None:
    [found] = find_mentions(question, said_at=datetime(2025, 9, 2, 10))
    assert describe(found.span) == day


@pytest.mark.parametrize(
    ("question", "text", "years"),
    [
        ("How old is Ana?", "Ana was born on 4 May 1988.", 37),
        ("How old is Ana?", "She was born on 9 March 1988 in Porto.", 36),
        ("How old am I?", "I was born on 8 March 1988.", 37),
        ("How old is Ben?", "I was born on 8 March 1988.", None),
        ("How old is Ana?", "Ana's son was born on 4 May 2020.", None),
        ("How old is Ana?", "Ana was born in May 1988.", None),
        ("When was Ana born?", "Ana was born on 4 May 1988.", None),
    ],
)
def test_an_age_is_reckoned_from_the_day_of_birth_alone(
    question: str, text: str, years: int | None
) -> None:
    at = datetime(2025, 3, 8) if "May" not in text else datetime(2025, 5, 4)
    assert age(read(question), said(text, at), at) == years
