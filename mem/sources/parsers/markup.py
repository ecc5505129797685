"""Links and tags inside the words of a note; nothing inside code counts.

Every pattern here takes linear time on any input.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mem.core.document import Block, BlockKind

_WIKILINK = re.compile(r"\[\[([^\[\]\n]{1,500})\]\]")
_INLINE_LINK = re.compile(r"\]\(<?([^()<>\s]{1,2000})")
_TAG = re.compile(r"(?<!\S)#([\w/-]{1,100})")
_BACKTICKS = re.compile("`+")
_EMPHASIS = re.compile(r"\*\*|__|~~|==|`")
_TITLED_LINK = re.compile(r"!?\[([^\[\]]{0,300})\]\([^()\s]{0,2000}\)")


def links_and_tags(
    text: str, blocks: Iterable[Block], *, tags_from: int = 0
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Link targets (`[[target#part|shown]]`, embeds, `](target)`) and `#tags`, first seen first.

    Tags count from the offset `tags_from`.
    """
    links: dict[str, None] = {}
    tags: dict[str, None] = {}
    for block in blocks:
        if block.kind is BlockKind.CODE:
            continue
        words = without_inline_code(text[block.start : block.end])
        links.update(dict.fromkeys(_targets(words)))
        if block.start >= tags_from:
            tags.update(dict.fromkeys(_tags(words)))
    return tuple(links), tuple(tags)


def without_inline_code(text: str) -> str:
    """`text` with each code span (equal runs of backticks around it) replaced by a space."""
    runs = [match.span() for match in _BACKTICKS.finditer(text)]
    if len(runs) < 2:
        return text
    closing: list[int | None] = [None] * len(runs)
    latest: dict[int, int] = {}
    for index in range(len(runs) - 1, -1, -1):
        length = runs[index][1] - runs[index][0]
        closing[index] = latest.get(length)
        latest[length] = index
    kept, position, index = [], 0, 0
    while index < len(runs):
        end = closing[index]
        if end is not None:
            kept.append(text[position : runs[index][0]])
            position, index = runs[end][1], end
        index += 1
    return " ".join((*kept, text[position:]))


def plain_title(markup: str) -> str:
    """A heading's words without links and emphasis."""
    shown = _WIKILINK.sub(lambda match: match[1].rpartition("|")[2], markup[:2000])
    shown = _EMPHASIS.sub("", _TITLED_LINK.sub(r"\1", shown))
    return " ".join(shown.split())


def _targets(words: str) -> Iterable[str]:
    for match in _WIKILINK.finditer(words):
        name, _, part = match[1].partition("|")[0].partition("#")
        target = name.strip() or part.strip()
        if target:
            yield target
    for match in _INLINE_LINK.finditer(words):
        yield match[1]


def _tags(words: str) -> Iterable[str]:
    for match in _TAG.finditer(words):
        tag = match[1].strip("/-")
        if tag and not tag.isdigit():
            yield tag
