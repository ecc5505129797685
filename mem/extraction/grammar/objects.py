"""What follows the verb: the rest of the predicate, and whether the object says something."""

from __future__ import annotations

import re

from mem.extraction.grammar.statement import Tense, bare
from mem.extraction.grammar.verbs import VerbGroup
from mem.extraction.vocabulary import words

_FEELINGS = words.word_set(
    "glad sorry sure happy excited ready proud thrilled grateful thankful curious afraid impressed "
    "fine good okay ok well here back done sad surprised jealous stoked pumped amazed touched so "
    "honored honoured certain aware speechless bored tired confused interested lucky blessed eager "
    "hopeful confident open available delighted pleased shocked stunned"
)
_NO_OBJECT = words.word_set("it that this them those these him her you so one there here what")
#: How sure someone is of what follows: that says nothing of them.
_STANCES = words.word_set("sure certain unsure curious aware convinced positive")
_POINTERS = words.word_set("this that these those")
_NOT_NOUNS = (
    words.PREPOSITIONS
    | words.ADVERBS
    | words.AUXILIARIES
    | words.word_set("one asap until when because and or but if while i they we he she it")
)
#: Participles that say what someone is like.
_NO_PASSIVE = words.word_set(
    "married engaged divorced separated scared tired excited surprised inspired amazed interested "
    "motivated determined worried relieved done gone used known lost supposed meant allowed "
    "stressed bored thrilled retired dressed ready obsessed blessed touched moved involved "
    "prepared related concerned located based named called"
)
_WED = words.word_set("married engaged divorced separated")
#: What a thing does at a time, and nothing more is said.
DATED_VERBS = words.word_set("expire end begin start reopen")
_LIFE_VERBS = words.word_set("graduate retire quit marry divorce resign emigrate die separate")
_PARTING = words.word_set("break split")  # with "up", of a couple
#: What one does or does not do, without more.
_HABITS = words.word_set("swim drive cook drink smoke sing dance ski snore drive travel")
_OFTEN = words.word_set(
    "often once twice again every regularly sometimes usually always daily weekly"
)
_CLAUSAL = words.AUXILIARIES | words.PRONOUNS | words.DETERMINERS | words.ADVERBS
_DOING = words.word_set("using going being having doing working moving with")
_OF = words.word_set("with of who from in at")
_ANYMORE = re.compile(r"\s*\b(?:anymore|any more|any longer)$", re.IGNORECASE)
_DEGREE = words.word_set(
    "really very so too quite pretty super truly deeply still completely totally"
)


def predicate_of(low: list[str], group: VerbGroup, tokens: list[str]) -> tuple[str, int]:
    """The predicate's words and where its object starts: "be allergic to", "want to", "live in".

    `low` are the `tokens` in lower case.
    """
    after = group.after
    while after < len(low) - 1 and (
        low[after] in _DEGREE
        or low[after] == "not"
        or (group.base == "be" and words.is_adverb(low[after]))
    ):
        after += 1
    if group.base == "go" and group.wish:
        return "plan to", low.index("to", group.after) + 1
    if group.wish and "to" in low[after : after + 2] and group.base != "look":
        return f"{group.base} to", low.index("to", after) + 1
    parts = [group.base]
    if (
        group.base == "be"
        and after + 1 < len(low)
        and _is_adjective(low, after)
        and (not tokens[after][:1].isupper())
    ):
        parts.append(low[after])
        after += 1
    elif group.base == "be" and after < len(low) and low[after] in words.PREPOSITIONS:
        return f"be {low[after]}", after + 1
    for _ in range(2):
        if after < len(low) - 1 and low[after] in words.PREPOSITIONS:
            parts.append(low[after])
            after += 1
    if group.tense is Tense.FUTURE and not group.wish:
        return "plan to", group.main - (low[group.main - 1] == "be")
    if _is_passive(low, group, after):
        where = low[after + 1 : after + 2] if after + 2 < len(low) else []
        return " ".join([group.base, low[after], *where]), after + 1 + len(where)
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
    first = next((word for word in rest if word not in words.ADVERBS), "")
    felt = set(content[:2]) & _FEELINGS and len(content) < 3
    return not (group.base == "be" and (felt or first in _STANCES))


def _is_passive(low: list[str], group: VerbGroup, after: int) -> bool:
    """Whether "was stolen" or "got engaged" says it all, or all but when and where."""
    if group.base not in {"be", "get"} or after >= len(low):
        return False
    if low[after] in _NO_PASSIVE and not (group.base == "get" and low[after] in _WED):
        return False
    tags = words.readings(low[after])
    done = "participle" in tags or (not tags and len(low[after]) > 4 and low[after].endswith("ed"))
    happened = group.base == "get" or "been" in low[: group.main + 1] or group.past
    return done and happened and (after + 1 == len(low) or low[after + 1] in words.PREPOSITIONS)


def is_complete(low: list[str], group: VerbGroup, after: int) -> bool:
    """Whether nothing need follow the verb: "retired", "can not swim", "was stolen"."""
    if group.base in _PARTING and low[after:] == ["up"]:
        return True
    if [word for word in low[after:] if not words.is_adverb(word) and word != "anymore"]:
        return False
    if group.base in _LIFE_VERBS:
        return group.tense is Tense.PAST
    if group.base in DATED_VERBS:
        return group.tense is not Tense.PAST
    if group.base in _HABITS:
        return group.negated or (group.tense is Tense.PRESENT and "can" in low[: group.main])
    return after > group.after and _is_passive(low, group, group.after)


def is_dangling(rest: list[str], group: VerbGroup, *, noun: bool) -> bool:
    """Whether the object leans on a pronoun that nothing in it explains: "keep that in mind".

    After a noun (`noun`), only a pronoun that opens the object does.
    """
    low = [bare(token) for token in rest]
    if group.base == "go" and ((low[:1] and low[0] in _OFTEN) or low[:2] == ["a", "few"]):
        return True
    for at, word in enumerate(low[:1] if noun else low):
        if word.split("'")[0] not in _POINTERS | {"it", "them"}:
            continue
        following = low[at + 1] if at + 1 < len(low) else ""
        tags = words.readings(following)
        sorted_out = "participle" in tags and low[at + 2 : at + 3] in ([], ["out"], ["up"])
        subject = following in words.AUXILIARIES or "s" in tags or following in _DOING
        subject = subject or sorted_out
        ends = rest[at].endswith((",", ";", ":", ".")) or not following
        leaning = subject or following in _NOT_NOUNS - (_OF if word == "those" else set())
        if word in _POINTERS and not ends and not leaning:
            continue  # a determiner, or "those with"
        clausal = not ends and (following in _CLAUSAL or following not in _NOT_NOUNS)
        if word == "that" and at and low[at - 1] not in words.PREPOSITIONS and clausal:
            continue  # a relative clause
        if word in _POINTERS or not any(_is_named(token) for token in rest[:at]):
            return True
    return False


def _is_named(token: str) -> bool:
    """Whether a word before a pronoun may be what it stands for, or lead to it."""
    low = bare(token)
    return low in words.DETERMINERS or token[:1].isupper() or words.is_plural(low) or low.isdigit()


def without_tail(told: str) -> str:
    """The object without "anymore", which the statement keeps."""
    return _ANYMORE.sub("", told)
