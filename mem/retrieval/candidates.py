"""The chunks that a question may mean, with their neighbours, as columns of one table.

Which index of vectors found them does not matter: every score is computed anew from the store.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mem.core.protocols import StoredVectors
from mem.store.surroundings import Surroundings

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from mem.core.protocols import Vectors

    Keys = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float32]
    Mask = npt.NDArray[np.bool_]

REACH = 2


@dataclass(frozen=True, slots=True)
class Table:
    """One row a chunk, ordered by document and place.

    `session` numbers the runs of one session (a note is one session), `message` the messages (a
    chunk of a note is its own). `allowed` rows may come back; the others only lend their context.
    `vectors` (rows, dimensions) and `cosine` are 0 and `embedded` false where a chunk has no vector
    yet; `query` is the question's vector; `asks` marks chunks that end with a question mark.
    """

    rows: Surroundings
    keys: Keys
    session: Keys
    message: Keys
    allowed: Mask
    embedded: Mask
    cosine: Floats
    lengths: Floats
    vectors: Floats
    query: Floats
    asks: Floats

    def __len__(self) -> int:
        return len(self.keys)

    def follows(self) -> Mask:
        """(rows - 1,) whether each row but the first stands right after the one before it."""
        import numpy as np

        places = np.asarray(self.rows.places)
        follows: Mask = (self.session[1:] == self.session[:-1]) & (places[1:] - places[:-1] == 1)
        return follows

    def beside(self, values: Floats, distance: int) -> Floats:
        """What stands `distance` places on (before, if negative) in the same session, else 0."""
        import numpy as np

        moved = np.zeros_like(values)
        reach = abs(distance)
        if reach >= len(values):
            return moved
        places = np.asarray(self.rows.places)
        near = (self.session[reach:] == self.session[:-reach]) & (
            places[reach:] - places[:-reach] == reach
        )
        if distance > 0:
            moved[:-reach] = np.where(near, values[reach:], 0)
        else:
            moved[reach:] = np.where(near, values[:-reach], 0)
        return moved

    def best_of(self, groups: Keys, values: Floats) -> Floats:
        """For each row the highest value in its group."""
        import numpy as np

        if not len(values):
            return values
        best = np.full(int(groups.max()) + 1, -np.inf, dtype=np.float32)
        np.maximum.at(best, groups, values)
        return best[groups]

    def mean_of_best(self, groups: Keys, values: Floats, count: int) -> Floats:
        """For each row the mean of the `count` highest values in its group, missing ones as 0."""
        import numpy as np

        if not len(values):
            return values
        order = np.lexsort((-values, groups))
        ordered = groups[order]
        first = np.searchsorted(ordered, ordered)
        taken = np.arange(len(values)) - first < count
        sums = np.bincount(
            ordered[taken], weights=values[order][taken], minlength=int(groups.max()) + 1
        )
        return (sums / count).astype(np.float32)[groups]


def build(
    rows: Surroundings,
    *,
    stored: StoredVectors,
    query: Vectors,
    allowed: Collection[int] | None,
) -> Table:
    """The table of these rows; chunks of documents that are gone are never allowed."""
    import numpy as np

    keys = np.array(rows.keys, dtype=np.int64)
    mask = np.array(rows.active, dtype=np.bool_)
    if allowed is not None:
        mask &= np.fromiter((key in allowed for key in rows.keys), np.bool_, len(rows.keys))
    held, found = stored.rows(rows.keys)
    embedded = np.isin(keys, held)
    vectors = np.zeros((len(keys), len(query)), dtype=np.float32)
    vectors[embedded] = found[np.searchsorted(held, keys[embedded])]
    return Table(
        rows=rows,
        keys=keys,
        session=_numbered(zip(rows.documents, rows.sessions, strict=True)),
        message=_messages(rows),
        allowed=mask,
        embedded=embedded,
        cosine=vectors @ query,
        lengths=np.array(rows.lengths, dtype=np.float32),
        vectors=vectors,
        query=query,
        asks=np.array(rows.asks, dtype=np.float32),
    )


def _messages(rows: Surroundings) -> Keys:
    own = [
        message if message is not None else key
        for message, key in zip(rows.messages, rows.keys, strict=True)
    ]
    return _numbered(zip(rows.documents, rows.sessions, own, strict=True))


def _numbered(values: Iterable[Hashable]) -> Keys:
    """The values as numbers, equal where they are equal."""
    import numpy as np

    known = list(values)
    numbers = {value: at for at, value in enumerate(dict.fromkeys(known))}
    return np.array([numbers[value] for value in known], dtype=np.int64)
