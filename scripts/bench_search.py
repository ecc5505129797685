"""How long warm searches of an existing home take, and what they hold: `python scripts/bench_search.py
HOME [--rounds 4]`.

Questions are four words of a passage each, drawn by a fixed seed, so that two checkouts can be
compared on one home. `processor` is the time of the searching thread; set OMP_NUM_THREADS=1. On a
busy machine the least of several rounds of each question says most.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import time
from pathlib import Path

from mem.assistant import Assistant
from mem.bench.metrics import percentile
from mem.bench.resident import resident
from mem.core.query import Filters

QUESTIONS = 60
WARMING = 3
WORDS = 4
MEGABYTE = 1e6
_WORD = re.compile(r"[^\W\d_]{3,}")


def main(home: Path, rounds: int) -> None:
    """Print the percentiles, and resident memory after each step."""
    with Assistant.open(home) as assistant:
        asked = questions(assistant)
        held = {"started": resident()}
        assistant.embedder.embed_query(asked[0])
        held["embedder"] = resident()
        for one in asked[:WARMING]:
            assistant.search(one)
        held["searched"] = resident()
        taken = [[timed(assistant, one) for one in asked] for _ in range(rounds)]
        held["all searches"] = resident()
        assistant.ask(asked[0])
        held["answered"] = resident()
        count = assistant.store.chunks.count()
    print(f"{count} chunks, {len(asked)} questions, load {os.getloadavg()[0]:.1f}")
    for at, name in enumerate(("wall", "processor")):
        every = [one[at] for one_round in taken for one in one_round]
        least = [min(one[at] for one in one_question) for one_question in zip(*taken, strict=True)]
        print(f"{name}: {said(every)}, least of {rounds} rounds {said(least)}")
    print(", ".join(f"{name} {size / MEGABYTE:.0f} MB" for name, size in held.items()))


def timed(assistant: Assistant, question: str) -> tuple[float, float]:
    """Milliseconds by the wall, and of this thread's processor time."""
    wall, processor = time.perf_counter(), time.thread_time()
    assistant.search(question)
    return (time.perf_counter() - wall) * 1000, (time.thread_time() - processor) * 1000


def said(times: list[float]) -> str:
    """Percentiles in milliseconds."""
    return f"p50 {percentile(times, 0.5):.0f}, p95 {percentile(times, 0.95):.0f} ms"


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
    parser = argparse.ArgumentParser(description=__doc__.split(":", maxsplit=1)[0])
    parser.add_argument("home", type=Path)
    parser.add_argument("--rounds", type=int, default=4)
    given = parser.parse_args()
    main(given.home, given.rounds)
