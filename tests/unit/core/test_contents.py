"""Pages of links are told from pages that say something."""

from __future__ import annotations

import pytest

from mem.core.contents import is_index

INDEXES = [
    "# Index\n\n- [[boiler]]\n- [[garden]] plants\n- [[bins]]\n",
    "- [Mooring](mooring.md): the berth\n- [Engine](engine.md)\n- [Sails](sails.md)\n",
    "Staff: [[Staff]] · Ovens: [[Deck oven]] · Suppliers: [[Suppliers]] · [[Price list]]\n",
    "* [[file:a.org][Boiler]]\n* [[file:b.org][Garden]]\n* [[file:c.org][Bins]]\n",
]
TEXTS = [
    "The boiler is from 2009, see [[manual]].",
    "- [ ] call Ana\n- [ ] buy felt\n- [x] pay the rent\n",
    "We met [[Ana]] and [[Ben]] at the harbour, later [[Cleo]] with the boat, in wind and rain.",
    "- [[Ana]] moved to Lyon with Luc and the two children in March, after a long search\n" * 3,
    "",
]


@pytest.mark.parametrize("text", INDEXES)
def test_a_page_of_links_is_an_index(text: str) -> None:
    assert is_index(text)


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_with_links_is_none(text: str) -> None:
    assert not is_index(text)
