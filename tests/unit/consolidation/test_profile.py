"""What stands first in the profile: what lasts before what passes, and the user's own words."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.consolidation import views
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


def test_a_plan_of_long_ago_is_not_told_unless_it_is_pinned(
    keeper: MemoryKeeper, draw: Draw
) -> None:
    event, surf = {"kind": MemoryKind.EVENT}, "The user is planning to surf in Porto."
    keeper.take(
        [
            draw(surf, ("user", "plan to", "surf"), "2024-05-01", **event),
            draw("The user is packing.", ("user", "pack", ""), "2025-11-20", **event),
            draw("The user sold a house.", ("user", "sell", ""), "2024-03-01", **event),
        ]
    )
    (plan,) = [one for one in keeper.list() if one.text == surf]
    assert [one.predicate for one in keeper.profile().sections[0][1]] == ["pack", "sell"]
    keeper.pin(plan.id)
    assert [one.predicate for one in keeper.profile().sections[0][1]] == ["pack", "plan to", "sell"]


def test_what_was_told_is_not_told_again_in_nearly_the_same_words(
    keeper: MemoryKeeper, draw: Draw
) -> None:
    told = (
        "I heard they usually have some great deals during the sale.",
        "I heard they usually have some great deals during that sale.",
        "I heard they usually never have some great deals during the sale.",
        "I heard they usually have some great deals during the Lisbon sale.",
        "I heard they usually have some great deals during the 2024 sale.",
    )
    keeper.take([draw("I have tea.", ("user", "have", "tea"))])
    (one,) = keeper.list()
    memories = [replace(one, id=f"m{at}", text=text) for at, text in enumerate(told)]
    ((_, lines),) = views.profile(memories, each=None, now=datetime(2025, 1, 1)).sections
    kept = {line.text for line in lines}
    assert len(kept) == 4 and {*told[2:]} < kept


def test_a_date_is_told_once(keeper: MemoryKeeper, draw: Draw) -> None:
    six = "I have read six books (24 February – 24 May 2023)."
    keeper.take([draw(six, ("user", "read", "six books")), draw("I love tea.", ("user", "", ""))])
    assert keeper.profile().text.splitlines()[1:] == [f"- {six}", "- I love tea. (2023-01-01)"]


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


TRAITS = ("I am allergic to nuts.", "I have lived in Lyon for six years.", "I love old maps.")


@pytest.mark.parametrize(
    ("role", "names", "who"),
    [
        ("other", (), None),
        ("user", (), None),
        ("other", ("Kim",), None),
        ("other", ("Ann",), "Ann"),
    ],
)
def test_what_others_say_in_a_group_is_not_told_of_the_user(
    home: Path, tmp_path: Path, role: str, names: tuple[str, ...], who: str | None
) -> None:
    lines = [
        {
            "conversation": "c",
            "id": f"{speaker}{at}",
            "speaker": speaker,
            "role": role,
            "at": f"2025-05-0{at + 1}T10:00:00",
            "text": text,
        }
        for speaker in ("Ann", "Joel", "Mia")
        for at, text in enumerate(TRAITS)
    ]
    talk = tmp_path / "talk.jsonl"
    talk.write_text("".join(json.dumps(line) + "\n" for line in lines))
    home.mkdir(parents=True, exist_ok=True)
    settings = home / "config.toml"
    settings.write_text(f"[user]\nnames = {json.dumps(list(names))}\n")
    with Assistant.open(home) as assistant:
        assistant.ingest(talk)
        assistant.memories.consolidate()
        assert len(assistant.memories.list()) >= 6
        profile = assistant.memories.profile()
        subjects = {one.subject for _, those in profile.sections for one in those}
        summary = assistant.summaries.get("profile", "user")
        places = {chunk for one in summary.sentences for chunk in one.chunks} if summary else set()
        speakers = {c.speaker for one in places for c in assistant.show(one).chunks if c.id == one}
    assert subjects == speakers == ({who} if who else set())


def test_of_several_who_talk_with_an_assistant_none_is_the_user(home: Path, tmp_path: Path) -> None:
    said = {"Ann": "I am allergic to nuts.", "Joel": "I am allergic to cats."}
    lines = [
        {"conversation": "c", "id": who, "speaker": who, "role": "user", "text": text}
        for who, text in said.items()
    ]
    lines.append({"conversation": "c", "id": "a", "role": "assistant", "text": "Noted, both."})
    talk = tmp_path / "talk.jsonl"
    talk.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with Assistant.open(home) as assistant:
        assistant.ingest(talk)
        assistant.memories.consolidate()
        assert {one.subject for one in assistant.memories.list()} == {"Ann", "Joel"}
        assert assistant.memories.profile().sections == ()


def test_what_somebodys_page_says_is_not_told_of_the_user(home: Path, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    head = "---\nauthor: Ann Lee\nurl: https://example.org/me\ncreated: 2025-05-01\n---\n"
    said = "I am allergic to nuts. I have lived in Lyon for six years. I love old maps.\n"
    (notes / "page.md").write_text(head + said)
    (notes / "own.md").write_text("---\ncreated: 2025-05-02\n---\nI am allergic to cats.\n")
    with Assistant.open(home) as assistant:
        assistant.ingest(notes)
        assistant.memories.consolidate()
        assert [one.object for one in assistant.memories.list()] == ["cats"]
        summary = assistant.summaries.get("profile", "user")
        assert summary is not None and summary.text == "I am allergic to cats."
