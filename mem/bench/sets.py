"""Benchmark sets on disk: conversations with turns, questions with their evidence.

A set is a folder with `sessions.jsonl.gz` and `questions.jsonl`; what is read is never changed.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mem.errors import ParseFailed, PathMissing

SESSIONS = "sessions.jsonl.gz"
QUESTIONS = "questions.jsonl"


@dataclass(frozen=True, slots=True)
class Question:
    """One question: evidence are ids of turns and of sessions, `answers` texts that are right.

    `sessions` names those that it may be answered from, None for all of its conversation; `group`
    is the conversation that it was made from, where it is asked of several.
    """

    id: str
    type: str
    text: str
    conversation: str
    asked_at: str | None
    evidence: frozenset[str]
    evidence_sessions: frozenset[str]
    answerable: bool
    answers: tuple[str, ...] = ()
    sessions: frozenset[str] | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation: its sessions as they stand in the file, oldest first."""

    id: str
    sessions: tuple[dict[str, Any], ...]

    def messages(self) -> Iterator[dict[str, object]]:
        """The turns as lines of chat JSON Lines."""
        for session in self.sessions:
            for turn in session["turns"]:
                yield {
                    "conversation": session["conversation"],
                    "session": session["session"],
                    "id": turn["id"],
                    "speaker": turn["speaker"],
                    "role": turn["role"],
                    "at": turn["at"] or session["at"],
                    "text": turn["text"],
                }


@dataclass(frozen=True, slots=True)
class BenchSet:
    """A set by name."""

    name: str
    conversations: tuple[Conversation, ...]
    questions: tuple[Question, ...]


def read_set(folder: Path) -> BenchSet:
    """The set in `folder`. Raises PathMissing, ParseFailed."""
    for name in (SESSIONS, QUESTIONS):
        if not (folder / name).is_file():
            raise PathMissing(str(folder / name))
    by_conversation: dict[str, list[dict[str, Any]]] = {}
    for session in _lines(folder / SESSIONS):
        by_conversation.setdefault(str(session["conversation"]), []).append(session)
    conversations = tuple(
        Conversation(identity, tuple(sorted(sessions, key=lambda one: str(one["at"] or ""))))
        for identity, sessions in by_conversation.items()
    )
    questions = tuple(_question(said) for said in _lines(folder / QUESTIONS))
    return BenchSet(folder.name, conversations, questions)


def _question(said: dict[str, Any]) -> Question:
    sessions = said.get("sessions")
    return Question(
        id=str(said["id"]),
        type=str(said["type"]),
        text=str(said["question"]),
        conversation=str(said["conversation"]),
        asked_at=said.get("asked_at"),
        evidence=frozenset(said.get("evidence") or ()),
        evidence_sessions=frozenset(said.get("evidence_sessions") or ()),
        answerable=bool(said["answerable"]),
        answers=tuple(said.get("answers") or ()),
        sessions=frozenset(sessions) if sessions is not None else None,
    )


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as raw, gzip.open(raw) if path.suffix == ".gz" else raw as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield json.loads(line)
            except ValueError as error:
                raise ParseFailed(str(path), f"line {number} is no JSON") from error
