"""Sources, files, documents, chunks, their full text and vectors, and what was forgotten.

Keys: `id` columns are content-derived and public; `pk` of a chunk is private to the store and is
the rowid of its full-text row and the key of its vector.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

SCHEMA = """
CREATE TABLE setting (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE source (
    id TEXT PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('folder', 'file', 'typed')),
    added_at TEXT NOT NULL
) STRICT;

-- One row a file that an import has met; size and modification time decide whether it is read.
CREATE TABLE file (
    pk INTEGER PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,
    source_id TEXT NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    size INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    content_hash TEXT,
    reader TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'gone', 'skipped', 'failed')),
    code TEXT,
    reason TEXT,
    documents INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX file_by_hash ON file (content_hash);
CREATE INDEX file_by_source ON file (source_id);

CREATE TABLE document (
    id TEXT PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('note', 'chat')),
    format TEXT NOT NULL,
    title TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    said_at TEXT,
    said_at_origin TEXT,
    tags TEXT NOT NULL DEFAULT '[]',
    aliases TEXT NOT NULL DEFAULT '[]',
    links TEXT NOT NULL DEFAULT '[]',
    notices TEXT NOT NULL DEFAULT '[]',
    state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'gone')),
    recorded_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX document_by_updated ON document (updated_at);

-- A conversation may stand in several exports; a note stands in one file.
CREATE TABLE file_document (
    file_pk INTEGER NOT NULL REFERENCES file (pk) ON DELETE CASCADE,
    document_id TEXT NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    PRIMARY KEY (file_pk, document_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX file_document_by_document ON file_document (document_id);

CREATE TABLE chunk (
    pk INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    document_id TEXT NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    text TEXT NOT NULL,
    context TEXT NOT NULL,
    "start" INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    locator TEXT NOT NULL,
    speaker TEXT,
    role TEXT,
    said_at TEXT,
    session_id TEXT,
    message_id TEXT,
    variant INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX chunk_by_document ON chunk (document_id, seq);
CREATE INDEX chunk_by_said_at ON chunk (said_at);
CREATE INDEX chunk_by_session ON chunk (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX chunk_by_speaker ON chunk (speaker);

CREATE VIRTUAL TABLE chunk_fts USING fts5 (
    text, context, speaker,
    content = 'chunk', content_rowid = 'pk',
    tokenize = "porter unicode61 remove_diacritics 2"
);
CREATE VIRTUAL TABLE chunk_vocabulary USING fts5vocab (chunk_fts, 'row');
CREATE VIRTUAL TABLE chunk_occurrence USING fts5vocab (chunk_fts, 'instance');

CREATE TRIGGER chunk_fts_insert AFTER INSERT ON chunk BEGIN
    INSERT INTO chunk_fts (rowid, text, context, speaker)
    VALUES (new.pk, new.text, new.context, new.speaker);
END;
CREATE TRIGGER chunk_fts_delete AFTER DELETE ON chunk BEGIN
    INSERT INTO chunk_fts (chunk_fts, rowid, text, context, speaker)
    VALUES ('delete', old.pk, old.text, old.context, old.speaker);
END;
CREATE TRIGGER chunk_fts_update AFTER UPDATE OF text, context, speaker ON chunk BEGIN
    INSERT INTO chunk_fts (chunk_fts, rowid, text, context, speaker)
    VALUES ('delete', old.pk, old.text, old.context, old.speaker);
    INSERT INTO chunk_fts (rowid, text, context, speaker)
    VALUES (new.pk, new.text, new.context, new.speaker);
END;

-- float16, little-endian, unit length.
CREATE TABLE embedding (
    chunk_pk INTEGER PRIMARY KEY REFERENCES chunk (pk) ON DELETE CASCADE,
    fingerprint TEXT NOT NULL,
    vector BLOB NOT NULL
) STRICT;

-- The queue that a nearest-neighbour index follows; the last entry of a key counts.
CREATE TABLE index_change (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    chunk_pk INTEGER NOT NULL
) STRICT;
CREATE TRIGGER embedding_insert AFTER INSERT ON embedding BEGIN
    INSERT INTO index_change (chunk_pk) VALUES (new.chunk_pk);
END;
CREATE TRIGGER embedding_update AFTER UPDATE ON embedding BEGIN
    INSERT INTO index_change (chunk_pk) VALUES (new.chunk_pk);
END;
CREATE TRIGGER embedding_delete AFTER DELETE ON embedding BEGIN
    INSERT INTO index_change (chunk_pk) VALUES (old.chunk_pk);
END;

-- What was done, by whom; holds no text of what was forgotten.
CREATE TABLE journal (
    pk INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '{}'
) STRICT;

-- Keyed hashes of what must not be taken in again.
CREATE TABLE tombstone (
    digest TEXT PRIMARY KEY,
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""


def upgrade(db: Database) -> None:
    """Create the first schema, and the key of the tombstones' hashes."""
    import secrets

    for statement in _statements(SCHEMA):
        db.execute(statement)
    db["setting"].insert({"key": "tombstone_key", "value": secrets.token_hex(32)})


def _statements(script: str) -> list[str]:
    """Single statements, since `executescript` would commit the open transaction."""
    import sqlite3

    statements: list[str] = []
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            statements.append(pending.strip())
            pending = ""
    return statements
