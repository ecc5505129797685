"""What was done to the store, by whom and when. Entries name things by id and hold no text."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mem.core.clock import format_time
from mem.store.database import Database


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One change: `action` such as `import` or `forget`, `subject` an id or a source's uri."""

    at: str
    actor: str
    action: str
    subject: str
    detail: Mapping[str, object]


class Journal:
    """Reads of the journal."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self, limit: int) -> list[JournalEntry]:
        """The last `limit` entries, newest first."""
        rows = self._database.rows(
            "SELECT at, actor, action, subject, detail FROM journal ORDER BY pk DESC LIMIT ?",
            (limit,),
        )
        return [_entry(row) for row in rows]

    def of(self, action: str, subject: str, limit: int) -> list[JournalEntry]:
        """The last `limit` entries of one action on one subject, newest first."""
        rows = self._database.rows(
            "SELECT at, actor, action, subject, detail FROM journal WHERE action = ? "
            "AND subject = ? ORDER BY pk DESC LIMIT ?",
            (action, subject, limit),
        )
        return [_entry(row) for row in rows]


def _entry(row: Sequence[object]) -> JournalEntry:
    at, actor, action, subject, detail = row
    return JournalEntry(str(at), str(actor), str(action), str(subject), json.loads(str(detail)))


def write_entry(
    connection: sqlite3.Connection,
    *,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Append one entry inside the caller's transaction."""
    connection.execute(
        "INSERT INTO journal (at, actor, action, subject, detail) VALUES (?, ?, ?, ?, ?)",
        (format_time(at), actor, action, subject, json.dumps(dict(detail or {}))),
    )
