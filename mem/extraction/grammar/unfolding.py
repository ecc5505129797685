"""From a sentence that says several things to simple ones that say one each.

Each comes with the words of the sentence that say it. What is not clearly several statements is
left as it is; nothing but a repeated subject and "is" is added.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from mem.extraction.grammar.objects import without_tail
from mem.extraction.grammar.statement import Tense, bare
from mem.extraction.grammar.verbs import VerbGroup, verb_group
from mem.extraction.vocabulary import words

_NOUN = (
    r"(?:(?:[Mm]y|[Oo]ur|[Tt]he) (?:[a-z][\w'-]* ){0,2}?[a-z][\w'-]+(?: [A-Z][\w'-]+){0,2}"
    r"|[A-Z][\w'-]+(?: [A-Z][\w'-]+)?)"
)
_RELATIVE = re.compile(rf"^(?P<who>{_NOUN}), who(?P<what>(?:'s)? [^,]{{3,80}}), (?P<rest>.+)$")
_APPOSITION = re.compile(
    rf"^(?P<who>{_NOUN}), (?P<what>(?:an?|the|my|our) [^,]{{2,60}}), (?P<rest>.+)$"
)
_SUBORDINATE = words.word_set(
    "who that which when where if because while after before since how what whether whose until "
    "i we he she they you it though although as"
)
_LINKING = words.word_set("be feel get become look seem have do go help let make try")
_THEN = words.word_set("then later finally also only eventually soon now afterwards")
_LEAD = re.compile(
    r"^(?:(?:last|next|this|on|in|over|during|yesterday|today|tonight|earlier|one|two|three|a few|"
    r"a couple|\d+)\b[\w ]{0,30}?,?\s+)(?=(?:I|[Ww]e|[Mm]y|[Oo]ur)\b)",
    re.IGNORECASE,
)
_DEFINITE = re.compile(r"^(?:an?|the|my|our) (?:[\w'-]+ ){0,2}[\w'-]+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """A simple sentence, and the words of the whole one that say it (None: all of them)."""

    text: str
    core: str | None = None


def unfold(text: str) -> list[Part]:
    """The simple sentences of one without markup and openers, from left to right."""
    return [part for one in _appositions(text) for part in _coordinated(one)]


def _appositions(text: str) -> Iterator[Part]:
    """ "My dad, who is a pilot, retired" and "Marta, my landlady, lives here" as two each."""
    for pattern, verb in ((_RELATIVE, ""), (_APPOSITION, " is")):
        found = pattern.match(text)
        if not found or not _starts_with_verb(found["rest"]):
            continue
        about = found["what"].replace("'s ", " is ", 1) if not verb else f" {found['what']}"
        if verb or _starts_with_verb(about):
            yield Part(f"{found['who']}{verb}{about}", text[: found.end("what")])
            yield Part(f"{found['who']} {found['rest']}", text)
            return
    yield Part(text)


def _starts_with_verb(text: str) -> bool:
    low = [bare(token) for token in text.split()]
    at = next((place for place, word in enumerate(low) if not words.is_adverb(word)), 0)
    tags = words.readings(low[at])
    finite = low[at] in words.AUXILIARIES - {"be", "been", "being"}
    return finite or bool({"s", "past"} & set(tags)) or low[at].endswith("ed")


def _coordinated(part: Part) -> Iterator[Part]:
    """Two verbs of one subject, or two whole clauses, joined by "and"."""
    tokens = part.text.split()
    low = [bare(token) for token in tokens]
    opening = _LEAD.match(part.text)
    lead = len(opening[0].split()) if opening else 0
    verb = _verb_at(tokens, low, lead)
    group = verb_group(low[verb:]) if verb is not None else None
    if verb is None or group is None:
        yield part
        return
    for at in range(verb + group.after + 1, len(low) - 1):
        if low[at] not in {"and", "but"} or tokens[at - 1].endswith((";", ":")):
            continue
        if set(low[verb + group.after : at]) & _SUBORDINATE:
            break
        if again := _second(tokens, low, at, verb, group, lead):
            stops = [*_listed(tokens, low, verb + group.after + 1, at), at]
            for begin, stop in pairwise([0, *stops]):
                said = " ".join(tokens[begin:stop]).rstrip(" ,")
                whole = said if not begin else " ".join([*tokens[:verb], said])
                yield Part(whole, said if part.core in {None, part.text} else part.core)
            core = " ".join(tokens[at + 1 :])
            yield from _coordinated(Part(again, core))
            return
    yield part


def _listed(tokens: list[str], low: list[str], start: int, stop: int) -> Iterator[int]:
    """Where further verbs of a list begin: "played games, ate well and …"."""
    for at in range(start, stop - 1):
        tags = words.readings(low[at])
        plain_past = "past" in tags and "base" not in tags
        if tokens[at - 1].endswith(",") and plain_past:
            yield at


def _second(
    tokens: list[str], low: list[str], at: int, verb: int, group: VerbGroup, lead: int
) -> str | None:
    """The second statement in words of its own, or None where "and" joins something else."""
    start = at + 1
    while start < len(low) - 1 and (words.is_adverb(low[start]) or low[start] in _THEN):
        start += 1
    if _opens_clause(tokens, low, at + 1):
        return " ".join([*tokens[:lead], *tokens[at + 1 :]])
    if _goes_on(low, start, group):
        return " ".join([*tokens[:verb], *tokens[at + 1 :]])
    return _done_next(tokens, low, at, verb, group, start)


def _done_next(
    tokens: list[str], low: list[str], at: int, verb: int, group: VerbGroup, start: int
) -> str | None:
    """What someone did next: "sold the car and bought a bike"."""
    if group.finite != group.main or not group.past or start >= len(low) - 1:
        return None
    tags = words.readings(low[start])
    plain_past = "past" in tags and "base" not in tags
    regular = low[start].endswith("ed")
    if not (plain_past or (not tags and regular and len(low[start]) > 4)):
        return None
    if (regular and group.base in _LINKING) or low[start + 1] in {"and", "or", "by"}:
        return None
    rest = list(tokens[at + 1 :])
    thing = without_tail(" ".join(tokens[verb + group.after : at])).strip(" ,")
    thing = re.sub(r" (?:in|on|last|at|during|two|three|a)\b.*$", "", thing)
    place = start - at
    if low[start + 1] in {"it", "them"}:
        if not _DEFINITE.match(thing) or low[start + 1] == "them":
            return None
        rest[place] = re.sub(r"^an? ", "the ", thing, flags=re.IGNORECASE)
    return " ".join([*tokens[:verb], *rest])


def _goes_on(low: list[str], start: int, group: VerbGroup) -> bool:
    """Whether what has become of it follows: "… and is now a driver", "… and now work as …"."""
    if group.tense is not Tense.PAST or start >= len(low) - 1:
        return False
    if low[start] in {"is", "are", "am"}:
        return "now" in low[start - 1 : start + 3]
    lasts = words.is_base(low[start]) or "s" in words.readings(low[start])
    led = low[start + 1] in words.PREPOSITIONS | words.DETERMINERS
    return lasts and led and (low[start - 1] == "now" or low[-1] == "now")


def _opens_clause(tokens: list[str], low: list[str], start: int) -> bool:
    """Whether a noun with a verb of its own stands at `start`: "and the permit expires …"."""
    if low[start] not in {"the", "my", "our"}:
        return False
    for at in range(start + 2, min(start + 5, len(low) - 1)):
        if low[at - 1] in words.PREPOSITIONS | words.PRONOUNS | {"but", "and", "or"}:
            return False
        if tokens[at - 1].endswith((",", ";")) or not tokens[at][:1].islower():
            return False
        tags = words.readings(low[at])
        if low[at] in words.AUXILIARIES or "s" in tags or ("past" in tags and "base" not in tags):
            following = low[at + 1]
            return following in words.DETERMINERS | words.PREPOSITIONS | words.BE or (
                low[at] in words.AUXILIARIES
            )
    return False


def _verb_at(tokens: list[str], low: list[str], lead: int) -> int | None:
    """Where the words after the subject begin: after "I", or at the verb after a noun."""
    for first in ("I", "We", "we", "&I"):
        if first in tokens[lead : lead + 5] and (first == "&I" or tokens[lead] == first):
            return tokens.index(first, lead) + 1
    if lead >= len(low):
        return None
    named = tokens[lead][:1].isupper() or low[lead] in {"my", "our", "the"}
    if not named or low[lead] in words.PRONOUNS or words.readings(low[lead]):
        return None
    for at in range(lead + 1, min(lead + 6, len(low))):
        tags = words.readings(low[at])
        if low[at] in words.AUXILIARIES or (
            "past" in tags and "base" not in tags and tokens[at].islower()
        ):
            return at
        if low[at] in words.PREPOSITIONS | {"and", "or"}:
            return None
    return None
