"""What pruning costs: how much of what questions need is left when half of the memories go.

A memory is needed when it stands on a turn that is evidence of a question; a turn is kept while any
of its memories is. Each conversation is imported, consolidated and asked by the façade; half of the
questions, drawn by a fixed seed, count as use before the first pruning with use, so that the other
half are questions never seen. Two bounds stand beside it: what is left when a person has marked the
evidence of every question as useful, and the most that can be left at all.
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
    ("all marked", "all"),
    ("at best", "all"),
)
Needed = tuple[list[Memory], list[bool]]
#: The turns that each memory, by id, stands on.
Turns = dict[str, frozenset[str]]


@dataclass(slots=True)
class PruneReport:
    """Needed memories, and turns that needed ones stand on, by (state of use, questions).

    Each is (kept, all of them). `doubts` say what of the set could not be measured as it was meant.
    """

    name: str
    memories: int = 0
    needed: int = 0
    kept: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    turns: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)

    def share(self, state: str, questions: str) -> float:
        """The share of needed memories that a pruning keeps."""
        return _share(self.kept.get((state, questions), (0, 0)))

    def turn_share(self, state: str, questions: str) -> float:
        """The share of evidence turns with memories that keep one."""
        return _share(self.turns.get((state, questions), (0, 0)))

    def figures(self) -> dict[str, object]:
        """Everything by name, as JSON gives it."""
        return {
            "set": self.name,
            "memories": self.memories,
            "needed": self.needed,
            "kept": {f"{a}, {b}": round(self.share(a, b), 4) for a, b in MEASURES},
            "turns_kept": {f"{a}, {b}": round(self.turn_share(a, b), 4) for a, b in MEASURES},
        }

    def note(self, state: str, questions: str, kept: set[str], needed: Turns) -> None:
        """Add the figures of one conversation; `needed` are memories with their evidence turns."""
        _add(self.kept, (state, questions), len(kept & needed.keys()), len(needed))
        held = {turn for one in kept & needed.keys() for turn in needed[one]}
        every = {turn for turns in needed.values() for turn in turns}
        _add(self.turns, (state, questions), len(held), len(every))


def _share(counts: tuple[int, int]) -> float:
    part, whole = counts
    return part / whole if whole else 0.0


def _add(
    counts: dict[tuple[str, str], tuple[int, int]], what: tuple[str, str], part: int, whole: int
) -> None:
    before = counts.get(what, (0, 0))
    counts[what] = (before[0] + part, before[1] + whole)


def run(
    folder: Path,
    home: Path,
    *,
    embedder: Embedder | None = None,
    on_conversation: Callable[[str, int, int], None] | None = None,
) -> PruneReport:
    """Measure the set in `folder` with fresh stores under `home`. Raises PathMissing, BadSet.

    `on_conversation` hears the set, how many conversations are done and how many there are.
    """
    if embedder is None:
        from mem.inference.embedder import OnnxEmbedder

        embedder = OnnxEmbedder()
    bench = read_set(folder)
    report = PruneReport(bench.name, doubts=bench.doubts())
    for done, conversation in enumerate(bench.conversations, 1):
        asked = [one for one in bench.questions if one.conversation == conversation.id]
        with opened(bench, conversation, home, embedder) as assistant:
            _measure(assistant, asked, report)
        if on_conversation is not None:
            on_conversation(bench.name, done, len(bench.conversations))
    return report


def needed_memories(bench: BenchSet, home: Path, embedder: Embedder) -> Iterator[Needed]:
    """Every conversation's memories, the first said first, and whether a question needs each."""
    for conversation in bench.conversations:
        questions = [one for one in bench.questions if one.conversation == conversation.id]
        with opened(bench, conversation, home, embedder) as assistant:
            assistant.memories.consolidate()
            memories = _held(assistant)[::-1]
            needed = _needed(_turns(assistant, memories), questions)
            yield memories, [one.id in needed for one in memories]


def _measure(assistant: Assistant, questions: Sequence[Question], report: PruneReport) -> None:
    assistant.memories.consolidate()
    memories = _held(assistant)
    turns = _turns(assistant, memories)
    order = list(questions)
    random.Random(SEED).shuffle(order)  # noqa: S311  (drawn for a measure)
    half = len(order) // 2
    parts = {"all": order, "asked": order[:half], "not asked": order[half:]}
    needed = {name: _needed(turns, part) for name, part in parts.items()}
    report.memories += len(memories)
    report.needed += len(needed["all"])
    _without_use(assistant, memories, needed["all"], report)
    for question in parts["asked"]:
        assistant.ask(question.text, asked_at=question.asked_at, sessions=question.sessions)
    for name, wanted in needed.items():
        report.note("half asked", name, _kept(assistant, memories), wanted)
    for question in parts["not asked"]:
        assistant.ask(question.text, asked_at=question.asked_at, sessions=question.sessions)
    report.note("all asked", "all", _kept(assistant, memories), needed["all"])
    chunks = _chunks(assistant)
    for question in order:
        marked = [chunk for chunk, turn in chunks.items() if turn in question.evidence]
        assistant.judge(marked, useful=True)
    report.note("all marked", "all", _kept(assistant, memories), needed["all"])


def _without_use(
    assistant: Assistant, memories: Sequence[Memory], needed: Turns, report: PruneReport
) -> None:
    """What a choice by age, by the head alone and by one who knows would keep."""
    room = math.ceil(KEEP * len(memories))
    newest = sorted(memories, key=lambda one: one.said_at or datetime.min, reverse=True)
    report.note("oldest first", "all", {one.id for one in newest[:room]}, needed)
    report.note("no use", "all", _kept(assistant, memories), needed)
    report.note("at best", "all", _best(needed, room), needed)


def _best(needed: Turns, room: int) -> set[str]:
    """`room` of the needed ones, those that keep another turn before the rest."""
    held: set[str] = set()
    first: list[str] = []
    rest: list[str] = []
    for one in sorted(needed):
        (rest if needed[one] <= held else first).append(one)
        held |= needed[one]
    return set((first + rest)[:room])


def _kept(assistant: Assistant, memories: Sequence[Memory]) -> set[str]:
    """Ids of what is left when a pruning archives down to `KEEP`; nothing is changed."""
    plan = assistant.memories.prune_plan(keep=KEEP)
    return {one.id for one in memories} - {entry.stored.memory.id for entry in plan.entries}


def _held(assistant: Assistant) -> list[Memory]:
    """Everything that a pruning may archive."""
    from mem.consolidation.views import EVER_HELD

    return assistant.memories.list(statuses=EVER_HELD)


def _chunks(assistant: Assistant) -> dict[str, str]:
    """The turn of each chunk, by id."""
    rows = assistant.store.database.rows("SELECT id, message_id FROM chunk")
    return {str(chunk): str(identity) for chunk, identity in rows}


def _turns(assistant: Assistant, memories: Sequence[Memory]) -> Turns:
    turn = _chunks(assistant)
    return {
        one.id: frozenset(turn[part.chunk_id] for part in one.evidence if part.chunk_id in turn)
        for one in memories
    }


def _needed(turns: Turns, questions: Sequence[Question]) -> Turns:
    """Memories that stand on a turn which is evidence of one of the questions, with those turns."""
    evidence = frozenset(turn for question in questions for turn in question.evidence)
    return {one: held & evidence for one, held in turns.items() if held & evidence}
