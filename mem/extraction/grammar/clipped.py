"""Telegraphic sentences made whole: "Moved to Lyon", "Rent is now 780", "Car: blue Skoda".

Only for a person's own words. What is left out is put back ("I", "my", "am") where the form admits
no other reading; headings, orders, steps and notes of changes to a thing stay as they are.
"""

from __future__ import annotations

import re

from mem.extraction.grammar.forms import has_finite
from mem.extraction.grammar.pronouns import third_person
from mem.extraction.grammar.statement import Statement, Tense, bare
from mem.extraction.speaking.subjects import Speaker
from mem.extraction.vocabulary import words
from mem.extraction.vocabulary.belongings import is_belonging, is_figure, is_kept, is_occasion
from mem.extraction.vocabulary.people import is_given_name

MOST_BARE = 3  # words of a sentence about a bare noun that say too little
MOST_WORDS = 7  # of what a day is kept for
#: What one does to a text, a program or a dish: without "I" it is a note of a change or a step.
_WORK_STEPS = words.word_set(
    "add change remove fix update improve rename refactor implement support merge replace revert "
    "bump upgrade deprecate drop use set configure install create test document mix bake combine "
    "cook boil stir check correct clean delete enable disable handle include convert release "
    "publish submit file copy extend reduce separate split reorganise write"
)
#: Verbs that can stand before a preposition, so that their past is no participle there.
_INTRANSITIVE = words.word_set(
    "move go come run walk drive fly travel fall arrive stay live return sleep sit stand wake swim "
    "sail cycle hike talk speak dance sing cry laugh work start finish graduate retire enrol "
    "enroll register apply look listen agree dine eat meet get give sign turn settle emigrate "
    "relocate volunteer commute train switch"
)
_ARRIVING = words.word_set("come go arrive arise follow appear happen")
_SAME_PAST = words.word_set("quit put cut let hit hurt")
_STATES = words.word_set("hate love need want dislike miss adore")
_DENYING = words.word_set("can't cannot couldn't don't didn't haven't")
_LIKED = _STATES | words.word_set("like know have eat drink understand care mind smoke")
#: What a body or a taste does not allow.
_BORNE = words.word_set("eat drink stand sleep drive swim bear tolerate have wear walk lift afford")
#: What one is at for long, with the words that tell it from a heading.
_DOING = {
    "working": words.word_set("at for as from"),
    "living": words.word_set("in at on with"),
    "staying": words.word_set("in at with"),
    "studying": words.word_set("at"),
    "teaching": words.word_set("at"),
}
_PARTICLES = words.word_set("up off out back down")
#: What only a person is.
_OF_A_PERSON = re.compile(
    r"allergic|intolerant|afraid|scared|married|engaged|divorced|widowed|pregnant|vegetarian|vegan|"
    r"diabetic|asthmatic|epileptic|dyslexic|anaemic|coeliac|unemployed|self-employed|retired|fluent|"
    r"homesick|(?:left|right)-handed|(?:short|long|near|far)-?sighted|colou?r-?blind|teetotal|"
    r"lactose-intolerant"
)
_SOMEONE = words.word_set("i you he she it they me us what which who")
_OWN = words.word_set("my our me us")
#: "Opened in 1889, the tower …": the words before the comma say something of another subject.
_OTHER_CLAUSE = re.compile(r",\s+(?:the|it|he|she|they|this|that|[A-Z]\w+)\s+\w+")
_KEYED = re.compile(r"^(?P<key>[A-Z][a-z'-]+(?: [a-z][a-z'-]+){0,2}): (?P<value>\w.{1,160})$")
_AT = re.compile(r" at (?:\d{1,2}(?:[:.]\d\d)?(?: ?[ap]m)?|noon|midnight)$", re.IGNORECASE)


def completed(clause: str, *, stopped: bool, dated: bool) -> str | None:
    """The clause with its "I", "I am" or "my" put back, or None where it may be something else.

    `stopped`: a mark ends the sentence, as it ends no heading; `dated`: it names a time.
    """
    tokens = clause.replace("’", "'").split()
    low = [bare(token) for token in tokens]
    if not tokens or any(":" in token for token in tokens[:5]) or _titled(tokens):
        return None
    if _SOMEONE & set(low) or low[0] in {"this", "that", "there"}:
        return None
    at = next((i for i, word in enumerate(low[:3]) if not words.is_adverb(word)), len(low))
    if at >= len(low):
        return None
    if _is_mine(tokens, low):
        lead = "My"
    elif _OF_A_PERSON.fullmatch(low[at]):
        led = low[at + 1 : at + 2]
        alone = not led or led[0] in words.PREPOSITIONS | {"since", "and", "but"}
        lead = "I am" if alone and stopped else ""
    elif len(low) - at < (2 if dated else 3):
        lead = ""
    else:
        lead = _lead(low, at, stopped=stopped) or "I" * _is_past(tokens, low, at, dated=dated)
    return f"{lead} {low[0]} {' '.join(tokens[1:])}".strip() if lead else None


def _lead(low: list[str], at: int, *, stopped: bool) -> str:
    """What a verb that is not in the past leaves out before it: "I", "I am", "I have"."""
    first, led = low[at], low[at + 1]
    if first in _DENYING:
        allowed = {"don't": _LIKED, "can't": _BORNE, "cannot": _BORNE}.get(first)
        return "I" * (led in allowed if allowed is not None else words.is_base(led))
    if [first, led] in (["have", "to"], ["must", "not"], ["going", "to"]):
        owed = words.is_base("".join(low[at + 2 : at + 3]))
        return ("I am" if first == "going" else "I") * owed
    if first in _STATES:
        return "I" * _takes(low, at)
    if [first, led] in (["back", "in"], ["back", "at"]):
        return "I am" * ("since" in low[2:] or low[-2:] == ["for", "good"])
    lasting = led in _DOING.get(first, ()) or (first == "been" and words.is_gerund(led))
    if lasting and stopped and not has_finite(low, at + 1):
        return "I have" if first == "been" else "I am"
    return ""


def _titled(tokens: list[str]) -> bool:
    """Whether the words are written like a title: "Moved Permanently"."""
    long = [token for token in tokens[1:] if len(token) > 3 and token[0].isalpha()]
    alone = len(long) == len(tokens) - 1 == 1
    return (alone or len(long) > 1) and all(token[0].isupper() for token in long)


def _is_mine(tokens: list[str], low: list[str]) -> bool:
    """Whether a bare noun of one's own opens it, before its verb: "Rent is now 780"."""
    if is_given_name(tokens[0]):  # "Grandpa", too
        return False
    for size in (3, 2, 1):
        if size >= len(low) or not is_belonging(" ".join(low[:size])):
            continue
        at = size
        while at < len(low) - 1 and words.is_adverb(low[at]):
            at += 1
        tags = words.readings(low[at])
        finite = low[at] in words.AUXILIARIES - {"be", "been", "being"}
        verb = finite or "s" in tags or ("past" in tags and "base" not in tags)
        said = low[at + 1 :]
        if is_figure(" ".join(low[:size])):
            told = any(character.isdigit() for character in " ".join(said))
        else:  # "House is a series" says what the word means
            told = len(low) > MOST_BARE and not (low[at] == "is" and said[0] in {"a", "an"})
        return verb and tokens[at].islower() and bool(said) and told
    return False


def _takes(low: list[str], at: int) -> bool:
    """Whether a verb of liking or needing is followed by what it is about."""
    following = low[at + 1]
    if following == "to":
        return words.is_base("".join(low[at + 2 : at + 3]))
    light = words.PREPOSITIONS | words.AUXILIARIES | {"and", "or"}
    return following not in light and not has_finite(low, at + 1)


def _is_past(tokens: list[str], low: list[str], at: int, *, dated: bool) -> bool:
    """Whether it opens with a verb in the past, and not with a participle or a change made."""
    tags, following = words.readings(low[at]), low[at + 1]
    base = tags.get("past", "")
    if not base or ("base" in tags and not (low[at] in _SAME_PAST and dated)):
        return False
    if _OTHER_CLAUSE.search(" ".join(tokens)) or following in {"by", "as", "and", "or", "than"}:
        return False
    if base in _WORK_STEPS and not dated and not _OWN & set(low):
        return False
    if base in _ARRIVING and following in words.DETERMINERS:
        return False  # "then came a warning"
    if following in words.PREPOSITIONS:
        with_object = low[at + 2 : at + 3] and low[at + 2] in words.DETERMINERS | {"from", "to"}
        return base in _INTRANSITIVE or (following in _PARTICLES and bool(with_object))
    return not {following, *low[at + 2 : at + 3]} & (words.AUXILIARIES - {"have", "had"})


def keyed(text: str, speaker: Speaker) -> Statement | None:
    """ "Car: blue Skoda, plate KA-TX 318": a thing of one's own, and what there is to say of it."""
    found = _KEYED.match(text.strip(" ."))
    if not found or not is_kept(found["key"].lower()):
        return None
    key, value = found["key"].lower(), found["value"].strip(" .,;")
    first = bare(value.split()[0])
    if first in {"a", "an", "the"} or "?" in value or "://" in value:
        return None  # what the word means: "Doctor: a person who …"
    if words.is_base(first) and value[0].islower():
        return None  # what is to be done about it: "Car: wash it"
    named = speaker.possessive
    owner = "the" + named[3:] if named.startswith("The ") else named
    subject, predicate = f"{owner} {key}", "be"
    if is_figure(key):
        subject, predicate = speaker.subject, f"have {key}"
    text = f"{owner} {key}: {third_person(value)}"
    return _statement(subject, predicate, third_person(value), text, Tense.PRESENT)


def planned(text: str, speaker: Speaker) -> Statement | None:
    """ "Dentist at 10", "Dinner with Tom": what a day to come is kept for, the day taken off."""
    plain = text.strip(" .,–-")
    hour = _AT.search(plain)
    tokens = (plain[: hour.start()] if hour else plain).split()
    low = [bare(token) for token in tokens]
    if not 1 <= len(tokens) <= MOST_WORDS or any(one[-1] in ",:" for one in tokens):
        return None
    if set(low) & (words.AUXILIARIES | words.PRONOUNS) or not tokens[0][:1].isalpha():
        return None
    head = next((i for i, one in enumerate(low) if one in words.PREPOSITIONS), len(low))
    due = head == len(low) > 1 and low[-1] == "due"
    if not due and not is_occasion(" ".join(low[:head]), shared="with" in low[head : head + 1]):
        return None
    keeps = is_given_name(tokens[0].removesuffix("'s")) or tokens[0][1:2].isupper()
    what = third_person(plain if keeps else plain[:1].lower() + plain[1:])
    return _statement(speaker.subject, "have", what, f"{speaker.phrase} has {what}", Tense.FUTURE)


def _statement(subject: str, predicate: str, value: str, text: str, tense: Tense) -> Statement:
    return Statement(
        subject=subject,
        predicate=predicate,
        object=value,
        text=text,
        tense=tense,
        negated=False,
        exclusive=tense is Tense.PRESENT,
        own=True,
    )
