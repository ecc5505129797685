"""From a sentence to bare clauses: openers, names called, hedges and tails are taken off.

A clause is words for the grammar to read; the evidence stays the whole sentence.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

_OPENER = re.compile(
    r"(?:yeah|yes|yep|yup|no|nope|nah|well|so|oh|wow|woah|whoa|hey|hi|hello|ok|okay|alright|right|"
    r"sure|and|but|also|plus|anyways?|actually|honestly|basically|personally|definitely|totally|"
    r"absolutely|exactly|true|thanks(?: so much| a lot)?|thank you(?: so much)?|ha(?:ha)*|lol|hmm+|"
    r"um+|ah+|aw+|sorry|by the way|btw|guess what|you know|i mean|to be honest|tbh|in fact|"
    r"of course|"
    r"for me|as for me|luckily|fortunately|unfortunately|sadly|still|though|however|apparently|fyi|"
    r"update|news|good news|great news|sounds good|perfect|great|cool|awesome|understood|got it|"
    r"speaking of which|on another note|in addition|additionally|first(?:ly)?|second(?:ly)?|"
    r"finally|"
    r"then|meanwhile|good morning|good evening|good afternoon|long time no (?:see|talk)|"
    r"ever since then|since then|recently|lately|nowadays|these days|currently|right now|now|"
    r"at the moment|the other day|not much|you won't believe it|funny enough|to be fair|"
    r"as i said|as you know|like i said|for sure|of late)"
)
_OPENING = re.compile(rf"^{_OPENER.pattern}(?:\s*[,!.:;…–—-]+\s*|\s+)", re.IGNORECASE)
#: What announces a statement of one's own: "good news from the doctor: I …", "as of today I …".
_ANNOUNCED = re.compile(
    r"^(?:[\w',’ -]{0,25}?\b(?:news|update|one|thing|note|fact|context|reminder|correction|"
    r"heads-up|confession|background|info|change|mentioned|told you|said)\b[\w', ’-]{0,40}:\s+"
    r"|as of (?:today|now|this \w+|last \w+|(?:mon|tues|wednes|thurs|fri|satur|sun)day),?\s+)"
    r"(?=(?:i|we|my|our)(?:['’]\w+)?\s)",
    re.IGNORECASE,
)
_OPENING_KEEP = re.compile(
    r"^(?:so|no|still|right|sure|well|first|second|great|true)\s+(?![iI]\b|we\b|my\b)"
)
_HEDGE = re.compile(
    r"^i(?:'m)? (?:think|believe|guess|feel like|suppose|reckon|figure|hope|realised|realized|"
    r"must say|have to say|have to admit|admit|just wanted to (?:say|tell you)|"
    r"wanted to tell you)(?: that)? (?=(?:i|we|my|our)(?:'|\b))",
    re.IGNORECASE,
)
_SUBJECT = r"(?:i|we|it|they|she|he|you|that|this|there|what|which|who|let's)(?:'\w+)?\s"
#: A clause of one's own that goes on after a colon: "I changed jobs: I work at …".
_TOLD = re.compile(
    r"^((?:I|[Ww]e)\b(?![^:]*\b(?:said?|says|tells?|told|wrote|asked|ask|thought|"
    r"replied|quote|goes|motto|mantra|line|lyrics?|heard|read)\b)[^:\"“]{3,60}):\s+"
    r"(?=(?:I|[Ww]e|[Mm]y|[Oo]ur)(?:'\w+)?\s)"
)
_SINCE = re.compile(
    r"^(?:since|after|following|because of|thanks to|due to) (?:the|my|our) "
    r"(?!(?:summer|spring|autumn|winter|fall|week|month|year|weekend|start|end|beginning|middle|first|"
    r"last|next|\d)\b)[a-z][\w-]*(?: [a-z]+)?,? "
    r"(?=(?:I|we|my|our)\b)",
    re.IGNORECASE,
)
_OWN = r"(?:my|our) [\w ]{2,30}? (?:is|are|has|have)\s"
_CUT = re.compile(
    rf"\s+[-–—]+(?!>)\s*|\b-\s+|\s*[—–]\s*|\s*--+\s*|;\s+|,?\s+(?:and|but|so|plus|'cause|cause|because)\s+(?={_SUBJECT})"
    rf"|,\s+(?={_SUBJECT}|{_OWN})"
    rf"|,\s+(?:but|so|and my|and our|right|huh|haha|lol)\b\s*|!\s+|\s+\(",
    re.IGNORECASE,
)
# "My colleagues and I went", "last Friday my mother and I went": one subject, not two clauses.
_COMPANY = re.compile(
    r"^((?:(?:[Ll]ast|[Nn]ext|[Tt]his|[Oo]n|[Ii]n|[Oo]ver|[Dd]uring|[Ee]arlier|[Yy]esterday|"
    r"[Tt]oday|[Tt]onight|[Tt]omorrow|[Aa] (?:few|couple)|[Oo]ne|[Tt]wo|[Tt]hree|[Ff]our|[Ff]ive|"
    r"\d+)\b[\w ]{0,30}?,?\s+)?(?:(?:[Mm]y|[Tt]he|[Oo]ur) (?:(?!(?:\w+ed|me|us|him|them|it|is|was|"
    r"were|has|had|got|came|went|said|told|left|gave|made|took|met|saw|can|will|comes|goes)\b)"
    r"[\w']+ ){1,3}|[A-Z]\w+ ))and I "
)
# "Me and my friends hiked": the first person comes last, as the grammar reads it.
_ME_AND = re.compile(
    r"^[Mm]e and ((?:(?:my|our|the) (?:[a-z][\w'-]* ){0,2}?[a-z][\w'-]+(?: [A-Z]\w+)?|[A-Z]\w+))\s+"
    r"(?=(?:are|were|have|had|will|would|can|could|went|got|did|do|always|never|both|just|also|"
    r"recently|finally|usually|often)\b|\w+(?:ed|s)?\b)"
)
_ASIDE = re.compile(r"\s+\([^()]*\)(?=,?\s+\w)")
_TAIL = re.compile(
    r"(?:,?\s+(?:though|too|as well|haha|lol|you know|btw|either|of course|for sure|already|"
    r"by the way|so far|yet|please|anyway|if that makes sense|at the moment|right now|for now|now|"
    r"these days|lately|from now on|from today on|"
    r"recently|nowadays))+$",
    re.IGNORECASE,
)
_LINK = re.compile(r"!?\[([^\[\]]+)\]\([^()\s]*\)|\[\[(?:[^\[\]|]+\|)?([^\[\]|]+)\]\]")
_LEAD = re.compile(
    r"^(?:as an? \w+|for (?:now|me|example|instance)|in general|at work|at home|at first|"
    r"in the end|in my free time|in my spare time|on the side|after that|after work|"
    r"(?:when|while|after|before|since|if) (?:i|we)\b[^,]{3,60}),\s+(?=(?:i|we|my)\b)",
    re.IGNORECASE,
)


def clauses(text: str, names: Collection[str]) -> Iterator[str]:
    """The clauses of a sentence, from left to right, without openers and names called.

    `names` are those of the people who take part in the conversation.
    """
    plain = _COMPANY.sub(r"\1&I ", opened(text, names))
    for part in _CUT.split(_TOLD.sub(r"\1; ", plain)):
        clause = _without_openers(part.strip(' ,.!…:;)("~_'), names)
        clause = _HEDGE.sub("", _SINCE.sub("", _LEAD.sub("", clause)))
        clause = _TAIL.sub("", _without_name_last(clause, names)).strip(" ,.!…:;")
        if clause:
            yield clause


def opened(text: str, names: Collection[str]) -> str:
    """The words of a sentence without markup, asides, openers and the names it calls first."""
    plain = _without_openers(_ASIDE.sub("", without_markup(text)), names)
    return _ME_AND.sub(r"\1 and I ", plain)


def without_markup(text: str) -> str:
    """The words of a passage of Markdown on one line: links by their words, no emphasis."""
    plain = text.replace("’", "'").replace("‘", "'").replace("*", "").replace("`", "")
    plain = plain.replace("\u00ad", "").replace("\u200b", "")
    plain = _LINK.sub(lambda one: one[1] or one[2], plain).partition("→")[0]
    return re.sub(r"\s+", " ", plain).strip()


def _without_openers(text: str, names: Collection[str]) -> str:
    for _ in range(6):
        text = _ANNOUNCED.sub("", text)
        shorter = text if _OPENING_KEEP.match(text) else _OPENING.sub("", text, count=1)
        shorter = _without_name_first(shorter, names)
        if shorter == text:
            break
        text = shorter
    return text


def _without_name_first(text: str, names: Collection[str]) -> str:
    word, mark, rest = _first_word(text)
    return rest if mark and called(word, names) else text


def _first_word(text: str) -> tuple[str, str, str]:
    found = re.match(r"([^\W\d_]+)\s*([,!.:…–—-]+)\s*", text)
    return (found[1], found[2], text[found.end() :]) if found else ("", "", text)


def _without_name_last(text: str, names: Collection[str]) -> str:
    found = re.search(r",\s*([^\W\d_]+)$", text)
    return text[: found.start()] if found and called(found[1], names) else text


def called(word: str, names: Collection[str]) -> bool:
    """Whether a word calls one of the names, or a short form of it ("Mel" for Melanie)."""
    lower = word.lower()
    if len(lower) < 3 or not word[:1].isupper():
        return False
    return any(part.startswith(lower) for name in names for part in name.lower().split())
