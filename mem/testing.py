"""Fakes for the protocols, shipped for tests of plugins: deterministic and quick.

They satisfy the same contract as the real parts, without their quality.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mem.core.language import Prompt, Schema
from mem.errors import PromptTooLong, RerankerTooSlow

if TYPE_CHECKING:
    from mem.core.protocols import Vectors


class FixedClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        """`now` is naive local time."""
        self.moment = now

    def now(self) -> datetime:
        return self.moment

    def utc(self) -> datetime:
        return self.moment.replace(tzinfo=UTC)


class FakeReranker:
    """Log-odds by the share of the question's words that a text has; keeps what it was given.

    `reads` texts at most before its time is over.
    """

    def __init__(self, *, reads: int = 1000) -> None:
        self.reads = reads
        self.asked: list[tuple[str, tuple[str, ...], float]] = []

    @property
    def name(self) -> str:
        return "fake-reranker"

    def scores(self, query: str, texts: Sequence[str], *, seconds: float) -> list[float]:
        self.asked.append((query, tuple(texts), seconds))
        if not self.reads:
            raise RerankerTooSlow(self.name, seconds)
        words = set(query.lower().split())
        shares = [len(words & set(text.lower().split())) / len(words) for text in texts]
        return [8 * share - 4 for share in shares][: self.reads]

    def close(self) -> None:
        """Nothing is held."""


class FakeEmbedder:
    """Unit vectors made from hashed words: texts that share words are near each other."""

    def __init__(self, dimensions: int = 64, *, fingerprint: str = "fake:1") -> None:
        self._dimensions = dimensions
        self._fingerprint = fingerprint
        self.embedded: list[str] = []

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    @property
    def dimensions(self) -> int:
        return self._dimensions

    def embed(
        self, texts: Sequence[str], *, on_batch: Callable[[int], None] | None = None
    ) -> Vectors:
        import numpy as np

        self.embedded += texts
        rows = np.zeros((len(texts), self._dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in ["", *text.lower().split()]:
                digest = hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest()
                place = int.from_bytes(digest, "little") % self._dimensions
                row[place] += 1.0
            row[:] = row / np.linalg.norm(row)
        if on_batch is not None:
            on_batch(len(texts))
        return rows

    def embed_query(self, text: str) -> Vectors:
        vector: Vectors = self.embed([text])[0]
        return vector

    def embed_words(self, words: Sequence[str]) -> Vectors:
        """Different words are nothing alike."""
        import numpy as np

        rows = np.zeros((len(words), self._dimensions), dtype=np.float32)
        for row, word in zip(rows, words, strict=True):
            digest = hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest()
            row[int.from_bytes(digest, "little") % self._dimensions] = 1.0
        return rows

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) + 2 for text in texts]


class FakeLanguageModel:
    """Replies with what a function makes of the prompt, a word at a time; keeps every prompt."""

    name = "fake"
    fingerprint = "fake-language:1"

    def __init__(self, reply: Callable[[Prompt], str], *, context_tokens: int = 2048) -> None:
        self._reply = reply
        self.context_tokens = context_tokens
        self.prompts: list[Prompt] = []
        self.closed = False

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def count_prompt(self, prompt: Prompt) -> int:
        return self.count_tokens(prompt.system) + self.count_tokens(prompt.user) + 8

    def generate(
        self,
        prompt: Prompt,
        *,
        max_tokens: int,
        schema: Schema | None = None,  # noqa: ARG002  (the function knows what it replies)
        deadline: float | None = None,  # noqa: ARG002
    ) -> Iterator[str]:
        room = self.context_tokens - max_tokens
        if self.count_prompt(prompt) > room:
            raise PromptTooLong(self.count_prompt(prompt), room)
        self.prompts.append(prompt)
        words = self._reply(prompt).split(" ")[:max_tokens]
        yield from (word + " " * (place + 1 < len(words)) for place, word in enumerate(words))

    def close(self) -> None:
        self.closed = True
