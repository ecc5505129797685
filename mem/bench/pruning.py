"""What pruning costs: how much of what questions need is left when half of the memories go.

A memory is needed when it stands on a turn that is evidence of a question; a turn is kept while any
of its memories is. Each conversation is imported, consolidated and asked by the façade; half of the
questions, drawn by a fixed seed, count as use before the first pruning with use, so that the other
half are questions never seen. Then a person's word is added, from use made anew: on each answer as
a whole (useful where it cites evidence, else wrong), or on the first passage among those found that
is evidence, as of one who reads on until the answer stands there. Two bounds stand beside it: what
is left when the evidence of every question is marked, and the most that can be left at all.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from mem.assistant import Assistant
from mem.bench.retrieval import opened
from mem.bench.sets import BenchSet, Question, read_set
from mem.core.answer import Answer
from mem.core.memory import Memory
from mem.core.protocols import Embedder

KEEP = 0.5
SEED = 7
#: Passages that one who reads on goes through.
READ_ON = 10
# What is measured, as (state of use, questions whose evidence is looked for).
MEASURES = (
    ("oldest first", "all"),
    ("no use", "all"),
    ("half asked", "asked"),
    ("half asked", "not asked"),
    ("half asked", "all"),
    ("all asked", "all"),
    ("answers judged", "all"),
    ("first right marked", "all"),
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
        _ask(assistant, question)
    for name, wanted in needed.items():
        report.note("half asked", name, _kept(assistant, memories), wanted)
    for question in parts["not asked"]:
        _ask(assistant, question)
    report.note("all asked", "all", _kept(assistant, memories), needed["all"])
    chunks = _chunks(assistant)
    for state, say in (("answers judged", _judge), ("first right marked", _mark_first)):
        _unlearn(assistant)
        for question in order:
            say(assistant, question, _ask(assistant, question), chunks)
        report.note(state, "all", _kept(assistant, memories), needed["all"])
    for question in order:
        marked = [chunk for chunk, turn in chunks.items() if turn in question.evidence]
        assistant.judge(marked, useful=True)
    report.note("all marked", "all", _kept(assistant, memories), needed["all"])


def _ask(assistant: Assistant, question: Question) -> Answer:
    return assistant.ask(question.text, asked_at=question.asked_at, sessions=question.sessions)


def _judge(
    assistant: Assistant, question: Question, answer: Answer, turns: Mapping[str, str]
) -> None:
    """Say of the answer as a whole whether it helped."""
    if answer.citations:
        right = any(turns.get(one.id) in question.evidence for one in answer.citations)
        assistant.judge(answer.citations, useful=right)


def _mark_first(
    assistant: Assistant, question: Question, _: Answer, turns: Mapping[str, str]
) -> None:
    """Mark the first of the passages found that is evidence; nothing where none is."""
    result = assistant.search(
        question.text, limit=READ_ON, asked_at=question.asked_at, sessions=question.sessions
    )
    right = [hit.id for hit in result.hits if turns.get(hit.id) in question.evidence]
    if right:
        assistant.judge(right[:1], useful=True)


def _unlearn(assistant: Assistant) -> None:
    """Take all use back."""
    with assistant.store.database.transaction() as connection:
        for table in ("memory_use", "recall", "guess"):
            connection.execute(f"DELETE FROM {table}")


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
