"""Work that is leased: whoever claims a job does it until the lease runs out.

A job names chunks and holds no text of theirs; one that is done is removed. `leased_until` is in
seconds since 1970, by the machine's clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

TABLES = (
    """
CREATE TABLE job (
    pk INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'leased', 'failed')),
    owner TEXT NOT NULL DEFAULT '',
    leased_until REAL NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT ''
) STRICT
""",
    "CREATE INDEX job_by_state ON job (queue, state)",
    # In one queue a chunk is part of one job only.
    """
CREATE TABLE job_chunk (
    queue TEXT NOT NULL,
    chunk_pk INTEGER NOT NULL REFERENCES chunk (pk) ON DELETE CASCADE,
    job_pk INTEGER NOT NULL REFERENCES job (pk) ON DELETE CASCADE,
    PRIMARY KEY (queue, chunk_pk)
) STRICT, WITHOUT ROWID
""",
    "CREATE INDEX job_chunk_by_job ON job_chunk (job_pk)",
    "CREATE INDEX job_chunk_by_chunk ON job_chunk (chunk_pk)",
)


def upgrade(db: Database) -> None:
    """Create the tables."""
    for statement in TABLES:
        db.execute(statement)
