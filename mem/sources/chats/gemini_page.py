"""The page `MyActivity.html` of Takeout: a cell for each thing done, newest first.

In a cell stand a line of what was done, what was attached, the time, and the answer.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from mem.errors import ParseFailed
from mem.sources.chats.records import Tally
from mem.sources.parsers.html import nests_too_deep, text_of
from mem.sources.textfile import well_formed

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_PRODUCT = re.compile(r"\b(?:Gemini|Bard)\b")
_BODY = "div.content-cell.mdl-typography--body-1:not(.mdl-typography--text-right)"
_ZONE = re.compile(r"\s+(?:[A-Z]{1,5}(?:[+-]\d{1,2}(?::?\d\d)?)?|[+-]\d\d:?\d\d)$")
_TIMES = (
    *("%b %d, %Y, %I:%M:%S %p", "%B %d, %Y, %I:%M:%S %p", "%b %d, %Y, %H:%M:%S"),
    *("%d %b %Y, %H:%M:%S", "%d %B %Y, %H:%M:%S", "%d %b %Y, %I:%M:%S %p"),
    *("%d.%m.%Y, %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d, %H:%M:%S", "%Y-%m-%d %H:%M:%S"),
)
_LONGEST_TIME = 60
_BLANKS = re.compile(r"[ \t\r\n\u00a0\u2003\u2009\u202f]+")


@dataclass(frozen=True, slots=True)
class Activity:
    """One thing done. `title` is how the export words it; `answer` is text."""

    title: str
    at: datetime | None
    answer: str = ""
    files: tuple[str, ...] = ()


def page_activities(source: str, place: str, tally: Tally) -> Iterator[Activity]:
    """The activities of a page, in its order. Raises ParseFailed where it is nested too deeply."""
    from selectolax.lexbor import LexborHTMLParser

    if nests_too_deep(source):
        raise ParseFailed(place, "its elements are nested too deeply")
    for cell in LexborHTMLParser(source).css("div.outer-cell"):
        header = cell.css_first("div.header-cell")
        body = cell.css_first(_BODY)
        if header is None or body is None or not _PRODUCT.search(header.text()):
            tally.add("activity of another product")
            continue
        activity = _activity(body)
        if activity.at is None:
            tally.add("time that cannot be read; its activity is kept")
        yield activity


def _activity(body: LexborNode) -> Activity:
    """What stands before the line with the time, and behind it."""
    lines = [""]
    files: list[str] = []
    at: datetime | None = None
    behind: list[str] = []
    for node in body.iter(include_text=True):
        if at is not None:
            shown = html.escape(node.text_content or "") if node.is_text_node else node.html
            behind.append(shown or "")
            continue
        if node.tag != "br":
            lines[-1] += node.text()
            target = (node.attributes.get("href") or "").strip() if node.tag == "a" else ""
            if target and "://" not in target:
                files.append(well_formed(target))
            continue
        at = read_time(lines[-1])
        lines.append("")
    before = [" ".join(_BLANKS.split(line)).strip() for line in lines]
    answer = text_of("".join(behind)) if behind else ""
    if at is not None:
        before = before[:-2]
    names = tuple(files)
    said = [line for line in before if line and line.removeprefix("- ") not in names]
    return Activity(well_formed("\n".join(said)), at, well_formed((answer or "").strip()), names)


def read_time(line: str) -> datetime | None:
    """The wall-clock time on a line that holds nothing else; its zone is dropped."""
    text = _BLANKS.sub(" ", line).strip()
    if len(text) > _LONGEST_TIME or not any(char.isdigit() for char in text):
        return None
    text = text.replace("Sept ", "Sep ")
    for candidate in (_ZONE.sub("", text), text):
        for form in _TIMES:
            try:
                return datetime.strptime(candidate, form)
            except ValueError:
                continue
    return None
