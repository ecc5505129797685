"""Where a text names something: whole words in any case, whatever white space lies between them.

Marks of emphasis may stand between the words too, so that `Anna **Lee**` names "Anna Lee"; "Ann"
does not stand in "annual". Scripts that are written without spaces have no word ends to look at.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

Span = tuple[int, int]

_BETWEEN = r"[\s*_~`]+"
_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN")


class Mentions:
    """Finds any of several names in texts."""

    def __init__(self, names: Sequence[str]) -> None:
        """Names without a letter or digit are left out; `names` is then what remains."""
        self.names = tuple(
            dict.fromkeys(" ".join(name.split()) for name in names if any(map(str.isalnum, name)))
        )
        forms = {
            unicodedata.normalize(form, name) for name in self.names for form in ("NFC", "NFD")
        }
        patterns = [_pattern(form) for form in sorted(forms, key=lambda one: (-len(one), one))]
        self._pattern = re.compile("|".join(patterns) or r"(?!)", re.IGNORECASE)

    def spans(self, text: str) -> list[Span]:
        """`[start, end)` of every mention, in order."""
        return [found.span() for found in self._pattern.finditer(text)]

    def within(self, text: str | None) -> bool:
        """Whether the text names any of them."""
        return text is not None and self._pattern.search(text) is not None


def _pattern(name: str) -> str:
    words = _BETWEEN.join(re.escape(word) for word in name.split())
    before = r"(?<![^\W_])" if _has_word_end(name[0]) else ""
    after = r"(?![^\W_])" if _has_word_end(name[-1]) else ""
    return f"{before}{words}{after}"


def _has_word_end(character: str) -> bool:
    return character.isalnum() and not unicodedata.name(character, "").startswith(_UNSPACED)
