"""Secrets that were kept out: kind, place and keyed hash, never a value.

`mark` is a short keyed hash; its key is made here and never leaves the store.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

TABLES = (
    """
CREATE TABLE secret (
    mark TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    decision TEXT NOT NULL DEFAULT 'open'
        CHECK (decision IN ('open', 'kept', 'dropped', 'allowed')),
    vault_name TEXT,
    found_at TEXT NOT NULL,
    decided_at TEXT
) STRICT, WITHOUT ROWID
""",
    """
CREATE TABLE secret_place (
    mark TEXT NOT NULL REFERENCES secret (mark) ON DELETE CASCADE,
    document_id TEXT NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    locator TEXT NOT NULL,
    PRIMARY KEY (mark, document_id, locator)
) STRICT, WITHOUT ROWID
""",
    "CREATE INDEX secret_place_by_document ON secret_place (document_id)",
)


def upgrade(db: Database) -> None:
    """Create the tables, and the key of the marks."""
    import secrets

    for statement in TABLES:
        db.execute(statement)
    db["setting"].insert({"key": "secret_key", "value": secrets.token_hex(32)})
