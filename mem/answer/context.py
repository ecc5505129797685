"""Cuts passages into statements, the smallest pieces that can be quoted.

Invariant: a statement's text is `hit.text[start:end]`, character for character, and statements of
one hit do not overlap. Code blocks stay whole; a list item, table row, short line or property of
the front matter is its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from itertools import pairwise
from typing import Final

from mem.answer.words import word_set
from mem.core.query import Hit

#: Longer pieces are cut at clause ends, so that a quote stays readable.
LONGEST: Final = 400
#: A list item or chat message up to this length is quoted whole.
WHOLE: Final = 200
#: Most characters of the code or list after "like this:" that are quoted with it.
LED_TO: Final = 600
#: A line this long was probably wrapped, and goes on in the next.
WRAPPED: Final = 62

_FENCE: Final = re.compile(r"^[ \t]*(?:```|~~~|#\+begin_)", re.IGNORECASE)
_FENCE_END: Final = re.compile(r"^[ \t]*(?:```|~~~|#\+end_)", re.IGNORECASE)
_ITEM: Final = re.compile(r"^[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+|^[ \t]*>|^[ \t]*\|")
_HEADING: Final = re.compile(
    r"^[ \t]*(?:#{1,6}|\*{1,6})[ \t]+\S|^#\+|^[ \t]*(?:={3,}|-{3,})[ \t]*$"
)
_TABLE_RULE: Final = re.compile(r"^[ \t]*\|?[\s:|+-]+\|?[ \t]*$")
_END: Final = re.compile(r"(?:[.!?…]+[\"'”’)\]*_]*|[:;](?=\s*\n))(?=\s+|$)")
_CLAUSE: Final = re.compile(r"[,;:—–](?=\s)")
_ABBREVIATION: Final = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|vs|etc|e\.g|i\.e|cf|ca|approx|No|Nr|Fig|p|pp|ch|vol)"
    r"|\b[A-Z]|^[ \t]*\d{1,3})\.$"
)
_LETTER: Final = re.compile(r"\w")
_MARKUP: Final = re.compile(
    r"^[ \t]*(?:[-*+•]|\d{1,3}[.)]|>)[ \t]+(?:\[[ xX]\][ \t]+)?|^[ \t]*(?:#{1,6}|\*{2,6})[ \t]+",
    re.MULTILINE,
)
_IMAGE: Final = re.compile(r"<img\b[^<>]*?\balt=\"([^\"]*)\"[^<>]*>", re.IGNORECASE)
_TAG: Final = re.compile(
    r"</?(?:a|b|blockquote|br|center|code|details|div|em|font|h[1-6]|hr|i|iframe|img|kbd|li|ol|p|pre|"
    r"small|source|span|strong|sub|summary|sup|table|tbody|td|th|thead|tr|u|ul|video)\b[^<>]*>",
    re.IGNORECASE,
)
#: A property of a note, and those that say nothing of what the note is about.
_PROPERTY: Final = re.compile(r"^(?P<key>[^\W\d_][\w -]{0,40}):(?P<value>.*)$")
_OF_FORM: Final = word_set(
    "title date created updated modified tags tag aliases alias categories category cssclass "
    "cssclasses cover image banner icon url link source id uid uuid permalink slug layout publish "
    "draft type status"
)
_PICTURE: Final = re.compile(r"!\[[^\]]*\]\([^)]*\)|<img\b[^<>]*>", re.IGNORECASE)
_STRUCK: Final = re.compile(r"~~[^~]*~~")


@dataclass(frozen=True, slots=True)
class Statement:
    """A quotable piece of a hit: `text` is `hit.text[start:end]`.

    `rank` is the hit's place in the result (0 the best); `heading` and `code` say what it is;
    `near` is the text it is understood by: the heading above it and the statements around it.
    """

    hit: Hit
    start: int
    end: int
    rank: int
    heading: bool = False
    code: bool = False
    struck: bool = False
    before: str = ""
    after: str = ""
    above: str = ""
    neighbour: bool = False

    @property
    def text(self) -> str:
        """The verbatim words."""
        return self.hit.text[self.start : self.end]

    @property
    def near(self) -> str:
        """What stands around it in the same passage, with the document's title."""
        return "\n".join((self.hit.source.title, self.above, self.before, self.after))


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    kind: str


def statements(hit: Hit, *, rank: int, neighbour: bool = False) -> list[Statement]:
    """The hit's text as statements, in order."""
    spans = list(_spans(hit.text))
    if hit.message_id is not None and len(hit.text) <= WHOLE and len(spans) > 1:
        spans = [(spans[0][0], spans[-1][1], "text")]
    found: list[Statement] = []
    above: list[str] = []
    for i, (start, end, kind) in enumerate(spans):
        text = hit.text[start:end]
        if kind == "heading":
            above = [*above[-1:], text]
        found.append(
            Statement(
                hit=hit,
                start=start,
                end=end,
                rank=rank,
                heading=kind == "heading",
                code=kind == "code",
                struck=_STRUCK.sub("", text).strip(" -*[]x\n") == "",
                before=_beside(hit.text, spans, i, -1),
                after=_beside(hit.text, spans, i, 1),
                above="\n".join(above),
                neighbour=neighbour,
            )
        )
    return found


def plain(text: str) -> str:
    """`text` for reading in a sentence: list markers, emphasis, tags and line breaks taken away."""
    text = _STRUCK.sub("", _MARKUP.sub("", text))
    text = re.sub(r"\[\[(?:[^\]|]*\|)?([^\]]*)\]\]", r"\1", text)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r'(?m)^"([^"\n]*)"$', r"\1", text)
    if "<" in text:
        text = unescape(_TAG.sub("", _IMAGE.sub(r"\1", text)))
    text = re.sub(r"(\*\*|__|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)|`{1,3}|==)", "", text)
    text = re.sub(r"\s*\|\s*", " | ", text).strip(" |\n\t")
    return re.sub(r"\s+", " ", text)


def _beside(text: str, spans: list[tuple[int, int, str]], i: int, step: int) -> str:
    """The statement before or after the `i`th; items and properties are about different things."""
    j = i + step
    if not 0 <= j < len(spans) or "property" in (spans[i][2], spans[j][2]):
        return ""
    mine, other = text[slice(*spans[i][:2])], text[slice(*spans[j][:2])]
    if _ITEM.match(other) and (_ITEM.match(mine) or step > 0):
        return ""
    return other


def _spans(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, kind) of every statement; white space at the edges is left out."""
    for block in _blocks(text):
        whole = block.kind == "item" and block.end - block.start <= WHOLE
        if whole or block.kind in ("code", "heading", "property"):
            yield block.start, block.end, block.kind
            continue
        yield from ((start, end, "text") for start, end in _sentences(text, block.start, block.end))


def _lines(text: str) -> Iterator[_Line]:
    position, fence = 0, False
    front, told = text.startswith("---\n"), False
    for line in text.splitlines(keepends=True):
        start, position = position, position + len(line)
        end = start + len(line.rstrip())
        if front:
            front = start == 0 or line.strip() != "---"
            named = _PROPERTY.match(line)
            if named:
                told = named["key"].lower() not in _OF_FORM
            told = told and line.strip() != "---"
            if line.startswith("title:"):
                yield _Line(start, end, "heading")
            else:
                yield _Line(start, end, ("property" if named else "value") if told else "blank")
        elif fence or _FENCE.match(line):
            closing = fence and _FENCE_END.match(line) is not None
            yield _Line(start, end, "code")
            fence = not closing
        elif not line.strip() or _TABLE_RULE.match(line):
            yield _Line(start, start, "blank")
        elif _HEADING.match(line) and not _ITEM.match(line):
            yield _Line(start, end, "heading")
        else:
            yield _Line(start, end, "item" if _ITEM.match(line) else "prose")


def _blocks(text: str) -> Iterator[_Line]:
    """Lines joined where they belong together: code whole, wrapped prose, an item's next lines."""
    current: _Line | None = None
    for line in _lines(text):
        if current is not None and _continues(text, current, line):
            current = _Line(current.start, line.end, current.kind)
            continue
        if current is not None:
            yield current
        current = None if line.kind == "blank" else line
    if current is not None:
        yield current


def _continues(text: str, block: _Line, line: _Line) -> bool:
    if line.kind == "value":
        return block.kind == "property"
    if block.kind == "code" or line.kind == "code":
        return block.kind == line.kind == "code"
    if line.kind != "prose" or block.kind == "heading":
        return False
    last = max(block.start, text.rfind("\n", block.start, block.end) + 1)
    return block.end - last >= WRAPPED and text[block.end - 1] not in ".!?:"


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Sentences of a prose block; one of less than four words joins the one beside it."""
    ends = (
        match.end()
        for match in _END.finditer(text, start, end)
        if not _ABBREVIATION.search(text[max(start, match.start() - 12) : match.end()])
    )
    cuts = [start, *ends]
    if cuts[-1] != end:
        cuts.append(end)
    pieces: list[tuple[int, int]] = []
    for left, right in pairwise(cuts):
        for piece in _shortened(text, *_trimmed(text, left, right)):
            if pieces and (_too_short(text, piece) or _too_short(text, pieces[-1])):
                pieces[-1] = (pieces[-1][0], piece[1])
            elif piece[0] < piece[1]:
                pieces.append(piece)
    yield from pieces


def _too_short(text: str, span: tuple[int, int]) -> bool:
    return len(text[slice(*span)].split()) < 4


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _shortened(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A very long sentence in pieces that end at a clause, else at a space."""
    while end - start > LONGEST:
        marks = [m.end() for m in _CLAUSE.finditer(text, start + LONGEST // 2, start + LONGEST)]
        cut = marks[-1] if marks else text.rfind(" ", start + LONGEST // 2, start + LONGEST)
        cut = cut if cut > start else start + LONGEST
        yield _trimmed(text, start, cut)
        start = _trimmed(text, cut, end)[0]
    yield start, end


def says_something(statement: Statement) -> bool:
    """Whether it has words of its own: no bare heading, struck-out line, rule or picture."""
    if statement.heading or statement.struck:
        return False
    named = _PROPERTY.fullmatch(statement.text)
    if named and not named["value"].strip():
        return False
    return _LETTER.search(_PICTURE.sub("", statement.text)) is not None


def led_to(statement: Statement) -> int:
    """Where the code or list ends that the statement leads up to with a colon, else its own end.

    At most `LED_TO` characters of it, in whole lines.
    """
    if statement.heading or statement.code or not statement.text.rstrip("*_ ").endswith(":"):
        return statement.end
    text, end = statement.hit.text, statement.end
    for block in _blocks(text):
        if block.start < statement.end:
            continue
        if block.kind not in ("code", "item") or text[end : block.start].strip():
            break
        end = block.end
        if block.kind == "code":
            break
    if end - statement.end <= LED_TO:
        return end
    cut = text.rfind("\n", statement.end, statement.end + LED_TO)
    return max(statement.end, len(text[:cut].rstrip()))
