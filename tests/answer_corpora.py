"""Questions that a person would ask of corpora in the wild, half of them without an answer there.

Each file of tests/fixtures/answers_corpora names a corpus (a folder, taken in whole) and has
questions with what a right answer tells, written from its texts before anything was built on them.
Those of the part "held-out" only measure; the others may be looked at. A question without an answer
may say of what kind it is: about something of which nothing is told ("nowhere"), about the right
one but something that is not told ("attribute"), about another one ("entity"), about a thing that
only sounds alike ("topic"), or asking whether ("yes_no") or why ("why") what never was:

    python -m tests.answer_corpora [--failures] FOLDER-OF-CORPORA [build|held-out]
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from mem.assistant import Assistant
from tests.answer_worlds import Outcome, figures, show_failures

FOLDER = Path(__file__).parent / "fixtures" / "answers_corpora"
PARTS = ("build", "held-out")


def asked_of(part: str) -> Iterator[dict[str, Any]]:
    """The files of one part, each with its name."""
    for path in sorted(FOLDER.glob("*.json")):
        asked = json.loads(path.read_text(encoding="utf-8"))
        if asked["part"] == part:
            yield {"name": path.stem, **asked}


def outcomes(asked: dict[str, Any], corpora: Path, folder: Path) -> list[Outcome]:
    """Every question of a corpus, asked of a memory that holds nothing else."""
    with Assistant.open(folder / "home") as memory:
        memory.ingest(str(corpora / asked["corpus"]))
        at = asked["asked_at"]
        return [
            Outcome(
                asked["corpus"],
                one["question"],
                tuple(one["tells"]),
                memory.ask(one["question"], asked_at=at, llm=False),
                memory.search(one["question"], asked_at=at, limit=20).confidence,
            )
            for one in asked["questions"]
        ]


def kinds(asked: dict[str, Any], found: Sequence[Outcome]) -> Iterator[tuple[str, bool]]:
    """Of each question without an answer: its kind, and whether it was abstained from."""
    for one, outcome in zip(asked["questions"], found, strict=True):
        if not one["tells"]:
            yield one.get("kind", "any"), outcome.right


def main() -> None:
    """Print the figures of each corpus, of each part and of each kind of absent question."""
    given = [one for one in sys.argv[1:] if not one.startswith("--")]
    corpora = Path(given[0])
    for part in [one for one in PARTS if one in given] or PARTS:
        everything: list[Outcome] = []
        told: dict[str, list[bool]] = {}
        for asked in asked_of(part):
            with tempfile.TemporaryDirectory() as folder:
                found = outcomes(asked, corpora, Path(folder))
            _print(asked["name"], found)
            if "--failures" in sys.argv:
                show_failures(found)
            everything += found
            for kind, right in kinds(asked, found):
                told.setdefault(kind, []).append(right)
        _print(part, everything)
        for kind, rights in sorted(told.items()):
            print(f"  {kind}: abstained from {sum(rights)} of {len(rights)}")


def _print(name: str, found: Sequence[Outcome]) -> None:
    print(name, *(f"{told} {value:.3g}" for told, value in figures(found).items()), sep=" · ")


if __name__ == "__main__":
    main()
