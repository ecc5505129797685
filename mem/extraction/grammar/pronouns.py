"""First person to third: contractions written out, "I" replaced, "my" given an owner.

The speaker is named once, then they are "they": nothing is guessed about anyone's gender.
"""

from __future__ import annotations

import re

from mem.extraction.speaking.subjects import Speaker
from mem.extraction.vocabulary import words

_CONTRACTIONS = (
    (re.compile(r"\bno longer\b", re.IGNORECASE), "no_longer"),
    (re.compile(r"\b(can)'?t\b|\bcannot\b", re.IGNORECASE), "can not"),
    (re.compile(r"\bwon't\b", re.IGNORECASE), "will not"),
    (
        re.compile(
            r"\b(do|does|did|have|has|had|is|are|was|were|could|should|would)n'?t\b", re.IGNORECASE
        ),
        r"\1 not",
    ),
    (re.compile(r"\b(i)'?m\b", re.IGNORECASE), "I am"),
    (re.compile(r"\b(we|they|you)'re\b", re.IGNORECASE), r"\1 are"),
    (re.compile(r"\b(i|we|they|you)'ve\b", re.IGNORECASE), r"\1 have"),
    (re.compile(r"\b(i|we|they|you|he|she|it)'ll\b", re.IGNORECASE), r"\1 will"),
    (
        re.compile(
            r"\b(name|\w+ing|\w+)'s (?=(?:a|an|the|my|our|not|really|so|very|always|going|"
            r"called|super|pretty|mostly|such|one|important|great|key|important)\b)",
            re.IGNORECASE,
        ),
        r"\1 is ",
    ),
    (re.compile(r"\b((?:my|our) \w+)'s (?=[£$€]?\d)", re.IGNORECASE), r"\1 is "),
    (
        re.compile(
            r"\b([A-Z]\w+)'s (?=(?:living|staying|based|employed|married|engaged|dating|seeing|"
            r"no longer|back|moving|(?:working|studying) (?:at|for|as|in|with))\b)"
        ),
        r"\1 is ",
    ),
    (re.compile(r"\b(\w+)'s (been|got)\b", re.IGNORECASE), r"\1 has \2"),
    (re.compile(r"\bname's\b", re.IGNORECASE), "name is"),
    (re.compile(r"(?<!\w)'em\b", re.IGNORECASE), "them"),
    (re.compile(r"\bgonna\b", re.IGNORECASE), "going to"),
    (re.compile(r"\bwanna\b", re.IGNORECASE), "want to"),
    (re.compile(r"\b(?:have |has |'ve )?gotta\b", re.IGNORECASE), "have to"),
    (re.compile(r"\b(I|we) have got\b", re.IGNORECASE), r"\1 have"),
    (re.compile(r"\b(want|need|plan|hope|like|love)(?:in|ing)' ", re.IGNORECASE), r"\1ing "),
    (re.compile(r"\b(?:kinda|sorta|kind of|sort of)\s", re.IGNORECASE), ""),
)
_WOULD = re.compile(r"\b(i|we)'d\s+((?:really |also |always |never |just )*)(\w+)", re.IGNORECASE)
#: What follows "I" where it is a number: "Act I.", "Part I of the book".
_AS_NUMBER = re.compile(r"[.,;:!?)]|$| and\b| of\b")
_FIRST = re.compile(
    r"\b(?:i|we|me|us|my|our|myself|ourselves)\b|(?<=of )(?:mine|ours)\b", re.IGNORECASE
)
_OWNER = re.compile(r"\b(?:my|our|me|us)\b", re.IGNORECASE)
_PERSON = {
    "i": "they", "we": "they", "me": "them", "us": "them", "my": "their", "our": "their",
    "mine": "theirs", "ours": "theirs", "myself": "themselves", "ourselves": "themselves",
}  # fmt: skip
_TO_AM = re.compile(r"\b(they) am\b")
_NAMED = re.compile(r"\b(?!(?:The|A|An|This|That)\b)[A-Z]\w+")
_SOMEONE = re.compile(
    r"\b(?:he|she|him|her|his|hers|himself|herself|he's|she's|he'll|she'll|he'd|she'd)\b",
    re.IGNORECASE,
)
_RELATION = re.compile(
    r"\b(?:mother|mum|mom|father|dad|sister|brother|wife|husband|partner|girlfriend|boyfriend|son|"
    r"daughter|aunt|uncle|cousin|niece|nephew|gran\w*|friend|boss|colleague|teacher|coach|mentor|"
    r"doctor|therapist|neighbou?r|landlord|landlady|client|tenant|baby|dog|cat|puppy|kitten|horse|"
    r"man|woman|lady|guy|girl|boy|kid|child|customer|roommate|fianc[eé]e?|manager|student)\b",
    re.IGNORECASE,
)


def expanded(clause: str) -> str:
    """The clause with its contractions written out: "I'd love" → "I would love"."""
    text = _WOULD.sub(_had_or_would, clause)
    for pattern, replacement in _CONTRACTIONS:
        text = pattern.sub(replacement, text)
    return text


def _had_or_would(found: re.Match[str]) -> str:
    word = found[3].lower()
    tags = words.readings(word)
    past = word == "been" or ("participle" in tags and "base" not in tags)
    return f"{found[1]} {'had' if past else 'would'} {found[2]}{found[3]}"


def third_person(text: str) -> str:
    """First-person pronouns become they, them, their."""
    told = _FIRST.sub(_in_third, text)
    return re.sub(r"\bthey was\b", "they were", _TO_AM.sub(r"\1 are", told))


def _in_third(found: re.Match[str]) -> str:
    return _PERSON[found[0].lower()] if _is_first_person(found) else found[0]


def _is_first_person(found: re.Match[str]) -> bool:
    """Whether the word is a pronoun: no name ("US"), part of a title, or number ("Act I")."""
    if len(found[0]) > 1 and found[0].isupper():
        return False
    before = found.string[: found.start()].split()
    titled = found[0][0].isupper() and len(found[0]) > 1 and before and before[-1][:1].isupper()
    if titled and found.string[found.end() :].lstrip()[:1].isupper():
        return False
    numbered = before and before[-1][:1].isupper() and len(before[-1]) > 1
    return not (found[0] == "I" and numbered and _AS_NUMBER.match(found.string, found.end()))


def owned(text: str, speaker: Speaker) -> str:
    """ "my" becomes the speaker's name in the possessive the first time, then "their"."""
    found = next(filter(_is_first_person, _OWNER.finditer(text)), None)
    if found is None:
        return third_person(text)
    before = text[: found.start()]
    if any(map(_is_first_person, _FIRST.finditer(before))):
        return third_person(text)
    name = speaker.possessive if found[0].lower() in {"my", "our"} else speaker.phrase
    if name.startswith("The "):
        name = name[:1].lower() + name[1:]
    return before + name + third_person(text[found.end() :])


def is_self_contained(text: str, speaker_name: str) -> bool:
    """Whether "he" and "she" in a statement have someone named before them."""
    found = _SOMEONE.search(text)
    if not found:
        return True
    before = text[: found.start()].replace(speaker_name, "", 1)
    return _NAMED.search(before) is not None or _RELATION.search(before) is not None
