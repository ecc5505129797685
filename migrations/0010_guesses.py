"""What the latest questions were taken to mean, by passage; their words are not kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

_TABLE = """
CREATE TABLE guess (
    question INTEGER NOT NULL,
    chunk_pk INTEGER NOT NULL REFERENCES chunk (pk) ON DELETE CASCADE,
    chance REAL NOT NULL,
    PRIMARY KEY (question, chunk_pk)
) STRICT, WITHOUT ROWID
"""


def upgrade(db: Database) -> None:
    """Create the table and the index by passage."""
    db.execute(_TABLE)
    db.execute("CREATE INDEX guess_by_chunk ON guess (chunk_pk)")
