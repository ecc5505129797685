"""What front matter tells of whose words a note holds."""

from __future__ import annotations

import pytest

from mem.core.clippings import is_clipping

PAGE = "url: https://example.org/in-good-hands"


@pytest.mark.parametrize(
    "front_matter",
    [
        f'author:\n  - "[[Steph Ango]]"\n{PAGE}',
        f"author: Kevin Kelly\n{PAGE}",
        f"authors: [Ann Lee, Ben Moss]\n{PAGE}",
        "source: <https://example.org/a>\nby: Ann Lee",
        f'{PAGE}\nclipped: 2023-11-18\nauthor: ""',
        f"{PAGE}\ntags: [reading, clippings]",
        f'{PAGE}\ncategories:\n  - "[[Posts]]"\n  - "[[Clippings]]"',
    ],
)
def test_a_page_of_somebody_is_a_clipping(front_matter: str) -> None:
    assert is_clipping(f"---\n{front_matter}\n---")


@pytest.mark.parametrize(
    "front_matter",
    [
        "",
        "author: Kevin Kelly\nrating: 7",
        PAGE,
        f"{PAGE}\nauthor: []",
        f'{PAGE}\nauthor:\n  - "[[Me]]"',
        f"{PAGE}\nauthor: Mia Wong",
        "tags: [clippings]",
        "url:\nauthor:\n  - Ann Lee",
        "topics:\n  - https://example.org\nauthor: Ann Lee",
    ],
)
def test_a_note_of_ones_own_is_none(front_matter: str) -> None:
    assert not is_clipping(f"---\n{front_matter}\n---", ["Mia Wong"])
