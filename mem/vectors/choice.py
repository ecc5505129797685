"""A search is always answered: by Chroma where it is current and quicker, else by the scan."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from mem.errors import VectorIndexError
from mem.vectors.chroma import ChromaIndex
from mem.vectors.exact import ExactIndex

if TYPE_CHECKING:
    from mem.core.protocols import Vectors

# Below this many vectors a warm scan is at least as quick as Chroma.
EXACT_BELOW = 20_000


class AutoIndex:
    """`VectorIndex` that asks the better of two; `notice` says why Chroma failed, if it did."""

    def __init__(
        self,
        exact: ExactIndex,
        chroma: ChromaIndex | None,
        *,
        exact_below: int = EXACT_BELOW,
    ) -> None:
        self._exact = exact
        self._chroma = chroma
        self._exact_below = exact_below
        self.notice: str | None = None

    def search(
        self, query: Vectors, *, limit: int, allowed: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        """Up to `limit` (key, cosine) pairs, best first; only keys in `allowed` where given."""
        chroma = self._chroma
        if chroma is not None and chroma.count() >= self._exact_below and chroma.is_current:
            try:
                found = chroma.search(query, limit=limit, allowed=allowed)
            except VectorIndexError as error:
                self.notice = str(error)
            else:
                # What a scan had loaded while the index was behind is not held beside it.
                self._exact.close()
                return found
        return self._exact.search(query, limit=limit, allowed=allowed)

    def count(self) -> int:
        """Number of stored vectors."""
        return self._exact.count()

    def close(self) -> None:
        """Close both."""
        self._exact.close()
        if self._chroma is not None:
            self._chroma.close()
