"""How much of a message of a chat is about somebody else than the one asked about.

Invariant: the words of the message alone decide; nothing is looked up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from mem.answer.words import content_stems

#: Words of the first and of the second person, and where sentences end.
FIRST: Final = re.compile(r"\b(?:I|[Mm]e|[Mm]y|[Mm]ine|[Mm]yself|[Ww]e|us|[Oo]urs?)\b")
SECOND: Final = re.compile(r"\b(?:you|your|yours|yourself|ya)\b", re.IGNORECASE)
PIECE: Final = re.compile(r"(?<=[.!?;…])[\"'”’)*_]*\s+|\n+")
#: Characters behind the last word of a sentence in which its question mark stands.
_TAIL: Final = 6
#: What a sentence without any word of the question weighs, a character.
_LITTLE: Final = 5e-5


def aside(text: str, weights: Mapping[str, float], *, own: bool) -> float:
    """How much of `text` asks, or is about the other one of a chat, in [0, 1].

    `own` says that the one asked about speaks: "That race sounds great! What did you learn?" then
    tells nothing of them, and neither does "I ran a race" of somebody else. The mean of three
    signs: the share of the question's words (`weights` by stem) that stand in such sentences, the
    share of such pronouns, and whether the message ends by asking.
    """
    pieces = [piece for piece in PIECE.split(text) if piece.strip()]
    if not pieces:
        return 0.0
    theirs, ours = (SECOND, FIRST) if own else (FIRST, SECOND)
    worth = [_worth(piece, weights) for piece in pieces]
    away = sum(
        value
        for piece, value in zip(pieces, worth, strict=True)
        if _asks(piece) or (theirs.search(piece) is not None and ours.search(piece) is None)
    )
    of_them, of_us = len(theirs.findall(text)), len(ours.findall(text))
    return (away / sum(worth) + of_them / max(1, of_them + of_us) + _asks(pieces[-1])) / 3


def _worth(piece: str, weights: Mapping[str, float]) -> float:
    held = content_stems(piece)
    return sum(weight for one, weight in weights.items() if one in held) + _LITTLE * len(piece)


def _asks(piece: str) -> bool:
    return "?" in piece[-_TAIL:]
