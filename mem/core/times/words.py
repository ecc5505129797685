"""The vocabulary of English time expressions and the one regular expression that reads tokens.

The expression is compiled on first use, reads a text from left to right without backtracking over
more than one token, and gives every non-space character to exactly one token.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from mem.core.times.values import DAY_PARTS, SEASONS, Precision

_MONTHS_TEXT: Final = (
    "january february march april may june july august september october november december"
)
_MONTH_NAMES: Final = _MONTHS_TEXT.split()
_DAYS_TEXT: Final = "monday tuesday wednesday thursday friday saturday sunday"
_DAY_NAMES: Final = _DAYS_TEXT.split()
_SMALL_TEXT: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_SMALL: Final = _SMALL_TEXT.split()
_ORDINALS_TEXT: Final = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
    "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
_ORDINALS: Final = _ORDINALS_TEXT.split()

MONTHS: Final[dict[str, int]] = {
    **{name: i for i, name in enumerate(_MONTH_NAMES, 1)},
    **{name[:3]: i for i, name in enumerate(_MONTH_NAMES, 1)},
    "sept": 9,
}
WEEKDAYS: Final[dict[str, int]] = {
    **{name: i for i, name in enumerate(_DAY_NAMES)},
    **{name[:3]: i for i, name in enumerate(_DAY_NAMES)},
    "tues": 1,
    "weds": 2,
    "thur": 3,
    "thurs": 3,
}
#: Month and weekday words that are complete and mean nothing else in ordinary text.
CLEAR_NAMES: Final = frozenset({*_MONTH_NAMES, *_DAY_NAMES}) - {
    *("march", "april", "may", "june", "august")
}
#: Words that are also verbs or nouns: they need a capital letter or a number beside them.
DOUBTFUL_NAMES: Final = frozenset({"may", "march", "mar", "jan", "mon", "sat", "sun", "wed", "dec"})

UNITS: Final[dict[str, Precision]] = {
    name: unit
    for unit, names in {
        Precision.MINUTE: "minute minutes min mins",
        Precision.HOUR: "hour hours hr hrs",
        Precision.DAY: "day days",
        Precision.WEEK: "week weeks wk wks",
        Precision.WEEKEND: "weekend weekends",
        Precision.MONTH: "month months",
        Precision.QUARTER: "quarter quarters",
        Precision.YEAR: "year years yr yrs",
        Precision.DECADE: "decade decades",
    }.items()
    for name in names.split()
}
FORTNIGHTS: Final = frozenset({"fortnight", "fortnights"})
PARTS: Final = frozenset(DAY_PARTS)
SEASON_NAMES: Final = frozenset(SEASONS)
NUMBER_WORDS: Final[dict[str, int]] = {
    **{name: i for i, name in enumerate(_SMALL) if i},
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "ninety": 90,
}
ORDINAL_WORDS: Final[dict[str, int]] = {
    **{name: i for i, name in enumerate(_ORDINALS) if i},
    "thirtieth": 30,
}
DECADE_WORDS: Final[dict[str, int]] = {
    "twenties": 20,
    "thirties": 30,
    "forties": 40,
    "fifties": 50,
    "sixties": 60,
    "seventies": 70,
    "eighties": 80,
    "nineties": 90,
}
#: The words of each holiday, longest first where one begins another.
HOLIDAYS: Final[tuple[tuple[tuple[str, ...], str], ...]] = (
    (("christmas", "eve"), "christmas eve"),
    (("christmas", "day"), "christmas"),
    (("christmas",), "christmas"),
    (("xmas",), "christmas"),
    (("boxing", "day"), "boxing day"),
    (("new", "year's", "eve"), "new year's eve"),
    (("new", "years", "eve"), "new year's eve"),
    (("new", "year's", "day"), "new year"),
    (("new", "year's"), "new year"),
    (("halloween",), "halloween"),
    (("valentine's", "day"), "valentine's day"),
    (("valentines", "day"), "valentine's day"),
    (("easter", "sunday"), "easter"),
    (("easter",), "easter"),
    (("thanksgiving",), "thanksgiving"),
)
HOLIDAY_STARTS: Final = frozenset(words[0] for words, _ in HOLIDAYS)

#: "last", "this" and "next" as steps of -1, 0 and 1.
STEPS: Final[dict[str, int]] = {
    "last": -1,
    "previous": -1,
    "past": -1,
    "this": 0,
    "current": 0,
    "next": 1,
    "coming": 1,
    "following": 1,
    "upcoming": 1,
}
#: Thirds of a longer span: "early May", "the middle of 2022", "the end of the month".
THIRDS: Final[dict[str, int]] = {
    "early": 0,
    "beginning": 0,
    "start": 0,
    "mid": 1,
    "middle": 1,
    "late": 2,
    "end": 2,
}
#: Words that open a one-sided range.
BOUNDS: Final = frozenset({"since", "before", "after", "until", "till", "til"})
#: Words after which a bare year, month, season or holiday is a time and not something else.
TIME_PREPOSITIONS: Final = BOUNDS | {
    *("in", "during", "by", "from", "between", "around", "circa", "early", "mid", "late", "for"),
    *("at", "on", "over", "throughout", "through", "about", "year", "years"),
}
#: Words with which a whole filter expression may begin without changing its span.
LEADS: Final = frozenset(
    {"in", "on", "at", "during", "over", "within", "throughout", "about", "around", "roughly"}
    | {"approximately", "circa", "almost", "nearly", "for", "back"}
)

#: Empty tokens after the last one; no rule looks further ahead at a time.
PADDING: Final = 32

#: Words that make it worth looking for an expression in a text.
TRIGGERS: Final = frozenset(
    {"yesterday", "today", "tomorrow", "tonight", "year's", "fortnight", "fortnights"}
    | UNITS.keys()
    | PARTS
    | MONTHS.keys()
    | WEEKDAYS.keys()
    | {name + "s" for name in (*SEASON_NAMES, *_DAY_NAMES)}
    | SEASON_NAMES
    | DECADE_WORDS.keys()
    | HOLIDAY_STARTS
)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The `count` tokens of a text, by column: a kind is the name of a group of the lexer.

    `kinds` and `lows` (the text in lower case) end in `PADDING` empty entries, so that a rule may
    look a few tokens past the end, and at -1, without a check.
    """

    count: int
    kinds: list[str]
    lows: list[str]
    starts: list[int]
    ends: list[int]


@cache
def lexer() -> re.Pattern[str]:
    """Return the compiled token expression; each alternative is one kind of token."""
    meridiem = r"\s?[ap](?:\.m\.|m\b)"
    return re.compile(
        rf"""
  (?P<quarter>[Qq][1-4]\b)
| (?P<word>[^\W\d_]\w*(?:['\u2019]\w+)?)
| (?P<stamp>\d{{4}}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{{1,9}})?)?(?:Z|[+-]\d\d:?\d\d)?(?!\w))
| (?P<iso>\d{{4}}-\d\d(?:-\d\d)?(?![\w-]))
| (?P<numeric>\d{{1,2}}(?P<sep>[/.-])\d{{1,2}}(?P=sep)\d{{4}}(?![\w/])
    |\d{{1,2}}/\d{{1,2}}/\d\d(?![\w/])|\d{{4}}/\d{{1,2}}/\d{{1,2}}(?![\w/]))
| (?P<clock>\d{{1,2}}:\d\d(?::\d\d)?(?:{meridiem}|(?!\w))|\d{{1,2}}{meridiem})
| (?P<decade>['\u2019]?(?:\d\d)?\d0['\u2019]?s\b)
| (?P<ordinal>\d{{1,2}}(?:st|nd|rd|th)\b)
| (?P<number>\d{{1,4}}(?![\w%]|[.]\d|,\d{{3}}(?!\d)))
| (?P<junk>[$€£\#~]?\d\w*(?:[.,]\d\w*)*|\S)
""",
        re.VERBOSE,
    )


@cache
def _word_finder() -> re.Pattern[str]:
    """Return the expression that reads the words and digits that `TRIGGERS` is tested against."""
    return re.compile(r"[a-z]+(?:'s)?|\d")


def may_mention_time(text: str) -> bool:
    """Say quickly whether `text` holds any word or digit that a time expression needs."""
    words = _word_finder().findall(text.lower().replace("\u2019", "'"))
    return not TRIGGERS.isdisjoint(words) or any(map(str.isdigit, words))


def tokenize(text: str) -> Tokens:
    """Split a text into tokens, left to right; white space belongs to none."""
    kinds, lows, starts, ends = [], [], [], []
    for match in lexer().finditer(text):
        kind = match.lastgroup
        low = match[0].lower()
        if "\u2019" in low and kind == "word":
            low = low.replace("\u2019", "'")
        kinds.append(kind or "junk")
        lows.append(low)
        starts.append(match.start())
        ends.append(match.end())
    padding = [""] * PADDING
    return Tokens(len(lows), kinds + padding, lows + padding, starts, ends)
