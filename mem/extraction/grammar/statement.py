"""What a clause states, as values: the grammar makes them, the extractor turns them to memories."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

_QUOTED_LAST = 8  # words of a quotation that a sentence ends with


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


def closed(text: str) -> str | None:
    """The text with a last quotation mark that was trimmed off, or None where one was cut."""
    if text.count("“") != text.count("”"):
        return None
    if text.count('"') % 2 == 0:
        return text
    quoted = text.rpartition('"')
    opens = quoted[0][-1:] in {"", " ", "("}
    return text + '"' if opens and 0 < len(quoted[2].split()) <= _QUOTED_LAST else None
