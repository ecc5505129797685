"""Names, numbers and words of a statement against what it rests on."""

from __future__ import annotations

import pytest

from mem.extraction.proposing.evidence import denies, said_share, unsupported

GROUNDS = ["we paid 1,250.50 euros for three chairs at 10:30", "Ines Calloway", "The user"]


@pytest.mark.parametrize(
    "statement",
    [
        "Ines paid 1250.50 euros for 3 chairs.",
        "The user paid for three chairs at 10:30.",
        "Ines Calloway's chairs cost 1,250.50 euros.",
        "Bought by Ines. Always three chairs.",
        "INES paid.",
        "",
    ],
)
def test_what_stands_there_is_supported(statement: str) -> None:
    assert unsupported(statement, GROUNDS) == ()


@pytest.mark.parametrize(
    ("statement", "missing"),
    [
        ("Ines paid 1250 euros.", ("1250",)),
        ("Ines paid four euros.", ("four",)),
        ("Ines paid at 10:45.", ("10:45",)),
        ("Ines and Bo paid.", ("Bo",)),
        ("Zorblax paid.", ("Zorblax",)),
        ("Ines paid in Saint-Malo.", ("Saint", "Malo")),
        ("Ines paid at IKEA.", ("IKEA",)),
        ("Ines paid. Bo did not.", ("Bo",)),
        ("Ines paid ３１ euros.", ("31",)),
        ("Ines met Åsa.", ("Åsa",)),
    ],
)
def test_what_is_not_there_is_named(statement: str, missing: tuple[str, ...]) -> None:
    assert unsupported(statement, GROUNDS) == missing


def test_without_grounds_nothing_is_supported() -> None:
    assert unsupported("Ines has 2 cats.", []) == ("Ines", "2")


def test_the_share_of_words_said() -> None:
    assert said_share("moved to the harbour", ["I am moving to a harbour"]) == 1
    assert said_share("hates dogs", ["I live here"]) == 0
    assert said_share("likes tea and rain", ["I like tea"]) == pytest.approx(2 / 3)
    assert said_share("", ["I like tea"]) == 0
    assert said_share("of the", ["of the"]) == 0


@pytest.mark.parametrize("text", ["I don’t", "She never did", "no more", "He quit", "Nobody came"])
def test_denials(text: str) -> None:
    assert denies(text)


@pytest.mark.parametrize("text", ["I know", "a notable note", "cannon", "I do"])
def test_no_denials(text: str) -> None:
    assert not denies(text)
