"""Rows of `summary` and of what each covers: derived from chunks, made anew at any time.

A summary is replaced in place, so that those above it stay linked to it; `fingerprint` says what
it covered when it was made, before the `/`, and who made it or tried to, after.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from mem.store.database import Database

LEVELS = ("episode", "day", "week", "month", "profile")
PROFILE_KEY = "user"
EXTRACTIVE = "extractive"
_COLUMNS = "pk, level, key, sentences, origin, fingerprint, stale, made_at"


@dataclass(frozen=True, slots=True)
class SummarySentence:
    """One sentence, with the ids of the chunks that it rests on."""

    text: str
    chunks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SummaryRecord:
    """A stored summary. `origin` is `extractive`, or `model:` and the model's name.

    `key` is an episode's id, `2025-03-04`, `2025-W10`, `2025-03`, or `user` for the profile. A
    `stale` one covers something that has changed and is not refreshed yet.
    """

    pk: int
    level: str
    key: str
    sentences: tuple[SummarySentence, ...]
    origin: str
    fingerprint: str
    stale: bool
    made_at: str

    @property
    def text(self) -> str:
        """The sentences in one line, each with a stop."""
        return " ".join(self.whole)

    @property
    def whole(self) -> list[str]:
        """The sentences, each with a stop."""
        return [f"{one.text}{'.' * one.text[-1:].isalnum()}" for one in self.sentences]

    @property
    def covered(self) -> str:
        """What names that which it covered."""
        return self.fingerprint.partition("/")[0]


@dataclass(frozen=True, slots=True)
class NewSummary:
    """A summary to be stored, with what it covers: chunk keys, or keys of summaries below."""

    level: str
    key: str
    sentences: tuple[SummarySentence, ...]
    origin: str
    fingerprint: str
    chunks: tuple[int, ...] = ()
    summaries: tuple[int, ...] = ()


class Summaries:
    """Reads and writes of summaries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, level: str, key: str) -> SummaryRecord | None:
        """One summary by what it is of."""
        return next(iter(self._select("WHERE level = ? AND key = ?", (level, key))), None)

    def of_level(self, level: str, keys: Collection[str] | None = None) -> dict[str, SummaryRecord]:
        """All of a level, or those of some keys, by key."""
        if keys is None:
            found = self._select("WHERE level = ? ORDER BY key", (level,))
        else:
            found = self._select(
                "WHERE level = ? AND key IN (SELECT value FROM json_each(?)) ORDER BY key",
                (level, json.dumps(sorted(keys))),
            )
        return {one.key: one for one in found}

    def covers(self, pk: int) -> tuple[list[str], list[tuple[str, str]]]:
        """(ids of chunks, (level, key) of summaries) that a summary covers, in order."""
        chunks = self._database.rows(
            "SELECT chunk.id FROM summary_cover JOIN chunk ON chunk.pk = chunk_pk "
            "WHERE summary_pk = ? ORDER BY chunk.said_at, chunk.seq",
            (pk,),
        )
        below = self._database.rows(
            "SELECT level, key FROM summary_cover JOIN summary ON summary.pk = covered_pk "
            "WHERE summary_pk = ? ORDER BY key",
            (pk,),
        )
        return [str(row[0]) for row in chunks], [(str(level), str(key)) for level, key in below]

    def counts(self) -> dict[tuple[str, str], int]:
        """How many there are of each level and origin."""
        rows = self._database.rows("SELECT level, origin, count(*) FROM summary GROUP BY 1, 2")
        return {(str(level), str(origin)): int(str(count)) for level, origin, count in rows}

    def _select(self, rest: str, parameters: Sequence[object]) -> list[SummaryRecord]:
        rows = self._database.rows(f"SELECT {_COLUMNS} FROM summary {rest}", parameters)
        return [_record(row) for row in rows]


def within(database: Database, pks: Sequence[int], among: Collection[str]) -> set[str]:
    """Those of the chunks (by id) that the summaries cover, at any depth."""
    rows = database.rows(
        "WITH RECURSIVE below (pk) AS (SELECT value FROM json_each(?) UNION "
        "SELECT covered_pk FROM summary_cover JOIN below ON summary_pk = below.pk "
        "WHERE covered_pk IS NOT NULL) "
        "SELECT DISTINCT chunk.id FROM below JOIN summary_cover ON summary_pk = below.pk "
        "JOIN chunk ON chunk.pk = chunk_pk WHERE chunk.id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(pks)), json.dumps(sorted(among))),
    )
    return {str(row[0]) for row in rows}


def put_summary(connection: sqlite3.Connection, new: NewSummary, made_at: str) -> int:
    """Store or replace a summary in the caller's transaction; returns its key in the store.

    What covers it is out of date from then on.
    """
    _bequeath(connection, "level = ? AND key = ?", (new.level, new.key))
    sentences = json.dumps([[one.text, *one.chunks] for one in new.sentences], ensure_ascii=False)
    row = connection.execute(
        "INSERT INTO summary (level, key, sentences, origin, fingerprint, stale, made_at) "
        "VALUES (?, ?, ?, ?, ?, 0, ?) ON CONFLICT (level, key) DO UPDATE SET "
        "sentences = excluded.sentences, origin = excluded.origin, "
        "fingerprint = excluded.fingerprint, stale = 0, made_at = excluded.made_at RETURNING pk",
        (new.level, new.key, sentences, new.origin, new.fingerprint, made_at),
    ).fetchone()
    pk = int(row[0])
    connection.execute("DELETE FROM summary_cover WHERE summary_pk = ?", (pk,))
    connection.executemany(
        "INSERT INTO summary_cover (summary_pk, chunk_pk, covered_pk) VALUES (?, ?, ?)",
        [
            *((pk, chunk, None) for chunk in new.chunks),
            *((pk, None, covered) for covered in new.summaries),
        ],
    )
    connection.execute(
        "UPDATE summary SET stale = 1 WHERE pk IN "
        "(SELECT summary_pk FROM summary_cover WHERE covered_pk = ?)",
        (pk,),
    )
    return pk


def drop_summaries(connection: sqlite3.Connection, pks: Iterable[int]) -> None:
    """Destroy summaries whose subject is no more, in the caller's transaction."""
    for pk in pks:
        _bequeath(connection, "pk = ?", (pk,))
        connection.execute("DELETE FROM summary WHERE pk = ?", (pk,))


def _bequeath(connection: sqlite3.Connection, which: str, parameters: Sequence[object]) -> None:
    """Have the summaries above one cover what it covers, since their words came from that.

    When they are made anew they cover what they are made from.
    """
    connection.execute(
        "INSERT INTO summary_cover (summary_pk, chunk_pk, covered_pk) "
        "SELECT above.summary_pk, own.chunk_pk, own.covered_pk FROM summary "
        "JOIN summary_cover AS own ON own.summary_pk = summary.pk "
        "JOIN summary_cover AS above ON above.covered_pk = summary.pk "
        f"WHERE {which}",
        tuple(parameters),
    )


def destroy_over(connection: sqlite3.Connection, chunks: Collection[int]) -> int:
    """Destroy every summary that covers one of those chunks, in the caller's transaction.

    They are made anew from what remains. Returns how many there were.
    """
    return connection.execute(
        "WITH RECURSIVE above (pk) AS ("
        "SELECT summary_pk FROM summary_cover "
        "WHERE chunk_pk IN (SELECT value FROM json_each(?)) "
        "UNION SELECT summary_pk FROM summary_cover JOIN above ON covered_pk = above.pk) "
        "DELETE FROM summary WHERE pk IN (SELECT pk FROM above)",
        (json.dumps(sorted(chunks)),),
    ).rowcount


def _record(row: Sequence[object]) -> SummaryRecord:
    pk, level, key, sentences, origin, fingerprint, stale, made_at = row
    parts: list[list[str]] = json.loads(str(sentences))
    return SummaryRecord(
        pk=int(str(pk)),
        level=str(level),
        key=str(key),
        sentences=tuple(SummarySentence(text, tuple(chunks)) for text, *chunks in parts),
        origin=str(origin),
        fingerprint=str(fingerprint),
        stale=bool(stale),
        made_at=str(made_at),
    )
