"""What stands first in the profile: what lasts before what passes, and the user's own words."""

from __future__ import annotations

from datetime import datetime

from mem.assistant import Assistant
from mem.consolidation.keeper import MemoryKeeper
from mem.consolidation.summaries.summariser import Summariser
from mem.core.memory import MemoryKind
from mem.testing import FixedClock
from tests.unit.consolidation.conftest import Draw

TRAIT = {"kind": MemoryKind.PROFILE, "importance": 0.6}


def told(assistant: Assistant) -> list[str]:
    """The sentences at the head of the profile."""
    assistant.cut_episodes()
    Summariser(assistant.store.database, assistant.embeddings, assistant.clock).refresh()
    summary = assistant.summaries.get("profile", "user")
    return [one.text for one in summary.sentences] if summary else []


def test_what_lasts_stands_before_what_passes(keeper: MemoryKeeper, draw: Draw) -> None:
    keeper.take(
        [
            draw("I am heading to the gym now.", ("user", "head to", "the gym"), **TRAIT),
            draw("I can do the calls on this list.", ("user", "do", "the calls"), **TRAIT),
            draw("I prefer tea to coffee.", ("user", "prefer", "tea"), **TRAIT),
            draw("I live in Porto.", ("user", "live in", "Porto"), exclusive=True, **TRAIT),
        ]
    )
    (lines,) = [memories for _, memories in keeper.profile().sections]
    assert [one.predicate for one in lines] == ["live in", "prefer", "head to", "do"]
    assert [one.predicate for one in keeper.profile(each=1).sections[0][1]] == ["live in"]


def test_events_to_come_stand_first_and_trifles_are_not_told(
    keeper: MemoryKeeper, draw: Draw, clock: FixedClock
) -> None:
    event = {"kind": MemoryKind.EVENT}
    keeper.take(
        [
            draw("I ate a pie.", ("user", "eat", "a pie"), "2025-11-30", importance=0.45, **event),
            draw("I sold my house.", ("user", "sell", ""), "2025-03-01", importance=0.6, **event),
            draw(
                "I fly to Rome on 4 May.",
                ("user", "fly to", "Rome"),
                "2025-11-01",
                happened_from=datetime(2026, 5, 4),
                happened_to=datetime(2026, 5, 5),
                importance=0.45,
                **event,
            ),
        ]
    )
    profile = keeper.profile()
    assert [one.predicate for one in profile.sections[0][1]] == ["fly to", "eat", "sell"]
    assert "Rome" in profile.text and "house" in profile.text and "pie" not in profile.text


def test_what_holds_no_longer_is_not_in_it(keeper: MemoryKeeper, draw: Draw) -> None:
    over = draw("I rent a shed.", ("user", "rent", "a shed"), valid_to=datetime(2024, 1, 1))
    keeper.take([over])
    assert keeper.profile().sections == ()


def test_the_head_is_quoted_from_memories_in_use(
    assistant: Assistant, keeper: MemoryKeeper, draw: Draw
) -> None:
    assistant.remember("The archive holds a table of the ports.", said_at=datetime(2023, 1, 1))
    keeper.take(
        [
            draw("I prefer tea to coffee.", ("user", "prefer", "tea"), **TRAIT),
            draw("I never eat fish.", ("user", "eat", "fish"), negated=True, **TRAIT),
        ]
    )
    assert set(told(assistant)) == {"I prefer tea to coffee.", "I never eat fish."}
    (fish,) = [one for one in keeper.list() if one.object == "fish"]
    keeper.reject(fish.id)
    assert told(assistant) == ["I prefer tea to coffee."]
    assert told(assistant) == ["I prefer tea to coffee."]
