"""How long warm searches of an existing home take: `python scripts/bench_search.py HOME`.

Questions are four words of a passage each, drawn by a fixed seed, so that two checkouts can be
compared on one home. `processor` is the time of the searching thread; set OMP_NUM_THREADS=1.
"""

from __future__ import annotations

import random
import re
import sys
import time
from pathlib import Path

from mem.assistant import Assistant
from mem.bench.metrics import percentile
from mem.core.query import Filters

QUESTIONS = 60
WARMING = 3
WORDS = 4
_WORD = re.compile(r"[^\W\d_]{3,}")


def main(home: Path) -> None:
    """Print the percentiles."""
    walls, processors = [], []
    with Assistant.open(home) as assistant:
        asked = questions(assistant)
        for one in asked[:WARMING]:
            assistant.search(one)
        for one in asked:
            wall, processor = time.perf_counter(), time.thread_time()
            assistant.search(one)
            walls.append((time.perf_counter() - wall) * 1000)
            processors.append((time.thread_time() - processor) * 1000)
        count = assistant.store.chunks.count()
    print(f"{count} chunks, {len(asked)} questions, p50 / p95 in milliseconds")
    for name, times in (("wall", walls), ("processor", processors)):
        print(f"{name}: {percentile(times, 0.5):.0f} / {percentile(times, 0.95):.0f}")


def questions(assistant: Assistant) -> list[str]:
    """Words of passages, in the order that the seed gives."""
    chance = random.Random(3)
    chunks = assistant.store.chunks
    drawn = chance.sample(sorted(chunks.allowed(Filters()) or ()), QUESTIONS)
    texts = chunks.by_keys(drawn)
    asked = []
    for key in drawn:
        words = sorted(set(_WORD.findall(texts[key].chunk.text)))
        asked.append(f"What about {' '.join(chance.sample(words, min(WORDS, len(words))))}?")
    return asked


if __name__ == "__main__":
    main(Path(sys.argv[1]))
