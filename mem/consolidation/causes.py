"""One thing led to another where someone says so: "because", "so", "therefore", "that's why".

Only what the words state, of one speaker, in one sentence or in two that stand beside each other;
nearness alone is no reason.
"""

from __future__ import annotations

import re

from mem.core.memory import Candidate, Evidence

# How far apart two sentences that follow each other may stand: white space and a mark.
_APART = 3
_BECAUSE = re.compile(r"\b(?:because|'cause|as a result of|due to|thanks to)\b", re.IGNORECASE)
_SO = re.compile(
    r"\b(?:so(?= (?:i|we|my|our|he|she|they)\b)|therefore|hence|that's why|which is why|"
    r"as a result(?! of))\b",
    re.IGNORECASE,
)
_THEREFORE = re.compile(
    r"^\W*(?:so|therefore|hence|that's why|that is why|because of (?:that|this)|as a result|"
    r"for that reason)\b(?! (?:far|much|many|that)\b)",
    re.IGNORECASE,
)
_FOR = re.compile(r"^\W*(?:(?:that's |this is |it's )?because|the reason is)\b", re.IGNORECASE)


def leads_to(first: Candidate, second: Candidate) -> bool | None:
    """Whether the first statement is said to cause the second; False for the other way round.

    `first` is said before `second` in the same chunk. None where nothing is said of it.
    """
    one, other = first.evidence[0], second.evidence[0]
    if one.chunk_id != other.chunk_id or first.fingerprint == second.fingerprint:
        return None
    if (one.start, one.end) == (other.start, other.end):
        return _within(one)
    if not 0 <= other.start - one.end <= _APART:
        return None
    words = other.quote.replace("’", "'")
    if _THEREFORE.match(words):
        return True
    return False if _FOR.match(words) else None


def _within(sentence: Evidence) -> bool | None:
    """Of two statements of one sentence, by the one word that joins them."""
    words = sentence.quote.replace("’", "'")
    reasons, results = _BECAUSE.findall(words), _SO.findall(words)
    if len(reasons) + len(results) != 1:
        return None
    if results:
        return True
    # "Because it rained, we stayed": the reason comes first.
    return bool(_BECAUSE.match(words.lstrip()))
