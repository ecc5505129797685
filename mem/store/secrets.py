"""Rows of `secret` and `secret_place`: what was kept out, where, and what the user decided.

No row holds a value: a secret is known by its kind and its mark, a keyed hash.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mem.core.clock import format_time
from mem.errors import AmbiguousId, UnknownId
from mem.store.database import Database
from mem.store.journal import write_entry

# Makes the next import read a file again, however little it has changed.
_UNREAD = -1


class Decision(StrEnum):
    """What becomes of a secret: nothing yet, in the vault, left out, or taken in as it is."""

    OPEN = "open"
    KEPT = "kept"
    DROPPED = "dropped"
    ALLOWED = "allowed"


@dataclass(frozen=True, slots=True)
class SecretPlace:
    """A secret at one place of a document; `locator` is a chunk's, or `title`, `tags`, `links`."""

    mark: str
    kind: str
    locator: str


@dataclass(frozen=True, slots=True)
class DocumentPlace:
    """Where a secret was: a document and a place in it."""

    document_id: str
    uri: str
    title: str
    locator: str


@dataclass(frozen=True, slots=True)
class SecretRecord:
    """A secret that was found."""

    mark: str
    kind: str
    decision: Decision
    vault_name: str | None
    found_at: str
    places: tuple[DocumentPlace, ...]


def secret_key(database: Database) -> bytes:
    """The key of this store's marks."""
    rows = database.rows("SELECT value FROM setting WHERE key = 'secret_key'")
    return bytes.fromhex(str(rows[0][0]))


def allowed_marks(database: Database) -> frozenset[str]:
    """Marks of what may be taken in as it is."""
    rows = database.rows("SELECT mark FROM secret WHERE decision = ?", (Decision.ALLOWED.value,))
    return frozenset(str(row[0]) for row in rows)


def put_secrets(
    connection: sqlite3.Connection,
    document: str,
    places: Iterable[SecretPlace],
    *,
    at: datetime,
    merge: bool,
) -> None:
    """Record what was kept out of a document, inside the transaction that writes it.

    With `merge` the places that are known already stay.
    """
    if not merge:
        connection.execute("DELETE FROM secret_place WHERE document_id = ?", (document,))
    for place in places:
        connection.execute(
            "INSERT OR IGNORE INTO secret (mark, kind, found_at) VALUES (?, ?, ?)",
            (place.mark, place.kind, format_time(at)),
        )
        connection.execute(
            "INSERT OR IGNORE INTO secret_place (mark, document_id, locator) VALUES (?, ?, ?)",
            (place.mark, document, place.locator),
        )


class Secrets:
    """Reads of secrets, and decisions about them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def found(self, decision: Decision | None = None) -> list[SecretRecord]:
        """Secrets that stand in some document, or were decided about; the newest first."""
        wanted = tuple(Decision) if decision is None else (decision,)
        marks = ",".join("?" * len(wanted))
        rows = self._database.rows(
            "SELECT mark, kind, decision, vault_name, found_at FROM secret "
            f"WHERE decision IN ({marks}) AND (decision != 'open' OR mark IN "
            "(SELECT mark FROM secret_place)) "
            "ORDER BY found_at DESC, kind, mark",
            [one.value for one in wanted],
        )
        return [self._record(row) for row in rows]

    def get(self, given: str) -> SecretRecord:
        """The secret whose mark is or begins with `given`. Raises UnknownId, AmbiguousId."""
        rows = self._database.rows(
            "SELECT mark, kind, decision, vault_name, found_at FROM secret "
            "WHERE substr(mark, 1, ?) = ?",
            (len(given), given),
        )
        if not given or not rows:
            raise UnknownId(given)
        if len(rows) > 1:
            raise AmbiguousId(given, len(rows))
        return self._record(rows[0])

    def _record(self, row: tuple[object, ...]) -> SecretRecord:
        mark, kind, decision, vault_name, found_at = row
        places = self._database.rows(
            "SELECT document.id, document.uri, document.title, locator FROM secret_place "
            "JOIN document ON document.id = document_id WHERE mark = ? ORDER BY uri, locator",
            (mark,),
        )
        return SecretRecord(
            str(mark),
            str(kind),
            Decision(str(decision)),
            None if vault_name is None else str(vault_name),
            str(found_at),
            tuple(DocumentPlace(*map(str, place)) for place in places),
        )

    def files_of(self, mark: str) -> list[tuple[str, str]]:
        """(uri, reader) of the files that supply the documents in which the secret stands."""
        rows = self._database.rows(
            "SELECT DISTINCT file.uri, file.reader FROM secret_place "
            "JOIN file_document USING (document_id) JOIN file ON file.pk = file_pk "
            "WHERE mark = ? ORDER BY file.uri",
            (mark,),
        )
        return [(str(uri), str(reader)) for uri, reader in rows]

    def decide(
        self, mark: str, decision: Decision, *, at: datetime, vault_name: str | None = None
    ) -> None:
        """Note what the user decided; the files of an allowed secret are read again."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE secret SET decision = ?, vault_name = ?, decided_at = ? WHERE mark = ?",
                (decision.value, vault_name, format_time(at), mark),
            )
            connection.execute(
                "UPDATE file SET modified_ns = ? WHERE pk IN (SELECT file_pk FROM secret_place "
                "JOIN file_document USING (document_id) WHERE mark = ?) AND ? = 'allowed'",
                (_UNREAD, mark, decision.value),
            )
            write_entry(
                connection, at=at, actor="user", action=f"secret-{decision.value}", subject=mark
            )
