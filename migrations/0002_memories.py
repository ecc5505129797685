"""Memories with their evidence, links and entities; every change to them forward and back.

`memory`, `evidence`, `link`, `entity`, `alias`, `mention` and `rejected` are written through the
change log only. What is derived from them (full text, vectors) or counts their use is not logged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

SCHEMA = """
-- `slot` and `value` are hashes: of what a statement is about, and of what it says of it.
-- `document_id` is where it was first read, kept after the passage is gone so that forgetting the
-- document finds it.
CREATE TABLE memory (
    pk INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('profile', 'fact', 'event', 'procedure', 'resource')),
    text TEXT NOT NULL,
    subject TEXT NOT NULL,
    predicate TEXT NOT NULL,
    object TEXT NOT NULL,
    slot TEXT NOT NULL,
    value TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN (
        'proposed', 'active', 'superseded', 'archived', 'rejected', 'quarantined')),
    confidence REAL NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    importance REAL NOT NULL CHECK (importance BETWEEN 0 AND 1),
    trust INTEGER NOT NULL CHECK (trust BETWEEN 1 AND 6),
    origin TEXT NOT NULL,
    said_at TEXT,
    happened_from TEXT,
    happened_to TEXT,
    valid_from TEXT,
    valid_to TEXT,
    recorded_at TEXT NOT NULL,
    expired_at TEXT,
    pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1)),
    exclusive INTEGER NOT NULL DEFAULT 0 CHECK (exclusive IN (0, 1)),
    negated INTEGER NOT NULL DEFAULT 0 CHECK (negated IN (0, 1)),
    fingerprint TEXT NOT NULL,
    document_id TEXT
) STRICT;
CREATE INDEX memory_by_document ON memory (document_id);
CREATE INDEX memory_by_slot ON memory (slot);
CREATE INDEX memory_by_fingerprint ON memory (fingerprint);
CREATE INDEX memory_by_status ON memory (status, said_at);

-- One statement that supports a memory: characters `[start, end)` of a chunk, said at a time by
-- someone trusted so far. The quote is read from the chunk, so that it is always exact.
CREATE TABLE evidence (
    pk INTEGER PRIMARY KEY AUTOINCREMENT,
    memory_pk INTEGER NOT NULL REFERENCES memory (pk),
    chunk_pk INTEGER NOT NULL REFERENCES chunk (pk) ON DELETE CASCADE,
    "start" INTEGER NOT NULL,
    "end" INTEGER NOT NULL CHECK ("end" > "start"),
    said_at TEXT,
    valid_from TEXT,
    valid_to TEXT,
    trust INTEGER NOT NULL CHECK (trust BETWEEN 1 AND 6),
    UNIQUE (memory_pk, chunk_pk, "start", "end")
) STRICT;
CREATE INDEX evidence_by_chunk ON evidence (chunk_pk);

CREATE TABLE link (
    source_pk INTEGER NOT NULL REFERENCES memory (pk),
    target_pk INTEGER NOT NULL REFERENCES memory (pk),
    relation TEXT NOT NULL CHECK (relation IN (
        'extends', 'causes', 'contradicts', 'supersedes', 'same-topic')),
    weight REAL NOT NULL DEFAULT 1.0,
    PRIMARY KEY (source_pk, target_pk, relation)
) STRICT, WITHOUT ROWID;
CREATE INDEX link_by_target ON link (target_pk);

CREATE TABLE entity (
    pk INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL
) STRICT;

-- Every name of an entity, its first one among them; `key` is the normalised form.
CREATE TABLE alias (
    entity_pk INTEGER NOT NULL REFERENCES entity (pk),
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (entity_pk, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX alias_by_key ON alias (key);

CREATE TABLE mention (
    memory_pk INTEGER NOT NULL REFERENCES memory (pk),
    entity_pk INTEGER NOT NULL REFERENCES entity (pk),
    PRIMARY KEY (memory_pk, entity_pk)
) STRICT, WITHOUT ROWID;
CREATE INDEX mention_by_entity ON mention (entity_pk);

-- Fingerprints of statements that the user does not want to see again.
CREATE TABLE rejected (
    fingerprint TEXT PRIMARY KEY,
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Rows forward and back, by the journal's entry. `after` of a new row is a hash, since the row
-- itself stands in its table; `before` of a removed row is the whole row; of a changed one both
-- hold the changed columns.
CREATE TABLE change (
    pk INTEGER PRIMARY KEY AUTOINCREMENT,
    entry INTEGER NOT NULL REFERENCES journal (pk),
    tbl TEXT NOT NULL,
    key TEXT NOT NULL,
    memory_pk INTEGER,
    other_pk INTEGER,
    entity_pk INTEGER,
    before TEXT,
    after TEXT
) STRICT;
CREATE INDEX change_by_entry ON change (entry);
CREATE INDEX change_by_row ON change (tbl, key);
CREATE INDEX change_by_memory ON change (memory_pk);

-- Entries whose effect was taken back, and by which entry.
CREATE TABLE undone (
    entry INTEGER PRIMARY KEY REFERENCES journal (pk),
    by INTEGER NOT NULL REFERENCES journal (pk)
) STRICT;

CREATE VIRTUAL TABLE memory_fts USING fts5 (
    text, subject, object,
    content = 'memory', content_rowid = 'pk',
    tokenize = "porter unicode61 remove_diacritics 2"
);
CREATE TRIGGER memory_fts_insert AFTER INSERT ON memory BEGIN
    INSERT INTO memory_fts (rowid, text, subject, object)
    VALUES (new.pk, new.text, new.subject, new.object);
END;
CREATE TRIGGER memory_fts_delete AFTER DELETE ON memory BEGIN
    INSERT INTO memory_fts (memory_fts, rowid, text, subject, object)
    VALUES ('delete', old.pk, old.text, old.subject, old.object);
END;
CREATE TRIGGER memory_fts_update AFTER UPDATE OF text, subject, object ON memory BEGIN
    INSERT INTO memory_fts (memory_fts, rowid, text, subject, object)
    VALUES ('delete', old.pk, old.text, old.subject, old.object);
    INSERT INTO memory_fts (rowid, text, subject, object)
    VALUES (new.pk, new.text, new.subject, new.object);
END;

-- float16, little-endian, unit length.
CREATE TABLE memory_embedding (
    memory_pk INTEGER PRIMARY KEY REFERENCES memory (pk) ON DELETE CASCADE,
    fingerprint TEXT NOT NULL,
    vector BLOB NOT NULL
) STRICT;

-- How firmly a memory stands: stability in days and difficulty of the forgetting curve.
CREATE TABLE memory_use (
    memory_pk INTEGER PRIMARY KEY REFERENCES memory (pk) ON DELETE CASCADE,
    stability REAL NOT NULL,
    difficulty REAL NOT NULL,
    last_recalled_at TEXT NOT NULL,
    recall_count INTEGER NOT NULL DEFAULT 0,
    utility REAL NOT NULL DEFAULT 0.0
) STRICT;

-- What was shown, cited or judged useful; the question is not kept.
CREATE TABLE recall (
    pk INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    event TEXT NOT NULL CHECK (event IN ('shown', 'cited', 'useful', 'useless')),
    memory_pk INTEGER REFERENCES memory (pk) ON DELETE CASCADE,
    chunk_pk INTEGER REFERENCES chunk (pk) ON DELETE CASCADE
) STRICT;
CREATE INDEX recall_by_memory ON recall (memory_pk) WHERE memory_pk IS NOT NULL;
CREATE INDEX recall_by_chunk ON recall (chunk_pk) WHERE chunk_pk IS NOT NULL;

-- Chunks that an extractor has been through.
CREATE TABLE extraction (
    chunk_pk INTEGER NOT NULL REFERENCES chunk (pk) ON DELETE CASCADE,
    extractor TEXT NOT NULL,
    PRIMARY KEY (chunk_pk, extractor)
) STRICT, WITHOUT ROWID;
"""


def upgrade(db: Database) -> None:
    """Create the tables of memories."""
    import sqlite3

    pending = ""
    for line in SCHEMA.splitlines(keepends=True):
        pending += line
        # Single statements, since `executescript` would commit the open transaction.
        if sqlite3.complete_statement(pending):
            db.execute(pending.strip())
            pending = ""
