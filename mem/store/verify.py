"""Whether the store is sound: structure, references, full text, vectors, permissions."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from mem.errors import StoreDamaged
from mem.store.database import Database, translated

_WORD_INDEXES = ("chunk_fts", "memory_fts")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be; `remedy` is a command or an action."""

    code: str
    message: str
    remedy: str
    severity: str = "error"


def verify(database: Database, *, thorough: bool = True) -> list[Finding]:
    """Everything found wrong; an empty list for a sound store. Raises StoreDamaged."""
    findings: list[Finding] = []
    with translated(database.path):
        connection = database.connection
        check = "integrity_check" if thorough else "quick_check"
        problems = [str(row[0]) for row in connection.execute(f"PRAGMA {check}")]
        if problems != ["ok"]:
            raise StoreDamaged(str(database.path), problems[0])
        orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
        if orphans:
            findings.append(
                Finding(
                    "orphans",
                    f"{len(orphans)} rows refer to nothing",
                    "mem doctor --repair",
                )
            )
        findings += _full_text(connection)
    return findings + _permissions(database.path)


def _full_text(connection: sqlite3.Connection) -> list[Finding]:
    try:
        for table in _WORD_INDEXES:
            connection.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)")
    except sqlite3.DatabaseError as error:
        if (getattr(error, "sqlite_errorcode", 0) & 0xFF) == sqlite3.SQLITE_READONLY:
            remedy = "make the home writable to have it checked"
            return [Finding("full-text", "the word index was not checked", remedy, "warning")]
        return [
            Finding(
                "full-text",
                f"the word index disagrees ({error})",
                "mem doctor --rebuild-text",
            )
        ]
    return []


def _permissions(path: Path) -> list[Finding]:
    if os.name != "posix":
        return []
    findings = []
    for place, wanted in ((path, 0o600), (path.parent, 0o700)):
        mode = place.stat().st_mode & 0o777
        if mode & ~wanted:
            findings.append(
                Finding(
                    "permissions",
                    f"{place} is open to others ({mode:o})",
                    f"chmod {wanted:o} {place}",
                    "warning",
                )
            )
    return findings


def rebuild_full_text(database: Database) -> None:
    """Make the word indexes anew from chunks and memories."""
    with database.transaction() as connection:
        for table in _WORD_INDEXES:
            connection.execute(f"INSERT INTO {table} ({table}) VALUES ('rebuild')")
