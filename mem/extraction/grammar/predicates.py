"""Predicates as keys: one wording for what says the same, and which of them hold one object.

An exclusive predicate has one object at a time, so that a newer one takes the place of an older.
"""

from __future__ import annotations

import re

_SAME = {
    "reside in": "live in",
    "be living in": "live in",
    "be based in": "live in",
    "live at": "live in",
    "be employed by": "work at",
    "be employed at": "work at",
    "work for": "work at",
    "be called": "be named",
    "go by": "be named",
    "weigh in at": "weigh",
    "adore": "love",
    "enjoy": "like",
    "be into": "like",
    "be fond of": "like",
    "detest": "hate",
    "use to": "used to",
    "be married": "be married to",
    "be engaged": "be engaged to",
    "would like to": "want to",
    "like to": "like to",
    "be intolerant to": "be intolerant of",
    "be scared of": "be afraid of",
}
_ONE_OBJECT = frozenset(
    {
        "live in", "work at", "work as", "be named", "weigh", "be married to", "be engaged to",
        "have age", "have relationship status", "earn", "cost", "be located in", "be due on",
        "study at", "report to", "drive", "expire in", "expire on",
    }
)  # fmt: skip
_AGE = re.compile(r"^(\d{1,3})(?: years? old)?$")
_STATUS = re.compile(r"^(single|married|divorced|engaged|widowed|separated)\b", re.IGNORECASE)
#: What follows a place or an employer without being part of it.
_TAIL = re.compile(
    r",(?!\d)|\s(?:since|with|where|because|and|but|while|so|as of|together|"
    r"for (?:the|my|our|work|good|now|a new|family)\b|"
    r"for (?:about |over |almost |nearly )?(?:\d+|an?|two|three|four|five|six|seven|eight|"
    r"nine|ten|many|several|some|years?))\b",
    re.IGNORECASE,
)
_VALUE = re.compile(
    r"^(?:about |around |roughly |now |at |on |in |due )*(?:[£$€¥]?\s?\d|[A-Z]{3} \d|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|(?:the )?(?:first|second|third|last) of\b|"
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december)\b)",
    re.IGNORECASE,
)


_HOURS = re.compile(r"^(?:part|full)[- ]time (?:at|for) (.+)$")
_AT = re.compile(r"^[a-z][\w -]* (?:at|for) ([A-Z].*)$")
_WHERE = re.compile(r"^(?:[A-Z]\w+|the user|them|us|me)(?: and others)? in ([A-Z][\w'’ -]*)$")
_CALLED = re.compile(r"^(?:called|named) ([A-Z].*)$")
_AS = re.compile(r" as (?:an?|the|head|chief) ")
_SHARE = re.compile(r"\d+\s?% \w")
_MOST_WORDS = 8


def normalised(predicate: str, value: str) -> tuple[str, str]:
    """The key for a predicate and its object: ages and relationship status get keys of "
    "their own."""
    if predicate in {"break", "split"} and value == "up":
        predicate, value = f"{predicate} up", ""
    if predicate == "be" and (named := _CALLED.match(value)):
        predicate, value = "be named", named[1]
    if predicate == "live with" and (placed := _WHERE.match(value)):
        predicate, value = "live in", placed[1]
    if predicate == "work in" and (placed := _AT.match(value)):
        predicate, value = "work at", placed[1]
    if predicate == "work" and (found := _HOURS.match(value)):
        predicate, value = "work at", found[1]
    predicate = _SAME.get(predicate, predicate)
    if predicate == "work at" and (post := _AS.search(value)):
        value = value[: post.start()]
    if predicate in _ONE_OBJECT and (tail := _TAIL.search(value)) and tail.start():
        value = value[: tail.start()]
    if predicate == "be" and _AGE.match(value):
        return "have age", value
    if predicate in {"be", "be married to", "be engaged to"} and _STATUS.match(value):
        return "have relationship status", value
    return _SAME.get(predicate, predicate), value


def is_exclusive(predicate: str, value: str, *, past: bool) -> bool:
    """Whether a subject has one object of this predicate at a time; what is over never is."""
    if past:
        return False
    valued = predicate.startswith("be") or predicate == "charge"
    return predicate in _ONE_OBJECT or (valued and _is_value(value))


def _is_value(text: str) -> bool:
    """Whether it is an amount or a date alone: "1.3 bar" is, "100% positive of it" is not."""
    return (
        len(text.split()) <= _MOST_WORDS
        and _VALUE.match(text) is not None
        and _SHARE.match(text) is None
    )
