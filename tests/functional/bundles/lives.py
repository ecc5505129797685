"""Lives to carry about: a home with some history, its bundle, and what is told by one."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mem.assistant import Assistant
from mem.carrying.giving import GIVEN, give
from mem.consolidation.person import Correction

PLACES = ("Leeds", "York", "Bath", "Derby", "Truro")
FIRMS = ("Acme", "Globex", "Initech")
Lines = list[dict[str, Any]]


def write_life(folder: Path, seed: int) -> Path:
    """Notes and a chat of someone who moves, changes jobs and likes things, some of it twice."""
    draw = random.Random(seed)
    folder.mkdir(parents=True)
    for number in range(6):
        year, month = draw.randint(2018, 2024), draw.randint(1, 12)
        said = [
            f"I live in {draw.choice(PLACES)}.",
            f"I work at {draw.choice(FIRMS)}.",
            f"My sister {draw.choice(('Anna', 'Berta'))} is a nurse.",
            f"I love {draw.choice(('chess', 'sailing', 'opera'))}.",
        ]
        draw.shuffle(said)
        text = f"---\ndate: {year}-{month:02}-03\n---\n# Note {number}\n\n" + " ".join(said[:3])
        (folder / f"note{number}.md").write_text(text + "\n")
    lines = [
        {
            "conversation": "talk",
            "session": "s",
            "id": f"m{number}",
            "speaker": "Me",
            "role": "user",
            "at": f"2024-0{number + 1}-01T10:00:00",
            "text": f"I moved to {draw.choice(PLACES)} last week. I own a boat.",
        }
        for number in range(3)
    ]
    (folder / "talk.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


def live(assistant: Assistant, folder: Path, seed: int) -> None:
    """Memories, and what a person does to some of them."""
    assistant.ingest(folder)
    assistant.memories.consolidate()
    held = [one.id for one in assistant.memories.list()]
    draw = random.Random(seed)
    pinned, edited, archived, rejected = draw.sample(held, 4)
    assistant.memories.pin(pinned)
    text = assistant.memories.find(edited).memory.text
    assistant.memories.edit(edited, Correction(text=f"{text} Surely."))
    assistant.memories.archive([archived])
    assistant.memories.reject(rejected)


def exported(assistant: Assistant, path: Path) -> Path:
    with path.open("wb") as target:
        give(assistant, target)
    return path


def told(assistant: Assistant) -> set[tuple[object, ...]]:
    """Every memory that is given to others, by all that does not depend on when it came in."""
    found: set[tuple[object, ...]] = set()
    for one in assistant.memories.list(statuses=list(GIVEN), limit=None):
        if not one.evidence:
            continue
        places = assistant.memories.view(one.id).places
        quotes = frozenset((place.uri, place.evidence.quote) for place in places)
        times = (one.said_at, one.happened_from, one.happened_to, one.valid_from, one.valid_to)
        words = (one.kind, one.text, one.subject, one.predicate, one.object, one.negated)
        found.add((*words, *times, one.status, one.trust, one.pinned, quotes))
    return found


def linked(assistant: Assistant) -> set[tuple[str, str, str]]:
    """Which texts supersede or contradict which."""
    memories = assistant.memories.list(statuses=list(GIVEN), limit=None)
    texts = {one.id: one.text for one in memories if one.evidence}
    return {
        (texts[link.source], link.relation.value, texts[link.target])
        for one in memories
        for link in one.links
        if {link.source, link.target} <= texts.keys()
        and link.relation.value in ("supersedes", "contradicts")
    }


def changed(path: Path, target: Path, change: Callable[[Lines], None]) -> Path:
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    change(lines)
    target.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return target


def memories_of(lines: Lines) -> list[dict[str, Any]]:
    return [line["memory"] for line in lines if "memory" in line]
