"""What counts as naming something."""

from __future__ import annotations

import pytest

from mem.core.mentions import Mentions


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Ann", "I saw ann, again."),
        ("Ann", "Ann's boat"),
        ("ann lee", "It was Ann\n  Lee who"),
        ("Ann Lee", "It was Ann **Lee**."),
        ("Ann", "_Ann_"),
        ("C++", "written in C++, mostly"),
        ("Zoe\u0301", "With Zo\u00e9 there"),
        ("Zo\u00eb", "zoe came"),
        ("Zoe", "With Zoe\u0308 there"),
        ("STRASSE", "Stra\u00dfe"),
        ("finn", "\ufb01nn"),
        ("Ann", "\uff21\uff4e\uff4e"),
        ("istanbul", "\u0130STANBUL"),
        ("O'Brien", "O\u2019Brien"),
        ("O\u2019Brien", "o'brien"),
        ("\u201cAnn Lee\u201d", "Ann Lee"),
        ('"Ann Lee"', "Ann Lee"),
        ("Ann Lee", "> by Ann\n> Lee"),
        ("Ann Lee", "Ann-Lee"),
        ("Ann-Lee", "Ann\u2011Lee"),
        ("Ann Lee", "[Ann] [Lee](x)"),
        ("Annabel", "Anna-\n  bel"),
        ("Annabel", "Anna\u00adbel"),
        ("Annabel", "Anna\u200bbel"),
        ("Zo\u00eb", 'x = {"name": "Zo\\u00eb"}'),
        ("Z\u00fcrich", "https://example.org/Z%C3%BCrich?x"),
        ("Ann Lee", "https://example.org/?q=Ann%20Lee"),
        ("Ann", 'say("hello\\nAnn")'),
        ("\uae40\ucca0\uc218", "\uae40\ucca0\uc218\uac00 \uc654\ub2e4"),
        ("\u6771\u4eac", "\u79c1\u306f\u6771\u4eac\u306b\u4f4f\u3080"),
    ],
)
def test_a_name_is_found(name: str, text: str) -> None:
    assert Mentions([name]).within(text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Ann", "an annual fair"),
        ("Ann Lee", "Ann and Lee"),
        ("Ann Lee", "It was Ann. Lee came."),
        ("x.y", "xay"),
        ("C++", "a C compiler"),
        ("O'Brien", "o brien"),
        ("\u304b", "\u304c"),
        ("\uac00", "\uac01"),
    ],
)
def test_other_words_are_not(name: str, text: str) -> None:
    assert not Mentions([name]).within(text)


def test_names_without_a_word_name_nothing() -> None:
    empty = Mentions(["", "?!"])
    assert empty.names == ()
    assert empty.spans("?! anything") == []


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("Zoe", "With Zoe\u0308, there", "Zoe\u0308"),
        ("Zo\u00eb Lee", "\ufb01ne, ZO\u00cb\n> Lee said", "ZO\u00cb\n> Lee"),
        ("strasse", "\u0130n der Stra\u00dfe 5", "Stra\u00dfe"),
        ("\uae40\ucca0\uc218", "\u00e9 \uae40\ucca0\uc218\uac00", "\uae40\ucca0\uc218"),
    ],
)
def test_where_it_stands_is_told_in_the_text_as_it_is(name: str, text: str, found: str) -> None:
    assert [text[start:end] for start, end in Mentions([name]).spans(text)] == [found]
