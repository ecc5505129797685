"""Made-up chats, questions and vectors of any number, the same ones every time.

The words follow a long-tailed law. The vectors stand in for an embedder where one would take
hours: they say how long a search takes and what it holds, nothing about what it finds.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from mem.core.protocols import Embedder

if TYPE_CHECKING:
    from mem.core.protocols import Vectors

MESSAGES_OF_CHAT = 200
MESSAGES_OF_SESSION = 25
CHATS_OF_FILE = 50
VOCABULARY = 20_000
WORDS = (8, 60)
# Clusters of the vectors, and topics that clusters share; how far a vector stands from the middle
# of its own, and how quickly that falls off from one direction to the next. So the nearest
# neighbours have cosines of 0.6 to 0.8, and the thousandth 0.3, as those of real passages have.
CLUSTERS = 2000
TOPICS = 50
DISTANCE = 0.75
FALL = 0.5
_ONSETS = [*"bcdfghklmnprstv", "br", "st", "tr"]
_VOWELS = ["a", "e", "i", "o", "u", "ai", "ou", "ea"]
_SPEAKERS = ("Ana", "Ben")


def write_chats(folder: Path, count: int) -> None:
    """So many messages as files of `chat-jsonl`, 10,000 each; a whole file is not written again.

    Raises OSError.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    size = MESSAGES_OF_CHAT * CHATS_OF_FILE
    made = messages(count)
    for start in range(0, count, size):
        lines = [json.dumps(next(made)) + "\n" for _ in range(min(size, count - start))]
        path = folder / f"chats-{start // size:05}.jsonl"
        if path.exists():
            continue
        unfinished = path.with_suffix(".part")
        unfinished.write_text("".join(lines), encoding="utf-8")
        unfinished.replace(path)


def messages(count: int) -> Iterator[dict[str, object]]:
    """So many messages."""
    chance = random.Random(1)  # noqa: S311  (made-up text)
    words = vocabulary()
    weights = list(accumulate(1 / (rank + 3) for rank in range(len(words))))
    for at in range(count):
        chat, place = divmod(at, MESSAGES_OF_CHAT)
        said = chance.choices(words, cum_weights=weights, k=chance.randint(*WORDS))
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


class ClusteredEmbedder:
    """An embedder whose vectors are drawn by a hash of the text, in clusters.

    A question is read by `model`, so that it takes as long as ever, and what comes of it is
    dropped. The fingerprint is the model's: the home can be searched like any other.
    """

    def __init__(self, model: Embedder) -> None:
        import numpy as np

        self._model = model
        chance = np.random.default_rng(0)
        middles = chance.standard_normal((CLUSTERS, model.dimensions), dtype=np.float32)
        middles += middles[np.arange(CLUSTERS) % TOPICS]
        self._middles = middles / np.linalg.norm(middles, axis=1, keepdims=True)
        fall = np.arange(1, model.dimensions + 1, dtype=np.float32) ** -FALL
        self._spread = DISTANCE * fall / float(np.linalg.norm(fall))

    @property
    def fingerprint(self) -> str:
        return self._model.fingerprint

    @property
    def dimensions(self) -> int:
        return self._model.dimensions

    def embed(
        self, texts: Sequence[str], *, on_batch: Callable[[int], None] | None = None
    ) -> Vectors:
        """(len(texts), dimensions) float32 unit rows."""
        import numpy as np

        rows = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()
            chance = np.random.default_rng(int.from_bytes(digest, "little"))
            middle = self._middles[chance.integers(CLUSTERS)]
            away = chance.standard_normal(self.dimensions, dtype=np.float32)
            row[:] = middle + self._spread * away
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        if on_batch is not None:
            on_batch(len(texts))
        return rows

    def embed_query(self, text: str) -> Vectors:
        """(dimensions,) float32 of length 1."""
        self._model.embed_query(text)
        row: Vectors = self.embed([text])[0]
        return row

    def embed_words(self, words: Sequence[str]) -> Vectors:
        """The model's own."""
        return self._model.embed_words(words)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._model.count_tokens(texts)
