"""What is asked in a text longer than questions are: its questions, else its beginning and end.

A short text is left as it is. Prompts that stand before a question and what is pasted behind one
would otherwise drown it: an embedder reads some 200 words and no more.
"""

from __future__ import annotations

import re
from typing import Final

#: Characters that a question may have before it is looked for in the text.
LONG: Final = 1500
#: Characters of what is left.
KEPT: Final = 600
_SENTENCE = re.compile(r"[^.!?\n]*[.!?]+(?=\s|$)|[^.!?\n]+", re.MULTILINE)


def asked_in(text: str) -> str:
    """The text where it is at most `LONG` characters long; else at most `KEPT` of what it asks.

    The last questions count most: what is asked comes after what it is asked about, or alone.
    """
    text = text.strip()
    if len(text) <= LONG:
        return text
    questions = dict.fromkeys(
        one for found in _SENTENCE.findall(text) if (one := " ".join(found.split())).endswith("?")
    )
    kept: list[str] = []
    for one in reversed(questions):
        if sum(map(len, kept)) + len(one) + len(kept) > KEPT:
            break
        kept.append(one)
    if kept:
        return " ".join(reversed(kept))
    half = KEPT // 2
    return f"{text[:half].rsplit(maxsplit=1)[0]}\n{text[-half:].split(maxsplit=1)[-1]}"
