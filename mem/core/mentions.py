"""Where a text names something: whole words, however they are written and broken into lines.

Case, accents, ligatures and full-width letters, soft hyphens, kinds of apostrophe and dash make no
difference; marks of emphasis, of quoting and of links may stand between the words, so that
`Anna **Lee**` names "Anna Lee". "Ann" does not stand in "annual". Scripts that are written without
spaces, or with endings right behind a name, have no word ends to look at.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from urllib.parse import quote

Span = tuple[int, int]

_NO_ENDS = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN", "HANGUL")
_QUOTES = "\"'“”„‟‘’‚‛«»‹›`"
_DASHES = re.compile("[‐‑‒–—―−]")
_APOSTROPHES = re.compile("[‘’‛ʼ´]")
_ACCENTS = re.compile("[\u0300-\u036f]")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_WORD = re.compile(r"[^\W_]+")
# A letter with what joins it: accents, and the later parts of a Korean syllable.
_CLUSTER = re.compile("[^\u0300-\u036f\u1160-\u11ff][\u0300-\u036f\u1160-\u11ff]*|.", re.DOTALL)
# What may stand between two words of a name, and where a word of it is broken at the end of a line.
_GAP = r"(?:[\s*_~`>|\[\]()\"'+-]|%20)+"
_BREAK = r"(?:-[ \t]*\n[\s>|]*)?"
# Looked at behind the first letter, so that a text is searched for that letter.
_NOT_INSIDE = r"(?:(?<![^\W_].)|(?<=%[0-9a-f]{2}.)|(?<=\\[nrt].))"
_WORD_ENDS = r"(?![^\W_])"


class Mentions:
    """Finds any of several names in texts."""

    def __init__(self, names: Sequence[str]) -> None:
        """Names without a letter or digit are left out, and quotes around one; `names` is then
        what remains.
        """
        bare = (" ".join(name.split()).strip(_QUOTES + " ") for name in names)
        self.names = tuple(dict.fromkeys(name for name in bare if any(map(str.isalnum, name))))
        self._plain = _any_of(map(_pattern, self.names))
        self._encoded = _any_of(one for name in self.names for one in _encoded(name))

    def spans(self, text: str) -> list[Span]:
        """`[start, end)` of every mention, in order."""
        folded = _folded(text)
        found = sorted(one.span() for found in self._searched(folded) for one in found)
        return _unfolded(text, found) if found and not text.isascii() else found

    def within(self, text: str | None) -> bool:
        """Whether the text names any of them."""
        return text is not None and any(map(any, self._searched(_folded(text))))

    def _searched(self, folded: str) -> Iterator[Iterator[re.Match[str]]]:
        yield self._plain.finditer(folded)
        if "%" in folded or "\\u" in folded:
            yield self._encoded.finditer(folded)


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    ordered = sorted({*patterns}, key=lambda one: (-len(one), one))
    return re.compile("|".join(ordered) or r"(?!)", re.DOTALL)


def _folded(text: str) -> str:
    """The text as it is compared; an ASCII text keeps its length."""
    if text.isascii():
        return text.lower()
    alike = _APOSTROPHES.sub("'", _DASHES.sub("-", text))
    folded = unicodedata.normalize("NFKD", alike).casefold()
    plain = _UNSEEN.sub("", _ACCENTS.sub("", unicodedata.normalize("NFKD", folded)))
    return unicodedata.normalize("NFKC", plain)


def _unfolded(text: str, found: Sequence[Span]) -> list[Span]:
    """Where spans of the folded text stand in `text`; all of it where that cannot be told."""
    clusters = [one.group() for one in _CLUSTER.finditer(text)]
    parts = [_folded(one) for one in clusters]
    if "".join(parts) != _folded(text):
        return [(0, len(text))]
    ends = list(pairwise(accumulate(map(len, clusters), initial=0)))
    at = [own for own, part in zip(ends, parts, strict=True) for _ in part]
    return [(at[start][0], at[end - 1][1]) for start, end in found]


def _pattern(name: str) -> str:
    """Of a name as it is read."""
    folded = _folded(name)
    spelled = _spelled(folded)
    first = len(re.escape(folded[0]))
    before = _NOT_INSIDE if _has_word_end(folded[0]) else ""
    after = _WORD_ENDS if _has_word_end(folded[-1]) else ""
    return spelled[:first] + before + spelled[first:] + after


def _encoded(name: str) -> Iterator[str]:
    """Of a name that is not ASCII, as it stands in JSON and in an address."""
    if name.isascii():
        return
    for form in (unicodedata.normalize(form, name) for form in ("NFC", "NFD")):
        for cased in (form, form.lower(), form.upper()):
            yield re.escape(json.dumps(cased)[1:-1].lower()) + _WORD_ENDS
            words = (re.escape(quote(word, safe="").lower()) for word in cased.split())
            yield _GAP.join(words) + _WORD_ENDS


def _spelled(folded: str) -> str:
    """Its words, over the ends of lines; white space and hyphens between them as they come."""
    pattern, last = "", 0
    for word in _WORD.finditer(folded):
        between = folded[last : word.start()]
        loose = last > 0 and not between.strip(" -_")
        pattern += _GAP if loose else re.escape(between).replace(r"\ ", r"\s+")
        pattern += _BREAK.join(map(re.escape, word.group()))
        last = word.end()
    return pattern + re.escape(folded[last:])


def _has_word_end(character: str) -> bool:
    return character.isalnum() and not unicodedata.name(character, "").startswith(_NO_ENDS)
