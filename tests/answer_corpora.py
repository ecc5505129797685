"""Questions that a person would ask of corpora in the wild, half of them without an answer there.

Each file of tests/fixtures/answers_corpora names a corpus (a folder, taken in whole) and has
questions with what a right answer tells, written from its texts before anything was built on them:

    python -m tests.answer_corpora [--failures] FOLDER-OF-CORPORA
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from mem.assistant import Assistant
from tests.answer_worlds import Outcome, figures, show_failures

FOLDER = Path(__file__).parent / "fixtures" / "answers_corpora"


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


def main() -> None:
    """Print the figures of each corpus and of all together."""
    corpora = Path(next(one for one in sys.argv[1:] if not one.startswith("--")))
    everything: list[Outcome] = []
    for path in sorted(FOLDER.glob("*.json")):
        with tempfile.TemporaryDirectory() as folder:
            found = outcomes(json.loads(path.read_text(encoding="utf-8")), corpora, Path(folder))
        print(
            path.stem, *(f"{name} {value:.3g}" for name, value in figures(found).items()), sep=" · "
        )
        if "--failures" in sys.argv:
            show_failures(found)
        everything += found
    print("all", *(f"{name} {value:.3g}" for name, value in figures(everything).items()), sep=" · ")


if __name__ == "__main__":
    main()
