"""Vectors in a quarter of their room, with how far each may be off: 8 bits a number, a scale a row.

A score is never wrong by more than the row's `error` times the length of the query, so that who
is among the nearest can be told after the exact scores of a few.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from mem.core.protocols import Vectors
    from mem.vectors.scoring import Keys

    Codes = npt.NDArray[np.int8]

LARGEST = 127
# Rows that are made numbers again at a time: they stay in the processor's cache.
BLOCK = 512
# What adding up 32-bit numbers may be off by, for unit vectors of some hundred dimensions.
ROUNDING = 2e-5
_LEAST_ROOM = 1024


class CompactRows:
    """Rows by ascending key; (size, dimensions) 8-bit codes with spare room at the end."""

    def __init__(self, dimensions: int, room: int = 0) -> None:
        import numpy as np

        self.size = 0
        self._keys: Keys = np.empty(room, dtype=np.int64)
        self._codes: Codes = np.empty((room, dimensions), dtype=np.int8)
        self._scales: Vectors = np.empty(room, dtype=np.float32)
        self._errors: Vectors = np.empty(room, dtype=np.float32)

    @classmethod
    def of(cls, blocks: Iterable[tuple[Keys, Vectors]], expected: int) -> CompactRows:
        """The rows of blocks that come by ascending key, about `expected` in all."""
        rows: CompactRows | None = None
        for keys, vectors in blocks:
            rows = rows or cls(vectors.shape[1], expected)
            rows.append(keys, vectors)
        return rows or cls(0)

    @property
    def keys(self) -> Keys:
        """(size,) ascending."""
        return self._keys[: self.size]

    @property
    def errors(self) -> Vectors:
        """(size,) how much a score with a query of length 1 may be off."""
        return self._errors[: self.size]

    @property
    def nbytes(self) -> int:
        """What the rows hold of memory, spare room included."""
        return sum(one.nbytes for one in (self._keys, self._codes, self._scales, self._errors))

    def scores(self, query: Vectors, positions: Keys | None = None) -> Vectors:
        """Products with the query (dimensions,), of all rows or those at `positions`."""
        import numpy as np

        count = self.size if positions is None else len(positions)
        found = np.empty(count, dtype=np.float32)
        numbers = np.empty((min(BLOCK, count), len(query)), dtype=np.float32)
        for start in range(0, count, BLOCK):
            end = min(start + BLOCK, count)
            at = slice(start, end) if positions is None else positions[start:end]
            part = numbers[: end - start]
            np.copyto(part, self._codes[at])
            np.matmul(part, query, out=found[start:end])
        scales = self._scales[: self.size]
        found *= scales if positions is None else scales[positions]
        return found

    def append(self, keys: Keys, vectors: Vectors) -> None:
        """Add rows whose keys are above those that are there."""
        self._reserve(self.size + len(keys), vectors.shape[1])
        self._put(slice(self.size, self.size + len(keys)), keys, vectors)
        self.size += len(keys)

    def upsert(self, rows: Mapping[int, Vectors]) -> None:
        """Add rows, or replace those with the same key."""
        import numpy as np

        keys = np.array(sorted(rows), dtype=np.int64)
        vectors = np.stack([rows[int(key)] for key in keys])
        at = positions_of(self.keys, keys)
        if len(at):
            held = np.isin(keys, self.keys[at])
            self._put(at, keys[held], vectors[held])
            keys, vectors = keys[~held], vectors[~held]
        if not len(keys):
            return
        ascending = not self.size or int(keys[0]) > int(self.keys[-1])
        self.append(keys, vectors)
        if not ascending:
            self._take(np.argsort(self.keys, kind="stable"))

    def remove(self, keys: Iterable[int]) -> None:
        """Drop the rows of those keys that are there."""
        import numpy as np

        gone = positions_of(self.keys, np.array(sorted(keys), dtype=np.int64))
        if len(gone):
            kept = np.ones(self.size, dtype=np.bool_)
            kept[gone] = False
            self._take(np.flatnonzero(kept))

    def _put(self, at: slice | Keys, keys: Keys, vectors: Vectors) -> None:
        import numpy as np

        most = np.abs(vectors).max(axis=1, initial=0.0)
        scales = np.where(most > 0, most / LARGEST, 1.0).astype(np.float32)
        exact = vectors / scales[:, None]
        codes = np.rint(exact)
        self._keys[at] = keys
        self._codes[at] = codes
        self._scales[at] = scales
        exact -= codes
        self._errors[at] = np.sqrt(np.einsum("ij,ij->i", exact, exact)) * scales + ROUNDING

    def _take(self, positions: Keys) -> None:
        self._keys, self._codes = self._keys[positions], self._codes[positions]
        self._scales, self._errors = self._scales[positions], self._errors[positions]
        self.size = len(positions)

    def _reserve(self, needed: int, dimensions: int) -> None:
        if needed <= len(self._keys):
            return
        more = CompactRows(dimensions, needed + max(_LEAST_ROOM, needed // 8))
        if self.size:
            more._keys[: self.size] = self._keys[: self.size]
            more._codes[: self.size] = self._codes[: self.size]
            more._scales[: self.size] = self._scales[: self.size]
            more._errors[: self.size] = self._errors[: self.size]
        self._keys, self._codes = more._keys, more._codes
        self._scales, self._errors = more._scales, more._errors


def positions_of(keys: Keys, sought: Keys) -> Keys:
    """Where those of the ascending `sought` that are among the ascending `keys` stand."""
    import numpy as np

    if not len(keys):
        return np.empty(0, dtype=np.int64)
    at = np.minimum(np.searchsorted(keys, sought), len(keys) - 1)
    positions: Keys = at[keys[at] == sought]
    return positions
