"""Benchmark sets on disk: conversations with turns, questions with their evidence.

A set is a folder with `sessions.jsonl.gz` and `questions.jsonl`; what is read is never changed.
What a set must have and does not is refused with its line; what it may lack is filled in.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from mem.core.clock import parse_time
from mem.errors import BadSet, PathMissing

SESSIONS = "sessions.jsonl.gz"
QUESTIONS = "questions.jsonl"
T = TypeVar("T")
_FOLDER_NAME = re.compile(r"(?!\.+$)[\w.@+-]{1,120}")
_ID_DIGITS = 32


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

    @property
    def folder(self) -> str:
        """A name for a folder of its own: the id, or what stands for one that is no name."""
        from mem.core.ids import text_hash

        plain = _FOLDER_NAME.fullmatch(self.id)
        return self.id if plain else text_hash(self.id)[:_ID_DIGITS]

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

    def doubts(self) -> list[str]:
        """What of it cannot be measured as it was meant, a line each."""
        turns = {
            one.id: {str(turn["id"]) for said in one.sessions for turn in said["turns"]}
            for one in self.conversations
        }
        sessions = {
            one.id: {str(said["session"]) for said in one.sessions} for one in self.conversations
        }
        asked = [one for one in self.questions if one.conversation in turns]
        lost = [
            one
            for one in asked
            if one.evidence - turns[one.conversation]
            or one.evidence_sessions - sessions[one.conversation]
        ]
        shared = [one for one, count in Counter(q.id for q in self.questions).items() if count > 1]
        absent = [one.id for one in self.questions if one.conversation not in turns]
        untimed = [
            str(place["at"])
            for conversation in self.conversations
            for said in conversation.sessions
            for place in (said, *said["turns"])
            if place["at"] and not _is_time(place["at"])
        ]
        told = (
            (absent, "not asked, for want of their conversation"),
            ([one.id for one in lost], "with evidence that their conversation does not hold"),
            (shared, "with an id that stands for several of them"),
        )
        found = [f"questions {what}: {_named(those)}" for those, what in told if those]
        if untimed:
            found.append(f"times that are not ISO 8601 and count as none: {_named(untimed)}")
        return [f"{self.name}: {one}" for one in found]


def read_set(folder: Path) -> BenchSet:
    """The set in `folder`. Raises PathMissing, BadSet."""
    for name in (SESSIONS, QUESTIONS):
        if not (folder / name).is_file():
            raise PathMissing(str(folder / name))
    by_conversation: dict[str, list[dict[str, Any]]] = {}
    for session in read_sessions(folder):
        by_conversation.setdefault(str(session["conversation"]), []).append(session)
    conversations = tuple(
        Conversation(identity, tuple(sorted(sessions, key=lambda one: str(one["at"] or ""))))
        for identity, sessions in by_conversation.items()
    )
    questions = tuple(read_lines(folder / QUESTIONS, _question, "retrieval"))
    return BenchSet(folder.resolve().name, conversations, questions)


def read_sessions(folder: Path, bench: str = "retrieval") -> list[dict[str, Any]]:
    """The sessions of a set, with every key of a session and its turns there.

    `bench` names the measurement for a message. Raises PathMissing, BadSet.
    """
    return read_lines(folder / SESSIONS, _session, bench)


def read_lines(path: Path, shaped: Callable[[dict[str, Any]], T], bench: str) -> list[T]:
    """What `shaped` makes of every line of a file, which raises ValueError for one that it
    refuses. Raises PathMissing, and BadSet for a file without a line, too.
    """
    found: list[T] = []
    number = 0
    if not path.is_file():
        raise PathMissing(str(path))
    try:
        with path.open("rb") as raw, gzip.open(raw) if path.suffix == ".gz" else raw as lines:
            for line in lines:
                number += 1
                if line.strip():
                    found.append(shaped(_object(line)))
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise BadSet(str(path), "it is not a whole file of gzip", bench) from error
    except ValueError as error:
        raise BadSet(str(path), f"line {number}: {error}", bench) from error
    if not found:
        raise BadSet(str(path), "it is empty", bench)
    return found


def texts(said: dict[str, Any], key: str) -> list[str]:
    """A list of ids or texts, empty where there is none. Raises ValueError for anything else."""
    value = said.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, str | int) for one in value):
        raise ValueError(f"{key!r} is not a list of texts")
    return [str(one) for one in value]


def _object(line: bytes) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError("no JSON") from error
    if not isinstance(said, dict):
        raise ValueError("no JSON object")  # noqa: TRY004  (what is refused is a value)
    return said


def _session(said: dict[str, Any]) -> dict[str, Any]:
    _require(said, ("conversation", "session", "turns"), "")
    turns = said["turns"]
    if not isinstance(turns, list) or not all(isinstance(turn, dict) for turn in turns):
        raise ValueError("'turns' is not a list of JSON objects")
    return {**said, "at": said.get("at"), "turns": [_turn(turn) for turn in turns]}


def _turn(said: dict[str, Any]) -> dict[str, Any]:
    _require(said, ("id", "text"), "a turn has ")
    if not isinstance(said["text"], str):
        raise ValueError("the 'text' of a turn is none")  # noqa: TRY004  (what is refused is a value)
    role = str(said.get("role") or "user")
    return {**said, "role": role, "speaker": said.get("speaker") or role, "at": said.get("at")}


def _question(said: dict[str, Any]) -> Question:
    _require(said, ("id", "question", "conversation"), "")
    asked_at = said.get("asked_at") or None
    if asked_at is not None and not _is_time(asked_at):
        raise ValueError(f"'asked_at' is not ISO 8601: {asked_at!r}")
    return Question(
        id=str(said["id"]),
        type=str(said.get("type") or "any"),
        text=str(said["question"]),
        conversation=str(said["conversation"]),
        asked_at=asked_at,
        evidence=frozenset(texts(said, "evidence")),
        evidence_sessions=frozenset(texts(said, "evidence_sessions")),
        answerable=bool(said.get("answerable", True)),
        answers=tuple(texts(said, "answers")),
        sessions=frozenset(texts(said, "sessions")) if said.get("sessions") is not None else None,
    )


def _require(said: dict[str, Any], keys: Sequence[str], where: str) -> None:
    for key in keys:
        if said.get(key) is None:
            raise ValueError(f"{where}no {key!r}")


def _is_time(value: object) -> bool:
    try:
        parse_time(str(value).strip())
    except ValueError:
        return False
    return True


def _named(those: Sequence[str], shown: int = 3) -> str:
    """How many there are, and the first."""
    more = ", …" if len(those) > shown else ""
    return f"{len(those)} ({', '.join(those[:shown])}{more})"
