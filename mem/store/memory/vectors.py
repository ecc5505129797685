"""Rows of `memory_embedding`: unit vectors of memories' texts as float16, derived from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mem.store.database import Database

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from mem.core.protocols import Vectors


class MemoryVectors:
    """The stored vectors of memories' texts, of one embedder."""

    def __init__(self, database: Database, fingerprint: str, dimensions: int) -> None:
        self._database = database
        self.fingerprint = fingerprint
        self._dimensions = dimensions

    def matrix(self) -> tuple[npt.NDArray[np.int64], Vectors]:
        """Keys (n,) ascending and their unit rows (n, dimensions) float32: all there are."""
        import numpy as np

        keys, blobs = [], []
        for key, blob in self._database.connection.execute(
            "SELECT memory_pk, vector FROM memory_embedding WHERE fingerprint = ? "
            "ORDER BY memory_pk",
            (self.fingerprint,),
        ):
            keys.append(key)
            blobs.append(blob)
        rows = np.frombuffer(b"".join(blobs), dtype="<f2").astype(np.float32)
        return np.array(keys, dtype=np.int64), rows.reshape(len(keys), self._dimensions)

    def pending(self) -> list[tuple[int, str]]:
        """(key, text) of memories without a vector of this embedder."""
        rows = self._database.rows(
            "SELECT memory.pk, memory.text FROM memory LEFT JOIN memory_embedding AS stored "
            "ON stored.memory_pk = memory.pk AND stored.fingerprint = ? "
            "WHERE stored.memory_pk IS NULL ORDER BY memory.pk",
            (self.fingerprint,),
        )
        return [(int(str(pk)), str(text)) for pk, text in rows]

    def put(self, vectors: Mapping[int, Vectors]) -> None:
        """Store unit vectors by memory key, in the caller's transaction.

        One whose memory was destroyed while it was made is dropped.
        """
        self._database.connection.executemany(
            "INSERT INTO memory_embedding (memory_pk, fingerprint, vector) "
            "SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM memory WHERE pk = ?1) "
            "ON CONFLICT (memory_pk) DO UPDATE SET fingerprint = excluded.fingerprint, "
            "vector = excluded.vector",
            [
                (key, self.fingerprint, vector.astype("<f2").tobytes())
                for key, vector in vectors.items()
            ],
        )
