"""Whom a statement is about: the asker, a named person, somebody else, or whoever is spoken to.

Invariant: the words alone decide, by the grammatical subject of the sentence that meets the
question best; where the subject is a thing or cannot be told, nobody is ruled out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from mem.answer.asides import FIRST, PIECE, SECOND, aside
from mem.answer.context import Statement, plain
from mem.answer.question import Asked, Wanted
from mem.answer.states import borne_out
from mem.answer.words import STOP, content_stems
from mem.extraction.mentions import Mention, persons
from mem.extraction.vocabulary.people import ROLE, TITLES, Gender, is_given_name

#: Characters before a pronoun in which whom it stands for is looked for.
REACH: Final = 320
#: Of sentences that meet the question equally well the longer one counts, up to so many characters.
LONG: Final = 200
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+|\n+")
#: What may stand before the subject of a sentence.
_OPENING: Final = re.compile(
    r"(?:(?:well|so|and|but|oh|yes|yeah|yep|no|also|now|then|later|today|yesterday|tomorrow|tonight"
    r"|(?:last|next|this|on|in|at|since|by) [\w-]+|\w+day(?: \w+ing)?)\b[,:]?\s+)+",
    re.IGNORECASE,
)
_PRONOUN: Final = re.compile(r"(?P<who>he|she|his|her)\b(?:['’]\w+)?\s+\w", re.IGNORECASE)
_NAME: Final = re.compile(
    r"(?P<name>[A-Z][\w-]*[a-zà-ÿ])(?: [A-Z][\w-]+)?(?P<of>['’]s\b|\s+[a-z(])"
)
_KIN: Final = re.compile(
    rf"(?:(?:my|our)\s+(?:[a-z-]+\s+)?)?(?P<role>{ROLE})\b(?![- ]in-law)", re.IGNORECASE
)
_MINE: Final = re.compile(r"\b(?:my|our)\s+((?:[a-z-]+\s?){1,2})", re.IGNORECASE)
#: "Ben has the passport" may well tell where mine is.
_SHARED: Final = re.compile(r"\bthe\s+((?:[a-z-]+\s?){1,2})", re.IGNORECASE)
_OF_MINE: Final = re.compile(r"(?:my|our)\s", re.IGNORECASE)
#: Relatives who are called by what they are.
_BARE: Final = TITLES | {"Mother", "Father"}
_CALL: Final = (
    r"(?:^|(?<=[,!.?…])\s*|\b(?:hey|hi|hello|thanks|thank you|wow|yeah|yes|yep|sure|oh|congrats"
    r"|congratulations|ok|okay|no|well|bye|dear|right|great|true|awesome|cool|sorry)[, ]+)"
)
#: Speakers of a chat whose export names nobody; a note has none.
_ROLES: Final = frozenset({"", "user", "you", "assistant", "system", "tool", "human"})
_PLACED: Final = re.compile(r"\b(?:in|at|from|near|to)\s+([A-Z]\w+)")


class Subject(Enum):
    """What the subject of a sentence is, as its head tells."""

    SPEAKER = "speaker"
    SOMEBODY = "somebody"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Bearing:
    """Whether a statement is `about` somebody else than the question, and how that is known.

    `others`: its subject is another person. `foreign`: another one than is asked about speaks, and
    not about them. `spoken_to`: the one asked about speaks, but asks or tells the listener.
    `aside` is how much of a message is about the other one of a chat, in [0, 1]. `stems` are those
    of the person asked about, where a pronoun of the statement stands for them.
    """

    others: bool = False
    foreign: bool = False
    spoken_to: bool = False
    aside: float = 0.0
    stems: frozenset[str] = frozenset()


_NONE: Final = Bearing()


def people_only(names: Iterable[str], texts: Iterable[str]) -> frozenset[str]:
    """`names` (lower-case) without those that stand where a place does."""
    placed = {match.group(1).lower() for text in texts for match in _PLACED.finditer(text)}
    return frozenset(names) - placed


def without_calls(text: str, names: Iterable[str]) -> str:
    """`text` without names that only call somebody: "Thanks, Ana!", "Hey Ben, …"."""
    told = "|".join(re.escape(name) for name in sorted(names) if name)
    if not told:
        return text
    return re.sub(rf"(?i){_CALL}(?:{told})(?=\s*(?:[!,.?…]|$))", " ", text)


def bearing(
    asked: Asked, statement: Statement, *, people: frozenset[str], weights: Mapping[str, float]
) -> Bearing:
    """Whom `statement` is about, seen from the question.

    `people` are lower-case names of persons that occur in the hits, `weights` those of the
    question's stems.
    """
    if not (asked.user or asked.subjects or asked.kin):
        return _NONE
    piece, before = _told(statement, weights)
    if (statement.hit.speaker or "").lower() not in _ROLES:
        return _in_chat(asked, statement, piece, people, weights)
    foreign = bool(statement.hit.speaker and asked.subjects) and not _names(asked, statement.text)
    if statement.hit.role == "assistant":
        return Bearing(foreign=foreign)
    kind, who = _subject(piece, before, statement, people)
    if not asked.subjects and not asked.kin:
        return Bearing(others=_not_mine(asked, piece, kind, who))
    return replace(_of_named(asked, statement, piece, kind, who), foreign=foreign)


def _told(statement: Statement, weights: Mapping[str, float]) -> tuple[str, str]:
    """The sentence of the statement that meets the question best, and what stands before it."""
    text, at = statement.text, 0
    best, found, start = -1.0, text, 0
    for piece in PIECE.split(text):
        where = text.find(piece, at)
        at = where + len(piece)
        held = content_stems(piece)
        value = sum(weight for one, weight in weights.items() if one in held)
        value += 0.001 * min(len(piece), LONG) / LONG - 0.01 * piece.rstrip().endswith("?")
        if piece.strip() and value > best:
            best, found, start = value, piece, where
    begin = statement.start + start
    return plain(found), statement.hit.text[max(0, begin - REACH) : begin]


def _subject(
    piece: str, before: str, statement: Statement, people: frozenset[str]
) -> tuple[Subject, str]:
    """The subject of a sentence, and who that is in lower case where it is somebody known."""
    opening = _OPENING.match(piece)
    head = piece[opening.end() :] if opening else piece
    if re.match(r"(?:I|We)\b", head) or (_OF_MINE.match(head) and not _KIN.match(head)):
        return Subject.SPEAKER, ""
    pronoun = _PRONOUN.match(head)
    if pronoun:
        return Subject.SOMEBODY, _meant(pronoun["who"].lower(), before, statement)
    who = _somebody(head, people)
    if not who and not FIRST.search(piece) and not SECOND.match(head):
        who = _headed(statement)
    return (Subject.SOMEBODY, who) if who else (Subject.UNKNOWN, "")


def _somebody(head: str, people: frozenset[str]) -> str:
    """The relative or named person that a sentence begins with, in lower case."""
    kin = _KIN.match(head)
    if kin and (_OF_MINE.match(head) or kin["role"] in _BARE):
        return kin["role"].lower()
    named = _NAME.match(head)
    return named["name"].lower() if named and _is_person(named["name"], people) else ""


def _is_person(name: str, people: frozenset[str]) -> bool:
    return name.lower() not in STOP and (is_given_name(name) or name.lower() in people)


def _headed(statement: Statement) -> str:
    """The person whom the note or the heading above names, and nothing else."""
    if statement.hit.message_id is not None:
        return ""
    above = plain(statement.above.rpartition("\n")[2])
    for told in (above, statement.hit.source.title if not above else ""):
        words = told.split()
        if 0 < len(words) <= 2 and words[0][:1].isupper() and is_given_name(words[0]):
            return words[0].lower()
    return ""


def _meant(pronoun: str, before: str, statement: Statement) -> str:
    """Whom "she" stands for: the only one who fits in the nearest sentence that names anybody."""
    gender = Gender.FEMALE if pronoun in ("she", "her") else Gender.MALE
    title = statement.hit.source.title
    for sentence in (*reversed(_SENTENCE.split(plain_lines(before))), title):
        everyone = persons(sentence, apart=())
        fitting = [one for one in everyone if one.gender in (gender, Gender.UNKNOWN)]
        if len(fitting) == 1:
            return _called(fitting[0])
        if everyone and len(fitting) != 0:
            return ""
    return ""


def plain_lines(text: str) -> str:
    """`text` line by line without headings' marks."""
    return re.sub(r"(?m)^[ \t]*(?:#{1,6}|[-*+•])[ \t]+", "", text)


def _called(one: Mention) -> str:
    return (one.name or one.phrase.split()[-1]).lower()


def _of_named(asked: Asked, statement: Statement, piece: str, kind: Subject, who: str) -> Bearing:
    """A note's line, or the asker's message, where a named person or a relative is asked about."""
    wanted = {*asked.subjects, *asked.kin}
    if who in wanted:
        return Bearing(stems=frozenset(stem for one in wanted for stem in content_stems(one)))
    if who in asked.names:
        return _NONE
    if _is_of_speaker(asked, piece) and not asked.mine:
        return Bearing(others=True)
    low = piece.lower()
    named = any(re.search(rf"\b{re.escape(one)}\b", low) for one in wanted)
    above = f"{statement.hit.source.title}\n{statement.above}".lower()
    if named or any(one in above for one in wanted):
        return _NONE
    if kind is Subject.SOMEBODY and who:
        return Bearing(others=True)
    speaks = kind is Subject.SPEAKER or (kind is Subject.UNKNOWN and FIRST.search(piece))
    return Bearing(others=bool(speaks) and not asked.mine)


def _names(asked: Asked, text: str) -> bool:
    """Whether anybody whom the question is about is named in `text`."""
    held = content_stems(text)
    return any(held & content_stems(name) for name in asked.subjects)


def _is_of_speaker(asked: Asked, piece: str) -> bool:
    """Whether what is asked for stands there as the speaker's: "my birthday"."""
    return any(content_stems(match.group(1)) & asked.focus for match in _MINE.finditer(piece))


def _not_mine(asked: Asked, piece: str, kind: Subject, who: str) -> bool:
    """Whether a line is not about the asker although the asker's own life is asked about."""
    if kind is not Subject.SOMEBODY or FIRST.search(_KIN.sub("", piece, count=1)):
        return False
    if who in asked.kin:
        return False
    if asked.wanted in (Wanted.PERSON, Wanted.NAME, Wanted.YES_NO) and not _PRONOUN.match(piece):
        return False
    if asked.names:
        return bool(who) and who not in asked.names
    if asked.agent or _PRONOUN.match(piece) is not None:
        return True
    shared = {word for match in _SHARED.finditer(piece) for word in content_stems(match.group(1))}
    sought = asked.focus or asked.stems
    return not shared & sought and bool(borne_out(sought, content_stems(piece)) & sought)


def _in_chat(
    asked: Asked,
    statement: Statement,
    piece: str,
    people: frozenset[str],
    weights: Mapping[str, float],
) -> Bearing:
    """A message of one of several people, where one of them is asked about."""
    if not asked.subjects:
        return _NONE
    speaker = (statement.hit.speaker or "").lower()
    told = without_calls(piece, {*people, *asked.subjects}).strip()
    asking = told.endswith("?") and not FIRST.search(told)
    to_listener = asking or (SECOND.search(told) is not None and not FIRST.search(told))
    kind, who = _subject(told, "", statement, people)
    names = {one for name in asked.names for one in content_stems(name)}
    sought = {one: weight for one, weight in weights.items() if one not in names}
    if any(name in speaker for name in asked.subjects):
        known = kind is Subject.SOMEBODY and who and not FIRST.search(told)
        return Bearing(
            others=bool(known and who not in asked.names),
            spoken_to=to_listener,
            aside=aside(statement.text, sought, own=True),
        )
    if _is_of_speaker(asked, piece):
        return Bearing(others=True)
    low = statement.text.lower()
    called = any(re.search(rf"\b{re.escape(name)}\b", low) for name in asked.subjects)
    named = _names(asked, without_calls(statement.text, asked.subjects))
    answered = SECOND.search(statement.text) is None and "?" not in statement.text
    return Bearing(
        foreign=not named and (not called or answered),
        aside=0.0 if named else aside(statement.text, sought, own=False),
    )
