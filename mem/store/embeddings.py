"""Rows of `embedding`: unit vectors as float16, each with the fingerprint that made it.

Only vectors of the fingerprint in use are ever handed out; the rest is work that waits.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from mem.core.chunk import Chunk
from mem.core.protocols import IndexChange
from mem.store.chunks import PREFIXED_COLUMNS, batches, chunk_of
from mem.store.database import Database

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from mem.core.protocols import Vectors

# The index of models would be looked into first, and then the table all the same.
_BY_KEY = "FROM embedding NOT INDEXED"


class Embeddings:
    """The stored vectors of one fingerprint (implements `StoredVectors`)."""

    def __init__(self, database: Database, fingerprint: str, dimensions: int) -> None:
        self._database = database
        self._fingerprint = fingerprint
        self._dimensions = dimensions

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    def count(self) -> int:
        rows = self._database.rows(
            "SELECT count(*) FROM embedding WHERE fingerprint = ?", (self._fingerprint,)
        )
        return int(str(rows[0][0]))

    def blocks(self, size: int) -> Iterator[tuple[npt.NDArray[np.int64], Vectors]]:
        """Keys (n,) and unit rows (n, dimensions) float32, at most `size` at a time, by key.

        Each block is read by itself: what changes meanwhile is in it or in the queue.
        """
        import numpy as np

        last = -1
        while True:
            rows = self._database.rows(
                f"SELECT chunk_pk, vector {_BY_KEY} WHERE chunk_pk > ? AND fingerprint = ? "
                "ORDER BY chunk_pk LIMIT ?",
                (last, self._fingerprint, size),
            )
            if not rows:
                return
            keys = np.array([key for key, _ in rows], dtype=np.int64)
            last = int(keys[-1])
            joined = b"".join([blob for _, blob in rows])  # type: ignore[misc]
            yield keys, np.frombuffer(joined, "<f2").astype(np.float32).reshape(len(keys), -1)

    def rows(self, keys: Collection[int]) -> tuple[npt.NDArray[np.int64], Vectors]:
        """Those keys that have a vector (n,), ascending, and their rows (n, dimensions) float32."""
        import numpy as np

        found: list[tuple[int, bytes]] = []
        for batch in batches(sorted(keys)):
            marks = ",".join("?" * len(batch))
            found += self._database.connection.execute(
                f"SELECT chunk_pk, vector {_BY_KEY} "
                f"WHERE fingerprint = ? AND chunk_pk IN ({marks}) ORDER BY chunk_pk",
                (self._fingerprint, *batch),
            ).fetchall()
        joined = b"".join([blob for _, blob in found])
        rows = np.frombuffer(joined, dtype="<f2").astype(np.float32)
        known = np.array([key for key, _ in found], dtype=np.int64)
        return known, rows.reshape(len(found), self._dimensions)

    def vectors(self, keys: Collection[int]) -> dict[int, Vectors]:
        """The vectors of those keys that have one."""
        known, rows = self.rows(keys)
        return dict(zip(known.tolist(), rows, strict=True))

    def last_change(self) -> int:
        rows = self._database.rows("SELECT max(seq) FROM index_change")
        return int(str(rows[0][0] or 0))

    def changes_since(self, seq: int, *, limit: int) -> list[IndexChange]:
        """The next changes after `seq`, oldest first; of several to one key only the last."""
        rows = self._database.rows(
            "SELECT max(seq) AS newest, chunk_pk FROM "
            "(SELECT seq, chunk_pk FROM index_change WHERE seq > ? ORDER BY seq LIMIT ?) "
            "GROUP BY chunk_pk ORDER BY newest",
            (seq, limit),
        )
        changes = [(int(str(newest)), int(str(key))) for newest, key in rows]
        vectors = self.vectors([key for _, key in changes])
        return [IndexChange(newest, key, vectors.get(key)) for newest, key in changes]

    def pending(self, *, limit: int) -> list[tuple[int, Chunk]]:
        """Chunks, with their keys, that have no vector of this fingerprint."""
        rows = self._database.rows(
            f"SELECT chunk.pk, {PREFIXED_COLUMNS} FROM chunk LEFT JOIN embedding "
            "ON embedding.chunk_pk = chunk.pk AND embedding.fingerprint = ? "
            "WHERE embedding.chunk_pk IS NULL ORDER BY chunk.pk LIMIT ?",
            (self._fingerprint, limit),
        )
        return [(int(str(row[0])), chunk_of(row[1:])) for row in rows]

    def pending_count(self) -> int:
        rows = self._database.rows("SELECT count(*) FROM chunk")
        return int(str(rows[0][0])) - self.count()

    def present(self, chunk_ids: Collection[str]) -> set[str]:
        """Those of the chunks that already have a vector of this fingerprint."""
        found: set[str] = set()
        for batch in batches(sorted(chunk_ids)):
            marks = ",".join("?" * len(batch))
            rows = self._database.rows(
                "SELECT chunk.id FROM chunk JOIN embedding ON embedding.chunk_pk = chunk.pk "
                f"WHERE embedding.fingerprint = ? AND chunk.id IN ({marks})",
                (self._fingerprint, *batch),
            )
            found.update(str(row[0]) for row in rows)
        return found


def put_vectors(
    connection: sqlite3.Connection, fingerprint: str, vectors: Mapping[int, Vectors]
) -> None:
    """Store unit vectors by chunk key, replacing those of another fingerprint.

    One whose chunk went while it was made is dropped.
    """
    connection.executemany(
        "INSERT INTO embedding (chunk_pk, fingerprint, vector) "
        "SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM chunk WHERE pk = ?1) "
        "ON CONFLICT (chunk_pk) DO UPDATE SET fingerprint = excluded.fingerprint, "
        "vector = excluded.vector",
        [(key, fingerprint, vector.astype("<f2").tobytes()) for key, vector in vectors.items()],
    )
