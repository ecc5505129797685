"""How quick a home of a given size is: import, the first search and warm ones, memory and disk.

The text is synthetic (words by a long-tailed law, in chats of a fixed form), so that any size can
be made anywhere; it says nothing about what is found, only how long it takes.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mem.assistant import Assistant
from mem.bench.metrics import percentile
from mem.core.protocols import Embedder
from mem.settings.config import Settings

MESSAGES_OF_CHAT = 200
MESSAGES_OF_SESSION = 25
VOCABULARY = 20_000
WORDS = (8, 60)
SEARCHES = 60
NEIGHBOURS = 10
_ONSETS = (
    "b",
    "c",
    "d",
    "f",
    "g",
    "h",
    "k",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "t",
    "v",
    "br",
    "st",
    "tr",
)
_VOWELS = ["a", "e", "i", "o", "u", "ai", "ou", "ea"]
_SPEAKERS = ("Ana", "Ben")


@dataclass(frozen=True, slots=True)
class Speed:
    """One size. Times in milliseconds, sizes in bytes; `recall` is the share of the exact nearest
    neighbours that the index in use returns."""

    chunks: int
    chunks_per_second: float
    cold: float
    p50: float
    p95: float
    p99: float
    processor_p95: float
    resident: int
    disk: int
    recall: float


def run(
    sizes: list[int],
    home: Path,
    *,
    embedder: Embedder | None = None,
    on_size: Callable[[int], None] | None = None,
) -> list[Speed]:
    """Measure each size in a home of its own below `home`; `on_size` hears which is next."""
    found: list[Speed] = []
    for size in sizes:
        if on_size is not None:
            on_size(size)
        found.append(_measure(size, home / f"speed-{size}", embedder))
    return found


def _measure(size: int, folder: Path, embedder: Embedder | None) -> Speed:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    chats = folder / "chats.jsonl"
    with chats.open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(message) + "\n" for message in messages(size))
    home = folder / "home"
    started = time.perf_counter()
    with Assistant.open(home, settings=Settings(), embedder=embedder) as assistant:
        ledger = assistant.ingest(chats, format="chat-jsonl")
        seconds = time.perf_counter() - started
        added = ledger.chunks_added
    with Assistant.open(home, settings=Settings(), embedder=embedder) as assistant:
        asked = questions(SEARCHES)
        cold = _timed(assistant, asked[0])[0]
        timed = [_timed(assistant, one) for one in asked]
        recall = _recall(assistant, asked)
        chunks = assistant.store.chunks.count()
    walls = [wall for wall, _ in timed]
    return Speed(
        chunks=chunks,
        chunks_per_second=added / seconds,
        cold=cold,
        p50=percentile(walls, 0.5),
        p95=percentile(walls, 0.95),
        p99=percentile(walls, 0.99),
        processor_p95=percentile([processor for _, processor in timed], 0.95),
        resident=_resident(),
        disk=sum(one.stat().st_size for one in home.rglob("*") if one.is_file()),
        recall=recall,
    )


def _timed(assistant: Assistant, question: str) -> tuple[float, float]:
    """Milliseconds of one search: by the wall, and of the processor."""
    wall, processor = time.perf_counter(), time.process_time()
    assistant.search(question)
    return (time.perf_counter() - wall) * 1000, (time.process_time() - processor) * 1000


def _recall(assistant: Assistant, asked: list[str]) -> float:
    """Of the index in use against a scan of all vectors."""
    from mem.vectors.exact import ExactIndex

    exact = ExactIndex(assistant.embeddings)
    shares: list[float] = []
    for question in asked:
        vector = assistant.embedder.embed_query(question)
        right = {key for key, _ in exact.search(vector, limit=NEIGHBOURS)}
        got = {key for key, _ in assistant.index.search(vector, limit=NEIGHBOURS)}
        shares.append(len(right & got) / max(1, len(right)))
    exact.close()
    return sum(shares) / len(shares)


def _resident() -> int:
    """The most memory that this process has held."""
    import resource
    import sys

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def messages(size: int) -> Iterator[dict[str, object]]:
    """So many messages, the same ones every time."""
    chance = random.Random(1)  # noqa: S311  (made-up text)
    words = vocabulary()
    weights = [1 / (rank + 3) for rank in range(len(words))]
    for at in range(size):
        chat, place = divmod(at, MESSAGES_OF_CHAT)
        said = chance.choices(words, weights, k=chance.randint(*WORDS))
        yield {
            "conversation": f"chat-{chat}",
            "session": f"session-{chat}-{place // MESSAGES_OF_SESSION}",
            "id": f"{chat}-{place}",
            "speaker": _SPEAKERS[place % 2],
            "role": "user",
            "at": f"{2010 + chat % 15}-{1 + chat % 12:02d}-{1 + place % 28:02d}T10:00:00",
            "text": " ".join(said).capitalize() + ".",
        }


def questions(count: int) -> list[str]:
    """Questions of a frequent word and three rarer ones."""
    chance = random.Random(2)  # noqa: S311  (made-up text)
    words = vocabulary()
    return [
        f"What did {chance.choice(_SPEAKERS)} say about {chance.choice(words[:200])} "
        + " ".join(chance.sample(words[200:], 3))
        + "?"
        for _ in range(count)
    ]


def vocabulary() -> list[str]:
    """Distinct made-up words, commonest first."""
    chance = random.Random(0)  # noqa: S311  (made-up text)
    words: dict[str, None] = {}
    while len(words) < VOCABULARY:
        syllables = 2 + (len(words) > 200) + (len(words) > 4000)
        made = (chance.choice(_ONSETS) + chance.choice(_VOWELS) for _ in range(syllables))
        words["".join(made)] = None
    return list(words)
