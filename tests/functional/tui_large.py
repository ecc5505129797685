"""A store of any size for the UI, made up: chats of short messages over years, with vectors."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from mem.assistant import Assistant
from mem.inference.embedder import OnnxEmbedder
from mem.testing import FakeEmbedder

_CONVERSATION = 50
_WORDS = """boiler pressure kitchen garden train ticket ferry letter invoice apple harvest cello
passport radiator window lantern heron poplar winter meeting budget draft chapter kettle rope
harbour dentist calendar bicycle repair paint wall shelf recipe lentil pepper salt oven bread"""
_PEOPLE = ("Samira", "Joel", "Delphine", "Anton", "user")


class _Random(FakeEmbedder):
    """Directions at random, under the real model's name: read and compared like real ones."""

    def embed(self, texts, *, on_batch=None):  # type: ignore[no-untyped-def]
        rows = np.random.default_rng(len(texts)).normal(size=(len(texts), self.dimensions))
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def build_large(home: Path, folder: Path, chunks: int) -> Path:
    """A home of `chunks` messages; `folder` is where they are written to be taken in."""
    chance = random.Random(7)
    folder.mkdir()
    at = datetime(2015, 1, 1, 8)
    with (folder / "chats.jsonl").open("w", encoding="utf-8") as file:
        for number in range(chunks):
            at += timedelta(minutes=chance.randrange(1, 90))
            words = " ".join(chance.choices(_WORDS.split(), k=chance.randrange(4, 40)))
            line = {
                "conversation": f"talk-{number // _CONVERSATION}",
                "id": f"m{number}",
                "speaker": chance.choice(_PEOPLE),
                "at": at.isoformat(timespec="seconds"),
                "text": f"{words} {number}.",
            }
            file.write(json.dumps(line) + "\n")
    real = OnnxEmbedder()
    with Assistant.open(
        home, embedder=_Random(real.dimensions, fingerprint=real.fingerprint)
    ) as assistant:
        assistant.ingest(folder, format="chat-jsonl")
    return home
