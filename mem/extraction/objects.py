"""What follows the verb: the rest of the predicate, and whether the object says something."""

from __future__ import annotations

from mem.extraction import words
from mem.extraction.statement import Tense
from mem.extraction.verbs import VerbGroup

_FEELINGS = words.word_set(
    "glad sorry sure happy excited ready proud thrilled grateful thankful curious afraid impressed "
    "fine good okay ok well here back done sad surprised jealous stoked pumped amazed touched so "
    "honored honoured certain aware speechless bored tired confused interested lucky blessed eager "
    "hopeful confident open available delighted pleased shocked stunned"
)
_NO_OBJECT = words.word_set("it that this them those these him her you so one there here what")
_POINTERS = words.word_set("this that these those")
_NOT_NOUNS = (
    words.PREPOSITIONS
    | words.ADVERBS
    | words.AUXILIARIES
    | words.word_set("one asap until when because and or but if while i they we he she it")
)
_DEGREE = words.word_set(
    "really very so too quite pretty super truly deeply still completely totally"
)


def predicate_of(low: list[str], group: VerbGroup) -> tuple[str, int]:
    """The predicate's words and where its object starts: "be allergic to", "want to", "live in"."""
    after = group.after
    skipped = _DEGREE | words.ADVERBS if group.base == "be" else _DEGREE
    while after < len(low) - 1 and (low[after] in skipped or low[after] == "not"):
        after += 1
    if group.base == "go" and group.wish:
        return "plan to", low.index("to", group.after) + 1
    if group.wish and "to" in low[after : after + 2] and group.base != "look":
        return f"{group.base} to", low.index("to", after) + 1
    parts = [group.base]
    if group.base == "be" and after + 1 < len(low) and _is_adjective(low, after):
        parts.append(low[after])
        after += 1
    elif group.base == "be" and after < len(low) and low[after] in words.PREPOSITIONS:
        return f"be {low[after]}", after + 1
    for _ in range(2):
        if after < len(low) - 1 and low[after] in words.PREPOSITIONS:
            parts.append(low[after])
            after += 1
    if group.tense is Tense.FUTURE and not group.wish:
        return "plan to", group.main
    return " ".join(parts), after


def _is_adjective(low: list[str], at: int) -> bool:
    """Whether `low[at]` is what "be … to" says: an adjective or participle before a preposition."""
    return (
        low[at] not in words.DETERMINERS
        and low[at] not in words.PREPOSITIONS
        and low[at][:1].isalpha()
        and low[at + 1] in words.PREPOSITIONS
        and low[at + 1] not in {"like", "without", "under"}
    )


def is_substantial(rest: list[str], group: VerbGroup, told: str) -> bool:
    """Whether an object says something by itself: not a pronoun, not a mere feeling."""
    content = words.content_words(told)
    if len(content) < 1 or not rest:
        return False
    if rest[0] in {"when", "while", "if", "because", "since", "whenever", "until"}:
        return False
    if (
        rest[0] in _NO_OBJECT
        and (len(rest) == 1 or group.base != "be")
        and rest[0] not in _POINTERS | {"her"}
    ):
        return False
    if rest[0] in _POINTERS and (len(rest) < 3 or rest[1] in _NOT_NOUNS):
        return False
    if rest[-1] in _POINTERS | {"it", "them", "one", "him", "her"}:
        return False
    return not (group.base == "be" and set(content[:2]) & _FEELINGS and len(content) < 3)
