"""What the change log keeps of a memory or an entity is found without reading all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def upgrade(db: Database) -> None:
    """Create the indexes."""
    db.execute("CREATE INDEX change_by_other ON change (other_pk) WHERE other_pk IS NOT NULL")
    db.execute("CREATE INDEX change_by_entity ON change (entity_pk) WHERE entity_pk IS NOT NULL")
    db.execute("CREATE INDEX link_of_conflict ON link (source_pk) WHERE relation = 'contradicts'")
