"""A locator follows the lines of its chunk."""

from __future__ import annotations

import pytest

from mem.core.chunk import locator_at


@pytest.mark.parametrize(
    ("locator", "offset", "moved"),
    [
        ("line 4", 0, "line 4"),
        ("line 4", 6, "line 6"),
        ("line 4", 5, "line 6"),
        ("message m1", 6, "message m1"),
        ("page 2", 6, "page 2"),
    ],
)
def test_the_line_of_an_offset(locator: str, offset: int, moved: str) -> None:
    assert locator_at(locator, "one\n\ntwo\nthree", offset) == moved
