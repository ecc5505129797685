"""What an import knows a file's bytes by is a keyed hash, as the marks of what is forgotten are.

A plain one could be guessed at: of a file that stays, all but the forgotten words is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def upgrade(db: Database) -> None:
    """Put keyed hashes of the plain ones in their place."""
    import hashlib

    rows = db.query("SELECT value FROM setting WHERE key = 'tombstone_key'")
    key = bytes.fromhex(str(next(iter(rows))["value"]))

    def keyed(plain: str) -> str:
        return hashlib.blake2b(f"bytes\x1f{plain}".encode(), key=key, digest_size=32).hexdigest()

    db.register_function(keyed, replace=True)
    db.execute("UPDATE file SET content_hash = keyed(content_hash) WHERE content_hash IS NOT NULL")
