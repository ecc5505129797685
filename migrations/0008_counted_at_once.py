"""Front matter, and the vectors of one model, are found without reading every chunk or vector."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def upgrade(db: Database) -> None:
    """Create the indexes."""
    db.execute("CREATE INDEX chunk_metadata ON chunk (role) WHERE role = 'metadata'")
    db.execute("CREATE INDEX embedding_by_model ON embedding (fingerprint)")
