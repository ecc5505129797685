"""Measure extraction against gold memories: which turns the memories come from.

A set is a folder with `sessions.jsonl.gz` and `memories.jsonl`. A turn is gold when a gold memory
names it; where gold memories name only a session, the turns of it that hold a good part of their
words are (an approximation: no turn labels exist there). Assistants' turns are fed in and ignored.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mem.bench.sets import read_lines, read_sessions, texts
from mem.core.chunk import Chunk
from mem.core.clock import parse_time

if TYPE_CHECKING:
    from mem.core.memory import Candidate
    from mem.core.protocols import Embedder

MEMORIES = "memories.jsonl"
COVERAGE = 0.3  # share of a gold memory's words that makes a turn of its session gold
_WORD = re.compile(r"[^\W_]+(?:[.,'][^\W_]+)*")
_TAG = re.compile(r"【[^】]*】")


@dataclass(frozen=True, slots=True)
class ExtractionReport:
    """`precision`: memories from a gold turn; `recall`: gold turns with a memory; `base`: share of
    speakers' turns that are gold. The session figures count sessions with gold memories likewise.
    """

    set_name: str
    turns: int
    gold_turns: int
    base: float
    memories: int
    precision: float
    recall: float
    session_precision: float
    session_recall: float
    verified: float
    approximate: bool
    seconds: float
    sentences: int
    by_conversation: dict[str, tuple[float, float]]


def run(
    set_dir: Path, *, embedder: Embedder | None = None, user_names: tuple[str, ...] = ()
) -> ExtractionReport:
    """Extracts from every session of a set and compares. Raises PathMissing, BadSet."""
    from mem.extraction.rules import RulesExtractor
    from mem.extraction.sentences import split_sentences
    from mem.inference.embedder import OnnxEmbedder

    gold = read_lines(set_dir / MEMORIES, _memory, "extraction")
    sessions = [_timed(one) for one in read_sessions(set_dir, "extraction")]
    extractor = RulesExtractor(embedder or OnnxEmbedder(), user_names=user_names)
    spoken = {
        turn["id"]: turn["text"]
        for session in sessions
        for turn in session["turns"]
        if turn["role"] not in {"assistant", "system", "tool"}
    }
    began = time.perf_counter()
    drawn: list[tuple[dict[str, Any], Candidate]] = []
    for session in sessions:
        found = extractor.extract(_chunks(session), document_kind="chat", document_title="")
        drawn.extend((session, one) for one in found)
    seconds = time.perf_counter() - began
    return _report(
        set_dir.resolve().name,
        sessions,
        gold,
        drawn,
        spoken,
        seconds=seconds,
        sentences=sum(len(split_sentences(text)) for text in spoken.values()),
    )


def _report(
    name: str,
    sessions: list[dict[str, Any]],
    gold: list[dict[str, Any]],
    drawn: list[tuple[dict[str, Any], Candidate]],
    spoken: dict[str, str],
    *,
    seconds: float,
    sentences: int,
) -> ExtractionReport:
    approximate = not any(memory.get("turns") for memory in gold)
    golden = _aligned(sessions, gold, spoken) if approximate else _named(gold) & set(spoken)
    sources = [one.evidence[0].chunk_id for _, one in drawn]
    told = {memory.get("session") for memory in gold} - {None}
    told |= {session["session"] for session in sessions if _ids(session) & golden}
    drawn_sessions = [session["session"] for session, _ in drawn]
    exact = [
        spoken.get(part.chunk_id, "")[part.start : part.end] == part.quote != ""
        for _, one in drawn
        for part in one.evidence
    ]
    return ExtractionReport(
        set_name=name,
        turns=len(spoken),
        gold_turns=len(golden),
        base=_share(len(golden), len(spoken)),
        memories=len(drawn),
        precision=_share(sum(source in golden for source in sources), len(sources)),
        recall=_share(len(golden & set(sources)), len(golden)),
        session_precision=_share(sum(one in told for one in drawn_sessions), len(drawn)),
        session_recall=_share(len(told & set(drawn_sessions)), len(told)),
        verified=_share(sum(exact), len(exact)),
        approximate=approximate,
        seconds=seconds,
        sentences=sentences,
        by_conversation=_by_conversation(sessions, drawn, golden),
    )


def _by_conversation(
    sessions: list[dict[str, Any]],
    drawn: list[tuple[dict[str, Any], Candidate]],
    golden: set[str],
) -> dict[str, tuple[float, float]]:
    """Precision and recall of each conversation."""
    figures: dict[str, tuple[float, float]] = {}
    for name in dict.fromkeys(session["conversation"] for session in sessions):
        wanted = golden & {
            turn
            for session in sessions
            if session["conversation"] == name
            for turn in _ids(session)
        }
        sources = [
            one.evidence[0].chunk_id for session, one in drawn if session["conversation"] == name
        ]
        figures[name] = (
            _share(sum(source in wanted for source in sources), len(sources)),
            _share(len(wanted & set(sources)), len(wanted)),
        )
    return figures


def _named(gold: Iterable[dict[str, Any]]) -> set[str]:
    return {turn for memory in gold for turn in memory["turns"]}


def _aligned(
    sessions: Iterable[dict[str, Any]], gold: Iterable[dict[str, Any]], spoken: dict[str, str]
) -> set[str]:
    """Spoken turns that hold `COVERAGE` of the content words of a gold memory of their session."""
    wanted: dict[str, list[set[str]]] = {}
    for memory in gold:
        wanted.setdefault(memory["session"], []).append(_content(_TAG.sub("", memory["text"])))
    found: set[str] = set()
    for session in sessions:
        for turn in _ids(session) & set(spoken):
            held = _content(spoken[turn])
            if any(
                len(words & held) >= COVERAGE * len(words)
                for words in wanted.get(session["session"], ())
                if words
            ):
                found.add(turn)
    return found


def _content(text: str) -> set[str]:
    """Content words cut to six letters, a plain stemmer; numbers whole."""
    from mem.extraction.vocabulary.words import content_words

    words = {word[:6] for word in content_words(text) if len(word) > 2 and word != "user"}
    return words | {word for word in _WORD.findall(text) if word[:1].isdigit()}


def _chunks(session: dict[str, Any]) -> list[Chunk]:
    return [
        Chunk(
            id=turn["id"],
            document_id=session["conversation"],
            seq=place,
            text=turn["text"],
            context="",
            start=0,
            end=len(turn["text"]),
            locator=f"message {turn['id']}",
            speaker=turn["speaker"],
            role=turn["role"],
            said_at=turn["at"],
            session_id=session["session"],
            message_id=turn["id"],
        )
        for place, turn in enumerate(session["turns"])
    ]


def _ids(session: dict[str, Any]) -> set[str]:
    return {turn["id"] for turn in session["turns"]}


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _memory(said: dict[str, Any]) -> dict[str, Any]:
    """A gold memory that names its turns, or has a text and names its session."""
    turns = texts(said, "turns")
    if not turns and not (isinstance(said.get("text"), str) and said.get("session") is not None):
        raise ValueError("neither 'turns' nor 'session' and 'text'")
    return {**said, "turns": turns, "text": str(said.get("text") or "")}


def _timed(session: dict[str, Any]) -> dict[str, Any]:
    """The session with ids that are texts and times that are times; None for no ISO 8601."""
    turns = [{**turn, "id": str(turn["id"]), "at": _time(turn["at"])} for turn in session["turns"]]
    return {**session, "turns": turns}


def _time(value: object) -> datetime | None:
    try:
        return parse_time(str(value).strip()) if value else None
    except ValueError:
        return None
