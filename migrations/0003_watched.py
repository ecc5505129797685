"""Sources that are kept in step with the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

# `polled`: looked through at intervals, for drives that do not report changes.
SCHEMA = """
CREATE TABLE watched (
    source_id TEXT PRIMARY KEY REFERENCES source (id) ON DELETE CASCADE,
    since TEXT NOT NULL,
    polled INTEGER NOT NULL DEFAULT 0 CHECK (polled IN (0, 1))
) STRICT, WITHOUT ROWID
"""


def upgrade(db: Database) -> None:
    """Create the list of watched sources."""
    db.execute(SCHEMA)
