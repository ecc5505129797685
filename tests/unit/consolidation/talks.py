"""Chats to summarise: each on a day of its own, with something to tell."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

VAN = (
    "We rented the blue van for the move on Saturday, it costs eighty euros a day.",
    "Joel drives the blue van because my licence is still at the town hall.",
    "The move begins at seven, and the piano goes first into the blue van.",
    "Ann packed the glasses and the lamps for the move in forty boxes.",
)
TEETH = (
    "The dentist wants to take out two wisdom teeth of mine in the clinic.",
    "The clinic rang: the wisdom teeth come out on the ninth of May.",
    "After the clinic I can only eat soup because of the wisdom teeth.",
    "My sister drives me home from the clinic after the wisdom teeth.",
)


def write_talks(path: Path, talks: Mapping[str, Sequence[str]]) -> Path:
    """A chat with those messages on each day (`2025-05-01`)."""
    lines = [
        json.dumps(
            {
                "conversation": "c",
                "session": "s",
                "id": f"{day}-{at}",
                "speaker": ("Ann", "Joel")[at % 2],
                "role": ("user", "other")[at % 2],
                "at": datetime.fromisoformat(f"{day}T10:{at:02}:00").isoformat(),
                "text": text,
            }
        )
        for day, texts in talks.items()
        for at, text in enumerate(texts)
    ]
    path.write_text("\n".join(lines) + "\n")
    return path
