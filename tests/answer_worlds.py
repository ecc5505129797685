"""Small own-written memories with questions that they answer and questions that they do not.

Each file of tests/fixtures/answers is one world: notes or chat sessions, and questions with what a
right answer tells ("tells"; none where memory holds no answer). Half of the worlds ("build") may be
looked at while answers are improved, the other half ("held-out") only measures. Those of "people"
ask who of several lives, works, owns or did what, half of it of the wrong one:

    python -m tests.answer_worlds [--failures] [build|held-out|people]
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mem.assistant import Assistant
from mem.bench.metrics import area
from mem.core.answer import Answer

FOLDER = Path(__file__).parent / "fixtures" / "answers"
PARTS = ("build", "held-out", "people")
#: A right answer is told by its first sentences.
READ = 2


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question and what was answered; `sure` is the confidence of a search for it."""

    world: str
    question: str
    tells: tuple[str, ...]
    answer: Answer
    sure: float

    @property
    def right(self) -> bool:
        """Told where memory holds it, abstained where it does not."""
        if not self.tells:
            return self.answer.abstained
        told = " ".join(one.text for one in self.answer.sentences[:READ]).lower()
        return any(one.lower() in told for one in self.tells)


def worlds(part: str | None = None) -> Iterator[dict[str, Any]]:
    """The worlds of a part, or all."""
    for path in sorted(FOLDER.glob("*.json")):
        world = json.loads(path.read_text(encoding="utf-8"))
        if part in (None, world["part"]):
            yield world


def fill(memory: Assistant, world: dict[str, Any], folder: Path) -> None:
    """Take a world in by the normal path."""
    notes = folder / world["world"]
    notes.mkdir(parents=True)
    for name, text in world.get("notes", {}).items():
        (notes / name).write_text(text, encoding="utf-8")
    if world.get("notes"):
        memory.ingest(str(notes))
    lines = [
        json.dumps(
            {
                "conversation": "talk",
                "session": session["session"],
                "id": f"{session['session']}-{at}",
                "role": message["speaker"]
                if message["speaker"] in ("user", "assistant")
                else "other",
                **message,
            }
        )
        for session in world.get("sessions", ())
        for at, message in enumerate(session["messages"])
    ]
    if lines:
        chat = folder / f"{world['world']}.jsonl"
        chat.write_text("\n".join(lines) + "\n", encoding="utf-8")
        memory.ingest(str(chat), format="chat-jsonl")


def outcomes(world: dict[str, Any], folder: Path) -> list[Outcome]:
    """Every question of a world, asked of a memory that holds nothing else."""
    with Assistant.open(folder / "home") as memory:
        fill(memory, world, folder)
        asked_at = world["asked_at"]
        return [
            Outcome(
                world["world"],
                one["question"],
                tuple(one["tells"]),
                memory.ask(one["question"], asked_at=asked_at, llm=False),
                memory.search(one["question"], asked_at=asked_at, limit=20).confidence,
            )
            for one in world["questions"]
        ]


def figures(found: Sequence[Outcome]) -> dict[str, float]:
    """Shares of right answers and abstentions, of wrong answers, and AUROCs of both confidences."""
    held = [one for one in found if one.tells]
    absent = [one for one in found if not one.tells]
    return {
        "held": len(held),
        "told": sum(one.right for one in held) / len(held),
        "wrongly told": sum(not one.right and not one.answer.abstained for one in held) / len(held),
        "absent": len(absent),
        "abstained": sum(one.right for one in absent) / len(absent),
        "AUROC of ask": area(
            [one.answer.confidence for one in held], [one.answer.confidence for one in absent]
        ),
        "AUROC of search": area([one.sure for one in held], [one.sure for one in absent]),
    }


def show_failures(found: Sequence[Outcome]) -> None:
    """Print what was not answered right."""
    for one in found:
        if not one.right:
            sure = one.answer.confidence
            told = " / ".join(said.text for said in one.answer.sentences) or "(abstained)"
            print(f"  {one.world}: {one.question} {list(one.tells)} {sure:.2f} → {told}")


def main() -> None:
    """Print the figures of each part."""
    given = sys.argv[1:]
    for part in [one for one in PARTS if one in given] or PARTS:
        found: list[Outcome] = []
        for world in worlds(part):
            with tempfile.TemporaryDirectory() as folder:
                found += outcomes(world, Path(folder))
        print(part, *(f"{name} {value:.3g}" for name, value in figures(found).items()), sep=" · ")
        if "--failures" in given:
            show_failures(found)


if __name__ == "__main__":
    main()
