"""Looks memories in use up by words and by vector; what is superseded or archived is not seen.

The vectors are read once and again after any change to the store.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from mem.core.clock import parse_time
from mem.core.query import Filters, Scope
from mem.store.chunks import where_of
from mem.store.database import Database
from mem.store.scopes import Scopes

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from mem.core.protocols import Vectors

    Keys = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class MemoryRow:
    """What search needs of a memory; `chunks` are the keys of its evidence, the first one first.

    `start` is where the first evidence begins in its chunk.
    `utility` in [-1, 1] is what use has taught; `conflicts` says that another memory in use
    contradicts it.
    """

    pk: int
    id: str
    text: str
    subject: str
    happened_at: datetime | None
    chunks: tuple[int, ...]
    start: int
    utility: float
    conflicts: bool


class MemorySearch:
    """Lookups over the active memories of one store; may be shared by threads."""

    def __init__(self, database: Database, fingerprint: str, dimensions: int) -> None:
        """`fingerprint` names the embedder whose vectors are compared."""
        self._database = database
        self._fingerprint = fingerprint
        self._dimensions = dimensions
        self._guard = threading.Lock()
        self._stamp: tuple[int, int, int] | None = None
        self._keys: Keys | None = None
        self._rows: Vectors | None = None

    def by_words(self, words: Sequence[str], *, limit: int) -> list[int]:
        """Keys of those that hold any of the words, best first by BM25."""
        if not words:
            return []
        quoted = ('"' + word.replace('"', '""') + '"' for word in words)
        rows = self._database.rows(
            "SELECT memory_fts.rowid FROM memory_fts JOIN memory ON memory.pk = memory_fts.rowid "
            "WHERE memory_fts MATCH ? AND memory.status = 'active' "
            "ORDER BY bm25(memory_fts), memory_fts.rowid LIMIT ?",
            (" OR ".join(quoted), limit),
        )
        return [int(str(row[0])) for row in rows]

    def near(self, query: Vectors, *, limit: int, also: Collection[int] = ()) -> dict[int, float]:
        """Cosines by key of the nearest `limit`, and of those in `also` that have a vector.

        `query` is a unit vector (dimensions,).
        """
        import numpy as np

        keys, rows = self._current()
        if not len(keys):
            return {}
        scores = rows @ query
        best = np.lexsort((keys, -scores))[:limit]
        wanted = np.flatnonzero(np.isin(keys, np.fromiter(also, np.int64, len(also))))
        places = np.union1d(best, wanted)
        return {int(keys[at]): float(scores[at]) for at in places}

    def rows(self, pks: Collection[int]) -> list[MemoryRow]:
        """Those memories, in the order of their keys."""
        wanted = json.dumps(sorted(pks))
        evidence = self._evidence(wanted)
        rows = self._database.rows(
            "SELECT memory.pk, memory.id, memory.text, memory.subject, memory.happened_from, "
            "coalesce(memory_use.utility, 0.0), EXISTS (SELECT 1 FROM link "
            "JOIN memory AS other ON other.pk = target_pk WHERE source_pk = memory.pk "
            f"AND {_CONTRADICTS}) OR EXISTS (SELECT 1 FROM link "
            "JOIN memory AS other ON other.pk = source_pk WHERE target_pk = memory.pk "
            f"AND {_CONTRADICTS}) "
            "FROM json_each(?) AS wanted CROSS JOIN memory ON memory.pk = wanted.value "
            "LEFT JOIN memory_use ON memory_use.memory_pk = memory.pk",
            (wanted,),
        )
        return [
            MemoryRow(
                pk=int(str(pk)),
                id=str(identity),
                text=str(text),
                subject=str(subject),
                happened_at=None if happened is None else parse_time(str(happened)),
                chunks=tuple(chunk for chunk, _ in evidence.get(int(str(pk)), ())),
                start=evidence.get(int(str(pk)), _NONE)[0][1],
                utility=float(str(utility)),
                conflicts=bool(conflicts),
            )
            for pk, identity, text, subject, happened, utility, conflicts in rows
        ]

    def within(self, pks: Collection[int], scope: Scope) -> set[int]:
        """Those of the memories that are within a scope."""
        return Scopes(self._database, scope).memory_keys(pks)

    def passing(self, chunks: Collection[int], filters: Filters) -> set[int]:
        """Those of the chunk keys that pass the filters; what is gone from its source does not."""
        where, parameters = where_of(filters)
        rows = self._database.rows(
            "SELECT chunk.pk FROM json_each(?) AS wanted "
            "CROSS JOIN chunk ON chunk.pk = wanted.value "
            f"JOIN document ON document.id = chunk.document_id WHERE {where}",
            (json.dumps(sorted(chunks)), *parameters),
        )
        return {int(str(row[0])) for row in rows}

    def _evidence(self, wanted: str) -> dict[int, tuple[tuple[int, int], ...]]:
        """(chunk key, start) of the evidence of each, the first taken in first."""
        found: dict[int, tuple[tuple[int, int], ...]] = {}
        rows = self._database.rows(
            'SELECT memory_pk, chunk_pk, evidence."start" FROM json_each(?) AS wanted '
            "CROSS JOIN evidence ON memory_pk = wanted.value ORDER BY evidence.pk",
            (wanted,),
        )
        for pk, chunk, start in rows:
            place = (int(str(chunk)), int(str(start)))
            found[int(str(pk))] = (*found.get(int(str(pk)), ()), place)
        return found

    def _current(self) -> tuple[Keys, Vectors]:
        """Keys (n,) ascending and unit rows (n, dimensions) float32 of the active memories."""
        with self._guard:
            stamp = self._now()
            if self._keys is None or self._rows is None or stamp != self._stamp:
                self._keys, self._rows = self._read()
                self._stamp = stamp
            return self._keys, self._rows

    def _now(self) -> tuple[int, int, int]:
        """Differs after every change, whoever made it; each thread has its own connection."""
        version = int(str(self._database.rows("PRAGMA data_version")[0][0]))
        return threading.get_ident(), version, self._database.connection.total_changes

    def _read(self) -> tuple[Keys, Vectors]:
        import numpy as np

        found = self._database.rows(
            "SELECT memory_pk, vector FROM memory_embedding "
            "JOIN memory ON memory.pk = memory_pk "
            "WHERE memory.status = 'active' AND memory_embedding.fingerprint = ? "
            "ORDER BY memory_pk",
            (self._fingerprint,),
        )
        blobs = b"".join(blob for _, blob in found if isinstance(blob, bytes))
        rows = np.frombuffer(blobs, dtype="<f2").astype(np.float32)
        keys = np.array([pk for pk, _ in found], dtype=np.int64)
        return keys, rows.reshape(len(found), self._dimensions)


_NONE = ((0, 0),)
_CONTRADICTS = "relation = 'contradicts' AND other.status IN ('active', 'proposed')"
