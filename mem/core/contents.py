"""Tells a list of links (an index, a table of contents) from a text that says something itself.

Only the spelling of links decides: Markdown, wiki and Org links.
"""

from __future__ import annotations

import re
from typing import Final

_LINK: Final = re.compile(r"\[\[[^\]\n]+\](?:\[[^\]\n]*\])?\]|(?<!!)\[[^\]\n]+\]\([^)\n]+\)")
_MARKER: Final = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])?\s*(?:\[[ xX]\]\s+)?")
#: Links, share of the lines that begin with one, share of the characters that stand in one.
LEAST_LINKS: Final = 3
LINES: Final = 0.6
CHARACTERS: Final = 0.4


def is_index(text: str) -> bool:
    """Whether most of `text` points to other pages: most lines begin with a link, or most is links.

    A long line that begins with a link says something itself.
    """
    if text.count("[") < LEAST_LINKS:
        return False
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    links = [match for line in lines for match in _LINK.finditer(line)]
    if len(links) < LEAST_LINKS:
        return False
    inside = sum(match.end() - match.start() for match in links)
    pointing = sum(_points(line) for line in lines)
    return pointing >= LINES * len(lines) or inside >= CHARACTERS * sum(map(len, lines))


def _points(line: str) -> bool:
    marker = _MARKER.match(line)
    at = marker.end() if marker else 0
    link = _LINK.match(line, at)
    return link is not None and len(line[link.end() :].split()) < 12
