"""Chunks that an extractor has not been through yet, in order of time: undated ones first.

Invariant: every chunk that waits is found, at the latest when none behind the last one found does.
A look goes on where the last one found something, since what lies before that is done.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mem.store.database import Database

#: Branches of a conversation that were left are not drawn from, nor what is gone from its source.
#: (Asked of each, since SQLite would go through a list by document and sort what it finds.)
PENDING: Final = (
    "WHERE variant = 0 "
    "AND EXISTS (SELECT 1 FROM document WHERE document.id = document_id AND state = 'active') "
    "AND NOT EXISTS (SELECT 1 FROM extraction "
    "WHERE chunk_pk = chunk.pk AND extractor = ?)"
)
#: In no job of a queue, either.
FREE: Final = (
    f"{PENDING} AND NOT EXISTS (SELECT 1 FROM job_chunk "
    "WHERE job_chunk.chunk_pk = chunk.pk AND queue = ?)"
)
# Rows of values are compared, which a missing date would make neither true nor false.
_UNDATED: Final = "said_at IS NULL AND (document_id, seq) >= (?, ?)"
_DATED: Final = "(said_at, document_id, seq) >= (?, ?, ?)"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a chunk stands in the order."""

    said_at: str | None
    document: str
    seq: int


_START: Final = _Place(None, "", 0)


class WaitingChunks:
    """What waits for one extractor, by its fingerprint, and with `queue` is in no job of that."""

    def __init__(self, database: Database, extractor: str, *, queue: str | None = None) -> None:
        self._database = database
        self._where = PENDING if queue is None else FREE
        self._names = (extractor,) if queue is None else (extractor, queue)
        self._place = _START

    def next(self, limit: int) -> list[tuple[int, str]]:
        """Keys and documents of the next chunks, at most `limit`; empty where none waits."""
        found = self._from(self._place, limit)
        if not found and self._place != _START:
            found = self._from(_START, limit)
        self._place = found[0][1] if found else _START
        return [(pk, place.document) for pk, place in found]

    def _from(self, place: _Place, limit: int) -> list[tuple[int, _Place]]:
        if place.said_at is not None:
            return self._rows(_DATED, (place.said_at, place.document, place.seq), limit)
        found = self._rows(_UNDATED, (place.document, place.seq), limit)
        if len(found) < limit:
            found += self._rows(_DATED, ("", "", 0), limit - len(found))
        return found

    def _rows(self, after: str, values: tuple[object, ...], limit: int) -> list[tuple[int, _Place]]:
        rows = self._database.rows(
            f"SELECT pk, said_at, document_id, seq FROM chunk {self._where} AND {after} "
            "ORDER BY said_at, document_id, seq LIMIT ?",
            (*self._names, *values, limit),
        )
        return [
            (int(str(pk)), _Place(None if at is None else str(at), str(document), int(str(seq))))
            for pk, at, document, seq in rows
        ]
