"""Grammar rules: from one clause to subject, predicate and object, told in the third person.

Only what the rules fully read becomes a statement. The words are those of the clause, with the
speaker's name and "they" in place of "I", and verbs made to agree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from mem.extraction import words
from mem.extraction.predicates import is_exclusive, normalised
from mem.extraction.subjects import Speaker

MAX_SUBJECT = 7
MIN_OBJECT = 1


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


_CONTRACTIONS = (
    (re.compile(r"\b(can)'?t\b|\bcannot\b", re.I), "can not"),
    (re.compile(r"\bwon't\b", re.I), "will not"),
    (re.compile(r"\b(do|does|did|have|has|had|is|are|was|were|could|should|would)n'?t\b", re.I), r"\1 not"),
    (re.compile(r"\b(i)'?m\b", re.I), "I am"),
    (re.compile(r"\b(we|they|you)'re\b", re.I), r"\1 are"),
    (re.compile(r"\b(i|we|they|you)'ve\b", re.I), r"\1 have"),
    (re.compile(r"\b(i|we|they|you|he|she|it)'ll\b", re.I), r"\1 will"),
    (re.compile(r"\bgonna\b", re.I), "going to"),
    (re.compile(r"\bwanna\b", re.I), "want to"),
    (re.compile(r"\b(?:have |has |'ve )?gotta\b", re.I), "have to"),
    (re.compile(r"\b(I|we) have got\b", re.I), r"\1 have"),
    (re.compile(r"\b(want|need|plan|hope|like|love)(?:in|ing)' ", re.I), r"\1ing "),
    (re.compile(r"\b(?:kinda|sorta|kind of|sort of)\s", re.I), ""),
)
_WOULD = re.compile(r"\b(i|we)'d\s+((?:really |also |always |never |just )*)(\w+)", re.I)
_PERSON = {
    "i": "they", "we": "they", "me": "them", "us": "them", "my": "their", "our": "their",
    "mine": "theirs", "ours": "theirs", "myself": "themselves", "ourselves": "themselves",
}  # fmt: skip
_TO_AM = re.compile(r"\b(they) am\b")
_WISHES = frozenset(
    "want plan hope intend need have like love aim wish expect mean prefer try going look forward "
    "would consider ought due about ready promise".split()
)
_EMPTY_VERBS = frozenset(
    "know guess see mean understand agree bet imagine suppose appreciate hear wonder thank let say "
    "hope believe remember doubt apologize apologise recommend suggest mention recall".split()
)
_FEELINGS = frozenset(
    "glad sorry sure happy excited ready proud thrilled grateful thankful curious afraid impressed "
    "fine good okay ok well here back done sad surprised jealous stoked pumped amazed touched so "
    "honored honoured certain aware speechless bored tired confused interested lucky blessed eager "
    "hopeful confident open available delighted pleased shocked stunned".split()
)
_NO_OBJECT = frozenset("it that this them those these him her you so one there here what".split())
_GERUND_VERBS = frozenset("is was has makes helps gives keeps lets takes means brings feels".split())


def read_clause(clause: str, speaker: Speaker, *, gapped: bool) -> Statement | None:
    """The statement that a clause makes, or None where the rules do not read it.

    `gapped` allows a clause without a subject ("Went to the dentist") to be the speaker's.
    """
    text = _expanded(clause)
    tokens = text.split()
    if len(tokens) < 3 or re.search(r"\b(?:you|your|yours|yourself|u|ur)\b", text, re.I):
        return None
    head = tokens[0].lower()
    if head in {"i", "we"}:
        return _first_person(tokens[1:], speaker, plural=head == "we")
    if head in words.PRONOUNS or head in {"let's", "please", "how", "if", "as", "not"}:
        return None
    return _noun_subject(tokens, speaker) or (_gapped(tokens, speaker) if gapped else None)


def _expanded(clause: str) -> str:
    text = _WOULD.sub(_had_or_would, clause)
    for pattern, replacement in _CONTRACTIONS:
        text = pattern.sub(replacement, text)
    return text


def _had_or_would(found: re.Match[str]) -> str:
    word = found[3].lower()
    tags = words.readings(word)
    past = word == "been" or ("participle" in tags and "base" not in tags)
    return f"{found[1]} {'had' if past else 'would'} {found[2]}{found[3]}"


def _gapped(tokens: list[str], speaker: Speaker) -> Statement | None:
    """A clause that leaves out "I": "Went to …", "Been working on …", "Going to …", "Just got …"."""
    low = [_bare(token) for token in tokens]
    at = next((i for i, word in enumerate(low[:3]) if word not in words.ADVERBS), 0)
    first, tags = low[at], words.readings(low[at])
    if first == "been":
        return _first_person(["have", *tokens], speaker, plural=False)
    if "ing" in tags and not any(word in _GERUND_VERBS for word in low[at + 1 :]):
        return _first_person(["am", *tokens], speaker, plural=False)
    if ("past" in tags and "base" not in tags) or (not tags and words.is_past(first)):
        return _first_person(tokens, speaker, plural=False)
    if first in {"excited", "hoping", "going"}:
        return _first_person(["am", *tokens], speaker, plural=False)
    return None


def _first_person(rest: list[str], speaker: Speaker, *, plural: bool) -> Statement | None:
    group = _verb_group([_bare(token) for token in rest])
    if group is None:
        return None
    phrase = f"{speaker.phrase} and others" if plural else speaker.phrase
    told = list(rest)
    if not plural:
        told[group.finite] = _agreeing(told[group.finite].lower(), group.past)
    body = third_person(" ".join(told))
    return _statement(
        rest, group, subject=speaker.subject, text=f"{phrase} {body}", own=True
    )


@dataclass(frozen=True, slots=True)
class _Group:
    """Places in the tokens after the subject: the finite verb, the main verb, what follows."""

    finite: int
    main: int
    after: int
    base: str
    tense: Tense
    negated: bool
    past: bool
    wish: bool


def _verb_group(low: list[str]) -> _Group | None:
    """Reads "really have not been working", "would love to open", "am going to visit"."""
    finite = _skip_adverbs(low, 0)
    if finite >= len(low) or finite > 3:
        return None
    negated = "never" in low[: finite + 2]
    at = finite
    while at < len(low) and (low[at] in words.AUXILIARIES or low[at] in words.ADVERBS or low[at] == "not"):
        if low[at] in {"have", "had", "do", "did"} and not _continues(low, at + 1):
            break
        negated = negated or low[at] in {"not", "never"}
        at += 1
    only_be = [word for word in low[finite:at] if word in words.BE]
    if at >= len(low):
        return None
    future = low[finite] in {"will", "shall"}
    past = low[finite] in {"was", "were", "had", "did"} or words.is_past(low[finite])
    if only_be and "ing" not in words.readings(low[at]) and low[at] != "going":
        place = max(i for i in range(finite, at) if low[i] in words.BE)
        return _Group(finite, place, place + 1, "be", _tense(past, future), negated, past, wish=False)
    if low[at] in words.AUXILIARIES or words.readings(low[at]) or low[at].endswith(("ed", "ing")) or at == finite:
        base = words.lemma(low[at])
        if at == finite and not words.readings(low[at]) and low[at] not in words.AUXILIARIES and not low[at].endswith("ed"):
            return None
        wish = _wishes(low, at)
        perfect = low[finite] == "have" and at > finite and not only_be
        return _Group(
            finite, at, at + 1, base, _tense(past or perfect, future or wish), negated, past, wish
        )
    return None


def _continues(low: list[str], at: int) -> bool:
    """Whether an auxiliary have or do is followed by its verb, so that it is not the main verb."""
    at = _skip_adverbs(low, at, also=frozenset({"not"}))
    if at >= len(low):
        return False
    tags = words.readings(low[at])
    return low[at] in {"been", "had"} or bool({"participle", "past"} & set(tags)) or (
        "base" in tags and low[at - 1] == "not"
    ) or (not tags and low[at].endswith("ed"))


def _wishes(low: list[str], at: int) -> bool:
    """Whether the verb only introduces another: "want to", "am going to", "thinking of going"."""
    following = low[at + 1 : at + 4]
    base = words.lemma(low[at])
    if base in {"think", "dream", "plan"} and following[:1] in (["of"], ["about"], ["on"]):
        return True
    if base == "look" and following[:2] in (["forward", "to"], ["for", "a"]):
        return True
    return (base in _WISHES or base == "go") and "to" in following[:2] and any(
        words.is_base(word) or word == "be" for word in following[1:]
    )


def _tense(past: bool, future: bool) -> Tense:
    return Tense.PAST if past else Tense.FUTURE if future else Tense.PRESENT


def _skip_adverbs(low: list[str], at: int, also: frozenset[str] = frozenset()) -> int:
    while at < len(low) and (low[at] in words.ADVERBS or low[at] in also):
        at += 1
    return at


def _agreeing(verb: str, past: bool) -> str:
    if verb in {"am", "are"}:
        return "is"
    if verb == "were":
        return "was"
    if past or verb in words.MODALS or verb in {"was", "had", "did"}:
        return verb
    return words.third_person(verb) if words.is_base(verb) or verb in {"have", "do"} else verb


def third_person(text: str) -> str:
    """First-person pronouns become they, them, their."""
    told = re.sub(
        r"\b(?:i|we|me|us|my|our|mine|ours|myself|ourselves)\b",
        lambda found: "US" if found[0] == "US" else _PERSON[found[0].lower()],
        text,
        flags=re.IGNORECASE,
    )
    return re.sub(r"\bthey was\b", "they were", _TO_AM.sub(r"\1 are", told))


def _statement(
    tokens: list[str], group: _Group, *, subject: str, text: str, own: bool
) -> Statement | None:
    low = [_bare(token) for token in tokens]
    if group.base in _EMPTY_VERBS and not group.wish:
        return None
    predicate, after = _predicate(low, group)
    told = third_person(" ".join(tokens[after:])).strip(" ,.!?;:")
    if not _substantial(low[after:], group, told):
        return None
    predicate, value = normalised(predicate, told)
    return Statement(
        subject=subject,
        predicate=predicate,
        object=value,
        text=re.sub(r"\s+", " ", text).strip(" ,.!?;:"),
        tense=group.tense,
        negated=group.negated,
        exclusive=is_exclusive(predicate, value, past=group.tense is Tense.PAST),
        own=own,
    )


def _predicate(low: list[str], group: _Group) -> tuple[str, int]:
    """The predicate's words and where its object starts: "be allergic to", "want to", "live in"."""
    after = _skip_adverbs(low, group.after, also=frozenset({"not"}))
    if group.base == "go" and group.wish:
        return "plan to", low.index("to", group.after) + 1
    if group.wish and "to" in low[after : after + 2] and group.base not in {"look"}:
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


def _substantial(rest: list[str], group: _Group, told: str) -> bool:
    """Whether an object says something by itself: not a pronoun, not a mere feeling."""
    content = words.content_words(told)
    if len(content) < MIN_OBJECT or not rest:
        return False
    if rest[0] in _NO_OBJECT and (len(rest) == 1 or group.base != "be") and rest[0] not in {"this", "that", "these", "those", "her"}:
        return False
    if rest[0] in {"this", "that", "these", "those"} and len(rest) < 3:
        return False
    return not (group.base == "be" and set(content[:2]) & _FEELINGS and len(content) < 3)


def _noun_subject(tokens: list[str], speaker: Speaker) -> Statement | None:
    """A clause whose subject is a noun: "My sister lives in …", "Painting helps me …"."""
    low = [_bare(token) for token in tokens]
    at = _finite_at(tokens, low)
    if at is None:
        return None
    raw = tokens[:at] if not tokens[at - 1].endswith("'s") or low[at - 1] != low[at] else tokens[:at]
    own = any(word in {"my", "our", "me", "us", "myself", "mine"} for word in low)
    named = tokens[0][:1].isupper() and not words.readings(low[0]) and low[0] not in words.DETERMINERS
    if not own and not named and low[0] != "the":
        return None
    subject = owned(" ".join(raw), speaker)
    group = _verb_group(low[at:])
    if group is None:
        return None
    body = owned(" ".join(tokens[at:]), speaker)
    text = f"{subject[:1].upper()}{subject[1:]} {body}"
    return _statement(tokens[at:], group, subject=subject, text=text, own=own)


def owned(text: str, speaker: Speaker) -> str:
    """"my" becomes the speaker's name in the possessive the first time, then "their"."""
    found = re.search(r"\b(?:my|our|me|us)\b", text, re.IGNORECASE)
    if not found:
        return third_person(text)
    name = speaker.possessive if found[0].lower() in {"my", "our"} else speaker.phrase
    if found.start() and name.startswith("The "):
        name = name[:1].lower() + name[1:]
    return text[: found.start()] + name + third_person(text[found.end() :])


def _finite_at(tokens: list[str], low: list[str]) -> int | None:
    """The place of the first finite verb after a noun subject; "X's" before an article counts."""
    for at in range(1, min(len(low), MAX_SUBJECT + 1)):
        tags = words.readings(low[at])
        if low[at] in words.AUXILIARIES and low[at] not in {"be", "been", "being"}:
            return at
        if "s" in tags or "past" in tags:
            return at
        if "base" in tags and low[at - 1].endswith("s") and low[at - 1] not in words.PREPOSITIONS:
            return at
        if low[at] in words.PRONOUNS or tokens[at - 1].endswith((",", ":")):
            return None
    return None


def _bare(token: str) -> str:
    return token.lower().strip(",.!?;:()\"“”…")
