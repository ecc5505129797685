"""Times and words given on the command line."""

from __future__ import annotations

from datetime import datetime

import pytest

from mem.cli import session
from mem.errors import BadSetting, BadTimeExpression, EmptyQuery

NOW = datetime(2025, 6, 15, 12)


def limits(**given: str) -> tuple[datetime | None, datetime | None]:
    names = ("since", "before", "on", "source", "kind", "speaker")
    found = session.filters(NOW, **{name: given.get(name) for name in names})
    return found.since, found.before


def test_times() -> None:
    assert limits() == (None, None)
    assert limits(since="last March") == (datetime(2025, 3, 1), None)
    assert limits(before="2024") == (None, datetime(2024, 1, 1))
    assert limits(on="yesterday") == (datetime(2025, 6, 14), datetime(2025, 6, 15))
    assert limits(on="2024", since="May 2024") == (datetime(2024, 5, 1), datetime(2025, 1, 1))


@pytest.mark.parametrize("option", ["since", "before", "on"])
def test_nonsense_names_the_option(option: str) -> None:
    with pytest.raises(BadTimeExpression, match=f"--{option}: .*blurgh"):
        limits(**{option: "blurgh"})


def test_words() -> None:
    assert session.words(["two", "words "]) == "two words"
    assert session.words(["a\udcffb"]) == "a\ufffdb"
    with pytest.raises(EmptyQuery):
        session.words([" ", ""])


def test_bad_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEM_NOW", "soon")
    with pytest.raises(BadSetting, match="MEM_NOW"):
        session.clock()
