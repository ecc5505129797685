"""Names given with a pronoun ("Her name is Coco"): tied to who was spoken of just before."""

from __future__ import annotations

import re

from mem.extraction.grammar.statement import Statement, Tense
from mem.extraction.speaking.subjects import Speaker

REACH = 240  # characters before the name in which its bearer must stand
_NAMED = re.compile(
    r"\b(?i:(?:her|his|its|their) name(?:'s|’s| is)|(?:he|she|it|they)(?:'s|’s| is|'re|"
    r" are) (?:called|named)|"
    r"(?:i|we)(?:'ve| have)? (?:named|called) (?:him|her|it|them)) "
    r"(?P<name>[A-Z][\w'-]+(?:(?: and| &)? [A-Z][\w'-]+)*)"
)
_BEARER = re.compile(
    r"\b(?:an?|my|our|another)\s+(?:[a-z-]+\s+){0,3}?(?P<what>puppy|pup|dog|kitten|cat|horse|pony|rabbit|"
    r"parrot|hamster|pet|baby|son|daughter|sister|brother|niece|nephew|mother|mum|mom|father|dad|wife|"
    r"husband|partner|boyfriend|girlfriend|friend|boss|teacher|coach|mentor|therapist|doctor|landlord|"
    r"landlady|neighbou?r|colleague|roommate|flatmate|boat|car|guitar)\b(?!['’])",
    re.IGNORECASE,
)


def read_name(
    text: str, start: int, end: int, speaker: Speaker
) -> tuple[Statement, tuple[int, int]] | None:
    """The name that the sentence `[start, end)` gives, with the span where its bearer is named."""
    found = _NAMED.search(text, start, end)
    if not found:
        return None
    bearers = list(_BEARER.finditer(text, max(0, start - REACH), found.start()))
    if not bearers:
        return None
    bearer = bearers[-1]
    subject = f"{speaker.possessive} {bearer['what'].lower()}"
    statement = Statement(
        subject=subject,
        predicate="be named",
        object=found["name"],
        text=f"{subject} is named {found['name']}",
        tense=Tense.PRESENT,
        negated=False,
        exclusive=True,
        own=True,
    )
    return statement, bearer.span()
