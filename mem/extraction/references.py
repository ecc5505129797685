"""What "she", "they", "it" and "there" stand for, where only one thing can be meant.

Looked for in the passage before the pronoun and in the message before. A wrong answer is worse
than none: with two that fit, or one of unknown gender beside someone else, there is none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mem.core.chunk import Chunk
from mem.core.memory import Evidence
from mem.extraction.grammar.clauses import without_markup
from mem.extraction.mentions import Mention, groups, persons, places, things
from mem.extraction.speaking.subjects import Speaker
from mem.extraction.vocabulary.people import Gender
from mem.extraction.vocabulary.words import AUXILIARIES, is_adverb, is_base, is_plural, word_set

REACH = 320  # characters before a pronoun in which what it stands for must be named
_HE_SHE = re.compile(r"\b(?P<who>he|she|him|her|his)(?P<tail>'s|'ll|'d)?(?![\w'])", re.IGNORECASE)
_THEY = re.compile(r"^they(?P<tail>'re|'ve|'ll|'d)?(?![\w'])", re.IGNORECASE)
_IT = re.compile(
    r"^it(?P<tail>'s)?(?=\s+(?:costs?|has(?! to)|needs(?! to)|weighs?|belongs|holds|expires?|"
    r"comes? with|came with|runs on|was built|was made|is made|is due|is called|is named|"
    r"is (?:parked|kept|stored)|is (?:in|on|at|under|behind) (?:the|my|our|[A-Z])|"
    r"is an? (?:[\w-]+ )?\w+$)\b)",
    re.IGNORECASE,
)
_THERE = re.compile(r"(?<=[a-z\d]) there(?=$|[.,;!]| (?:in|on|for|since|with|as|until|last)\b)")
_GOING = re.compile(
    r"\b(?:go|goes|going|went|gone|been|moved?|moving|fl[ey]w?|dr[io]ve|travel\w*)$"
)
_FEMALE = frozenset({"she", "her"})
_FIRST_PERSON = re.compile(r"\b(?:i|me|my|we|us|our|mine)\b", re.IGNORECASE)
_NOUN_AFTER = re.compile(
    r"^\s+(?!(?:in|on|at|to|for|with|and|or|but|a|an|the|last|this|that|when|there|about|from|"
    r"because|some|two|how|what|if|up|out|every|as)\b)([a-z-]+)"
)
_NO_NOUN = word_set(
    "soon more again back over later now off down away well too happy alone first better closer "
    "further longer harder afterwards afterward forward"
)
_NOUNS = word_set("wedding building painting training meeting writing feeling drawing bed shed")
#: The speaker acts: a pronoun later in the clause is someone spoken of before.
_OWN_SUBJECT = re.compile(r"^(?:I|[Ww]e)(?:'\w+)?\s[^A-Z]*$")
_PLURAL_THING = re.compile(
    r"\b(?:the|these|those|some|many|several|two|three|four|five)\s+(?:[a-z-]+\s+)?[a-z-]{3,}s\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Resolved:
    """A clause with names for its pronouns. `speaker` is whose "my" it has, `evidence` where they
    are named.
    """

    clause: str
    speaker: Speaker
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Passage:
    """What was said before a clause: text, its chunk, and from where in it."""

    text: str
    start: int
    chunk: Chunk
    speaker: Speaker


class References:
    """Resolves the pronouns of the clauses of one document."""

    def __init__(self, participants: Sequence[str]) -> None:
        """`participants`: who takes part in the conversation."""
        self._participants = tuple(name.lower() for name in participants)

    def resolve(self, clause: str, before: Sequence[Passage]) -> Resolved | None:
        """The clause with what its first pronoun stands for, or None where that is not certain.

        `before` holds what was said before it, the nearest passage first; the next one counts
        where a passage names nobody.
        """
        plain = without_markup(clause)
        return (
            self._someone(plain, before)
            or self._several(plain, before)
            or _thing(plain, before)
            or _place(plain, before)
        )

    def _apart(self, passage: Passage) -> set[str]:
        """Names that "she" is not: who speaks, and the other one of two."""
        parts = {part for name in self._participants for part in name.split()}
        speaking = set(passage.speaker.phrase.lower().split())
        return parts | speaking if len(self._participants) <= 2 else speaking

    def _someone(self, clause: str, before: Sequence[Passage]) -> Resolved | None:
        found = _HE_SHE.search(clause)
        if not found:
            return None
        head = clause[: found.start()]
        if head and (not _OWN_SUBJECT.match(head) or persons(head, apart=())):
            return None
        word = found["who"].lower()
        for place, passage in enumerate(before):
            everyone = persons(passage.text, apart=self._apart(passage))
            if not everyone:
                if place and not re.search(rf"\b{word}\b", passage.text, re.IGNORECASE):
                    return None
                continue
            one = _only(everyone, Gender.FEMALE if word in _FEMALE else Gender.MALE)
            if one is None or groups(passage.text) or (one.name and one.name in clause):
                return None
            form = _form(word, clause[found.end() :])
            return None if form is None else _told(clause, found, one, passage, form)
        return None

    def _several(self, clause: str, before: Sequence[Passage]) -> Resolved | None:
        found = _THEY.match(clause)
        if not found or not before:
            return None
        passage = next((one for one in before if one.text.strip()), before[0])
        all_groups = groups(passage.text)
        rest = passage.text
        for one in all_groups:
            rest = rest.replace(passage.text[one.start : one.end], "")
        if len(all_groups) != 1 or not all_groups[0].usable or _PLURAL_THING.search(rest):
            return None
        near = re.split(r"(?<=[.!?])\s+(?=\S)", rest)[-1]
        if any(is_plural(word) and word.islower() for word in re.findall(r"[\w'-]+", near)):
            return None
        return _told(clause, found, all_groups[0], passage, "")


def _only(everyone: Sequence[Mention], gender: Gender) -> Mention | None:
    """The one who can be meant, among all who are spoken of."""
    fitting = [one for one in everyone if one.gender in {gender, Gender.UNKNOWN}]
    if len(fitting) != 1 or not fitting[0].usable:
        return None
    certain = fitting[0].gender is gender or len(everyone) == 1
    return fitting[0] if certain else None


def _form(word: str, after: str) -> str | None:
    """What marks an owner ("his boat"); None where "her" may be either ("saw her leave")."""
    following = _NOUN_AFTER.match(after)
    if word == "his":
        alone = following is not None and following[1] in AUXILIARIES  # "his is the latest"
        return None if alone else "'s"
    if word != "her" or not following:
        return ""
    noun = following[1]
    either = is_base(noun) or is_adverb(noun) or noun in _NO_NOUN or "-" in noun
    told = noun.endswith(("ing", "ed")) and noun not in _NOUNS
    return None if either or told else "'s"


def _thing(clause: str, before: Sequence[Passage]) -> Resolved | None:
    found = _IT.match(clause)
    if not found or not before:
        return None
    passage = next((one for one in before if one.text.strip()), before[0])
    sentence = re.split(r"(?<=[.!?])\s+", passage.text.strip())[-1]
    at = passage.text.rindex(sentence)
    named = things(sentence)
    if len(named) != 1 or not named[0].usable or sentence[-1] not in ".!?":
        return None
    one = named[0]
    moved = Mention(one.phrase, one.start + at, one.end + at, one.gender, usable=True)
    return _told(clause, found, moved, passage, "")


def _place(clause: str, before: Sequence[Passage]) -> Resolved | None:
    found = _THERE.search(clause)
    if not found or not before or places(clause[: found.start()]):
        return None
    for passage in before:
        known = places(passage.text)
        if len(known) == 1:
            one, way = known[0]
            way = "to" if _GOING.search(clause[: found.start()]) else way
            told = f"{clause[: found.start()]} {way} {one.phrase}{clause[found.end() :]}"
            return Resolved(told, passage.speaker, _evidence(passage, one))
        if known:
            return None
    return None


def _told(clause: str, found: re.Match[str], one: Mention, passage: Passage, form: str) -> Resolved:
    tail = found.groupdict().get("tail") or ""
    after = clause[found.end() :]
    verb = {"'s": " is", "'ll": " will", "'d": " would", "'re": " are", "'ve": " have"}.get(
        tail, ""
    )
    if tail == "'s" and re.match(r"\s+(?:been|got|had)\b", after):
        verb = " has"
    told = f"{clause[: found.start()]}{one.phrase}{form}{verb}{after}"
    return Resolved(
        told[:1].upper() + told[1:] if not found.start() else told,
        passage.speaker,
        _evidence(passage, one),
    )


def _evidence(passage: Passage, one: Mention) -> Evidence:
    start, end = passage.start + one.start, passage.start + one.end
    return Evidence(passage.chunk.id, start, end, passage.chunk.text[start:end])


def is_ours(resolved: Resolved, speaker: Speaker) -> bool:
    """Whether the clause can be told of one person's view: its "my" is the speaker's, or it has
    none but the other's.
    """
    if resolved.speaker.subject == speaker.subject:
        return True
    my = re.sub(r"^(?:My|Our)\b", "", resolved.clause)
    return _FIRST_PERSON.search(my) is None


def leaves_there(clause: str) -> str:
    """The clause without a "there" that points to nothing known."""
    return _THERE.sub("", clause)
