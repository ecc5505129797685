"""Which names mean one entity: first names and full names of people, never parts of products."""

from __future__ import annotations

import pytest

from mem.consolidation.reconciling.naming import match
from mem.consolidation.reconciling.normal import name_key


@pytest.mark.parametrize(
    ("name", "known", "meant"),
    [
        ("Ann", {"ann lee": 1}, 1),
        ("Ann Lee", {"ann": 1}, 1),
        ("ann", {"ann lee": 1}, 1),
        ("Ann", {"ann lee": 1, "ann moss": 2}, None),
        ("Charlie Marsh", {"charlie": 1, "charlie holtz": 1}, None),
        ("Charlie", {"charlie holtz": 1}, 1),
        ("GitHub", {"github actions": 1}, None),
        ("GITHUB_TOKEN", {"github": 1}, None),
        ("Claude Code", {"claude": 1}, None),
        ("Google", {"google sheets": 1}, None),
        ("Daniele", {"daniel": 1}, None),
        ("Andrea", {"andreas": 1}, None),
        ("Katharine", {"katherine": 1}, None),
        ("Gwendolynn", {"gwendolyn": 1}, None),
        ("Paris", {"paris hilton": 1}, None),
        ("Victoria Beck", {"victoria": 1}, None),
        ("Norwegian Air", {"norwegian": 1}, None),
        ("Pride Month", {"pride": 1}, None),
        ("Sebastian Moss", {"sebastian": 1}, 1),
        ("Delphin Asante", {"delphine asante": 1}, None),
        ("Delphine Assante", {"delphine asante": 1}, 1),
        ("Delphine Asnate", {"delphine asante": 1}, 1),
    ],
)
def test_a_name_means_the_one_person_whose_name_it_is_part_of(
    name: str, known: dict[str, int], meant: int | None
) -> None:
    assert match(name_key(name), known, written=name) == meant
