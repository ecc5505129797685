"""Keys of memories in the order of a list, found without reading what no line of it shows.

What it takes to show them is read by key afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime

from mem.core.clock import format_time
from mem.core.memory import MemoryKind, MemoryStatus
from mem.store.browsing.memories import AT
from mem.store.database import Database

# An event has happened by then; anything else holds then.
_TRUE = (
    "CASE WHEN kind = 'event' AND NOT exclusive "
    "THEN coalesce(happened_from, said_at, '') <= :moment "
    "ELSE coalesce(valid_from, '') <= :moment AND (valid_to IS NULL OR :moment < valid_to) END"
)
_OF_STATUS = "status IN (SELECT value FROM json_each(:statuses))"
# More than an older version or a duplicate of another one.
_COUNTS = "(slot != '' OR status != 'superseded')"
_WORTH = (
    "importance * confidence * (1 + 0.1 * min(10, "
    "(SELECT count(*) FROM evidence WHERE memory_pk = memory.pk)))"
)


def true_at(
    database: Database,
    moment: datetime,
    statuses: Collection[MemoryStatus],
    *,
    kind: MemoryKind | None = None,
    limit: int | None = None,
) -> list[int]:
    """What was true at a moment, the newest said first."""
    return _keys(
        database,
        f"SELECT pk FROM memory WHERE {_OF_STATUS} AND {_COUNTS} AND {_TRUE} "
        "AND (:kind IS NULL OR kind = :kind) ORDER BY said_at DESC, pk DESC LIMIT :limit",
        moment=format_time(moment),
        statuses=_named(statuses),
        kind=kind.value if kind else None,
        limit=-1 if limit is None else limit,
    )


def begun(
    database: Database,
    statuses: Collection[MemoryStatus],
    *,
    since: datetime | None = None,
    limit: int | None = None,
) -> list[int]:
    """What began to hold or happened, the newest first and the undated last."""
    return _keys(
        database,
        f"SELECT pk FROM memory WHERE {_OF_STATUS} AND (:since IS NULL OR {AT} >= :since) "
        f"ORDER BY coalesce({AT}, '') DESC, recorded_at DESC, pk DESC LIMIT :limit",
        statuses=_named(statuses),
        since=format_time(since) if since else None,
        limit=-1 if limit is None else limit,
    )


def in_conflict(database: Database, statuses: Collection[MemoryStatus]) -> list[int]:
    """What contradicts another one, both of those statuses."""
    return _keys(
        database,
        "SELECT DISTINCT source_pk FROM link JOIN memory ON memory.pk = source_pk "
        "JOIN memory AS other ON other.pk = target_pk WHERE relation = 'contradicts' "
        f"AND memory.{_OF_STATUS} AND other.{_OF_STATUS}",
        statuses=_named(statuses),
    )


def subjects(database: Database, status: MemoryStatus) -> list[str]:
    """Whom and what memories of that status are about, as they are written."""
    rows = database.rows("SELECT DISTINCT subject FROM memory WHERE status = ?", (status.value,))
    return [str(row[0]) for row in rows]


def surest_of(
    database: Database,
    kind: MemoryKind,
    about: Collection[str],
    *,
    limit: int | None = None,
) -> list[int]:
    """Active memories of a kind about those subjects, the surest first; events the newest first."""
    order = (
        f"coalesce({AT}, '') DESC, said_at DESC, pk DESC"
        if kind is MemoryKind.EVENT
        else f"pinned DESC, trust DESC, {_WORTH} DESC, text"
    )
    return _keys(
        database,
        "SELECT pk FROM memory WHERE status = 'active' AND kind = :kind "
        f"AND subject IN (SELECT value FROM json_each(:about)) ORDER BY {order} LIMIT :limit",
        kind=kind.value,
        about=json.dumps(sorted(about)),
        limit=-1 if limit is None else limit,
    )


def _named(statuses: Collection[MemoryStatus]) -> str:
    return json.dumps([one.value for one in statuses])


def _keys(database: Database, sql: str, **parameters: object) -> list[int]:
    return [int(str(row[0])) for row in database.rows(sql, parameters)]
