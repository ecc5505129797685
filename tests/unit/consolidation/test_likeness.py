"""Which entities are offered as perhaps one, and which are not."""

from __future__ import annotations

import pytest

from mem.consolidation.likeness import alike, likest_first
from mem.store.memory.entities import EntityRecord


def record(at: int, names: str) -> EntityRecord:
    name, *others = names.split(" = ")
    return EntityRecord(at, f"n{at}", name, tuple(others), 9 - at)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Robert", "Bob"),
        ("Robert Klein", "Bob Klein"),
        ("Robert Klein", "Bob"),
        ("Ann Lee", "Ann"),
        ("Ann Lee", "Ann Marie Lee"),
        ("Aunt Mary", "Mary"),
        ("Dr Patel", "Priya Patel"),
        ("Jon Smith", "John Smith"),
        ("Delphine Asante", "Delphin Asante"),
        ("Tom", "cousin Tom"),
        ("Margaret = Mum", "Peggy"),
    ],
)
def test_what_may_be_one_is_offered(one: str, other: str) -> None:
    (pair,) = alike([record(0, one), record(1, other)])
    assert (pair.kept.pk, pair.other.pk) == (0, 1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann", "Tom"),
        ("Ann Lee", "Tom Lee"),
        ("Mr Lee", "Mrs Lee"),
        ("GitHub", "GitHub Actions"),
        ("Ann", "Ann's mother"),
        ("Lisbon", "Porto"),
        ("Berlin", "Merlin"),
        ("Robert", "William"),
        ("Tom = Ann's brother Tom", "Ann"),
    ],
)
def test_what_is_not_one_is_not(one: str, other: str) -> None:
    assert alike([record(0, one), record(1, other)]) == []


def test_hundreds_are_compared_quickly_and_no_more_than_that() -> None:
    many = [record(at, f"Name{at} Of{at}") for at in range(1000)]
    assert alike([*many, record(1000, "Ann"), record(1001, "Ann Lee")]) == []


def test_who_may_be_the_same_stands_first_to_be_picked() -> None:
    known = [record(at, name) for at, name in enumerate(("Lisbon", "Ann", "Bob", "Robert", "Mia"))]
    assert [one.name for one in likest_first(known[3], known)] == ["Bob", "Lisbon", "Ann", "Mia"]
