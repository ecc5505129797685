"""Whole-process times of one-shot commands: `python scripts/cold_start.py [--notes 2000] [--runs 10]`.

The store holds copies of the sample notes with vectors of random direction: a search reads and
compares as many of them as it would of real ones. Prints JSON; times are milliseconds.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SAMPLES = Path(__file__).resolve().parent.parent / "mem" / "samples" / "notes"


def build(home: Path, folder: Path, count: int) -> int:
    """A store of `count` notes; returns its number of chunks."""
    import numpy as np

    from mem.assistant import Assistant
    from mem.inference.embedder import OnnxEmbedder
    from mem.testing import FakeEmbedder

    class RandomEmbedder(FakeEmbedder):
        def embed(self, texts, *, on_batch=None):  # type: ignore[no-untyped-def]
            rows = np.random.default_rng(len(texts)).normal(size=(len(texts), self.dimensions))
            return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)

    originals = [path.read_text(encoding="utf-8") for path in sorted(SAMPLES.rglob("*.md"))]
    folder.mkdir()
    for number in range(count):
        text = originals[number % len(originals)]
        (folder / f"note{number:05}.md").write_text(f"{text}\nCopy {number}.\n", encoding="utf-8")
    real = OnnxEmbedder()
    embedder = RandomEmbedder(real.dimensions, fingerprint=real.fingerprint)
    with Assistant.open(home, embedder=embedder) as assistant:
        assistant.ingest(folder)
        return assistant.store.chunks.count()


def times(command: list[str], environment: dict[str, str], runs: int) -> dict[str, float]:
    """Minimum and median of `runs` after one run that warms the file cache."""
    taken = []
    for _ in range(runs + 1):
        started = time.perf_counter()
        subprocess.run(command, env=environment, check=True, capture_output=True)
        taken.append((time.perf_counter() - started) * 1000)
    return {"min": round(min(taken[1:])), "median": round(statistics.median(taken[1:]))}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split(":", maxsplit=1)[0])
    parser.add_argument("--notes", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=10)
    given = parser.parse_args()
    mem = str(Path(sys.executable).with_name("mem"))
    with tempfile.TemporaryDirectory(prefix="mem-bench-") as temporary:
        home = Path(temporary) / "home"
        chunks = build(home, Path(temporary) / "notes", given.notes)
        environment = {**os.environ, "MEM_HOME": str(home)}
        result: dict[str, object] = {"notes": given.notes, "chunks": chunks}
        for name, command in {
            "python -c pass": [sys.executable, "-c", "pass"],
            "mem --help": [mem, "--help"],
            "mem --version": [mem, "--version"],
            "mem list": [mem, "list", "--documents"],
            "mem search": [mem, "search", "boiler pressure"],
            "mem ask": [mem, "ask", "What pressure should the boiler show?"],
        }.items():
            result[name] = times(command, environment, given.runs)
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
