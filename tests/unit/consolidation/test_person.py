"""A person in charge: corrections, merging, names, fading, and forgetting without a trace."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.consolidation.fading import Uses
from mem.consolidation.keeper import MemoryKeeper
from mem.consolidation.person import Correction
from mem.core.clock import format_time
from mem.core.forgetting import retrievability
from mem.core.memory import MemoryKind, MemoryStatus, Relation, Trust
from mem.errors import AmbiguousId, NotAllowed, UnknownId
from mem.testing import FixedClock
from tests.unit.consolidation.conftest import Draw

PARIS = ("user", "live in", "Paris")
BERLIN = ("user", "live in", "Berlin")


def test_an_edit_is_a_new_version_and_the_old_one_stays(keeper: MemoryKeeper, draw: Draw) -> None:
    keeper.take([draw("I live in Paris.", PARIS, exclusive=True)])
    (old,) = keeper.list()
    new = keeper.edit(old.id, Correction(text="I live in Lyon."))
    assert (new.object, new.trust, new.status) == ("Lyon", Trust.TYPED, MemoryStatus.ACTIVE)
    assert new.evidence == old.evidence
    assert [one.text for one in keeper.list()] == ["I live in Lyon."]
    kept = keeper.get(old.id)
    assert (kept.text, kept.status) == ("I live in Paris.", MemoryStatus.SUPERSEDED)
    assert [link.relation for link in kept.links] == [Relation.SUPERSEDES]
    assert keeper.take([draw("I live in Paris.", PARIS, exclusive=True)])[0].action == "known"
    with pytest.raises(NotAllowed, match="newer version"):
        keeper.edit(old.id, Correction(text="No."))
    keeper.undo()
    assert keeper.list() == [old]


def test_an_edit_of_what_is_past_leaves_the_present(keeper: MemoryKeeper, draw: Draw) -> None:
    keeper.take([draw("Paris", PARIS, "2020-01-01", exclusive=True)])
    keeper.take([draw("Berlin", BERLIN, "2023-01-01", exclusive=True)])
    (past,) = keeper.list(statuses=(MemoryStatus.SUPERSEDED,))
    keeper.edit(past.id, Correction(object="Lyon"))
    assert [one.object for one in keeper.list()] == ["Berlin"]
    assert [one.object for one in keeper.list(as_of=datetime(2021, 1, 1))] == ["Lyon"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("The boiler was serviced on 5 May 2026.", datetime(2026, 5, 5)),
        ("Mr Okoro serviced the boiler.", datetime(2026, 5, 4)),
        ("It was serviced on 5 May 2026 and again on 6 May 2026.", datetime(2026, 5, 4)),
    ],
)
def test_an_edit_that_states_a_date_moves_the_event(
    keeper: MemoryKeeper, draw: Draw, text: str, day: datetime
) -> None:
    happened = {"happened_from": datetime(2026, 5, 4), "happened_to": datetime(2026, 5, 5)}
    said = "The boiler was serviced on 4 May 2026."
    keeper.take([draw(said, ("boiler", "be", "serviced"), kind=MemoryKind.EVENT, **happened)])
    (old,) = keeper.list()
    new = keeper.edit(old.id, Correction(text=text))
    assert new.happened_from == day
    assert new.happened_to == day + timedelta(days=1)


def test_what_was_merged_is_not_archived_for_want_of_a_source(
    keeper: MemoryKeeper, draw: Draw
) -> None:
    keeper.take([draw("I like tea.", ("user", "like", "tea"))])
    keeper.take([draw("Tea is what I drink.", ("user", "drink", "tea"))])
    kept, other = (one.id for one in keeper.list())
    keeper.merge(kept, [other])
    number = keeper.history(limit=1)[0].number
    report = keeper.consolidate()
    assert report.source_gone == 0
    assert keeper.get(other).status is MemoryStatus.SUPERSEDED
    keeper.undo([number])
    assert {one.id for one in keeper.list()} >= {kept, other}


def test_merging_by_hand_keeps_all_evidence(keeper: MemoryKeeper, draw: Draw) -> None:
    one, other = (
        draw("I own a bike.", ("user", "own", "a bike")),
        draw(
            "The bicycle is mine.", ("bicycle", "be", "mine"), "2023-02-02", entities=("Raleigh",)
        ),
    )
    keeper.take([one, other])
    first, second = sorted(keeper.list(), key=lambda found: found.text)
    merged = keeper.merge(first.id, [second.id])
    assert len(merged.evidence) == 2
    assert keeper.view(first.id).entities == ("Raleigh",)
    with pytest.raises(NotAllowed, match="one already"):
        keeper.merge(first.id, [first.id])
    assert [found.id for found in keeper.list()] == [first.id]
    assert [found.action for found in keeper.take([one, other])] == ["known", "known"]


def test_ids_may_be_shortened(keeper: MemoryKeeper, draw: Draw) -> None:
    keeper.take([draw(f"I like tea {n}.", ("user", "like", f"tea {n}")) for n in range(3)])
    memory = keeper.list()[0]
    assert keeper.get(memory.id[:12]).id == memory.id
    with pytest.raises(AmbiguousId):
        keeper.get("m")
    for nothing in ("", " ", "mzzz"):
        with pytest.raises(UnknownId):
            keeper.get(nothing)


def test_names_are_joined_where_that_is_certain(keeper: MemoryKeeper, draw: Draw) -> None:
    for number, name in enumerate(("Ann Lee", "Ann", "Mrs Ann Lee", "Robert", "Robbert", "Kim 1")):
        keeper.take([draw(f"{name} came {number}.", (name, "come", str(number)), entities=(name,))])
    found = {one.name: (one.mentions, one.aliases) for one in keeper.entities()}
    assert found["Ann Lee"] == (3, ("Ann",))
    assert found["Robert"] == found["Robbert"] == (1, ())
    assert found["Kim 1"] == (1, ())
    assert len(keeper.entity("ann").memories) == 3
    assert [one.memory.object for one in keeper.timeline(entity="Ann Lee")] == ["0", "1", "2"]


def test_the_profile_is_of_the_user_by_kind(keeper: MemoryKeeper, draw: Draw) -> None:
    keeper.take(
        [
            draw("I like tea.", ("user", "like", "tea"), kind=MemoryKind.PROFILE),
            draw("I live in Paris.", PARIS, exclusive=True),
            draw("Ann likes beer.", ("Ann", "like", "beer")),
        ]
    )
    found = keeper.profile()
    assert [title for title, _ in found.sections] == ["About the user", "Facts"]
    assert found.text.splitlines()[1] == "- I like tea. (2023-01-01)"
    assert "beer" not in found.text


def test_strength_fades_and_recall_makes_it_firmer(
    assistant: Assistant, keeper: MemoryKeeper, draw: Draw, clock: FixedClock
) -> None:
    keeper.take([draw("I like tea.", ("user", "like", "tea")), draw("Paris", PARIS)])
    tea, paris = sorted(keeper.list(), key=lambda one: one.text != "I like tea.")
    assert tea.strength == pytest.approx(1.0, abs=0.05)
    clock.moment += timedelta(days=30)
    Uses(assistant.store.database).note([keeper.find(tea.id).pk], "cited", clock.utc())
    clock.moment += timedelta(days=200)
    tea, paris = keeper.get(tea.id), keeper.get(paris.id)
    assert tea.recall_count == 1
    assert tea.strength > paris.strength
    keeper.pin(paris.id)
    plan = keeper.prune_plan(keep=0.5)
    assert [entry.stored.memory.id for entry in plan.entries] == [tea.id]
    assert "last recalled 2025-12-31" in plan.entries[0].reason
    assert keeper.prune(plan) == 1
    assert [one.id for one in keeper.list()] == [paris.id]
    keeper.undo()
    assert len(keeper.list()) == 2


def test_the_curve_is_that_of_the_library() -> None:
    from fsrs import Card, Scheduler, State

    at = datetime(2025, 1, 1, tzinfo=UTC)
    for days, stability in ((0, 3.0), (10, 8.3), (300, 50.0)):
        card = Card(
            card_id=1, state=State.Review, stability=stability, difficulty=5.0, last_review=at
        )
        library = Scheduler().get_card_retrievability(card, at + timedelta(days=days))
        assert retrievability(days, stability) == pytest.approx(library, abs=1e-6)


def bytes_with(home: Path, word: str) -> list[Path]:
    return [
        path
        for path in home.rglob("*")
        if path.is_file() and word.encode() in path.read_bytes().lower()
    ]


def test_fifty_canaries_are_gone_from_every_byte(
    keeper: MemoryKeeper, assistant: Assistant, draw: Draw, home: Path
) -> None:
    """Memories active, replaced, edited, merged, rejected, undone, archived: all of them go."""
    keeper.take([draw("Ann likes beer.", ("Ann", "like", "beer"), entities=("Ann",))])
    words = [f"quokka{chr(97 + n // 26)}{chr(97 + n % 26)}zan" for n in range(50)]
    for n, word in enumerate(words):
        name = f"Ann {word.title()}" if n % 5 == 0 else word.title()
        parts = ("user", "own", word) if n % 2 else ("user", f"call {n % 7}", word)
        drawn = draw(
            " ".join(f"{word}{end}" for end in ("", "a", "b", "c", "d", "e")),
            parts,
            f"20{10 + n % 10}-01-01",
            exclusive=n % 2 == 0,
            entities=(name,),
        )
        keeper.take([drawn])
        pick = next(one for one in keeper.list(statuses=tuple(MemoryStatus)) if word in one.text)
        match n % 6:
            case 0:
                keeper.edit(pick.id, Correction(text=f"My {word} is old.", object=word))
            case 1:
                keeper.reject(pick.id)
            case 2:
                keeper.undo()
            case 3:
                keeper.archive([pick.id])
            case 4:
                kept = draw(" ".join(f"{word}{end}" for end in "uvwxyz"), ("it", "be", word + "s"))
                keeper.take([kept])
                other = next(one for one in keeper.list() if one.text == kept.text)
                keeper.merge(other.id, [pick.id])
            case _:
                assistant.store.database.connection.execute(
                    "DELETE FROM chunk WHERE id = ?", (drawn.evidence[0].chunk_id,)
                )
                keeper.consolidate()
    titles = [one for one in assistant.documents(limit=500) if "Ann likes" not in one.title]
    assert all(bytes_with(home, word) for word in words)
    receipt = assistant.forget(assistant.forget_preview(documents=[one.id for one in titles]))
    assert receipt.memories >= 50
    assert {word: found for word in words if (found := bytes_with(home, word))} == {}
    assert [one.text for one in keeper.list(statuses=tuple(MemoryStatus))] == ["Ann likes beer."]
    assert [one.name for one in keeper.entities()] == ["Ann"]
    assert assistant.doctor() == []
    keeper.edit(keeper.list()[0].id, Correction(object="wine"))
    keeper.undo()


def test_a_forgotten_memory_is_not_drawn_again(
    keeper: MemoryKeeper, assistant: Assistant, draw: Draw
) -> None:
    drawn = draw("I like tea.", ("user", "like", "tea"))
    keeper.take([drawn])
    (memory,) = keeper.list()
    keeper.edit(memory.id, Correction(text="I like black tea."))
    assert keeper.forget([memory.id]).memories == 2
    assert keeper.counts() == {}
    assert keeper.take([drawn], actor="consolidate")[0].reason == "forgotten"
    assert len(assistant.documents()) == 1


def test_what_another_document_says_too_is_drawn_again(
    keeper: MemoryKeeper, assistant: Assistant, draw: Draw
) -> None:
    one = draw("I like tea.", ("user", "like", "tea"))
    other = draw("I do like tea!", ("user", "like", "tea"), "2024-01-01")
    keeper.take([one, other])
    key = assistant.store.chunks.keys_of([other.evidence[0].chunk_id]).popitem()[1]
    assistant.store.database.connection.execute("INSERT INTO extraction VALUES (?, 'x')", (key,))
    document = assistant.show(one.evidence[0].chunk_id).document.id
    assistant.forget(assistant.forget_preview(documents=[document]))
    assert keeper.counts() == {}
    assert assistant.store.database.rows("SELECT * FROM extraction") == []


def test_times_of_the_store_are_utc(keeper: MemoryKeeper, draw: Draw, clock: FixedClock) -> None:
    keeper.take([draw("I like tea.", ("user", "like", "tea"))])
    assert keeper.list()[0].recorded_at == format_time(clock.utc())
