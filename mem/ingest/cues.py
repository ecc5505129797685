"""What the words of a message say of whether the talk goes on or turns to something else.

Each cue is one bit, read from a message or from the one before it; nothing here knows a topic.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from mem.extraction.vocabulary.words import word_set

_FLAGS = re.IGNORECASE
_LEAD = r"^(?:\W|so|well|ok|okay|oh|and|but)*"

#: Cues of a message, read both where it may open a topic and where it may have closed one.
CUES = tuple(
    re.compile(pattern, _FLAGS)
    for pattern in (
        r"\?",
        r"\?\W*$",
        r"\b(?:what|how) about you\b|\band (?:you|yours)\b|\byou\s*\?\W*$",
        r"^\W*(?:that|it|they|he|she|those|these|this|which|there)\b",
        r"\b(?:it|that|they|them|he|she|him|her|those|these)\b",
        (
            r"^\W*(?:yes|yeah|yep|yup|no|nope|not|i do|i did|i am|i have|me too|me either|same|"
            r"true|sure|ok|okay|maybe|exactly|right|of course|definitely|indeed|agreed|probably)\b"
        ),
        (
            r"^\W*(?:wow|cool|nice|great|awesome|amazing|haha|lol|oh|ah|aw|ha|sounds|good|congrat\w*|"
            r"sorry|interesting|sweet|fun|lovely|beautiful|perfect)\b"
        ),
        r"^\W*(?:so|well|now|and|but)\b",
        (
            _LEAD + r"(?:anyways?\b|by the way|btw\b|speaking of|on (?:another|a different) note|"
            r"changing the subject|one more thing|another (?:thing|question)|quick question|"
            r"new (?:question|topic)|unrelated|moving on|back to\b|next\b|separately)"
        ),
        (
            r"^\W*(?:hi|hello|hey|good (?:morning|afternoon|evening)|how are you|how's it going|"
            r"greetings|welcome)\b"
        ),
        (
            r"\b(?:bye|goodbye|good ?night|see you|talk (?:to you )?(?:soon|later)|take care|"
            r"got ?ta go|have to go|have a (?:good|great|nice))\b"
        ),
        r"\b(?:thanks|thank you|cheers)\b",
        r"\b(?:do|are|have|did|were|can|would) you\b",
        r"\bwh(?:at|ere|en|o|ich|y)\b|\bhow\b",
        r"\b(?:also|too|either|as well|then|because|though)\b",
        r"\b(?:i|my|me)\b",
        r"\bi (?:am|was|have|had|love|like|work|live|just|went|got|want|need)\b|\bi'(?:m|ve)\b",
    )
)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_PLAIN = word_set(
    "the and for are was were you your that this with have has had not but they them his her its "
    "our what when where who why how can could would will should does did from about just like "
    "really very some any all too also then than there here because been being into out get got "
    "don't didn't i'm i've it's that's you're"
)
WORD_FEATURES = 2 * len(CUES) + 8


def word_features(texts: Sequence[str]) -> list[list[float]]:
    """(len(texts) - 1, WORD_FEATURES): for each gap between neighbours, the later one's view."""
    plain = [text.replace("’", "'") for text in texts]
    cues = [[float(bool(cue.search(text))) for cue in CUES] for text in plain]
    words = [_WORD.findall(text.lower()) for text in plain]
    stems = [{word[:5] for word in one if len(word) > 2 and word not in _PLAIN} for one in words]
    rows = []
    for at in range(1, len(texts)):
        before = stems[at - 2] if at > 1 else set()
        shared = len(stems[at] & stems[at - 1])
        asked, asks = cues[at - 1][0], cues[at][0]
        asked_before = cues[at - 2][0] if at > 1 else 0.0
        asks_next = cues[at + 1][0] if at + 1 < len(texts) else 0.0
        rows.append(
            [
                *cues[at],
                *cues[at - 1],
                math.log1p(len(words[at])),
                math.log1p(len(words[at - 1])),
                float(shared > 0),
                float(bool(stems[at] & before)),
                shared / (1 + min(len(stems[at]), len(stems[at - 1]))),
                asks * (1 - asked),
                asked_before,
                asks_next,
            ]
        )
    return rows
