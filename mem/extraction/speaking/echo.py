"""Text that `mem` itself printed, recognised by its shape, so that nothing is drawn from it.

Quotes alone are the user's words and no echo; an answer's sentence carries who said it and when
before the quote and its number behind, and a passage of a result has a head and a place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

#: What a mail client, a Markdown editor or a chat puts before a pasted line.
_MARGIN: Final = r"[ \t>*+|-]*"
#: White space inside a sentence that was wrapped, perhaps behind such a margin.
_GAP: Final = r"(?:\s|\n[>*+|-])+"
_DAY: Final = rf"\d{{1,2}}{_GAP}[A-Z][a-z]+{_GAP}\d{{4}}"
_DATE: Final = r"(?:\d{4}-\d\d-\d\d|-{10})"
_MARKS: Final = r"(?:\s*\[\d{1,3}\])+"
#: `Ann, 8 October 2025: “…” [1]`, `Note “Boiler”: “…” [2] [3]`: how a sentence of an answer begins
#: and ends, and how far apart the two can be.
_OPENING: Final = re.compile(
    rf"(?:Note{_GAP}“[^“”]{{0,200}}”(?:,{_GAP}{_DAY})?"
    rf"|[^\s“”:\[\]>][^“”:\[\]\n]{{0,80}},{_GAP}{_DAY}):{_GAP}“"
)
_CLOSING: Final = re.compile(rf"”{_MARKS}")
_LONGEST: Final = 1000
#: `8 October 2025. [1]`, `15 October 2025 (“the 15th”, said on 9 November 2025). [1]`: a date.
_DATE_LEAD: Final = re.compile(
    rf"[^\n“”\[\]]{{0,60}}\b\d{{4}}(?:\s\(“[^”]{{0,80}}”,[^)]{{0,60}}\))?\.{_MARKS}"
)
#: `[1] Title   2025-10-08` above a place and a quote: a citation.
_CITATION: Final = re.compile(rf"^{_MARGIN}\[\d{{1,3}}\] .*\s{_DATE}\s*$")
#: ` 1. Title   2025-10-08  0.83`: a hit. `m77a01…  2025-10-08  fact  active  …`: a memory listed.
_HIT: Final = re.compile(rf"^{_MARGIN}\d{{1,4}}\. .*\s{_DATE}\s+[01]\.\d\d\s*$")
_LISTED: Final = re.compile(
    rf"^{_MARGIN}(?:m[0-9a-z]{{9}}\s+{_DATE}\s+\w+|{_DATE}\s+m[0-9a-z]{{9}})\s+"
    r"(?:active|proposed|superseded|archived|rejected|quarantined)\b"
)
#: `2025-05` or `2025-W18` above a summary and what is of that time: a timeline.
_PERIOD: Final = re.compile(rf"^{_MARGIN}(?:\d{{4}}-(?:\d\d(?:-\d\d)?|W\d\d)|no date)\s*$")
_EPISODE: Final = re.compile(rf"^{_MARGIN}{_DATE}\s+e[0-9a-z]{{9}}\s+episode\b")
#: `[1] 2025-10-08 notes/a.md:3`, below a summary of the user.
_PLACED: Final = re.compile(rf"^{_MARGIN}\[\d{{1,3}}\] {_DATE} \S")
#: `memory m77a01234: …`, below a hit.
_NOTED: Final = re.compile(rf"^{_MARGIN}memory m[0-9a-z]{{9}}\b")
#: The profile as text for another assistant: what begins it or only it has, and its items.
_PROFILE: Final = re.compile(rf"^{_MARGIN}(?:About the user|How the user does things):\s*$")
_SECTION: Final = re.compile(rf"^{_MARGIN}(?:Facts|Events and plans|Where things are):\s*$")
_ITEM: Final = re.compile(r"^[ \t>|]*- ")
_DATED: Final = re.compile(r"\(\d{4}-\d\d-\d\d\)\s*$")
_NUMBERED: Final = re.compile(r"\[\d{1,3}\]\s*$")
#: `The user lives in Porto.`: how a memory says what is so of the user, wherever it is pasted.
_OF_USER: Final = re.compile(r"(?<![\w’'-])The user\b(?:[^.!?\n]|\n(?!\s*\n))*[.!?]*")
#: A memory listed or an episode in the middle of a line: what was printed was re-wrapped.
_FLOWING: Final = re.compile(
    rf"(?:\bm[0-9a-z]{{9}}\s+{_DATE}\s+\w+|{_DATE}\s+[me][0-9a-z]{{9}})\s+"
    r"(?:active|proposed|superseded|archived|rejected|quarantined|episode)\b"
)
#: `id  m77a01234…` above what is known of a memory; `Ann · 2025-10-08 · Boiler` above a place and
#: the passage that a memory was drawn from.
_SHOWN: Final = re.compile(rf"^{_MARGIN}(?:.*\s)?id\s+m[0-9a-z]{{19}}\b", re.MULTILINE)
_DRAWN_FROM: Final = re.compile(
    rf"{_MARGIN}(?:[^·\n]{{1,80}} · )?(?:file )?{_DATE}(?: · [^·]{{1,200}}?)?\s\s*"
    r"\S{1,300}(?:,\s+message\s+\S{1,200}|:\d+)\s"
)
#: A line of a conversation that was exported, and what stands above each document of an export.
_SPOKEN: Final = re.compile(
    rf"^{_MARGIN}\*\*[^*\n]{{1,200}}\*\* \({_DATE} \d\d:\d\d\): ", re.MULTILINE
)
_EXPORTED: Final = re.compile(
    rf"^{_MARGIN}\*[\w-]+ · (?:{_DATE} \d\d:\d\d|undated) · <[^<>\n]+>\*\s*$", re.MULTILINE
)
#: Members of an object as `--json` prints it, where the beginning of the object is elsewhere.
_MEMBER: Final = re.compile(
    r'"(?:chunk_id|chunk_ids|message_id|session_id|said_at|said_at_origin|valid_from|valid_to|'
    r"happened_at|happened_to|recorded_at|expired_at|last_recalled_at|recall_count|locator|quote|"
    r'evidence|abstained|started_at|ended_at|made_at)"\s*:|"[cdemns][0-9a-f]{19}"'
)
_FEWEST_MEMBERS: Final = 2
_SHAPE: Final = re.compile(r'^\s*\{\s*"schema":\s*\d+,\s*"\w+"')
_MARGINS: Final = " \t\r\n>*+|-"

Span = tuple[int, int]


def spans(text: str) -> list[Span]:
    """Half-open spans of `text` that are an echo, in order; they may touch each other."""
    if _SHAPE.match(text) or len(_MEMBER.findall(text)) >= _FEWEST_MEMBERS:
        return [(0, len(text))]
    found = list(_sentences(text))
    if found:
        found += [match.span() for match in _DATE_LEAD.finditer(text)]
    found += [match.span() for match in _OF_USER.finditer(text)]
    return sorted({*found, *_blocks(text)})


def export_in(text: str) -> int | None:
    """Where an export of documents begins that goes on to the end; None where there is none."""
    found = _EXPORTED.search(text)
    return found.start() if found is not None else None


def touches(echo: list[Span], start: int, end: int) -> bool:
    """Whether `[start, end)` shares a character with an echo."""
    return any(first < end and start < last for first, last in echo)


def _sentences(text: str) -> Iterator[Span]:
    """Sentences of answers. Each part of the text is looked at once, however it is made."""
    last = 0
    for closing in _CLOSING.finditer(text):
        window = max(last, closing.start() - _LONGEST)
        openings = [one.start() for one in _OPENING.finditer(text, window, closing.start())]
        if openings:
            yield openings[-1], closing.end()
        last = closing.end()


def _paragraphs(text: str) -> Iterator[Span]:
    """Spans of lines that have more on them than a margin, up to a line that has not."""
    start: int | None = None
    at = 0
    for line in text.splitlines(keepends=True):
        if not line.strip(_MARGINS):
            if start is not None:
                yield start, at
            start = None
        elif start is None:
            start = at
        at += len(line)
    if start is not None:
        yield start, at


def _blocks(text: str) -> Iterator[Span]:
    """Paragraphs that are printed as citations, hits or lists, and the answer above citations."""
    before: Span | None = None
    for span in _paragraphs(text):
        lines = text[slice(*span)].splitlines()
        if _CITATION.match(lines[0]) and len(lines) > 1:
            if before is not None:
                yield before
            yield span
        elif (
            (_HIT.match(lines[0]) and len(lines) > 1)
            or _summed_up(lines)
            or _shown(text[slice(*span)], lines)
        ):
            yield span
        else:
            yield from _lines(text, span)
        before = span if _NUMBERED.search(lines[-1]) else None


def _shown(paragraph: str, lines: list[str]) -> bool:
    """Whether a paragraph is of a memory that is shown, or of lines that were run together."""
    if _SHOWN.search(paragraph) or _DRAWN_FROM.match(paragraph) or _SPOKEN.search(paragraph):
        return True
    whole = sum(bool(_LISTED.match(line) or _EPISODE.match(line)) for line in lines)
    return len(_FLOWING.findall(paragraph)) > whole


def _summed_up(lines: list[str]) -> bool:
    """Whether lines are a period of a timeline, or a summary above its places."""
    if any(_PLACED.match(line) for line in lines[1:]):
        return True
    listed = any(_EPISODE.match(line) or _LISTED.match(line) for line in lines[1:])
    return listed and _PERIOD.match(lines[0]) is not None


def _lines(text: str, paragraph: Span) -> Iterator[Span]:
    """Lines of a list of memories or of a profile."""
    at, profile, section = paragraph[0], False, False
    for line in text[slice(*paragraph)].splitlines(keepends=True):
        profile = profile or bool(_PROFILE.match(line))
        item = bool(_ITEM.match(line))
        section = bool(_SECTION.match(line)) or (section and item)
        printed = profile or (section and item and bool(_DATED.search(line)))
        if printed or _LISTED.match(line) or _EPISODE.match(line) or _NOTED.match(line):
            yield at, at + len(line)
        at += len(line)
