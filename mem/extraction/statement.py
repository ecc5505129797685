"""What a clause states, as values: the grammar makes them, the extractor turns them to memories."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Tense(Enum):
    """When the clause's verb puts it."""

    PAST = "past"
    PRESENT = "present"
    FUTURE = "future"


@dataclass(frozen=True, slots=True)
class Statement:
    """`text` has no final stop; `own` says that it is about the speaker or what is theirs."""

    subject: str
    predicate: str
    object: str
    text: str
    tense: Tense
    negated: bool
    exclusive: bool
    own: bool


def bare(token: str) -> str:
    """A token as a word: lower-cased, without the marks around it."""
    return token.lower().strip(',.!?;:()"“”…')
