"""Chunks with what stands around them, as columns: what a search scores without reading texts.

Rows are ordered by document and place, so that neighbours stand beside each other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from mem.store.database import Database

_COLUMNS = (
    "n.pk, n.document_id, n.seq, n.session_id, n.message_id, n.role, n.speaker, n.said_at, "
    "length(n.text), n.variant, substr(rtrim(n.text), -1) = '?'"
)


# A row's document and place, a text and a number.
_PLACE: Callable[[tuple[object, ...]], Any] = itemgetter(1, 2)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Columns of equal length, one row a chunk; times as the store writes them.

    `asks` is 1 where the text ends with a question mark; `active` tells that the document is not
    gone.
    """

    keys: list[int]
    documents: list[str]
    places: list[int]
    sessions: list[str | None]
    messages: list[str | None]
    roles: list[str | None]
    speakers: list[str | None]
    said_at: list[str | None]
    lengths: list[int]
    variants: list[int]
    asks: list[int]
    active: list[bool]

    def __len__(self) -> int:
        return len(self.keys)


def surroundings(database: Database, keys: Collection[int], *, reach: int) -> Surroundings:
    """The chunks with those keys and up to `reach` before and after each in its document."""
    # Distinct by key alone: comparing rows by all their columns costs more than the second look.
    rows = database.rows(
        f"SELECT {_COLUMNS} FROM (SELECT DISTINCT near.pk FROM json_each(?) AS seed "
        "CROSS JOIN chunk AS s ON s.pk = seed.value "
        "CROSS JOIN chunk AS near ON near.document_id = s.document_id "
        "AND near.seq BETWEEN s.seq - ? AND s.seq + ?) AS found "
        "CROSS JOIN chunk AS n ON n.pk = found.pk",
        (json.dumps(sorted(keys)), reach, reach),
    )
    if not rows:
        return Surroundings([], [], [], [], [], [], [], [], [], [], [], [])
    rows.sort(key=_PLACE)
    columns: list[Any] = [list(column) for column in zip(*rows, strict=True)]
    active = _active(database, set(columns[1]))
    columns.append([document in active for document in columns[1]])
    return Surroundings(*columns)


def _active(database: Database, documents: set[str]) -> set[str]:
    """Those of the documents that are not gone."""
    rows = database.rows(
        "SELECT document.id FROM json_each(?) AS sought CROSS JOIN document "
        "ON document.id = sought.value WHERE document.state = 'active'",
        (json.dumps(sorted(documents)),),
    )
    return {str(row[0]) for row in rows}


def speakers(database: Database) -> list[str]:
    """Everyone who speaks in a chat, found by steps along the index of speakers."""
    rows = database.rows(
        "WITH RECURSIVE step (speaker) AS (SELECT min(speaker) FROM chunk "
        "UNION ALL SELECT (SELECT min(speaker) FROM chunk WHERE speaker > step.speaker) "
        "FROM step WHERE step.speaker IS NOT NULL) "
        "SELECT speaker FROM step WHERE speaker IS NOT NULL"
    )
    return [str(row[0]) for row in rows]
