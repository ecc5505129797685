"""Whom a name means, over sixty short histories: no two people are ever taken for one."""

from __future__ import annotations

import pytest

from mem.assistant import Assistant
from mem.consolidation.keeper import MemoryKeeper
from mem.consolidation.reconciling.naming import entities_of
from mem.errors import UnknownId
from mem.store.memory.entities import Entities
from tests.unit.consolidation.name_cases import HELD_OUT, SEEN

Groups = list[list[str]]


def lines(cases: str) -> list[str]:
    return cases.strip().splitlines()


def parts(line: str) -> tuple[list[str], Groups, list[str]]:
    """The names in order, who is who, and what is nobody."""
    names, _, meant = line.partition(" -> ")
    people, _, nobody = meant.partition(" - ")
    groups = [group.split(" = ") for group in people.split(" / ")]
    return names.split("; "), groups, nobody.split(" = ") if nobody else []


def who_is(keeper: MemoryKeeper, name: str) -> str | None:
    try:
        return keeper.entity(name).entity.id
    except UnknownId:
        return None


def judged(assistant: Assistant, line: str) -> str:
    """`right`, `merged` where two became one, `junk` for a name of nobody, else `apart`."""
    names, groups, nobody = parts(line)
    keeper = assistant.memories
    for name in names:
        with keeper.changes.operation("test", "name") as operation:
            entities_of(operation, Entities(assistant.store.database), [name])
    found = [[who_is(keeper, name) for name in group] for group in groups]
    seen = [one for group in found for one in set(group)]
    if len(set(seen)) < len(seen) and None not in seen:
        return "merged"
    if any(who_is(keeper, name) for name in nobody):
        return "junk"
    return (
        "right" if all(len(set(group)) == 1 and None not in group for group in found) else "apart"
    )


@pytest.mark.parametrize("line", [*lines(SEEN), *lines(HELD_OUT)])
def test_whom_a_name_means(assistant: Assistant, line: str) -> None:
    assert judged(assistant, line) == "right"


def told(assistant: Assistant, *names: str) -> None:
    """Names come up together, in one memory."""
    with assistant.memories.changes.operation("test", "name") as operation:
        entities_of(operation, Entities(assistant.store.database), names)


def test_kin_of_one_name_told_otherwise_are_two(assistant: Assistant) -> None:
    told(assistant, "Tom", "Ann Lee's brother Tom")
    told(assistant, "Tom", "the user's cousin Tom")
    told(assistant, "Ann Lee's brother Tom")
    keeper = assistant.memories
    first, other = keeper.entity("Ann Lee's brother Tom"), keeper.entity("my cousin Tom")
    assert (first.entity.name, other.entity.name) == ("Tom", "cousin Tom")
    assert keeper.entity("Tom").entity.id == first.entity.id


def test_a_name_that_a_person_gave_is_not_taken_for_another(assistant: Assistant) -> None:
    told(assistant, "Ann Lee", "Ann Moss", "Ann")
    keeper = assistant.memories
    assert len({keeper.entity(name).entity.id for name in ("Ann", "Ann Lee", "Ann Moss")}) == 3
    keeper.merge_entities("Ann Lee", ["Ann"])
    told(assistant, "Ann")
    assert keeper.entity("Ann").entity.name == "Ann Lee"


def test_who_cannot_be_told_of_several_is_found_beside_them(assistant: Assistant) -> None:
    for name in ("Ann", "Ann Lee", "Ann Moss", "Ann"):
        told(assistant, name)
    keeper = assistant.memories
    found = [keeper.entity(name).entity for name in ("Ann", "Ann Lee", "Ann Moss")]
    assert len({one.id for one in found}) == 3
    assert found[0].aliases == () and "Ann Lee" in found[1].aliases


@pytest.mark.parametrize("name", ["José", "jose", "JOSE\u0301", "Jose"])
def test_marks_on_letters_make_no_other_name(assistant: Assistant, name: str) -> None:
    told(assistant, "José")
    assert assistant.memories.entity(name).entity.name == "José"


@pytest.mark.parametrize(
    ("phrase", "names"),
    [
        ("Losing Jon's job", ["Jon"]),
        ("Having Melanie around", []),
        ("Having Melanie", ["Melanie"]),
        ("Starting Gina's store", ["Gina"]),
        ("Since", []),
        ("Show", []),
        ("Grace", ["Grace"]),
        ("Charlotte's Web", ["Charlotte's Web"]),
        ("Caroline's friends, family and", ["Caroline"]),
        ("Art's", []),
    ],
)
def test_how_a_sentence_begins_is_no_name(
    assistant: Assistant, phrase: str, names: list[str]
) -> None:
    told(assistant, phrase)
    rows = assistant.store.database.rows("SELECT name FROM entity ORDER BY pk")
    assert [str(row[0]) for row in rows] == names
