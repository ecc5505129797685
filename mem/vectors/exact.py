"""Nearest neighbours by scanning the stored vectors: always right, needs no files of its own.

The vectors are read once, on the first search that needs them, and held in 8 bits a number; they
follow the store's changes. Scores, and who is among the nearest, come of the stored vectors.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from mem.core.protocols import IndexChange, StoredVectors
from mem.vectors.compact import CompactRows, positions_of
from mem.vectors.scoring import READ_BATCH, as_query, scan_keys

if TYPE_CHECKING:
    from mem.core.protocols import Vectors
    from mem.vectors.scoring import Keys

# More changes than this are slower to apply one by one than to read everything again.
CHANGES_BEFORE_RELOAD = 2000
# Up to so many allowed keys are read by themselves while the vectors are not loaded.
ALLOWED_WITHOUT_LOADING = 2000
# Allowed keys beyond this share of the store: score all rows, then mask.
MASK_SHARE = 0.25


class ExactIndex:
    """`VectorIndex` over the stored vectors; may be shared by threads."""

    def __init__(self, stored: StoredVectors) -> None:
        self._stored = stored
        self._guard = threading.Lock()
        self._rows: CompactRows | None = None
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
            few = allowed is not None and len(allowed) <= ALLOWED_WITHOUT_LOADING
            if allowed is not None and few and self._rows is None:
                return scan_keys(self._stored, query, allowed, limit)
            keys = _possible(self._current(), query, limit, allowed)
        return scan_keys(self._stored, query, keys, limit)

    def count(self) -> int:
        """Number of stored vectors."""
        return self._stored.count()

    @property
    def nbytes(self) -> int:
        """What the loaded vectors hold of memory; 0 while none are."""
        return self._rows.nbytes if self._rows is not None else 0

    def close(self) -> None:
        """Release the vectors; the next search reads them again."""
        with self._guard:
            self._rows = None

    def _current(self) -> CompactRows:
        """The rows as the store has them now."""
        if self._rows is None or self._fingerprint != self._stored.fingerprint:
            return self._load()
        if self._stored.last_change() != self._seen:
            changes = self._stored.changes_since(self._seen, limit=CHANGES_BEFORE_RELOAD)
            # A sequence that went back means another store (a restored backup).
            if not changes or len(changes) == CHANGES_BEFORE_RELOAD or not self._rows.size:
                return self._load()
            self._apply(self._rows, changes)
        return self._rows

    def _load(self) -> CompactRows:
        # The sequence is read first: a change that lands in between is only applied twice.
        self._rows = None
        self._fingerprint = self._stored.fingerprint
        self._seen = self._stored.last_change()
        self._rows = CompactRows.of(self._stored.blocks(READ_BATCH), self._stored.count())
        return self._rows

    def _apply(self, rows: CompactRows, changes: Sequence[IndexChange]) -> None:
        """Bring the rows up to the changes; a failure leaves them to be read anew."""
        self._rows = None
        rows.remove(change.key for change in changes if change.vector is None)
        upserts = {change.key: change.vector for change in changes if change.vector is not None}
        if upserts:
            rows.upsert(upserts)
        self._rows, self._seen = rows, changes[-1].seq


# A rounding error points anywhere: its product with a query is beyond so many standard deviations
# of that for one vector in a million millions.
SURE = 7.0


def _possible(
    rows: CompactRows, query: Vectors, limit: int, allowed: Collection[int] | None
) -> list[int]:
    """Keys among which the `limit` nearest are, whatever the codes are off by, see `SURE`."""
    import numpy as np

    positions: Keys | None = None
    if allowed is not None:
        wanted = np.unique(np.fromiter(allowed, dtype=np.int64, count=len(allowed)))
        positions = positions_of(rows.keys, wanted)
    if positions is not None and len(positions) > MASK_SHARE * rows.size:
        scores = rows.scores(query)[positions]
    else:
        scores = rows.scores(query, positions)
    keys, errors = rows.keys, rows.errors
    if positions is not None:
        keys, errors = keys[positions], errors[positions]
    if limit < len(keys):
        off = errors * (float(np.linalg.norm(query)) * min(1.0, SURE / len(query) ** 0.5))
        # At least `limit` rows have this score or more; who cannot reach it is out.
        least = np.partition(scores - off, len(keys) - limit)[len(keys) - limit]
        keys = keys[scores + off >= least]
    found: list[int] = keys.tolist()
    return found
