"""A person says who is who: merged, split, renamed, taken back, and forgotten without a trace."""

from __future__ import annotations

from datetime import datetime

import pytest

from mem.assistant import Assistant
from mem.consolidation.keeper import MemoryKeeper
from mem.errors import EmptyQuery, NotAllowed, UnknownId
from tests.unit.consolidation.conftest import Draw

Shown = dict[str, tuple[tuple[str, ...], tuple[str, ...]]]


def who(keeper: MemoryKeeper) -> Shown:
    """Each entity's other names, and what is known of it."""
    return {
        one.name: (one.aliases, tuple(m.text for m in keeper.entity(one.name).memories))
        for one in keeper.entities()
    }


@pytest.fixture
def two(keeper: MemoryKeeper, draw: Draw) -> Shown:
    """Robert and Bobby, whom no rule joins, and a memory of both."""
    keeper.take([draw("Robert sails.", ("Robert", "sail", ""), "2023-01-01", entities=("Robert",))])
    keeper.take([draw("Bobby bakes.", ("Bobby", "bake", ""), "2023-02-01", entities=("Bobby",))])
    both = ("Robert", "Bobby")
    keeper.take(
        [draw("Robert met Bobby.", ("Robert", "meet", "Bobby"), "2023-03-01", entities=both)]
    )
    return who(keeper)


def test_two_that_are_the_same_become_one_and_two_again(keeper: MemoryKeeper, two: Shown) -> None:
    assert set(two) == {"Robert", "Bobby"}
    merged = keeper.merge_entities("robert", ["Bobby"])
    assert (merged.name, merged.aliases, merged.mentions) == ("Robert", ("Bobby",), 3)
    assert list(who(keeper)) == ["Robert"]
    assert keeper.entity("Bobby").entity == merged
    with pytest.raises(NotAllowed, match="one already"):
        keeper.merge_entities("Robert", ["Bobby"])
    done = keeper.undo()
    assert who(keeper) == two
    keeper.undo([done])
    assert list(who(keeper)) == ["Robert"]


def test_what_is_said_later_goes_to_the_merged_one(
    keeper: MemoryKeeper, two: Shown, draw: Draw
) -> None:
    keeper.merge_entities("Robert", ["Bobby"])
    keeper.take([draw("Bobby sings.", ("Bobby", "sing", ""), "2024-01-01", entities=("Bobby",))])
    assert "Bobby sings." in who(keeper)["Robert"][1]


def test_a_name_is_split_off_with_what_says_it(keeper: MemoryKeeper, two: Shown) -> None:
    keeper.merge_entities("Robert", ["Bobby"])
    made = keeper.split_entity("Robert", "bobby")
    assert made.name == "Bobby"
    assert who(keeper) == two
    keeper.undo()
    assert list(who(keeper)) == ["Robert"]
    with pytest.raises(UnknownId):
        keeper.split_entity("Robert", "Nobody")


def test_the_first_name_may_go_too(keeper: MemoryKeeper, two: Shown) -> None:
    keeper.merge_entities("Robert", ["Bobby"])
    keeper.split_entity("Robert", "Robert")
    assert who(keeper) == two
    with pytest.raises(NotAllowed, match="no other name"):
        keeper.split_entity("Robert", "Robert")


def test_a_name_inside_a_longer_one_is_not_said(keeper: MemoryKeeper, draw: Draw) -> None:
    for number, name in enumerate(("Ann Lee", "Ann")):
        words = f"{name}'s boat is {number}."
        keeper.take([draw(words, (name, "own", str(number)), entities=(name,))])
    keeper.split_entity("Ann Lee", "Ann")
    assert {name: len(known) for name, (_, known) in who(keeper).items()} == {
        "Ann Lee": 1,
        "Ann": 1,
    }


def test_a_new_name_is_shown_and_the_old_one_still_finds_it(
    keeper: MemoryKeeper, two: Shown, draw: Draw
) -> None:
    done = keeper.rename_entity("bobby", "  Roberta   Klein ")
    assert (done.name, done.aliases) == ("Roberta Klein", ("Bobby",))
    assert keeper.entity("Bobby").entity == keeper.entity("roberta klein").entity == done
    keeper.take([draw("Bobby sings.", ("Bobby", "sing", ""), "2024-01-01", entities=("Bobby",))])
    said = ("Roberta Klein",)
    keeper.take([draw("Roberta Klein skis.", (*said, "ski", ""), "2024-02-01", entities=said)])
    assert {"Bobby sings.", "Roberta Klein skis."} <= set(who(keeper)["Roberta Klein"][1])
    assert keeper.rename_entity("Roberta Klein", "roberta klein").aliases == ("Bobby",)


def test_a_renaming_is_taken_back_and_done_again(keeper: MemoryKeeper, two: Shown) -> None:
    keeper.rename_entity("Bobby", "Roberta")
    renamed = who(keeper)
    undone = keeper.undo()
    assert who(keeper) == two
    keeper.undo([undone])
    assert who(keeper) == renamed
    keeper.rename_entity("Roberta", "Rob")
    keeper.undo(last=2)
    assert who(keeper) == two


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("Bobby", "goes by that name already"),
        ("robert", "--merge"),
        ("She", "anybody"),
        ("x" * 101, "at most 100"),
        ("AKIA" + "IOSFODNN7QR4BXWA", "secret"),
    ],
)
def test_a_name_that_cannot_be_taken_is_refused(
    keeper: MemoryKeeper, two: Shown, new: str, why: str
) -> None:
    with pytest.raises(NotAllowed, match=why):
        keeper.rename_entity("Bobby", new)
    with pytest.raises(EmptyQuery):
        keeper.rename_entity("Bobby", " * ")
    assert who(keeper) == two


def nowhere(assistant: Assistant, word: str) -> None:
    """No byte of the home holds the word, in any case."""
    assistant.close()
    for path in assistant.paths.data.rglob("*"):
        assert not path.is_file() or word.encode() not in path.read_bytes().lower(), path


@pytest.mark.parametrize("name", ["Bobby", "Zebulon"])
def test_neither_the_old_nor_the_given_name_outlives_forgetting_it(
    assistant: Assistant, keeper: MemoryKeeper, two: Shown, name: str
) -> None:
    before = keeper.entity("Bobby").entity.id
    keeper.rename_entity("Bobby", "Zebulon")
    keeper.rename_entity("Zebulon", "Zebulon Pike")
    keeper.rename_entity("Zebulon Pike", "Somebody Else")
    assistant.forget(assistant.forget_preview(match=name))
    assert keeper.entities()
    if name == "Bobby":
        nowhere(assistant, before)
    nowhere(assistant, name.lower())


def test_a_given_name_outlives_one_memory_and_goes_with_the_last(
    assistant: Assistant, keeper: MemoryKeeper, two: Shown
) -> None:
    keeper.rename_entity("Bobby", "Zebulon")
    first, *rest = keeper.entity("Zebulon").memories
    keeper.forget([first.id])
    assert keeper.entity("Bobby").entity.name == "Zebulon"
    keeper.forget([one.id for one in rest])
    assert [one.name for one in keeper.entities()] == ["Robert"]
    nowhere(assistant, "zebulon")


def test_forgetting_a_name_reaches_what_was_merged(
    assistant: Assistant, keeper: MemoryKeeper, draw: Draw
) -> None:
    keeper.take([draw("Robert sails.", ("Robert", "sail", ""), "2023-01-01", entities=("Robert",))])
    keeper.take([draw("He bakes.", ("user", "know", "him"), "2023-02-01", entities=("Bobby",))])
    keeper.merge_entities("Robert", ["Bobby"])
    assistant.remember("Bobby was here.")
    assistant.forget(assistant.forget_preview(match="Bobby"))
    nowhere(assistant, "bobby")


def test_a_split_of_the_first_name_is_done_undone_and_done_again(
    keeper: MemoryKeeper, two: Shown
) -> None:
    keeper.merge_entities("Robert", ["Bobby"])
    merged = who(keeper)
    keeper.split_entity("Robert", "Robert")
    undone = keeper.undo()
    assert who(keeper) == merged
    again = keeper.undo([undone])
    assert who(keeper) == two
    keeper.undo([again])
    assert who(keeper) == merged


@pytest.mark.parametrize("split", [False, True])
def test_what_is_left_of_a_merged_one_whose_memory_is_forgotten_stays_whole(
    keeper: MemoryKeeper, draw: Draw, split: bool
) -> None:
    for at, name in enumerate(("Robert", "Bobby"), start=1):
        words = f"{name} sails."
        keeper.take([draw(words, (name, "sail", ""), f"2023-0{at}-01", entities=(name,))])
    keeper.take([draw("Bobby bakes.", ("Bobby", "bake", ""), "2023-03-01", entities=("Bobby",))])
    bakes, sails = (
        next(one for one in keeper.list() if one.text == text)
        for text in ("Bobby bakes.", "Robert sails.")
    )
    keeper.pin(bakes.id)
    keeper.merge_entities("Robert", ["Bobby"])
    if split:
        keeper.split_entity("Robert", "Robert")
    keeper.forget([sails.id])
    known = who(keeper)
    keeper.undo()  # the pin: half a merge or split cannot be taken back
    assert not keeper.get(bakes.id).pinned
    assert who(keeper) == known == {"Bobby": ((), ("Bobby sails.", "Bobby bakes."))}
    done = [keeper.undo(), keeper.undo()]  # the makings of the memories that remain
    assert (who(keeper), keeper.list()) == ({}, [])
    keeper.undo(done)
    assert who(keeper) == known


def test_one_that_nothing_names_for_now_stays_while_other_changes_are_undone(
    keeper: MemoryKeeper, draw: Draw
) -> None:
    keeper.take([draw("Ann bakes.", ("Ann", "bake", ""), "2023-01-01", entities=("Ann",))])
    keeper.take([draw("Ann sails.", ("Ann", "sail", ""), "2023-02-01", entities=("Ann",))])
    making = min(one.number for one in keeper.history() if one.undoable)
    keeper.undo([making])
    keeper.rename_entity("Ann", "Quill")
    keeper.split_entity("Quill", "Ann")  # the memory says "Ann": nothing tells of Quill

    def rows() -> object:
        return sorted(keeper.changes.rows_at("entity", datetime(2030, 1, 1)), key=repr)

    left = rows()
    assert "Quill" in repr(left)
    sails = keeper.list()[0]
    keeper.pin(sails.id)
    keeper.undo()
    assert rows() == left
    undone = keeper.undo()
    keeper.undo([undone])
    assert rows() == left
