"""Secrets in a text: where they stand, and the text with a marked placeholder for each.

A placeholder names the kind and a keyed hash, so that equal secrets are recognisable; the value is
in nothing this module returns but a `Finding`. What is redacted is never found again.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from mem.core.secrets import checks
from mem.core.secrets.rules import IN_TEXT, LONG, NUMBER, NUMBERS, RULES, SERVICES, Rule

MARK_DIGITS: Final = 8
_PLACEHOLDER: Final = re.compile(r"\[secret:[a-z0-9-]{1,40}(?::[0-9a-f]{8})?\]")
_PLACEHOLDER_START: Final = "[secret:"
_BETWEEN_TEXTS: Final = "\n\0\n"
# How far before two digits a number begins: the country of an IBAN.
_BEFORE_NUMBER: Final = 2
_LONGEST_NUMBER: Final = 45


@dataclass(frozen=True, slots=True)
class Finding:
    """A secret: characters `[start, end)` of the text it was found in."""

    kind: str
    start: int
    end: int
    value: str

    def __repr__(self) -> str:
        """Without the value, so that it gets into no log."""
        return f"Finding({self.kind!r}, {self.start}, {self.end})"


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text with placeholders, and for each its kind, its mark and its place before and after."""

    text: str
    replaced: tuple[Replaced, ...]

    def offset(self, before: int) -> int:
        """Where the character `before` of the original text is; from within a secret, behind it."""
        last = bisect_right(self.replaced, before, key=lambda one: one.start) - 1
        if last < 0:
            return before
        one = self.replaced[last]
        if before == one.start:
            return one.new_start
        return one.new_end + max(0, before - one.end)


@dataclass(frozen=True, slots=True)
class Replaced:
    """`[start, end)` of the original text became `[new_start, new_end)`."""

    kind: str
    mark: str
    start: int
    end: int
    new_start: int
    new_end: int


def find(text: str) -> list[Finding]:
    """Every secret in `text`, ascending and apart from each other.

    Of matches that overlap one finding is made; the first of the rules names its kind.
    """
    gone = [match.span() for match in _PLACEHOLDER.finditer(text)]
    spans = [
        (order, start, end)
        for order, rule, at in _candidates(text)
        for start, end in _spans(rule, text, at)
        if not _touches(gone, start, end)
    ]
    return [
        Finding(RULES[order].kind, start, end, text[start:end])
        for order, start, end in _joined(spans)
    ]


def find_in(texts: Sequence[str]) -> dict[int, list[Finding]]:
    """The findings of each text that holds any, by its place; quick for many short texts."""
    if len(texts) == 1:
        found = find(texts[0])
        return {0: found} if found else {}
    starts, length = [], 0
    for text in texts:
        starts.append(length)
        length += len(text) + len(_BETWEEN_TEXTS)
    touched: set[int] = set()
    for finding in find(_BETWEEN_TEXTS.join(texts)):
        first = bisect_right(starts, finding.start) - 1
        last = bisect_right(starts, finding.end - 1) - 1
        touched.update(range(first, last + 1))
    # A match may have run on into the next text: each is looked at by itself.
    by_text = {place: find(texts[place]) for place in sorted(touched)}
    return {place: found for place, found in by_text.items() if found}


class Redactor:
    """Replaces secrets by placeholders; those whose mark is in `allowed` stay."""

    def __init__(self, key: bytes, allowed: Collection[str] = ()) -> None:
        """`key` (at least 16 bytes) belongs to one store: marks of two stores differ."""
        self._key = key
        self.allowed = frozenset(allowed)

    def mark(self, value: str) -> str:
        """The keyed hash (BLAKE2b) of a secret; how its white space is laid out makes no odds."""
        data = " ".join(value.split()).encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(data, key=self._key, person=b"mem-secret").hexdigest()
        return digest[:MARK_DIGITS]

    def redact(self, text: str, *, keep_lines: bool = False) -> Redacted:
        """`text` with placeholders; with `keep_lines` it has as many lines as before."""
        return self.replace(text, find(text), keep_lines=keep_lines)

    def replace(self, text: str, found: Iterable[Finding], *, keep_lines: bool = False) -> Redacted:
        """`text` with these findings replaced."""
        pieces: list[str] = []
        replaced: list[Replaced] = []
        last = length = 0
        for one in found:
            mark = self.mark(one.value)
            if mark in self.allowed:
                continue
            words = placeholder(one.kind, mark)
            if keep_lines:
                words += "\n" * text.count("\n", one.start, one.end)
            pieces += [text[last : one.start], words]
            start = length + one.start - last
            length, last = start + len(words), one.end
            replaced.append(Replaced(one.kind, mark, one.start, one.end, start, length))
        if not replaced:
            return Redacted(text, ())
        return Redacted("".join([*pieces, text[last:]]), tuple(replaced))


def placeholder(kind: str, mark: str | None = None) -> str:
    """What stands in a text instead of a secret."""
    return f"{_PLACEHOLDER_START}{kind}:{mark}]" if mark else f"{_PLACEHOLDER_START}{kind}]"


def mask(text: str) -> str:
    """`text` for logs and messages: placeholders without a mark, for which no key is needed."""
    pieces, last = [], 0
    for one in find(text):
        pieces += [text[last : one.start], placeholder(one.kind)]
        last = one.end
    return "".join([*pieces, text[last:]])


def _candidates(text: str) -> Iterator[tuple[int, Rule, int]]:
    """Places at which a rule's pattern is worth trying: (the rule's precedence, rule, place)."""
    small = _lower(text)
    long_words = "\n".join([word for word in text.split() if len(word) >= LONG])
    for order, rule in enumerate(SERVICES):
        for anchor in rule.anchors:
            if anchor in long_words:
                yield from ((order, rule, at) for at in _places(text, anchor))
    for anchor, rules in _by_anchor(lowered=False):
        for at in _places(text, anchor):
            yield from ((order, rule, at) for order, rule in rules)
    for anchor, rules in _by_anchor(lowered=True):
        for at in _places(small, anchor):
            yield from ((order, rule, at) for order, rule in rules)
    first = len(SERVICES) + len(IN_TEXT)
    for run in NUMBER.finditer(text):
        start, end = max(0, run.start() - _BEFORE_NUMBER), run.end() + _LONGEST_NUMBER
        for order, rule in enumerate(NUMBERS, first):
            for match in rule.pattern.finditer(text, start, end):
                yield order, rule, match.start()


@cache
def _by_anchor(*, lowered: bool) -> tuple[tuple[str, tuple[tuple[int, Rule], ...]], ...]:
    """The rules of running text by the literal that they begin with."""
    found: dict[str, list[tuple[int, Rule]]] = {}
    for order, rule in enumerate(IN_TEXT, len(SERVICES)):
        if rule.lowered == lowered:
            for anchor in rule.anchors:
                found.setdefault(anchor, []).append((order, rule))
    return tuple((anchor, tuple(rules)) for anchor, rules in found.items())


def _places(text: str, anchor: str) -> Iterator[int]:
    at = text.find(anchor)
    while at >= 0:
        yield at
        at = text.find(anchor, at + len(anchor))


def _spans(rule: Rule, text: str, at: int) -> Iterator[tuple[int, int]]:
    """Where the rule's secret stands in a match that begins at `at`."""
    match = rule.pattern.match(text, at)
    if match is None:
        return
    start, end = match.span("value" if "value" in rule.pattern.groupindex else 0)
    if rule.kind == "iban":
        # The words after an IBAN may look like more of it.
        end = start + checks.iban_length(text[start:end])
    elif rule.kind != "private-key":
        end = _without_closing(text, start, end)
    if end > start and rule.accepts(text[start:end]):
        yield start, end


def _without_closing(text: str, start: int, end: int) -> int:
    """A secret's end without the punctuation of the sentence or code around it."""
    while end > start and text[end - 1] in ",;)]}*":
        if text[end - 1] in ")]}" and _opens(text[start:end], text[end - 1]):
            break
        end -= 1
    return end - 1 if end - start > 1 and text[end - 1] in ".:" else end


def _opens(value: str, closing: str) -> bool:
    return {")": "(", "]": "[", "}": "{"}[closing] in value


def _touches(gone: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Whether a span shares a character with one of `gone` (ascending, apart)."""
    place = bisect_right(gone, end - 1, key=lambda span: span[0])
    return place > 0 and gone[place - 1][1] > start


def _joined(spans: Iterable[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Overlapping spans as one; its kind is that of the first rule among them."""
    joined: list[tuple[int, int, int]] = []
    for order, start, end in sorted(spans, key=lambda span: (span[1], span[2])):
        if joined and start < joined[-1][2]:
            before = joined[-1]
            joined[-1] = (min(order, before[0]), before[1], max(end, before[2]))
        else:
            joined.append((order, start, end))
    return joined


def _lower(text: str) -> str:
    """Lower case of the same length: one capital alone becomes two characters."""
    small = text.lower()
    return small if len(small) == len(text) else text.replace("\u0130", "I").lower()
