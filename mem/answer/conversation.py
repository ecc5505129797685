"""Follow-up questions: what a question takes over from the one before it.

Invariant: a question that names somebody or something itself, and says what about them, is left as
it is; otherwise only words of the earlier question are added, so that it stands alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import reduce
from typing import Final

from mem.answer.question import read
from mem.answer.words import STOP, WORD, common_stems

_WHO: Final = re.compile(r"\b(?:he|she|they|him|them)\b", re.IGNORECASE)
_WHOSE: Final = re.compile(r"\b(?:his|hers?|their)(?=\s+\w)", re.IGNORECASE)
_HER: Final = re.compile(r"\bher\b", re.IGNORECASE)
_WHICH: Final = re.compile(r"\b(?:it|its|this|that|these|those|there|then)\b", re.IGNORECASE)
_SAME_OF: Final = re.compile(r"^(?:and|or|what about|how about|and what about)\b", re.IGNORECASE)
#: A question with so few words of its own leaves what it is about to the one before it.
_FEW: Final = 1


def standing_alone(question: str, earlier: Sequence[str]) -> str:
    """`question` as it is understood after the questions `earlier`, the oldest first."""
    return reduce(lambda before, one: _after(one, before), (*earlier, question))


def _after(question: str, before: str) -> str:
    """`question` with what it takes over from `before`."""
    if not before.strip():
        return question
    mine, theirs = _names(question), _names(before)
    own = {low for name in mine for low in name.lower().split()}
    rest = [term for term in read(question).terms if term.low.removesuffix("'s") not in own]
    if mine:
        same = not rest and _SAME_OF.match(question) is not None and bool(theirs)
        return _replaced(before, theirs, mine[0]) if same else question
    if theirs:
        name = _subject(before, theirs)
        told, count = _WHOSE.subn(f"{name}'s", question)
        told, more = _WHO.subn(name, told)
        told, object_count = _HER.subn(name, told)
        return told if count + more + object_count else _with(question, ", ".join(theirs))
    if _WHICH.search(question) or len(rest) <= _FEW:
        return _with(question, ", ".join(_topic(before)))
    return question


def _names(text: str) -> list[str]:
    """The names of a question as they are written; neighbouring words are one name."""
    known = {name.split("'")[0] for name in read(text).names}
    found: list[tuple[int, int]] = []
    for match in WORD.finditer(text):
        bare = re.sub(r"['’]s$", "", match.group())
        if bare.lower() not in known or not bare[0].isupper():
            continue
        end = match.start() + len(bare)
        if found and text[found[-1][1] : match.start()] == " ":
            found[-1] = (found[-1][0], end)
        else:
            found.append((match.start(), end))
    return list(dict.fromkeys(text[start:end] for start, end in found))


def _subject(text: str, names: Sequence[str]) -> str:
    """The name that the question is about, else its first."""
    subjects = read(text).subjects
    return next((name for name in names if name.lower().split()[-1] in subjects), names[0])


def _replaced(before: str, names: Sequence[str], name: str) -> str:
    """The earlier question, asked of another one."""
    return re.sub(rf"\b{re.escape(_subject(before, names))}\b", name, before)


def _with(question: str, words: str) -> str:
    if not words:
        return question
    body = question.rstrip()
    end = body[len(body.rstrip("?!. ")) :].strip()
    return f"{body.rstrip('?!. ')} ({words}){end}"


def _topic(text: str) -> list[str]:
    """The words of a question that say what it is about."""
    common = common_stems()
    return [
        text[term.start : term.end]
        for term in read(text).terms
        if term.low not in STOP and term.stem not in common
    ]
