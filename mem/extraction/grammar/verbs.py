"""The verb of a clause: where it stands, what tense it has, how it agrees with "she".

Reads chains of auxiliaries ("have not been working", "would love to open") from left to right.
"""

from __future__ import annotations

from dataclasses import dataclass

from mem.extraction.grammar.statement import Tense
from mem.extraction.vocabulary import words

_WISHES = words.word_set(
    "want plan hope intend need have like love aim wish expect mean prefer try going look forward "
    "would consider ought due about ready promise"
)
#: What one does: "did research", "do work".
_DONE = words.word_set("research work exercise practice paint play design dance cook sport track")
_DO = words.word_set("do does did")
#: Auxiliaries that can be the verb itself: "has two rooms".
_FULL = _DO | words.word_set("have has had")
_BETWEEN = words.word_set("not forward able ready about due")
_STATES = words.word_set("live work be have know play love like want own use hate do run")


@dataclass(frozen=True, slots=True)
class VerbGroup:
    """Places in the tokens after the subject: the finite verb, the main verb, what follows."""

    finite: int
    main: int
    after: int
    base: str
    tense: Tense
    negated: bool
    past: bool
    wish: bool


def verb_group(low: list[str]) -> VerbGroup | None:
    """Reads "really have not been working", "would love to open", "am going to visit"."""
    finite = _skip_adverbs(low, 0)
    if finite >= len(low) or finite > 3 or low[finite] == "better":
        return None
    negated = bool({"never", "no_longer"} & set(low[: finite + 2]))
    at = finite
    while at < len(low) and (
        low[at] in words.AUXILIARIES or words.is_adverb(low[at]) or low[at] == "not"
    ):
        if low[at] in _FULL and not _continues(low, at + 1):
            break
        negated = negated or low[at] in {"not", "never", "no_longer"}
        at += 1
    only_be = [word for word in low[finite:at] if word in words.BE]
    if at >= len(low):
        return None
    future = low[finite] in {"will", "shall"}
    past = low[finite] in {"was", "were", "had", "did"} or words.is_past(low[finite])
    if only_be and not words.is_gerund(low[at]):
        place = max(i for i in range(finite, at) if low[i] in words.BE)
        return VerbGroup(
            finite, place, place + 1, "be", _tense(past, future), negated, past, wish=False
        )
    denied = low[at - 1] == "not" and low[finite] in _DO
    a_verb = at == finite or words.readings(low[at]) or low[at].endswith(("ed", "ing"))
    if not a_verb and not denied:
        return None
    base, known = words.lemma(low[at]), low[at] in words.AUXILIARIES or words.readings(low[at])
    if at == finite and not known and not _like_a_verb(low[at]):
        return None
    wish = _wishes(low, at)
    past_or_done = past or _is_perfect(low, finite, at, base, progressive=bool(only_be))
    return VerbGroup(
        finite, at, at + 1, base, _tense(past_or_done, future or wish), negated, past, wish
    )


def _is_perfect(low: list[str], finite: int, at: int, base: str, *, progressive: bool) -> bool:
    """Whether "have" puts the verb in the past: not of what still lasts ("have lived … since")."""
    if low[finite] not in {"have", "has"} or at == finite or progressive:
        return False
    lasting = {"since", "for"} & set(low[at:]) or "always" in low[finite:at]
    return not (base in _STATES and lasting)


def _like_a_verb(word: str) -> bool:
    """Whether an unlisted word after "I" can be its verb ("I crochet")."""
    return word.replace("-", "").isalpha() and len(word) > 3 and word not in words.PREPOSITIONS


def _continues(low: list[str], at: int) -> bool:
    """Whether an auxiliary have or do is followed by its verb, so that it is not the main verb."""
    start, at = at, _skip_adverbs(low, at, also=frozenset({"not"}))
    if at >= len(low):
        return False
    tags = words.readings(low[at])
    emphatic = low[start - 1] in _DO and (
        low[at] in {"have", "do"} or ("base" in tags and low[at] not in _DONE)
    )
    denied = low[start - 1] in _DO and "not" in low[start:at]
    return (
        low[at] in {"been", "had"}
        or emphatic
        or (denied and low[at] not in words.DETERMINERS)
        or bool({"participle", "past"} & set(tags))
        or ("base" in tags and "not" in low[start:at])
        or (not tags and low[at].endswith("ed"))
    )


def _wishes(low: list[str], at: int) -> bool:
    """Whether the verb only introduces another: "want to", "am going to", "thinking of going"."""
    following = low[at + 1 : at + 4]
    base = words.lemma(low[at])
    if base in {"think", "dream", "plan"} and following[:1] in (["of"], ["about"], ["on"]):
        return True
    if base == "look" and following[:2] in (["forward", "to"], ["for", "a"]):
        return True
    led = following[:1] == ["to"] or (
        following[1:2] == ["to"] and (following[0] in _BETWEEN or words.is_adverb(following[0]))
    )
    if low[at] == "going" and led and following[2:3] and following[2] in words.DETERMINERS:
        return True
    return (
        (base in _WISHES or low[at] == "going")
        and led
        and any(words.is_base(word) or word == "be" for word in following[1:])
    )


def _tense(past: bool, future: bool) -> Tense:
    return Tense.PAST if past else Tense.FUTURE if future else Tense.PRESENT


def _skip_adverbs(low: list[str], at: int, also: frozenset[str] = frozenset()) -> int:
    while at < len(low) and (words.is_adverb(low[at]) or low[at] in also):
        at += 1
    return at


def agreeing(verb: str, *, past: bool) -> str:
    """The finite verb after "I" as it is after a name: "am" → "is", "work" → "works"."""
    if verb in {"am", "are"}:
        return "is"
    if verb == "were":
        return "was"
    if past or verb in words.MODALS or verb in {"was", "had", "did"}:
        return verb
    present = words.is_base(verb) or verb in {"have", "do"}
    unlisted = not words.readings(verb) and _like_a_verb(verb) and not verb.endswith("ed")
    return words.third_person(verb) if present or unlisted else verb
