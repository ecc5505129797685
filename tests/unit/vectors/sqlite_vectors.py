"""`StoredVectors` on a real SQLite file, small enough to be obviously right."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mem.core.protocols import IndexChange

Vectors = npt.NDArray[np.float32]
DIMENSIONS = 16


def unit_vectors(count: int, seed: int = 0) -> Vectors:
    """(count, DIMENSIONS) float32 unit rows."""
    rows = np.random.default_rng(seed).standard_normal((count, DIMENSIONS)).astype(np.float32)
    unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


class SqliteVectors:
    """Vectors by key, and a queue of changes."""

    def __init__(self, path: Path, fingerprint: str = "model-a") -> None:
        self.fingerprint = fingerprint
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.executescript(
            "create table if not exists vectors (key integer primary key, vector blob not null);"
            "create table if not exists changes (seq integer primary key autoincrement, key int);"
        )

    def put(self, vectors: Mapping[int, Vectors]) -> None:
        self._db.execute("begin")
        self._db.executemany(
            "insert or replace into vectors values (?, ?)",
            [(key, vector.astype(np.float32).tobytes()) for key, vector in vectors.items()],
        )
        self._queue(vectors)

    def remove(self, keys: Collection[int]) -> None:
        self._db.execute("begin")
        self._db.executemany("delete from vectors where key = ?", [(key,) for key in keys])
        self._queue(keys)

    def _queue(self, keys: Collection[int]) -> None:
        self._db.executemany("insert into changes (key) values (?)", [(key,) for key in keys])
        self._db.execute("commit")

    def forget_changes(self) -> None:
        """Lose the queue, keeping its last entry."""
        self._db.execute("delete from changes where seq < (select max(seq) from changes)")

    def count(self) -> int:
        return int(self._db.execute("select count(*) from vectors").fetchone()[0])

    def matrix(self) -> tuple[npt.NDArray[np.int64], Vectors]:
        rows = self._db.execute("select key, vector from vectors order by key").fetchall()
        keys = np.array([key for key, _ in rows], dtype=np.int64)
        joined = b"".join(vector for _, vector in rows)
        # Read-only, as np.frombuffer gives it: an index may not write into the store's arrays.
        return keys, np.frombuffer(joined, dtype=np.float32).reshape(len(rows), DIMENSIONS)

    def blocks(self, size: int) -> Iterator[tuple[npt.NDArray[np.int64], Vectors]]:
        keys, rows = self.matrix()
        for start in range(0, len(keys), size):
            yield keys[start : start + size], rows[start : start + size]

    def rows(self, keys: Collection[int]) -> tuple[npt.NDArray[np.int64], Vectors]:
        every, rows = self.matrix()
        held = np.isin(every, np.array(sorted(keys), dtype=np.int64))
        return every[held], rows[held]

    def vectors(self, keys: Collection[int]) -> dict[int, Vectors]:
        known, rows = self.rows(keys)
        return dict(zip(known.tolist(), rows, strict=True))

    def last_change(self) -> int:
        return int(self._db.execute("select coalesce(max(seq), 0) from changes").fetchone()[0])

    def changes_since(self, seq: int, *, limit: int) -> list[IndexChange]:
        rows = self._db.execute(
            "select max(c.seq), c.key, v.vector from changes c left join vectors v using (key)"
            " where c.seq > ? group by c.key order by 1 limit ?",
            (seq, limit),
        )
        return [
            IndexChange(at, key, None if blob is None else np.frombuffer(blob, dtype=np.float32))
            for at, key, blob in rows
        ]

    def close(self) -> None:
        self._db.close()
