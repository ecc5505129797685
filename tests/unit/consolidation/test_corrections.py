"""A corrected text is read: what it says takes the place of what was said, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.consolidation.keeper import MemoryKeeper
from mem.consolidation.person import Correction
from mem.core.memory import Memory, MemoryStatus
from mem.testing import FixedClock


@pytest.fixture
def keeper(home: Path, clock: FixedClock, tmp_path: Path) -> Iterator[MemoryKeeper]:
    """Memories that the rules draw of two notes: a home, and another one a year later."""
    notes = {
        "a.md": "---\ndate: 2024-01-10\n---\nI live in Lisbon. My sister Ann works as a nurse.\n",
        "b.md": "---\ndate: 2025-02-10\n---\nI live in Porto since January 2025.\n",
    }
    folder = tmp_path / "notes"
    folder.mkdir()
    for name, text in notes.items():
        (folder / name).write_text(text)
    with Assistant.open(home, clock=clock) as assistant:
        assistant.ingest(folder)
        assistant.memories.consolidate()
        yield assistant.memories


def home_of(keeper: MemoryKeeper, at: datetime | None = None) -> list[Memory]:
    return [one for one in keeper.list(as_of=at) if one.predicate == "live in"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("I live in Braga since January 2025.", "Braga"),
        ("I'm based in Braga.", "Braga"),
        ("The user lives in Braga since January 2025.", "Braga"),
    ],
)
def test_a_home_in_ones_own_words_is_the_only_one(
    keeper: MemoryKeeper, text: str, place: str
) -> None:
    (old,) = home_of(keeper)
    new = keeper.edit(old.id, Correction(text=text))
    assert (new.subject, new.predicate, new.object) == ("user", "live in", place)
    assert home_of(keeper) == [keeper.get(new.id)]
    assert [one.object for one in home_of(keeper, datetime(2025, 6, 1))] == [place]
    assert [one.object for one in home_of(keeper, datetime(2024, 6, 1))] == ["Lisbon"]


def test_a_corrected_date_moves_when_it_holds(keeper: MemoryKeeper) -> None:
    (old,) = home_of(keeper)
    new = keeper.edit(old.id, Correction(text="I live in Porto since March 2024."))
    assert new.valid_from == datetime(2024, 3, 1)
    assert [one.object for one in home_of(keeper, datetime(2024, 6, 1))] == ["Porto"]


def test_a_denial_denies(keeper: MemoryKeeper) -> None:
    (old,) = home_of(keeper)
    for text in ("I don't live in Porto.", "Porto is not where I ever lived."):
        new = keeper.edit(old.id, Correction(text=text))
        assert new.negated
        assert "Porto" not in {one.object for one in home_of(keeper) if not one.negated}
        keeper.undo()


def test_a_version_is_about_whom_it_names(keeper: MemoryKeeper) -> None:
    (old,) = home_of(keeper)
    new = keeper.edit(old.id, Correction(text="I live in Braga since January 2025."))
    assert keeper.view(new.id).entities == ("Braga",)
    assert [one.id for one in keeper.entity("Braga").memories] == [new.id]
    (sister,) = (one for one in keeper.list() if "Ann" in one.text)
    doctor = keeper.edit(sister.id, Correction(text="My sister Ann works as a doctor."))
    assert keeper.view(doctor.id).entities == ("Ann",)
    (now,) = (one for one in keeper.list() if "Ann" in one.text)
    assert (now.id, now.object) == (doctor.id, "a doctor")


def test_an_object_alone_changes_the_text_too(keeper: MemoryKeeper) -> None:
    (old,) = home_of(keeper)
    new = keeper.edit(old.id, Correction(object="Braga"))
    assert new.text == "The user lives in Braga since January 2025."
    keeper.undo()
    assert home_of(keeper) == [keeper.get(old.id)]
    assert keeper.get(old.id).status is MemoryStatus.ACTIVE
