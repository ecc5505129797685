"""A small set of questions as files, for the tests of what `mem bench` reads."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

TURNS = [
    {"id": "t1", "text": "I adopted a greyhound called Biscuit."},
    {"id": "t2", "text": "The boiler pressure is 1.3 bar.", "role": "user", "speaker": "Ana"},
]
SESSION = {"conversation": "c", "session": "s", "turns": TURNS}
QUESTION = {"id": "q", "question": "Who is Biscuit?", "conversation": "c", "evidence": ["t1"]}
MEMORY = {"turns": ["t1"], "text": "The user has a greyhound."}
DIALOGUE = {"utterances": ["Hello there.", "Bye now."], "segments": [1, 1]}
HEAD = "sentence_A\tsentence_B\trelatedness_score\tentailment_judgment"
PAIR = "A dog runs\tNo dog runs\t3.5\tCONTRADICTION"


def lines(*rows: object) -> bytes:
    """JSON Lines."""
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def write_set(
    folder: Path,
    sessions: bytes = lines(SESSION),
    questions: bytes = lines(QUESTION),
    memories: bytes = lines(MEMORY),
) -> Path:
    """A set in a new folder, whole unless something else is given; returns the folder."""
    folder.mkdir()
    (folder / "sessions.jsonl.gz").write_bytes(gzip.compress(sessions))
    (folder / "questions.jsonl").write_bytes(questions)
    (folder / "memories.jsonl").write_bytes(memories)
    return folder
