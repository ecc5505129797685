"""Marks that chat templates of language models give a meaning; in what was taken in they are words.

A server renders its template over the whole request, so that only the text itself can be made safe.
"""

from __future__ import annotations

import re
from typing import Final

_MARKS: Final = re.compile(
    r"<(?=\||<SYS>>|/?(?:s|think|bos|eos|(?:start|end)_of_turn)>)|\|(?=>)"
    r"|\[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\])"
)


def as_words(text: str) -> str:
    """`text` with a space in each such mark; the rest as it is. Done twice it changes nothing."""
    return _MARKS.sub(lambda match: match.group() + " ", text)
