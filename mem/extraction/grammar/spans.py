"""Find words that were taken from a text in it again: exact offsets for reworded clauses."""

from __future__ import annotations

import re

_GAP = r"(?:[\s*`_~\u00ad\u200b]|\]\([^()\s]*\)|[\[\]])*"
#: The rest of a link or of code that ends with the last word.
_CLOSING = r"(?:`?\]\([^()\s]*\)|`)?"
_LIKE = {"'": "['’‘]", '"': '["“”]'}


def span_of(text: str, start: int, end: int, told: str) -> tuple[int, int] | None:
    """Where `told` stands in `text[start:end]`, markup and line ends between its words aside."""
    tokens = told.replace("&I", "").strip(" ,.!?;:").split()
    if not tokens:
        return None
    pattern = _GAP.join("".join(_LIKE.get(one, re.escape(one)) for one in word) for word in tokens)
    found = re.compile(pattern + _CLOSING).search(text, start, end)
    return found.span() if found else None
