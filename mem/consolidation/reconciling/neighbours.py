"""The memories nearest in meaning, out of all there are: never out of a page of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mem.core.protocols import Embedder

if TYPE_CHECKING:
    from mem.core.protocols import Vectors
    from mem.store.memory.vectors import MemoryVectors


class Neighbours:
    """Vectors of memories' texts, loaded when first asked for and kept up to date by `add`."""

    def __init__(self, stored: MemoryVectors, embedder: Embedder) -> None:
        self._stored = stored
        self._embedder = embedder
        self._keys: list[int] | None = None
        self._rows: Vectors | None = None
        self._used = 0
        self._words: dict[str, Vectors] = {}
        self._texts: dict[str, Vectors] = {}

    def prepare(self, texts: Sequence[str]) -> None:
        """Embed in one go what `embed` will be asked for next."""
        wanted = list(dict.fromkeys(texts))
        rows = list(self._embedder.embed(wanted)) if wanted else []
        self._texts = dict(zip(wanted, rows, strict=True))

    def embed(self, text: str) -> Vectors:
        """The unit vector of a text."""
        known = self._texts.get(text)
        if known is not None:
            return known
        row: Vectors = self._embedder.embed([text])[0]
        return row

    def add(self, pk: int, vector: Vectors) -> None:
        """Take in a new memory's vector."""
        import numpy as np

        keys, rows = self._load()
        if self._used == len(rows):
            rows = np.vstack([rows, np.zeros((max(64, len(rows)), rows.shape[1]), rows.dtype)])
            self._rows = rows
        rows[self._used] = vector
        keys.append(pk)
        self._used += 1

    def put(self, pk: int, vector: Vectors) -> None:
        """Store a new memory's vector, in the caller's transaction, and take it in."""
        self._stored.put({pk: vector})
        self.add(pk, vector)

    def near(self, vector: Vectors, *, least: float, limit: int) -> list[tuple[int, float]]:
        """(key, cosine) of the nearest memories, best first, none below `least`."""
        import numpy as np

        keys, rows = self._load()
        scores = rows[: self._used] @ vector
        found = np.flatnonzero(scores >= least)
        best = found[np.argsort(-scores[found], kind="stable")][:limit]
        return [(keys[int(place)], float(scores[place])) for place in best]

    def related(self, one: str, other: str) -> float:
        """Cosine of two single words."""
        missing = [word for word in (one, other) if word not in self._words]
        if missing:
            self._words.update(zip(missing, self._embedder.embed(missing), strict=True))
        return float(self._words[one] @ self._words[other])

    def forget(self) -> None:
        """Drop what is loaded; memories were changed elsewhere."""
        self._keys = self._rows = None

    def _load(self) -> tuple[list[int], Vectors]:
        if self._keys is None or self._rows is None:
            keys, rows = self._stored.matrix()
            self._keys, self._rows, self._used = [int(key) for key in keys], rows, len(rows)
        return self._keys, self._rows
