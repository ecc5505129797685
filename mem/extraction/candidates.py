"""From a statement that was read to a candidate: one way for the rules and for a language model."""

from __future__ import annotations

import re
from datetime import datetime

from mem.core.memory import Candidate, Evidence, MemoryKind, Trust
from mem.extraction.grammar.outcomes import changed, outcome
from mem.extraction.grammar.statement import Statement
from mem.extraction.grammar.timing import Timed
from mem.extraction.kinds import importance_of
from mem.extraction.speaking.subjects import Speaker
from mem.extraction.vocabulary import words
from mem.extraction.vocabulary.people import TITLED

_NAME = re.compile(
    rf"(?<![.!?:;] )\b(?!The\b|A\b|An\b)(?:{TITLED.pattern}\s+)?[A-Z][\w'’-]+"
    r"(?:\s+[A-Z][\w'’-]+){0,3}"
)
_CALENDAR = words.word_set(
    "January February March April May June July August September October November December Monday "
    "Tuesday Wednesday Thursday Friday Saturday Sunday Mondays Tuesdays Wednesdays Thursdays "
    "Fridays Saturdays Sundays Christmas Easter"
)


def candidate(
    statement: Statement,
    timed: Timed,
    speaker: Speaker,
    *,
    kind: MemoryKind,
    evidence: tuple[Evidence, ...],
    said_at: datetime | None,
    trust: Trust,
    confidence: float,
    origin: str,
) -> Candidate:
    """The candidate that says `statement` of the times in `timed`, as `speaker` said it.

    `confidence` in [0, 1] is kept to three digits.
    """
    text = f"{statement.text}{timed.phrase}."
    statement, valid_from = _settled(statement, timed)
    return Candidate(
        kind=kind,
        text=text[:1].upper() + text[1:],
        subject=statement.subject,
        predicate=statement.predicate,
        object=statement.object,
        evidence=evidence,
        said_at=said_at,
        trust=trust,
        confidence=round(confidence, 3),
        origin=origin,
        importance=importance_of(kind, text, exclusive=statement.exclusive),
        exclusive=statement.exclusive,
        negated=statement.negated,
        happened_from=timed.start,
        happened_to=timed.end,
        valid_from=valid_from,
        entities=_entities_of(statement, speaker),
    )


def _settled(statement: Statement, timed: Timed) -> tuple[Statement, datetime | None]:
    """The statement with since when it holds; a change leaves something from when it happened."""
    statement = outcome(statement, since=timed.since is not None)
    return statement, timed.since or (timed.start if changed(statement) else None)


def _entities_of(statement: Statement, speaker: Speaker) -> tuple[str, ...]:
    """Names in the statement, the speaker's first."""
    if statement.predicate == "be done by":
        return ()
    named = [speaker.subject] if speaker.subject != "user" and statement.own else []
    about = "" if statement.subject == speaker.subject else statement.subject
    for part in (about.replace(speaker.subject, "").lstrip("'s "), f"- {statement.object}"):
        named += [re.sub(r"['’]s$", "", name) for name in _NAME.findall(part)]
    named = [re.sub(rf"^({TITLED.pattern})", _undotted, name) for name in named]
    return tuple(name for name in dict.fromkeys(named) if name and not _is_no_name(name))


def _undotted(title: re.Match[str]) -> str:
    return title[0].rstrip(".")


def _is_no_name(name: str) -> bool:
    """Whether the words are a month or a day, or a title without who bears it."""
    return name in _CALENDAR or TITLED.fullmatch(name) is not None
