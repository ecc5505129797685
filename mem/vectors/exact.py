"""Nearest neighbours by scanning the stored vectors: always right, needs no files of its own.

The matrix is read once, on the first search that needs it, and follows the store's changes.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from mem.core.protocols import IndexChange, StoredVectors
from mem.vectors.scoring import as_query, best, scan_keys

if TYPE_CHECKING:
    from mem.core.protocols import Vectors
    from mem.vectors.scoring import Keys

# More changes than this are slower to apply one by one than to read everything again.
CHANGES_BEFORE_RELOAD = 2000
# Up to so many allowed keys are read by themselves while the matrix is not loaded.
ALLOWED_WITHOUT_MATRIX = 2000
# Allowed keys beyond this share of the store: score all rows, then mask.
MASK_SHARE = 0.25


class ExactIndex:
    """`VectorIndex` over the stored vectors; may be shared by threads."""

    def __init__(self, stored: StoredVectors) -> None:
        self._stored = stored
        self._guard = threading.Lock()
        self._keys: Keys | None = None
        self._rows: Vectors | None = None
        # Rows in use; the arrays keep spare room at the end so that additions need no copy.
        self._size = 0
        self._spare = False
        self._seen = 0
        self._fingerprint = ""

    def search(
        self, query: Vectors, *, limit: int, allowed: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        """Up to `limit` (key, cosine) pairs, best first; only keys in `allowed` where given."""
        query = as_query(query)
        if limit <= 0 or (allowed is not None and not allowed):
            return []
        with self._guard:
            if (
                allowed is not None
                and self._keys is None
                and len(allowed) <= ALLOWED_WITHOUT_MATRIX
            ):
                return scan_keys(self._stored, query, allowed, limit)
            keys, rows = self._current()
            if not len(keys):
                return []
            if allowed is None:
                return best(keys, rows @ query, limit)
            positions = _positions(keys, allowed)
            if len(positions) > MASK_SHARE * len(keys):
                return best(keys[positions], (rows @ query)[positions], limit)
            return best(keys[positions], rows[positions] @ query, limit)

    def cosines(self, query: Vectors) -> tuple[Keys, Vectors]:
        """All keys (n,) ascending and their cosines (n,) to the query (dimensions,)."""
        import numpy as np

        query = as_query(query)
        with self._guard:
            keys, rows = self._current()
            if not len(keys):
                return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
            return keys.copy(), rows @ query

    def count(self) -> int:
        """Number of stored vectors."""
        return self._stored.count()

    def close(self) -> None:
        """Release the matrix; the next search reads it again."""
        with self._guard:
            self._keys = self._rows = None
            self._size, self._spare = 0, False

    def _current(self) -> tuple[Keys, Vectors]:
        """Views of the keys and rows as the store has them now."""
        if self._keys is None or self._fingerprint != self._stored.fingerprint:
            self._load()
        elif self._stored.last_change() != self._seen:
            changes = self._stored.changes_since(self._seen, limit=CHANGES_BEFORE_RELOAD)
            # A sequence that went back means another store (a restored backup).
            if not changes or len(changes) == CHANGES_BEFORE_RELOAD:
                self._load()
            else:
                self._apply(changes)
        assert self._keys is not None
        assert self._rows is not None
        return self._keys[: self._size], self._rows[: self._size]

    def _load(self) -> None:
        # The sequence is read first: a change that lands in between is only applied twice.
        self._fingerprint = self._stored.fingerprint
        self._seen = self._stored.last_change()
        self._keys, self._rows = self._stored.matrix()
        self._size, self._spare = len(self._keys), False

    def _apply(self, changes: Sequence[IndexChange]) -> None:
        """Bring the matrix up to the changes; a failure leaves it to be read anew."""
        if not self._size:
            self._load()
            return
        removed = sorted(change.key for change in changes if change.vector is None)
        upserts = {change.key: change.vector for change in changes if change.vector is not None}
        if removed:
            self._remove(removed)
        if upserts:
            self._upsert(upserts)
        self._seen = changes[-1].seq

    def _remove(self, removed: list[int]) -> None:
        import numpy as np

        assert self._keys is not None
        assert self._rows is not None
        keys = self._keys[: self._size]
        keep = np.ones(len(keys), dtype=np.bool_)
        keep[_positions(keys, removed)] = False
        if not keep.all():
            self._keys, self._rows = keys[keep], self._rows[: self._size][keep]
            self._size = len(self._keys)

    def _upsert(self, upserts: dict[int, Vectors]) -> None:
        import numpy as np

        self._reserve(len(upserts))
        assert self._keys is not None
        assert self._rows is not None
        keys = self._keys[: self._size]
        new = np.array(sorted(upserts), dtype=np.int64)
        at = np.minimum(np.searchsorted(keys, new), max(len(keys) - 1, 0))
        known = keys[at] == new if len(keys) else np.zeros(len(new), dtype=np.bool_)
        for key, position in zip(new[known], at[known], strict=True):
            self._rows[position] = upserts[int(key)]
        added = new[~known]
        ascending = not len(keys) or not len(added) or added[0] > keys[-1]
        for key in added:
            self._keys[self._size] = key
            self._rows[self._size] = upserts[int(key)]
            self._size += 1
        if not ascending:
            order = np.argsort(self._keys[: self._size], kind="stable")
            self._keys, self._rows = self._keys[order], self._rows[order]

    def _reserve(self, more: int) -> None:
        """Own arrays (the store's may be read-only) with room for `more` rows."""
        import numpy as np

        assert self._keys is not None
        assert self._rows is not None
        needed = self._size + more
        if self._spare and len(self._keys) >= needed and self._rows.flags.writeable:
            return
        capacity = needed + max(1024, needed // 8)
        keys = np.empty(capacity, dtype=np.int64)
        rows = np.empty((capacity, self._rows.shape[1]), dtype=np.float32)
        keys[: self._size] = self._keys[: self._size]
        rows[: self._size] = self._rows[: self._size]
        self._keys, self._rows, self._spare = keys, rows, True


def _positions(keys: Keys, wanted: Collection[int]) -> Keys:
    """Row numbers of those `wanted` that are among the ascending `keys`."""
    import numpy as np

    sought = np.unique(np.fromiter(wanted, dtype=np.int64, count=len(wanted)))
    if not len(keys):
        return np.empty(0, dtype=np.int64)
    at = np.minimum(np.searchsorted(keys, sought), len(keys) - 1)
    positions: Keys = at[keys[at] == sought]
    return positions
