"""Text and segments made to fill exactly so many columns, and how what matters less looks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from textual.strip import Strip

if TYPE_CHECKING:
    from rich.segment import Segment
    from rich.style import Style


# In a content `$text-muted` comes out as bright as can be: its 60% are lost.
MUTED = "$foreground 70%"


_BLANKS = re.compile(r"\s+")


def on_a_line(text: str) -> str:
    """A text with each run of blanks and line ends as one blank."""
    return _BLANKS.sub(" ", text)


def fitted(text: str, room: int, *, tail: bool) -> str:
    """At most `room` columns of a text: its beginning, or its end (`tail`)."""
    if cell_len(text) <= room:
        return text
    if tail:
        return "…" + set_cell_size(text[::-1], room - 1).rstrip()[::-1]
    return set_cell_size(text, room - 1).rstrip() + "…"


def filled(segments: list[Segment], width: int, style: Style) -> Strip:
    """A line of exactly `width` columns."""
    return Strip(segments).adjust_cell_length(width, style)
