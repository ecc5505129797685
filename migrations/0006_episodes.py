"""Episodes and summaries: derived from chunks, rebuilt at any time, never journalled.

A chunk that goes, or whose words, headings or speaker change, takes its episode and every summary
that covers it with it, however the change was made: what they say came from words that are no
longer there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

TABLES = (
    """
CREATE TABLE episode (
    pk INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    document_id TEXT NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    started_at TEXT,
    ended_at TEXT,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL CHECK (last_seq >= first_seq),
    chunks INTEGER NOT NULL CHECK (chunks > 0),
    fingerprint TEXT NOT NULL
) STRICT
""",
    "CREATE INDEX episode_by_document ON episode (document_id, first_seq)",
    "CREATE INDEX episode_by_start ON episode (started_at)",
    """
CREATE TABLE episode_chunk (
    chunk_pk INTEGER PRIMARY KEY REFERENCES chunk (pk) ON DELETE CASCADE,
    episode_pk INTEGER NOT NULL REFERENCES episode (pk) ON DELETE CASCADE
) STRICT
""",
    "CREATE INDEX episode_chunk_by_episode ON episode_chunk (episode_pk)",
    # The state of a document at which it was cut; another state, or cutter, is work that waits.
    """
CREATE TABLE segmented (
    document_id TEXT PRIMARY KEY REFERENCES document (id) ON DELETE CASCADE,
    fingerprint TEXT NOT NULL,
    content_hash TEXT NOT NULL
) STRICT, WITHOUT ROWID
""",
    # `key` is an episode's id, `2025-03-04`, `2025-W10`, `2025-03`, or `user` for the profile.
    # `sentences` is JSON: each sentence with the ids of the chunks that it rests on. `fingerprint`
    # names what it covered when it was made, and the maker.
    """
CREATE TABLE summary (
    pk INTEGER PRIMARY KEY AUTOINCREMENT,
    level TEXT NOT NULL CHECK (level IN ('episode', 'day', 'week', 'month', 'profile')),
    key TEXT NOT NULL,
    sentences TEXT NOT NULL,
    origin TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    stale INTEGER NOT NULL DEFAULT 0 CHECK (stale IN (0, 1)),
    made_at TEXT NOT NULL,
    UNIQUE (level, key)
) STRICT
""",
    # What a summary covers: chunks, or the summaries of the level below.
    """
CREATE TABLE summary_cover (
    summary_pk INTEGER NOT NULL REFERENCES summary (pk) ON DELETE CASCADE,
    chunk_pk INTEGER REFERENCES chunk (pk) ON DELETE CASCADE,
    covered_pk INTEGER REFERENCES summary (pk) ON DELETE CASCADE,
    CHECK ((chunk_pk IS NULL) <> (covered_pk IS NULL))
) STRICT
""",
    "CREATE INDEX summary_cover_by_summary ON summary_cover (summary_pk)",
    "CREATE INDEX summary_cover_by_chunk ON summary_cover (chunk_pk)",
    "CREATE INDEX summary_cover_by_covered ON summary_cover (covered_pk)",
)
_DESTROY_SUMMARIES = """
    DELETE FROM summary WHERE pk IN (
        WITH RECURSIVE above (pk) AS (
            SELECT summary_pk FROM summary_cover WHERE chunk_pk {chunks}
            UNION SELECT summary_pk FROM summary_cover JOIN above ON covered_pk = above.pk
        ) SELECT pk FROM above
    );
"""
_DESTROY = f"""
    {_DESTROY_SUMMARIES.format(chunks="= old.pk")}
    DELETE FROM segmented WHERE document_id = old.document_id;
    DELETE FROM episode WHERE pk IN (SELECT episode_pk FROM episode_chunk WHERE chunk_pk = old.pk);
"""
_OF_DOCUMENT = "IN (SELECT pk FROM chunk WHERE document_id = old.id)"
TRIGGERS = (
    # Before its episodes go by their reference, and with them what leads from chunks to summaries.
    (
        "CREATE TRIGGER document_leaves_summaries BEFORE DELETE ON document "
        f"BEGIN {_DESTROY_SUMMARIES.format(chunks=_OF_DOCUMENT)} END"
    ),
    f"CREATE TRIGGER chunk_leaves_episode BEFORE DELETE ON chunk BEGIN {_DESTROY} END",
    (
        "CREATE TRIGGER chunk_changes_episode BEFORE UPDATE OF text, context, speaker ON chunk "
        "WHEN (old.text, old.context, old.speaker) IS NOT (new.text, new.context, new.speaker) "
        f"BEGIN {_DESTROY} END"
    ),
    # An episode that is cut anew leaves the summaries above it out of date, until they are
    # refreshed; until then they cover its chunks themselves, and go with them.
    """
CREATE TRIGGER episode_leaves_summary BEFORE DELETE ON episode BEGIN
    INSERT INTO summary_cover (summary_pk, chunk_pk)
        SELECT above.summary_pk, own.chunk_pk FROM summary
        JOIN summary_cover AS own ON own.summary_pk = summary.pk
        JOIN summary_cover AS above ON above.covered_pk = summary.pk
        WHERE level = 'episode' AND key = old.id AND own.chunk_pk IS NOT NULL;
    UPDATE summary SET stale = 1 WHERE pk IN (
        WITH RECURSIVE above (pk) AS (
            SELECT pk FROM summary WHERE level = 'episode' AND key = old.id
            UNION SELECT summary_pk FROM summary_cover JOIN above ON covered_pk = above.pk
        ) SELECT pk FROM above
    );
    DELETE FROM summary WHERE level = 'episode' AND key = old.id;
END
""",
)


def upgrade(db: Database) -> None:
    """Create the tables of episodes and summaries."""
    for statement in (*TABLES, *TRIGGERS):
        db.execute(statement.strip())
