"""What pruning costs: how much of what questions need is left when half of the memories go.

A memory is needed when it stands on a turn that is evidence of a question. Each conversation is
imported, consolidated and asked by the façade; half of the questions, drawn by a fixed seed, count
as use before the first pruning with use, so that the other half are questions never seen.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from mem.assistant import Assistant
from mem.bench.retrieval import opened
from mem.bench.sets import BenchSet, Question, read_set
from mem.core.memory import Memory
from mem.core.protocols import Embedder

KEEP = 0.5
SEED = 7
# What is measured, as (state of use, questions whose evidence is looked for).
MEASURES = (
    ("oldest first", "all"),
    ("no use", "all"),
    ("half asked", "asked"),
    ("half asked", "not asked"),
    ("half asked", "all"),
    ("all asked", "all"),
)
Needed = tuple[list[Memory], list[bool]]


@dataclass(slots=True)
class PruneReport:
    """`kept` is (needed memories kept, needed memories) by (state of use, questions)."""

    name: str
    memories: int = 0
    needed: int = 0
    kept: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)

    def share(self, state: str, questions: str) -> float:
        """The share of needed memories that a pruning keeps."""
        kept, all_of_them = self.kept.get((state, questions), (0, 0))
        return kept / all_of_them if all_of_them else 0.0

    def note(self, state: str, questions: str, kept: set[str], needed: set[str]) -> None:
        """Add the figures of one conversation."""
        before = self.kept.get((state, questions), (0, 0))
        self.kept[state, questions] = (before[0] + len(kept & needed), before[1] + len(needed))


def run(
    folder: Path,
    home: Path,
    *,
    embedder: Embedder | None = None,
    on_conversation: Callable[[str, int, int], None] | None = None,
) -> PruneReport:
    """Measure the set in `folder` with fresh stores under `home`. Raises PathMissing, ParseFailed.

    `on_conversation` hears the set, how many conversations are done and how many there are.
    """
    if embedder is None:
        from mem.inference.embedder import OnnxEmbedder

        embedder = OnnxEmbedder()
    bench = read_set(folder)
    report = PruneReport(bench.name)
    for done, conversation in enumerate(bench.conversations, 1):
        asked = [one for one in bench.questions if one.conversation == conversation.id]
        with opened(bench, conversation, home, embedder) as assistant:
            _measure(assistant, asked, report)
        if on_conversation is not None:
            on_conversation(bench.name, done, len(bench.conversations))
    return report


def needed_memories(bench: BenchSet, home: Path, embedder: Embedder) -> Iterator[Needed]:
    """Every conversation's memories, and whether a question needs each."""
    for conversation in bench.conversations:
        questions = [one for one in bench.questions if one.conversation == conversation.id]
        with opened(bench, conversation, home, embedder) as assistant:
            assistant.memories.consolidate()
            memories = _held(assistant)
            needed = _needed(assistant, memories, questions)
            yield memories, [one.id in needed for one in memories]


def _measure(assistant: Assistant, questions: Sequence[Question], report: PruneReport) -> None:
    assistant.memories.consolidate()
    memories = _held(assistant)
    order = list(questions)
    random.Random(SEED).shuffle(order)  # noqa: S311  (drawn for a measure)
    parts = {
        "all": order,
        "asked": order[: len(order) // 2],
        "not asked": order[len(order) // 2 :],
    }
    needed = {name: _needed(assistant, memories, part) for name, part in parts.items()}
    report.memories += len(memories)
    report.needed += len(needed["all"])
    newest = sorted(memories, key=lambda one: one.said_at or datetime.min, reverse=True)
    oldest_first = {one.id for one in newest[: math.ceil(KEEP * len(memories))]}
    report.note("oldest first", "all", oldest_first, needed["all"])
    report.note("no use", "all", _kept(assistant, memories), needed["all"])
    for question in parts["asked"]:
        assistant.ask(question.text, asked_at=question.asked_at, sessions=question.sessions)
    for name, wanted in needed.items():
        report.note("half asked", name, _kept(assistant, memories), wanted)
    for question in parts["not asked"]:
        assistant.ask(question.text, asked_at=question.asked_at, sessions=question.sessions)
    report.note("all asked", "all", _kept(assistant, memories), needed["all"])


def _kept(assistant: Assistant, memories: Sequence[Memory]) -> set[str]:
    """Ids of what is left when a pruning archives down to `KEEP`; nothing is changed."""
    plan = assistant.memories.prune_plan(keep=KEEP)
    return {one.id for one in memories} - {entry.stored.memory.id for entry in plan.entries}


def _held(assistant: Assistant) -> list[Memory]:
    """Everything that a pruning may archive."""
    from mem.consolidation.views import EVER_HELD

    return assistant.memories.list(statuses=EVER_HELD)


def _needed(
    assistant: Assistant, memories: Sequence[Memory], questions: Sequence[Question]
) -> set[str]:
    """Ids of memories that stand on a turn which is evidence of one of the questions."""
    turns = {turn for question in questions for turn in question.evidence}
    rows = assistant.store.database.rows("SELECT id, message_id FROM chunk")
    message = {str(chunk): str(identity) for chunk, identity in rows}
    return {
        one.id
        for one in memories
        if any(message.get(part.chunk_id) in turns for part in one.evidence)
    }
