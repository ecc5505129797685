"""What single words mean, read from the table of tokens inside the bundled model's file.

Invariant: the model is never run. A word's vector is the mean of its tokens' rows, seen from the
middle of the vocabulary; that words of like use lie near each other is learned by the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mem.errors import ModelFileMissing

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

# Tokens below are markers and single signs; of the others so few are enough for their middle.
_FIRST_WORD = 1_996
_EVERY = 7


@dataclass(frozen=True, slots=True)
class TableAt:
    """Where the model's file holds the table: bytes before its `count` rows of signed 8-bit
    numbers, and before the float32 `scales` of the rows.
    """

    rows: int
    scales: int
    count: int


class TokenTable:
    """The table, mapped into memory: only the pages of words that are asked for are read."""

    def __init__(self, file: Path, at: TableAt, dimensions: int) -> None:
        """Raises `ModelFileMissing`."""
        import numpy as np

        try:
            self._rows = np.memmap(file, np.int8, "r", at.rows, (at.count, dimensions))
            self._scales = np.fromfile(file, np.dtype("<f4"), at.count, offset=at.scales)
        except OSError as error:
            raise ModelFileMissing(str(file)) from error
        some = np.arange(_FIRST_WORD, at.count, _EVERY)
        self._middle = (self._rows[some] * self._scales[some, None]).mean(axis=0)

    def vectors(self, tokens: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        """(len(tokens), dimensions) float32 rows of length 1; 0 for a word without tokens."""
        import numpy as np

        means = np.zeros((len(tokens), self._rows.shape[1]), dtype=np.float32)
        if not len(tokens):
            return means
        counts = np.array([len(one) for one in tokens], dtype=np.int64)
        for place in range(int(counts.max())):
            held = np.flatnonzero(counts > place)
            flat = np.array([one[place] for one in tokens if len(one) > place], dtype=np.int64)
            means[held] += self._rows[flat] * self._scales[flat, None]
        means /= np.maximum(counts, 1)[:, None]
        means[counts > 0] -= self._middle
        lengths = np.linalg.norm(means, axis=1, keepdims=True)
        vectors: npt.NDArray[np.float32] = means / np.maximum(lengths, 1e-6)
        return vectors
