"""Which sources are kept in step with the disk; what they supplied does not depend on it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from mem.core.clock import format_time
from mem.core.ids import source_id
from mem.store.database import Database


@dataclass(frozen=True, slots=True)
class WatchedSource:
    """A source that is kept in step; `polled` when its drive does not report changes."""

    id: str
    uri: str
    kind: str
    since: str
    polled: bool


class Watched:
    """Rows of `watched`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[WatchedSource]:
        """Every watched source, by place."""
        rows = self._database.rows(
            "SELECT source.id, source.uri, source.kind, watched.since, watched.polled "
            "FROM watched JOIN source ON source.id = watched.source_id ORDER BY source.uri"
        )
        return [
            WatchedSource(str(identity), str(uri), str(kind), str(since), bool(polled))
            for identity, uri, kind, since, polled in rows
        ]


def watch_source(
    connection: sqlite3.Connection, uri: str, kind: str, *, polled: bool, at: datetime
) -> str:
    """Keep the source at `uri`, new or known, in step from now on; returns its id."""
    identity = source_id(uri)
    moment = format_time(at)
    connection.execute(
        "INSERT OR IGNORE INTO source (id, uri, kind, added_at) VALUES (?, ?, ?, ?)",
        (identity, uri, kind, moment),
    )
    connection.execute(
        "INSERT INTO watched (source_id, since, polled) VALUES (?, ?, ?) "
        "ON CONFLICT (source_id) DO UPDATE SET polled = excluded.polled",
        (identity, moment, polled),
    )
    return identity


def unwatch_source(connection: sqlite3.Connection, identity: str) -> bool:
    """Keep the source as it is from now on; returns whether it was watched."""
    cursor = connection.execute("DELETE FROM watched WHERE source_id = ?", (identity,))
    return cursor.rowcount > 0
