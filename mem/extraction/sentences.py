"""Cut a chunk into sentences: each one is an exact slice of the chunk's text.

Code, quoted lines, tables, headings and bracketed attachment notes are no sentences. Nothing is
rewritten here, so `text[start:end]` of a sentence is always a verifiable quote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from mem.extraction.vocabulary import words

MAX_CHARACTERS = 400
MAX_WORD = 60
WRAPPED = 45  # characters from which a line can have been wrapped
_FENCE = re.compile(r"^[ \t]*(?:```|~~~|#\+begin_)", re.IGNORECASE)
_FENCE_END = re.compile(r"^[ \t]*(?:```|~~~|#\+end_)", re.IGNORECASE)
_SKIPPED_LINE = re.compile(
    r"^(?:\s*(?:[A-Z]{0,4}>|\|)"  # quoted line, table row
    r"|\s*(?:#{1,6}\s|\*{1,6}\s+(?:TODO|DONE)?\s*$|-{3,}|={3,}|\*{3,}|_{3,})"  # heading, rule
    r"|(?: {4}|\t)(?![-*+\d\s])"  # indented code
    r"|\s*(?:On .{6,80} wrote:|-+ ?Original Message|From: |To: |Cc: |Subject: |Sent: )"
    r"|\s*<[/!a-zA-Z])"  # markup
)
_BULLET = re.compile(r"^\s*(?:[-*+•–]|\d{1,3}[.)])\s+(?=\S)")
_TODO = re.compile(r"^\s*(?:[-*+]\s+)?\[( |x|X)\]\s+(?=\S)")
_TODO_WORD = re.compile(r"^\s*(?:[-*+•]+\s+)?(TODO|DONE|To-?do)\b[:\s]\s*(?=\S)")
_ASIDE = re.compile(r"(?<!\[)\[(?!\[)([^\[\]\n]*)\](?![(\[])")
_BOUNDARY = re.compile(r"(?:[.!?…]+[\"'’”)*_\]]*|(?<=\s)[:;]-?[)(DP])(?=\s)")
_EMPHASIS = " \t*_~\u200b"
_ABBREVIATIONS = words.word_set(
    "mr mrs ms dr prof st no vs etc e.g i.e approx ca dept est inc ltd jr sr fig p pp vol jan feb "
    "mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun"
)


class LineKind(Enum):
    """What the sentence's line looks like in the text."""

    PROSE = "prose"
    ITEM = "item"
    TODO = "todo"
    DONE = "done"


_REQUEST = re.compile(
    r"^(?P<said>[^?]*?\b(?:[Ii]|[Mm]y|[Ww]e|[Oo]ur)\b[^?]{6,}?)[,;:]? ?[,;:–—-]\s*"
    r"(?:so |and |but )?(?:can|could|would|will|do|does|did|is|are|any|what|which|how|where|when|"
    r"who|should|shall|may|might|please|got any|have)\b[^?]*\?$"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """The slice `[start, end)` of a chunk's text; `first` says that it opens its line."""

    text: str
    start: int
    end: int
    line: LineKind
    first: bool


def split_sentences(text: str) -> list[Sentence]:
    """The sentences of a text from left to right, without what cannot be a statement."""
    found: list[Sentence] = []
    for start, end, kind in _lines(text):
        first = True
        for left, right in _cut(text, start, end):
            found.append(Sentence(text[left:right], left, right, kind, first))
            first = False
    return found


def _lines(text: str) -> Iterator[tuple[int, int, LineKind]]:
    """Start, end and kind of each run of lines, markers left out; fenced code is skipped.

    A line that was wrapped by hand goes on in the next. What follows a signature mark is left out.
    """
    at, fenced = 0, False
    run: tuple[int, int, LineKind] | None = None
    for line in text.splitlines(keepends=True):
        start, at = at, at + len(line)
        if line.rstrip("\r\n") == "-- ":
            break
        fence = (_FENCE_END if fenced else _FENCE).match(line) is not None
        fenced = fenced != fence
        here = None if fenced or fence or _SKIPPED_LINE.match(line) else _marked(line, start)
        if run and here and here[2] is LineKind.PROSE and _wrapped(text, run):
            run = (run[0], here[1], run[2])
            continue
        if run:
            yield run
        run = here
    if run:
        yield run


def _wrapped(text: str, run: tuple[int, int, LineKind]) -> bool:
    """Whether the last line of a run is full and ends no sentence."""
    line = text[run[0] : run[1]].rpartition("\n")[2]
    return len(line) >= WRAPPED and line[-1] not in ".!?:…"


def _marked(line: str, start: int) -> tuple[int, int, LineKind] | None:
    end = start + len(line.rstrip())
    if mark := _TODO.match(line):
        return start + mark.end(), end, LineKind.TODO if mark[1] == " " else LineKind.DONE
    if mark := _TODO_WORD.match(line):
        return start + mark.end(), end, LineKind.DONE if mark[1] == "DONE" else LineKind.TODO
    if mark := _BULLET.match(line):
        return start + mark.end(), end, LineKind.ITEM
    if line.strip():
        return start, end, LineKind.PROSE
    return None


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Trimmed sentence spans in `[start, end)`; asides in brackets separate and are dropped."""
    left = start
    for aside in _ASIDE.finditer(text, start, end):
        if len(aside[1].split()) < 3:
            continue
        yield from _pieces(text, left, aside.start())
        left = aside.end()
    yield from _pieces(text, left, end)


def without_request(sentence: Sentence) -> Sentence:
    """A sentence without what it goes on to ask: "I work at Acme, can you help me …?"."""
    found = _REQUEST.match(sentence.text)
    if found is None:
        return sentence
    said = found["said"]
    return replace(sentence, text=said, end=sentence.start + len(said))


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    left = start
    for stop in _BOUNDARY.finditer(text, start, end):
        if stop[0][0] == "." and _goes_on(text, left, stop.start(), stop.end()):
            continue
        yield from _trimmed(text, left, stop.end())
        left = stop.end()
    yield from _trimmed(text, left, end)


def _goes_on(text: str, left: int, dot: int, after: int) -> bool:
    """Whether the full stop at `dot` ends an abbreviation, an initial or a number, or no "
    "thought."""
    word = text[left:dot].rsplit(None, 1)[-1:] or [""]
    last = word[0].strip("(\"'“‘*_").lower()
    following = text[after : after + 2].strip()
    if last in {"no", "sat", "sun", "mar", "fig", "vol"} and not following[:1].isdigit():
        return False
    if last in _ABBREVIATIONS or (len(last) == 1 and last.isalpha() and last != "i"):
        return True
    return following[:1].islower() and text[dot:after].count(".") == 1


def _trimmed(text: str, left: int, right: int) -> Iterator[tuple[int, int]]:
    while left < right and text[left] in _EMPHASIS + "\r\n\"“'‘-–—,;:":
        left += 1
    while right > left and text[right - 1] in _EMPHASIS + '\r\n"”':
        right -= 1
    body = text[left:right]
    if 8 <= len(body) <= MAX_CHARACTERS and body.count(" ") >= 1 and _is_language(body):
        yield left, right


def _is_language(body: str) -> bool:
    """Whether a slice can be prose: mostly letters, and no word longer than words are."""
    words = body.split()
    letters, signs = sum(map(str.isalpha, body)), sum(map(len, words))
    return letters >= 0.6 * signs and all(len(one) <= MAX_WORD or "://" in one for one in words)
