"""What a table shows: columns, and rows of cells. Values only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `width` 0 takes what the others leave. Hidden in tables narrower than `least` or
    wider than `most` (0: never).

    `tail`: of a text without marks that is too long, its end is shown, as of a path.
    """

    name: str
    width: int = 0
    least: int = 0
    most: int = 0
    right: bool = False
    tail: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """Text of one cell, shown on one line; `marks` are spans to bring out."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()
    dim: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row by its key; `flagged` rows have a mark and the colour of a warning."""

    key: str
    cells: tuple[Cell | str, ...]
    flagged: bool = False
