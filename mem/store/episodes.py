"""Rows of `episode`: runs of chunks about one thing, each chunk in one of them at most.

They are derived: a document's episodes are replaced as a whole run, and those that did not change
keep their rows. The chunks of an episode are read in their document's order.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from mem.core.chunk import Chunk
from mem.core.clock import format_time, parse_time
from mem.errors import AmbiguousId, UnknownId
from mem.store.chunks import PREFIXED_COLUMNS, StoredChunk, stored_chunk
from mem.store.database import Database

_COLUMNS = (
    "episode.pk, episode.id, episode.document_id, episode.title, episode.started_at, "
    "episode.ended_at, episode.first_seq, episode.last_seq, episode.chunks, document.title, "
    "document.kind, document.uri, document.state"
)
_FROM = "FROM episode JOIN document ON document.id = episode.document_id"
# Front matter is about a note, not in it, and a branch that was left is not what was said.
SPOKEN = "chunk.variant = 0 AND (chunk.role IS NULL OR chunk.role <> 'metadata')"


@dataclass(frozen=True, slots=True)
class EpisodeRecord:
    """A stored episode. Times are said-at; `document_title` and `uri` are its document's."""

    pk: int
    id: str
    document_id: str
    title: str
    started_at: datetime | None
    ended_at: datetime | None
    first_seq: int
    last_seq: int
    chunks: int
    document_title: str
    kind: str
    uri: str
    gone: bool


@dataclass(frozen=True, slots=True)
class EpisodeView:
    """An episode with its chunks in order."""

    episode: EpisodeRecord
    chunks: tuple[Chunk, ...]


@dataclass(frozen=True, slots=True)
class NewEpisode:
    """An episode to be stored: its id, title and chunks in order."""

    id: str
    title: str
    chunks: tuple[StoredChunk, ...]


@dataclass(frozen=True, slots=True)
class PendingDocument:
    """A document whose words are cut no longer, or not yet, as the cutter in use would."""

    id: str
    title: str
    kind: str
    content_hash: str
    current: bool
    """Whether the episodes that it has are of the cutter in use."""


class Episodes:
    """Reads of episodes, and the replacement of a document's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_document(self, document: str) -> list[EpisodeRecord]:
        """A document's episodes in order."""
        return self._select("WHERE episode.document_id = ? ORDER BY first_seq", (document,))

    def of_chunks(self, keys: Collection[int]) -> dict[int, EpisodeRecord]:
        """The episode of each of those chunk keys that is in one."""
        rows = self._database.rows(
            "SELECT chunk_pk, episode_pk FROM episode_chunk "
            "WHERE chunk_pk IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(keys)),),
        )
        place = {int(str(chunk)): int(str(episode)) for chunk, episode in rows}
        records = self.by_keys(set(place.values()))
        return {chunk: records[episode] for chunk, episode in place.items() if episode in records}

    def by_keys(self, keys: Collection[int]) -> dict[int, EpisodeRecord]:
        """The episodes with those keys that still exist."""
        found = self._select(
            "WHERE episode.pk IN (SELECT value FROM json_each(?))", (json.dumps(sorted(keys)),)
        )
        return {record.pk: record for record in found}

    def by_ids(self, ids: Collection[str]) -> dict[str, EpisodeRecord]:
        """The episodes with those ids that still exist."""
        found = self._select(
            "WHERE episode.id IN (SELECT value FROM json_each(?))", (json.dumps(sorted(ids)),)
        )
        return {record.id: record for record in found}

    def newest(self, limit: int, offset: int = 0) -> list[EpisodeRecord]:
        """Episodes of documents that are still there, the newest said first."""
        return self._select(
            "WHERE document.state = 'active' "
            "ORDER BY episode.started_at DESC, episode.document_id, first_seq DESC "
            "LIMIT ? OFFSET ?",
            (limit, offset),
        )

    def active(self) -> list[EpisodeRecord]:
        """Every episode of a document that is still there, in order; the undated first."""
        return self._select(
            "WHERE document.state = 'active' ORDER BY episode.started_at, "
            "episode.document_id, first_seq",
            (),
        )

    def between(
        self,
        since: datetime | None = None,
        before: datetime | None = None,
        *,
        newest: int | None = None,
    ) -> list[EpisodeRecord]:
        """Episodes of documents that are still there that began in `[since, before)`, in order.

        At most the `newest`.
        """
        found = self._select(
            "WHERE document.state = 'active' AND episode.started_at >= ? "
            "AND episode.started_at < ? ORDER BY episode.started_at DESC, "
            "episode.document_id DESC, first_seq DESC LIMIT ?",
            (
                format_time(since) if since else "",
                format_time(before) if before else "9999",
                -1 if newest is None else newest,
            ),
        )
        return found[::-1]

    def matching(self, given: str) -> list[EpisodeRecord]:
        """Episodes whose id is, or begins with, what is given."""
        return self._select(
            "WHERE episode.id >= ? AND episode.id < ? ORDER BY episode.id LIMIT 20",
            (given, given + "\U0010ffff"),
        )

    def find(self, given: str) -> EpisodeRecord:
        """The episode with that id or beginning of one. Raises UnknownId, AmbiguousId."""
        found = self.matching(given) if given.strip() else []
        exact = [one for one in found if one.id == given]
        if not found:
            raise UnknownId(given)
        if len(found) > 1 and not exact:
            raise AmbiguousId(given, len(found))
        return (exact or found)[0]

    def view(self, given: str) -> EpisodeView:
        """`find`, with its chunks. Raises UnknownId, AmbiguousId."""
        record = self.find(given)
        return EpisodeView(record, tuple(stored.chunk for stored in self.chunks_of(record.pk)))

    def chunks_of(self, episode: int) -> list[StoredChunk]:
        """An episode's chunks, in order, by its key."""
        rows = self._database.rows(
            f"SELECT chunk.pk, {PREFIXED_COLUMNS}, document.uri, document.title, document.kind, "
            "document.state, document.said_at_origin FROM episode_chunk "
            "JOIN chunk ON chunk.pk = chunk_pk "
            "JOIN document ON document.id = chunk.document_id "
            "WHERE episode_pk = ? ORDER BY chunk.seq",
            (episode,),
        )
        return [stored_chunk(row) for row in rows]

    def count(self) -> int:
        return int(str(self._database.rows("SELECT count(*) FROM episode")[0][0]))

    def pending_documents(self, fingerprint: str) -> list[PendingDocument]:
        """Active documents that are to be cut by the cutter of that fingerprint."""
        rows = self._database.rows(
            "SELECT document.id, document.title, document.kind, document.content_hash, "
            "coalesce(segmented.fingerprint = ?, 0) FROM document "
            "LEFT JOIN segmented ON segmented.document_id = document.id "
            "WHERE document.state = 'active' AND (segmented.document_id IS NULL "
            "OR segmented.fingerprint <> ? OR segmented.content_hash <> document.content_hash) "
            "ORDER BY document.said_at, document.id",
            (fingerprint, fingerprint),
        )
        return [
            PendingDocument(str(one), str(title), str(kind), str(digest), bool(current))
            for one, title, kind, digest, current in rows
        ]

    def spoken(self, document: str, since_seq: int = 0) -> list[StoredChunk]:
        """A document's chunks from a place on, without front matter and branches that were left."""
        rows = self._database.rows(
            f"SELECT chunk.pk, {PREFIXED_COLUMNS}, document.uri, document.title, document.kind, "
            "document.state, document.said_at_origin FROM chunk "
            "JOIN document ON document.id = chunk.document_id "
            f"WHERE chunk.document_id = ? AND chunk.seq >= ? AND {SPOKEN} ORDER BY chunk.seq",
            (document, since_seq),
        )
        return [stored_chunk(row) for row in rows]

    def sound_until(self, document: str) -> int:
        """The seq of a document's first chunk that is in no episode, or out of its place there.

        One more than the last seq where there is none.
        """
        rows = self._database.rows(
            "SELECT chunk.seq, episode_chunk.episode_pk, episode.first_seq, episode.last_seq "
            "FROM chunk LEFT JOIN episode_chunk ON chunk_pk = chunk.pk "
            "LEFT JOIN episode ON episode.pk = episode_pk "
            f"WHERE chunk.document_id = ? AND {SPOKEN} ORDER BY chunk.seq",
            (document,),
        )
        at = -1
        for seq, episode, first, last in rows:
            place = int(str(seq))
            if episode is None or not int(str(first)) <= place <= int(str(last)):
                return place
            at = place
        return at + 1

    def replace(
        self,
        connection: sqlite3.Connection,
        document: PendingDocument,
        episodes: Sequence[NewEpisode],
        *,
        since_seq: int,
        fingerprint: str,
    ) -> tuple[int, int]:
        """Put a document's episodes from a seq on in the caller's transaction.

        Returns (added, removed); those whose id is stored already stay as they are.
        """
        known = {
            str(identity): int(pk)
            for pk, identity in connection.execute(
                "SELECT DISTINCT episode.pk, episode.id FROM episode "
                "JOIN episode_chunk ON episode_pk = episode.pk JOIN chunk ON chunk.pk = chunk_pk "
                "WHERE episode.document_id = ? AND chunk.seq >= ?",
                (document.id, since_seq),
            )
        }
        wanted = {one.id for one in episodes}
        gone = [pk for identity, pk in known.items() if identity not in wanted]
        connection.executemany("DELETE FROM episode WHERE pk = ?", [(pk,) for pk in gone])
        fresh = [one for one in episodes if one.id not in known]
        for one in episodes:
            _put(connection, document.id, one, fingerprint, known.get(one.id))
        connection.execute(
            "INSERT INTO segmented (document_id, fingerprint, content_hash) VALUES (?, ?, ?) "
            "ON CONFLICT (document_id) DO UPDATE SET fingerprint = excluded.fingerprint, "
            "content_hash = excluded.content_hash",
            (document.id, fingerprint, document.content_hash),
        )
        return len(fresh), len(gone)

    def _select(self, rest: str, parameters: Sequence[object]) -> list[EpisodeRecord]:
        rows = self._database.rows(f"SELECT {_COLUMNS} {_FROM} {rest}", parameters)
        return [_record(row) for row in rows]


def _put(
    connection: sqlite3.Connection,
    document: str,
    one: NewEpisode,
    fingerprint: str,
    known: int | None,
) -> None:
    times = sorted(stored.chunk.said_at for stored in one.chunks if stored.chunk.said_at)
    values = (
        format_time(times[0]) if times else None,
        format_time(times[-1]) if times else None,
        one.chunks[0].chunk.seq,
        one.chunks[-1].chunk.seq,
        len(one.chunks),
        fingerprint,
    )
    if known is not None:
        connection.execute(
            "UPDATE episode SET title = ?, started_at = ?, ended_at = ?, first_seq = ?, "
            "last_seq = ?, chunks = ?, fingerprint = ? WHERE pk = ?",
            (one.title, *values, known),
        )
        return
    cursor = connection.execute(
        "INSERT INTO episode (id, document_id, title, started_at, ended_at, first_seq, last_seq, "
        "chunks, fingerprint) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (one.id, document, one.title, *values),
    )
    connection.executemany(
        "INSERT INTO episode_chunk (chunk_pk, episode_pk) VALUES (?, ?)",
        [(stored.pk, cursor.lastrowid) for stored in one.chunks],
    )


def _record(row: Sequence[object]) -> EpisodeRecord:
    pk, identity, document, title, started, ended, first, last, chunks, *of_document = row
    return EpisodeRecord(
        pk=int(str(pk)),
        id=str(identity),
        document_id=str(document),
        title=str(title),
        started_at=parse_time(str(started)) if started else None,
        ended_at=parse_time(str(ended)) if ended else None,
        first_seq=int(str(first)),
        last_seq=int(str(last)),
        chunks=int(str(chunks)),
        document_title=str(of_document[0]),
        kind=str(of_document[1]),
        uri=str(of_document[2]),
        gone=of_document[3] == "gone",
    )
