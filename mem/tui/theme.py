"""The light theme: Textual's own, with colours of text that can be read on its grey (5:1)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.theme import Theme

LIGHT = "mem-light"
_INKS = {
    "text-accent": "#7d4e00",
    "text-warning": "#7d4e00",
    "text-error": "#8a1c2b",
    "text-success": "#1d6b3c",
}


def light(given: Theme) -> Theme:
    """`given`, which is light, with other inks."""
    return replace(given, name=LIGHT, variables={**given.variables, **_INKS})
