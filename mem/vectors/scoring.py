"""Scores are cosines of unit vectors; equal scores are ordered by key, so results repeat."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from mem.core.protocols import StoredVectors

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from mem.core.protocols import Vectors

    Keys = npt.NDArray[np.int64]

# Keys per read of the store; bounds the memory of a scan to a few megabytes.
READ_BATCH = 4096


def best(keys: Keys, scores: Vectors, limit: int) -> list[tuple[int, float]]:
    """The `limit` highest of `scores` (n,) with their keys (n,), best first, ties by key."""
    import numpy as np

    if limit <= 0 or not len(keys):
        return []
    if limit < len(keys):
        threshold = np.partition(scores, len(keys) - limit)[len(keys) - limit]
        kept = np.flatnonzero(scores >= threshold)
        keys, scores = keys[kept], scores[kept]
    order = np.lexsort((keys, -scores))[:limit]
    return [(int(key), float(score)) for key, score in zip(keys[order], scores[order], strict=True)]


def scan_keys(
    stored: StoredVectors, query: Vectors, wanted: Collection[int], limit: int
) -> list[tuple[int, float]]:
    """The best of `wanted` by their stored vectors; keys without a vector are passed over."""
    import numpy as np

    ordered = sorted(wanted)
    found: list[Keys] = []
    scores: list[Vectors] = []
    for start in range(0, len(ordered), READ_BATCH):
        keys, rows = stored.rows(ordered[start : start + READ_BATCH])
        found.append(keys)
        scores.append(rows @ query)
    return best(np.concatenate(found), np.concatenate(scores), limit) if found else []


def scan_all(stored: StoredVectors, query: Vectors, limit: int) -> list[tuple[int, float]]:
    """The best of all stored vectors, read block by block."""
    import numpy as np

    found: list[tuple[int, float]] = []
    for keys, rows in stored.blocks(READ_BATCH):
        known = np.array([key for key, _ in found], dtype=np.int64)
        scores = np.array([score for _, score in found], dtype=np.float32)
        joined = np.concatenate([known, keys])
        found = best(joined, np.concatenate([scores, rows @ query]), limit)
    return found


def as_query(query: Vectors) -> Vectors:
    """The query as a flat float32 vector. Raises ValueError for any other shape."""
    import numpy as np

    flat = np.ascontiguousarray(query, dtype=np.float32)
    if flat.ndim != 1:
        raise ValueError(f"a query is one vector, not an array of shape {flat.shape}")
    return flat
