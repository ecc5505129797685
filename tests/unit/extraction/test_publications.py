"""Manuals, articles and adverts among the notes are nobody's memories; one's own notes are."""

from __future__ import annotations

import pytest

from mem.extraction.screening import is_publication

MANUAL = (
    "To open the sidebar, select the arrow. You can change this in the settings.",
    "If you lose your code, contact us. I lost my code!",
    "Your vault stays on your device. You own it.",
)
ARTICLE = ("The company moved its office in 1986. It employs many people there. " * 80,)
JOURNAL = ("I went to the lake with Mia. You would have liked it. My bike broke on the way. " * 60,)
MEETING = ("We decided to buy the oak table. Ben brings the drill.",)


@pytest.mark.parametrize("texts", [MANUAL, ARTICLE])
def test_written_for_readers(texts: tuple[str, ...]) -> None:
    assert is_publication(texts)


@pytest.mark.parametrize("texts", [JOURNAL, MEETING, (), ("Your key is with Ines.",)])
def test_written_for_oneself(texts: tuple[str, ...]) -> None:
    assert not is_publication(texts)
