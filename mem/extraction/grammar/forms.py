"""Grammar rules: from one clause to subject, predicate and object, told in the third person.

Only what the rules fully read becomes a statement. The words are those of the clause, with the
speaker's name and "they" in place of "I", and verbs made to agree.
"""

from __future__ import annotations

import re
from dataclasses import replace

from mem.extraction.grammar.objects import (
    is_complete,
    is_dangling,
    is_substantial,
    predicate_of,
    without_tail,
)
from mem.extraction.grammar.predicates import is_exclusive, normalised
from mem.extraction.grammar.pronouns import expanded, is_self_contained, owned, third_person
from mem.extraction.grammar.statement import Statement, Tense, bare, closed
from mem.extraction.grammar.verbs import VerbGroup, agreeing, verb_group
from mem.extraction.speaking.subjects import Speaker
from mem.extraction.vocabulary import words
from mem.extraction.vocabulary.people import TITLED, is_given_name

MAX_SUBJECT = 7
MOST_PRICED = 4  # words of a thing without an owner whose price is told
_EMPTY_VERBS = words.word_set(
    "know guess see mean understand agree bet imagine suppose appreciate wonder thank let say "
    "hope believe doubt wait apologize apologise recommend suggest mention recall"
)
_FILLERS = words.word_set("just also actually basically honestly literally simply")
_UNNAMED = (
    words.PRONOUNS
    | words.PREPOSITIONS
    | words.word_set(
        "their his her its such some every so must just more another both all any no most being "
        "when while if because then and or can could would should may might will whether than "
        "before during although even where how given half"
    )
)
#: "Opened in 1889, the tower …": the words before the comma say something of another subject.
_OTHER_CLAUSE = re.compile(
    r",\s+(?:(?:it|he|she|they|this|that)\s+\w+|(?:the|an?|his|her|its|their)\s+\w+\s+(?:is|was|has|"
    r"had|will|can|are|were)\b)"
)
#: What "would" states rather than imagines.
_WOULD = words.word_set("like love prefer hate rather want need")
_SAYING = words.word_set(
    "add offer say note mention thank point ask propose suggest know see hear emphasize annotate "
    "stress apologize remind argue submit invite encourage"
)
_AFTER_VERB = words.DETERMINERS | words.PREPOSITIONS
_ASKED = words.word_set("see know understand hear review check discuss ask get look explain tell")
_SOUGHT = words.word_set("way method command script list tool example idea ideas tips advice help")
_ATTRIBUTIVE = words.word_set("first second third last next other main only same best new")
_OWNING = words.word_set("a an the my our your his her its their")  # a noun follows
_RELATIVE_TO_TEXT = words.word_set("above below following latter former aforementioned")
_ATTRIBUTE = re.compile(
    r"^my (favou?rite [\w ]{2,30}|name|age|address|(?:phone|mobile) (?:number)?|email(?: address)?|"
    r"birthday|job|salary|rent|weight|height|budget|blood type|nickname)$"
)
_GERUND_VERBS = words.word_set(
    "is are was were has have had makes make helps help gives give keeps keep lets let takes means "
    "mean brings bring feels need needs reminds motivates seems will can gave made took brought "
    "kept helped costs cost went rose taught showed fills filled changed saved reminded felt got"
)


def read_clause(clause: str, speaker: Speaker, *, gapped: bool) -> Statement | None:
    """The statement that a clause makes, or None where the rules do not read it.

    `gapped` allows a clause without a subject ("Went to the dentist") to be the speaker's.
    """
    text = expanded(clause)
    tokens = text.split()
    if len(tokens) < 2 or re.search(r"\b(?:you|your|yours|yourself|u|ur)\b", text, re.IGNORECASE):
        return None
    head = tokens[0].lower()
    if head in {"i", "we"}:
        return _first_person(tokens[1:], speaker, company="others" if head == "we" else "")
    if "&I" in tokens[1:5]:
        at = tokens.index("&I")
        return _first_person(tokens[at + 1 :], speaker, company=third_person(" ".join(tokens[:at])))
    if head in words.PRONOUNS or head in {"let's", "please", "how", "if", "as", "not"}:
        return None
    return _noun_subject(tokens, speaker) or (_gapped(tokens, speaker) if gapped else None)


def _gapped(  # noqa: PLR0911 - one return per case
    tokens: list[str], speaker: Speaker
) -> Statement | None:
    """A clause that leaves out "I": "Went to …", "Been working on …", "Going to …"."""
    tokens = [tokens[0][:1].lower() + tokens[0][1:], *tokens[1:]]
    low = [bare(token) for token in tokens]
    if {"me", "us"} & set(low):  # "really made me think": something else did
        return None
    if len(tokens) < 4 or any(token[:1].isupper() for token in tokens[1:3]) or ":" in tokens[0]:
        return None
    at = next((i for i, word in enumerate(low[:3]) if not words.is_adverb(word)), 0)
    first, tags = low[at], words.readings(low[at])
    asked = set(low[at + 1 : at + 3]) & words.PRONOUNS and first in words.AUXILIARIES
    if asked or _OTHER_CLAUSE.search(" ".join(tokens)):
        return None  # "Did not we say …", "Standing six feet tall, he …"
    if first == "been":
        return _first_person(["have", *tokens], speaker)
    plan = low[at : at + 2] == ["going", "to"] and words.is_base("".join(low[at + 2 : at + 3]))
    if plan or ("ing" in tags and not has_finite(low, at + 1)):
        return _first_person(["am", *tokens], speaker)
    owed = low[at : at + 2] in (["need", "to"], ["have", "to"], ["want", "to"], ["must", "not"])
    if owed and words.is_base("".join(low[at + 2 : at + 3])):
        return _first_person(tokens, speaker)
    if "past" in tags and "base" not in tags and low[at + 1] not in {"by", "in", "as"}:
        said = "s" in words.readings(low[at + 1]) or low[at + 2] in words.MODALS
        return None if said else _first_person(tokens, speaker)
    if first == "excited":
        return _first_person(["am", *tokens], speaker)
    return None


def has_finite(low: list[str], start: int) -> bool:
    """Whether a verb with a subject of its own kind follows: "Seeing them smile made me glad"."""
    for at in range(start, len(low)):
        tags, before = words.readings(low[at]), low[at - 1]
        if low[at] in _GERUND_VERBS or (low[at] in words.MODALS and before not in words.PRONOUNS):
            return True
        if before in words.PRONOUNS or (words.is_adverb(before) and low[at - 2] in words.PRONOUNS):
            continue
        if "s" in tags or ("past" in tags and tags.keys().isdisjoint({"base", "participle"})):
            return True
        later = before if not words.is_adverb(before) else low[at - 2]
        if at > start and "base" in tags and (later == "all" or words.is_plural(later)):
            return True
        if words.is_adverb(before) and before.endswith("ly") and "past" in tags:
            return True
    return False


def _first_person(rest: list[str], speaker: Speaker, *, company: str = "") -> Statement | None:
    """What follows "I", or "we": `company` names who else the subject is."""
    rest = [
        token
        for at, token in enumerate(rest)
        if bare(token) not in _FILLERS or (at and bare(rest[at - 1]) == "not")
    ]
    group = verb_group([bare(token) for token in rest])
    if group is None:
        return None
    if speaker.to_assistant and _asks(rest, group):
        return None
    phrase = f"{speaker.phrase} and {company}" if company else speaker.phrase
    told = list(rest)
    if not company:
        told[group.finite] = agreeing(told[group.finite].lower(), past=group.past)
        told = _coordinated(told, group)
    body = third_person(" ".join(told))
    return _statement(rest, group, subject=speaker.subject, text=f"{phrase} {body}", own=True)


def _coordinated(told: list[str], group: VerbGroup) -> list[str]:
    """The words with a second present verb made to agree: "lives here and works at …"."""
    if group.main != group.finite or group.tense is not Tense.PRESENT or group.base == "be":
        return told
    low = [bare(token) for token in told]
    for at in range(group.after, len(low) - 2):
        if low[at] in {"to", "that", "who", "when", "if", "me", "them"}:
            break
        if low[at] == "and" and words.is_base(low[at + 1]) and low[at + 2] in _AFTER_VERB:
            told = [*told[: at + 1], words.third_person(low[at + 1]), *told[at + 2 :]]
    return told


def _asks(rest: list[str], group: VerbGroup) -> bool:
    """Whether the words ask the assistant for something: "I need the outline", "want to know",
    "am looking for a way".
    """
    low = [bare(token) for token in rest]
    if group.base == "look" and low[group.after : group.after + 1] == ["for"]:
        return bool(set(low[group.after : group.after + 5]) & _SOUGHT)
    if group.base not in {"need", "want", "like", "require"} or group.past:
        return False
    following = [word for word in low[group.after :] if word not in words.ADVERBS]
    return following[:1] == ["to"] and bool(set(following[1:2]) & _ASKED)


def _statement(
    tokens: list[str],
    group: VerbGroup,
    *,
    subject: str,
    text: str,
    own: bool,
    about: Speaker | None = None,
) -> Statement | None:
    low = [bare(token) for token in tokens]
    if group.base in _EMPTY_VERBS and not group.wish and not low[group.main].endswith("ing"):
        seen = group.base == "see" and group.past
        if not seen or not "".join(tokens[group.after : group.after + 1])[:1].isupper():
            return None
    if tokens[group.main].endswith((",", ";", ":")) or _is_imagined(low, group):
        return None
    predicate, after = predicate_of(low, group, tokens)
    text = text.replace("no_longer", "no longer")
    tokens = [token.replace("no_longer", "no longer") for token in tokens]
    told = third_person(" ".join(tokens[after:])).strip(" ,.!?;:")
    weighed = told
    if about is not None:
        told = owned(" ".join(tokens[after:]), about).strip(" ,.!?;:")
        weighed = f"{subject} {told}"
    told, alone = without_tail(told), is_complete(low, group, after)
    if not (alone or is_substantial(low[after:], group, weighed)):
        return None
    if not is_self_contained(text, "" if about else subject):
        return None
    whole = closed(re.sub(r"\s+", " ", text).strip(" ,.!?;:"))
    if whole is None or is_dangling(tokens[after:], group, noun=about is not None):
        return None
    predicate, value = normalised(predicate, told)
    return Statement(
        subject=subject,
        predicate=predicate,
        object=value,
        text=whole,
        tense=group.tense,
        negated=group.negated,
        exclusive=is_exclusive(predicate, value, past=group.tense is Tense.PAST),
        own=own,
    )


def _is_imagined(low: list[str], group: VerbGroup) -> bool:
    """Whether it is only supposed, or opens what is being said: "would argue", "would like to
    add".
    """
    if low[group.finite] != "would":
        return False
    if group.base not in _WOULD and "rather" not in low[group.finite : group.main]:
        return True
    following = [word for word in low[group.after :] if not words.is_adverb(word)]
    return following[:1] == ["to"] and bool(set(following[1:2]) & _SAYING)


def _noun_subject(tokens: list[str], speaker: Speaker) -> Statement | None:
    """A clause whose subject is a noun: "My sister lives in …", "Painting helps me …"."""
    low = [bare(token) for token in tokens]
    at = _finite_at(tokens, low)
    if at is None:
        return None
    while at > 1 and words.is_adverb(low[at - 1]):
        at -= 1
    own = any(word in {"my", "our", "me", "myself", "mine"} for word in low) or "us" in tokens
    named = all(
        token[:1].isupper() or low[place] in {"and", "&"} for place, token in enumerate(tokens[:at])
    )
    listed = is_given_name(tokens[0].removesuffix("'s"))
    named = (named and not words.readings(low[0])) or listed
    if (
        low[0] in _UNNAMED | words.AUXILIARIES
        or words.is_adverb(low[0])
        or "'" in low[0][:-2]
        or low[1] in _RELATIVE_TO_TEXT
    ):
        return None
    if not own and not named and low[0] != "the" and not _is_priced(low, at):
        return None
    if any(token[-1] == "," for token in tokens[:at]) and "and" not in low[:at]:
        return None
    subject = owned(" ".join(tokens[:at]), speaker)
    group = verb_group(low[at:])
    if group is None:
        return None
    body = owned(" ".join(tokens[at:]), speaker)
    text = f"{subject[:1].upper()}{subject[1:]} {body}"
    statement = _statement(tokens[at:], group, subject=subject, text=text, own=own, about=speaker)
    return statement and _attribute_of(statement, " ".join(low[:at]), speaker.subject)


def _is_priced(low: list[str], at: int) -> bool:
    """Whether a thing of up to four words has a price: "a day ticket costs 7.10"."""
    said = low[at + 1 : at + 5]
    told = low[at] in {"costs", "cost", "charges"} and any(one[-1:].isdigit() for one in said)
    rated = {"a", "per", "euros", "euro", "pounds", "dollars"} & set(said)
    if low[at] in {"is", "went", "goes", "rose", "fell"}:
        told = any(re.fullmatch(r"[£$€]?\d+(?:[.,]\d\d)?", one) for one in said) and bool(
            rated or any(one[:1] in "£$€" for one in said)
        )
    return told and at <= MOST_PRICED


def _attribute_of(statement: Statement, subject: str, owner: str) -> Statement:
    """ "My favourite film is X" is about the owner: predicate "have favourite film", one "
    "at a time."""
    if subject.endswith("'s name") and statement.predicate == "be":
        bearer = statement.subject.removesuffix("'s name")
        return replace(statement, subject=bearer, predicate="be named", exclusive=True)
    found = _ATTRIBUTE.match(subject)
    liked = statement.predicate.startswith("be") and subject.startswith("my fav")
    if not found or not (liked or statement.predicate in {"be", "have age"}):
        return statement
    if found[1] == "name":
        return replace(statement, subject=owner, predicate="be named", exclusive=True)
    return replace(statement, subject=owner, predicate=f"have {found[1]}", exclusive=True)


def _is_plain_past(low: list[str]) -> bool:
    tags = words.readings(low[0]) if low else {}
    return "past" in tags and "base" not in tags


def _is_person(tokens: list[str]) -> bool:
    """Whether the words are one person's name: "Marco", "Eva Brandt", "Dr. Smith"."""
    named = is_given_name(tokens[0]) or TITLED.fullmatch(tokens[0]) is not None
    return named and all(token[:1].isupper() for token in tokens)


def _finite_at(  # noqa: PLR0911 - one return per case
    tokens: list[str], low: list[str]
) -> int | None:
    """The place of the first finite verb after a noun subject; "X's" before an article counts."""
    gerund = "ing" in words.readings(low[0])
    led = low[0] in words.DETERMINERS
    for at in range(1, min(len(low), MAX_SUBJECT + 1)):
        shared = low[at] in {"her", "his"} and low[at - 1] == "and"
        if tokens[at - 1].endswith(":") or (low[at] in words.PRONOUNS and not shared):
            return None
        if not tokens[at][:1].islower() or (led and at == 1):
            continue
        if gerund and low[at] not in _GERUND_VERBS:
            continue
        tags = words.readings(low[at])
        if low[at] in words.AUXILIARIES and low[at] not in {"be", "been", "being"}:
            return at
        if low[at - 1] in _ATTRIBUTIVE | _OWNING or (
            "s" in tags and _is_plain_past(low[at + 1 : at + 2])
        ):
            continue  # a noun: "the first thought", "the logs listed"
        if "s" in tags or (
            "past" in tags
            and ("base" not in tags or low[0] in {"my", "our"} or _is_person(tokens[:at]))
        ):
            return at
        if low[at] == "cost" and at > 1:
            return at
        plural = words.is_plural(low[at - 1]) or "and" in low[1:at]
        if (
            "base" in tags
            and plural
            and low[at] not in words.PREPOSITIONS  # "moments like these"
            and not gerund
            and low[at - 1] not in words.PREPOSITIONS | {"and"}
        ):
            return at
        listed = "and" in low[at : at + 4]
        if tokens[at - 1].endswith(",") and not listed:
            return None
    return None
