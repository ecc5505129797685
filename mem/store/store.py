"""The store as a whole: opened, brought up to date, and split into its kinds of rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mem.store.chunks import Chunks
from mem.store.database import Database
from mem.store.documents import Documents
from mem.store.erasing.owed import is_left
from mem.store.files import Files
from mem.store.journal import Journal
from mem.store.migrate import is_current, migrate
from mem.store.watched import Watched


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A source with what it supplies."""

    id: str
    uri: str
    kind: str
    added_at: str
    files: int
    documents: int


class Store:
    """All rows of one home. Opening upgrades the schema, after a copy was made."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.files = Files(database)
        self.documents = Documents(database)
        self.chunks = Chunks(database)
        self.journal = Journal(database)
        self.watched = Watched(database)

    @classmethod
    def open(cls, path: Path, backups: Path, *, read_only: bool = False) -> Store:
        """Open or create the store at `path`; finishes a forgetting that was killed.

        Raises SchemaTooNew, MigrationFailed, StoreDamaged, StoreLocked, HomeNotWritable.
        """
        database = Database(path, read_only=read_only)
        try:
            if not is_current(database.connection, path):
                database.close()
                migrate(path, backups)
            if not read_only and is_left(database):
                from mem.store.erasing.erase import settle_left

                settle_left(database, backups)
        except BaseException:
            database.close()
            raise
        return cls(database)

    def sources(self) -> list[SourceRecord]:
        """Every source, oldest first."""
        rows = self.database.rows(
            "SELECT source.id, source.uri, source.kind, source.added_at, "
            "count(DISTINCT file.pk), count(DISTINCT file_document.document_id) FROM source "
            "LEFT JOIN file ON file.source_id = source.id AND file.state = 'active' "
            "LEFT JOIN file_document ON file_document.file_pk = file.pk "
            "GROUP BY source.id ORDER BY source.added_at, source.uri"
        )
        return [
            SourceRecord(
                str(identity),
                str(uri),
                str(kind),
                str(added),
                int(str(files)),
                int(str(documents)),
            )
            for identity, uri, kind, added, files, documents in rows
        ]

    def has_memories(self) -> bool:
        """Whether there is a memory in use at all: one look into an index."""
        rows = self.database.rows("SELECT 1 FROM memory WHERE status = 'active' LIMIT 1")
        return bool(rows)

    def close(self) -> None:
        self.database.close()
