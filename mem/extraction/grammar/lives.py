"""Statements about someone by name: that it is a person, and what is over or turned in a life."""

from __future__ import annotations

import re

from mem.extraction.grammar.statement import Statement
from mem.extraction.vocabulary.people import TITLED, is_given_name

_OVER = re.compile(r"\b(?:no longer|any ?more|any longer)\b", re.IGNORECASE)
_TASTES = frozenset({"like", "love", "hate", "dislike", "prefer", "be allergic to", "be afraid of"})
_TURNS = re.compile(
    r"(?:quit|die|pass away|leave|retire|resign|divorce|separate|marry|break up|split up|"
    r"move out|retrain|graduate|lose|"
    r"be (?:made redundant|laid|fired|let|dismissed|promoted|sacked)|"
    r"get (?:married|engaged|divorced|promoted|fired))\b"
)


def is_by_name(statement: Statement) -> bool:
    """Whether the subject is a person: by a given name, or by a surname with its title."""
    subject = statement.subject
    return is_given_name(re.split(r"['’]s\b| ", subject)[0]) or bool(TITLED.match(subject))


def is_ended(statement: Statement) -> bool:
    """Whether it says that what was so of someone by name is over."""
    return statement.negated and is_by_name(statement) and _OVER.search(statement.text) is not None


def is_turn(statement: Statement) -> bool:
    """Whether it tells of a turn in the life of someone by name: a job left, a couple parted."""
    said = f"{statement.predicate} {statement.object}"
    return _TURNS.match(said) is not None and is_by_name(statement)


def is_taste(statement: Statement) -> bool:
    """Whether it says what someone by name likes, or what does not agree with them."""
    favourite = re.search(r"'s favou?rite ", statement.subject) is not None
    return (favourite or statement.predicate in _TASTES) and is_by_name(statement)
