"""A store with two chats and some notes, imported by the normal path, with the real embedder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from mem.assistant import Assistant
from mem.inference.embedder import OnnxEmbedder
from mem.testing import FixedClock

NOW = datetime(2025, 12, 1, 9)

FRIENDS = [
    ("m1", "s1", "Delphine", "user", "2025-03-01T10:00", "Morning! Did you sleep at all?"),
    ("m2", "s1", "Joel", "user", "2025-03-01T10:01", "Hardly. I adopted a greyhound yesterday."),
    ("m3", "s1", "Delphine", "user", "2025-03-01T10:02", "No way! What is it called?"),
    ("m4", "s1", "Joel", "user", "2025-03-01T10:03", "Biscuit. She is three years old."),
    ("m5", "s1", "Delphine", "user", "2025-03-01T10:04", "My cat is called Biscuit too, ha."),
    ("m6", "s2", "Delphine", "user", "2025-06-10T18:00", "I start at the museum on Monday."),
    ("m7", "s2", "Joel", "user", "2025-06-10T18:01", "Congratulations! What will you do there?"),
    ("m8", "s2", "Delphine", "user", "2025-06-10T18:02", "Lighting for the tide exhibition."),
    ("m9", "s2", "Joel", "user", "2025-06-10T18:03", "The rent of my flat is 900 euros."),
    ("m10", "s3", "Joel", "user", "2025-09-02T18:03", "The rent of my flat is 1050 euros."),
]
STEPS = (
    "Cut the aluminium tube to length and file the edges.",
    "Join the corners with brackets and rivets.",
    "Paint the frame with two coats of crimson lacquer.",
    "Fit the axle, the hubs and the mudguards.",
    "Bolt the hitch to the rear dropout.",
    "Lay a plywood floor and line it with rubber.",
)
LONG = "\n\n".join(
    f"Step {n}. {step} Take your time, wear gloves and glasses, keep the bench clear, and ask "
    "somebody to hold the other end while you measure everything twice before you go on."
    for n, step in enumerate(STEPS * 2, 1)
)
ADVICE = [
    ("a1", "t1", "user", "user", "2025-05-01T10:00", "I prefer oat milk. How do I froth it?"),
    ("a2", "t1", "assistant", "assistant", "2025-05-01T10:01", "Use a cold jug and a steam wand."),
    ("a3", "t2", "user", "user", "2025-05-03T10:00", "How do I build a bicycle trailer?"),
    ("a4", "t2", "assistant", "assistant", "2025-05-03T10:01", LONG),
]
NOTES = {
    "boiler.md": "# Boiler\n\nBleed the radiators each autumn, starting downstairs.\n",
    "soup.md": "# Lentil soup\n\nRed lentils, cumin, lemon. Forty minutes.\n",
    "garden.md": "# Garden\n\n"
    + "\n\n".join(
        f"## Bed {n}\n\nTomatoes and basil grow in bed {n}, watered each evening. " + "Dig. " * 60
        for n in range(6)
    ),
}

Ids = Callable[..., list[str | None]]


@pytest.fixture(scope="session")
def embedder() -> OnnxEmbedder:
    return OnnxEmbedder()


def write_folder(made: Path) -> Path:
    made.mkdir()
    for name, messages in (("friends", FRIENDS), ("advice", ADVICE)):
        fields = ("id", "session", "speaker", "role", "at", "text")
        lines = [
            json.dumps({"conversation": name} | dict(zip(fields, message, strict=True)))
            for message in messages
        ]
        (made / f"{name}.jsonl").write_text("\n".join(lines) + "\n")
    for name, text in NOTES.items():
        (made / name).write_text(text)
    return made


def take_in(assistant: Assistant, folder: Path) -> None:
    assistant.ingest(*sorted(folder.glob("*.jsonl")), format="chat-jsonl")
    assistant.ingest(*sorted(folder.glob("*.md")))


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory, embedder: OnnxEmbedder) -> Path:
    """A home with all of it, to be copied."""
    base = tmp_path_factory.mktemp("filled")
    with Assistant.open(base / "home", clock=FixedClock(NOW), embedder=embedder) as assistant:
        take_in(assistant, write_folder(base / "own"))
    return base / "home"


@pytest.fixture
def assistant(home: Path, filled: Path, embedder: OnnxEmbedder) -> Iterator[Assistant]:
    shutil.copytree(filled, home)
    with Assistant.open(home, clock=FixedClock(NOW), embedder=embedder) as opened:
        yield opened


@pytest.fixture
def empty(home: Path, embedder: OnnxEmbedder) -> Iterator[Assistant]:
    with Assistant.open(home, clock=FixedClock(NOW), embedder=embedder) as opened:
        yield opened
