"""Reads for looking around: all keys of a view in order, and the rows of any window of them.

The keys of a view are a snapshot; a row that has gone since is None, never another row.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from mem.core.chunk import Chunk
from mem.core.clock import format_time
from mem.core.document import DocumentKind
from mem.core.query import Filters
from mem.store.chunks import PREFIXED_COLUMNS, Chunks, chunk_of, where_of
from mem.store.database import Database, translated
from mem.store.documents import DocumentRecord, Documents
from mem.store.episodes import EpisodeRecord, Episodes
from mem.store.files import FileRecord
from mem.store.fulltext import words_of
from mem.store.surroundings import speakers

Span = tuple[int, int]
Keys = Sequence[int] | Sequence[str]

# Words of a filter that is being typed.
MAX_WORDS = 12
_STEP = 4096
_OPEN, _CLOSE = "\x02", "\x03"

CHUNK_ORDERS = {
    "newest": "chunk.said_at DESC, chunk.pk DESC",
    "oldest": "chunk.said_at IS NULL, chunk.said_at, chunk.pk",
    "document": "document.title COLLATE NOCASE, document.id, chunk.seq",
}
DOCUMENT_ORDERS = {
    "newest": "document.said_at DESC, document.id",
    "oldest": "document.said_at IS NULL, document.said_at, document.id",
    "document": "document.title COLLATE NOCASE, document.id",
}
EPISODE_ORDERS = {
    "newest": "episode.started_at DESC, episode.document_id, episode.first_seq DESC",
    "oldest": "episode.started_at IS NULL, episode.started_at, episode.document_id, first_seq",
    "document": "document.title COLLATE NOCASE, document.id, episode.first_seq",
}
BEST = "best match"
_IN_EPISODE = (
    "episode.pk IN (SELECT episode_pk FROM episode_chunk JOIN chunk ON chunk.pk = chunk_pk "
    "WHERE {})"
)
# Front matter is about a note, not in it; it is found by search and shown with its note.
_NO_METADATA = "chunk.pk NOT IN (SELECT pk FROM chunk WHERE role = 'metadata')"


@dataclass(frozen=True, slots=True)
class View:
    """What is looked at: `rows` are "chunks", "documents" or "episodes".

    `words` must all occur (the last one may be unfinished); `filters.source` is a source's id or
    part of a path. `order` is a key of `CHUNK_ORDERS`, or `BEST` for chunks found by words.
    """

    rows: str = "chunks"
    words: str = ""
    filters: Filters = field(default_factory=Filters)
    order: str = "newest"


@dataclass(frozen=True, slots=True)
class ChunkRow:
    """A chunk in a list: its text with the spans that match, and what its document adds."""

    chunk: Chunk
    title: str
    uri: str
    kind: str
    gone: bool
    matches: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk (`focus`) among its neighbours; `matches` are spans of the focus's text.

    A document without any chunk has no `focus`.
    """

    document: DocumentRecord
    chunks: tuple[Chunk, ...]
    focus: Chunk | None
    matches: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Facets:
    """What can be filtered by: formats, (id, uri) of sources, speakers."""

    forms: tuple[str, ...]
    sources: tuple[tuple[str, str], ...]
    speakers: tuple[str, ...]


class Browser:
    """Reads of one store; may be shared by threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._chunks = Chunks(database)
        self._documents = Documents(database)
        self.episodes = Episodes(database)

    def keys(self, view: View) -> Keys:
        """Keys of every row of the view, in its order; of chunks and of documents alike opaque."""
        if view.rows == "documents":
            return self._document_keys(view)
        if view.rows == "episodes":
            return self._episode_keys(view)
        expression = match_expression(view.words)
        where, parameters = self._where(view.filters)
        joined = "document." in where or view.order == "document"
        table = "chunk"
        order = CHUNK_ORDERS.get(view.order, CHUNK_ORDERS["newest"])
        clauses = [_NO_METADATA, *([where] if where else [])]
        if joined:
            table += " JOIN document ON document.id = chunk.document_id"
        if expression and view.order == BEST:
            table = table.replace("chunk", "chunk_fts CROSS JOIN chunk", 1)
            clauses += ["chunk.pk = chunk_fts.rowid", "chunk_fts MATCH ?"]
            order = "chunk_fts.rank, chunk.pk"
            parameters.append(expression)
        elif expression:
            clauses.append("chunk.pk IN (SELECT rowid FROM chunk_fts WHERE chunk_fts MATCH ?)")
            parameters.append(expression)
        sql = f"SELECT chunk.pk FROM {table} WHERE {' AND '.join(clauses)} ORDER BY {order}"
        keys = array("q")
        with translated(self._database.path):
            cursor = self._database.connection.execute(sql, parameters)
            while rows := cursor.fetchmany(_STEP):
                keys.extend([row[0] for row in rows])
        return keys

    def place(self, keys: Keys, chunk: str) -> int | None:
        """Where a chunk, or else its document, stands among the keys."""
        found = self._chunks.keys_of([chunk])
        if not found:
            return None
        wanted: int | str = found[chunk]
        if keys and isinstance(keys[0], str):
            wanted = self._chunks.places([found[chunk]])[found[chunk]][0]
        try:
            return keys.index(wanted)
        except ValueError:
            return None

    def _document_keys(self, view: View) -> list[str]:
        clauses, parameters = [], []
        filters = view.filters
        where, bound = where_of(replace(filters, since=None, before=None, speaker=None))
        clauses.append(where)
        parameters += bound
        if filters.since is not None:
            clauses.append("document.said_at >= ?")
            parameters.append(format_time(filters.since))
        if filters.before is not None:
            clauses.append("document.said_at < ?")
            parameters.append(format_time(filters.before))
        if filters.speaker is not None:
            clauses.append(
                "document.id IN (SELECT document_id FROM chunk "
                "WHERE speaker IN (?, ?) OR speaker = ? COLLATE NOCASE)"
            )
            parameters += [filters.speaker] * 3
        if expression := match_expression(view.words):
            clauses.append(
                "document.id IN (SELECT document_id FROM chunk WHERE pk IN "
                "(SELECT rowid FROM chunk_fts WHERE chunk_fts MATCH ?))"
            )
            parameters.append(expression)
        order = DOCUMENT_ORDERS.get(view.order, DOCUMENT_ORDERS["newest"])
        rows = self._database.rows(
            f"SELECT id FROM document WHERE {' AND '.join(clauses) or '1'} ORDER BY {order}",
            parameters,
        )
        return [str(row[0]) for row in rows]

    def _episode_keys(self, view: View) -> list[str]:
        """Ids of episodes; words and a speaker are looked for in their chunks, times by start."""
        filters = view.filters
        where, parameters = where_of(
            replace(filters, since=None, before=None, speaker=None, sessions=None)
        )
        clauses = [where]
        if filters.since is not None:
            clauses.append("episode.started_at >= ?")
            parameters.append(format_time(filters.since))
        if filters.before is not None:
            clauses.append("episode.started_at < ?")
            parameters.append(format_time(filters.before))
        if filters.speaker is not None:
            clauses.append(_IN_EPISODE.format("chunk.speaker = ? COLLATE NOCASE"))
            parameters.append(filters.speaker)
        if expression := match_expression(view.words):
            found = "chunk_pk IN (SELECT rowid FROM chunk_fts WHERE chunk_fts MATCH ?)"
            clauses.append(_IN_EPISODE.format(found))
            parameters.append(expression)
        order = EPISODE_ORDERS.get(view.order, EPISODE_ORDERS["newest"])
        rows = self._database.rows(
            "SELECT episode.id FROM episode JOIN document ON document.id = episode.document_id "
            f"WHERE {' AND '.join(clauses)} ORDER BY {order}",
            parameters,
        )
        return [str(row[0]) for row in rows]

    def _where(self, filters: Filters) -> tuple[str, list[object]]:
        """`where_of`, without a look at every document while none is gone."""
        return where_of(filters, gone=not self._chunks.has_gone())

    def chunk_rows(self, keys: Sequence[int], words: str = "") -> list[ChunkRow | None]:
        """The chunks with those keys, in that order, with what in them matches `words`."""
        rows = self._database.rows(
            f"SELECT chunk.pk, {PREFIXED_COLUMNS}, document.title, document.uri, document.kind, "
            "document.state FROM json_each(?) AS wanted JOIN chunk ON chunk.pk = wanted.value "
            "JOIN document ON document.id = chunk.document_id",
            (json.dumps(list(keys)),),
        )
        spans = self._matches(keys, words)
        found = {}
        for number, *columns in rows:
            pk = int(str(number))
            title, uri, kind, state = (str(value) for value in columns[-4:])
            chunk = chunk_of(columns[:-4])
            found[pk] = ChunkRow(
                chunk, title, uri, kind, state == "gone", _spans(chunk.text, spans.get(pk))
            )
        return [found.get(key) for key in keys]

    def document_rows(self, keys: Sequence[str]) -> list[DocumentRecord | None]:
        """The documents with those keys, in that order."""
        return [self._documents.get(key) for key in keys]

    def episode_rows(self, keys: Sequence[str]) -> list[EpisodeRecord | None]:
        """The episodes with those keys (their ids), in that order."""
        found = self.episodes.by_ids(keys)
        return [found.get(key) for key in keys]

    def passage(self, chunk_id: str, *, reach: int, words: str = "") -> Passage | None:
        """A chunk with up to `reach` chunks before and after it; None where it is not stored."""
        keys = self._chunks.keys_of([chunk_id])
        if not keys:
            return None
        (key,) = keys.values()
        document, seq, _ = self._chunks.places([key])[key]
        record = self._documents.get(document)
        near = [chunk for _, chunk in self._chunks.around(document, seq, reach=reach)]
        focus = next((chunk for chunk in near if chunk.id == chunk_id), None)
        if record is None or focus is None:
            return None
        spans = _spans(focus.text, self._matches([key], words).get(key))
        return Passage(record, tuple(near), focus, spans)

    def opening(self, document: str, *, reach: int, words: str = "") -> Passage | None:
        """A document from its first chunk that matches `words`, else from its beginning."""
        record = self._documents.get(document)
        if record is None:
            return None
        if expression := match_expression(words):
            rows = self._database.rows(
                "SELECT id FROM chunk WHERE document_id = ? AND pk IN "
                "(SELECT rowid FROM chunk_fts WHERE chunk_fts MATCH ?) ORDER BY seq LIMIT 1",
                (document, expression),
            )
            if rows:
                return self.passage(str(rows[0][0]), reach=reach, words=words)
        chunks = tuple(chunk for _, chunk in self._chunks.around(document, 0, reach=reach))
        return Passage(record, chunks, None)

    def facets(self) -> Facets:
        """Everything that a filter can name."""
        forms = [kind.value for kind in DocumentKind] + sorted(self._documents.counts())
        sources = self._database.rows("SELECT id, uri FROM source ORDER BY uri")
        return Facets(
            forms=tuple(dict.fromkeys(forms)),
            sources=tuple((str(identity), str(uri)) for identity, uri in sources),
            speakers=tuple(speakers(self._database)),
        )

    def counts_by(self, unit: str, *, since: str = "", before: str = "9999") -> dict[str, int]:
        """Chunks said in each "month" (`2025-03`) or "day" (`2025-03-01`) of `[since, before)`."""
        width = {"month": 7, "day": 10}[unit]
        rows = self._database.rows(
            f"SELECT substr(said_at, 1, {width}) AS unit, count(*) FROM chunk "
            f"WHERE {_NO_METADATA} AND said_at >= ? AND said_at < ? GROUP BY unit ORDER BY unit",
            (since, before),
        )
        return {str(name): int(str(count)) for name, count in rows}

    def problems(self, source: str) -> list[FileRecord]:
        """Files of a source that were skipped or failed, the failed ones first."""
        rows = self._database.rows(
            "SELECT uri, source_id, size, modified_ns, content_hash, reader, state, code, reason, "
            "documents FROM file WHERE source_id = ? AND state IN ('failed', 'skipped') "
            "ORDER BY state, uri",
            (source,),
        )
        return [FileRecord(*row) for row in rows]  # type: ignore[arg-type]

    def file_of(self, document: str) -> str | None:
        """The uri of a file that supplies the document and is still there."""
        rows = self._database.rows(
            "SELECT file.uri FROM file_document JOIN file ON file.pk = file_pk "
            "WHERE document_id = ? AND file.state = 'active' ORDER BY file.uri LIMIT 1",
            (document,),
        )
        return str(rows[0][0]) if rows else None

    def version(self) -> int:
        """A number that changes when any other connection commits; compare within one thread."""
        return int(str(self._database.rows("PRAGMA data_version")[0][0]))

    def _matches(self, keys: Sequence[int], words: str) -> dict[int, str]:
        """Texts of those chunks that match, each match between `_OPEN` and `_CLOSE`."""
        expression = match_expression(words)
        if not expression or not keys:
            return {}
        rows = self._database.rows(
            "SELECT chunk_fts.rowid, highlight(chunk_fts, 0, ?, ?) FROM json_each(?) AS wanted "
            "CROSS JOIN chunk_fts ON chunk_fts.rowid = wanted.value WHERE chunk_fts MATCH ?",
            (_OPEN, _CLOSE, json.dumps(list(keys)), expression),
        )
        return {int(str(pk)): str(text) for pk, text in rows}


def match_expression(words: str) -> str:
    """FTS5's query for text that holds every word, the last one perhaps unfinished."""
    found = words_of(words)[:MAX_WORDS]
    if not found:
        return ""
    quoted = ['"' + word.replace('"', '""') + '"' for word in found]
    if words[-1].isalnum():
        quoted[-1] += " *"
    return " AND ".join(quoted)


def _spans(text: str, marked: str | None) -> tuple[Span, ...]:
    """Where the marks of `marked` stand in `text`; none where the text holds such marks itself."""
    if marked is None or len(marked) == len(text) or _OPEN in text or _CLOSE in text:
        return ()
    spans, at, start = [], 0, 0
    for character in marked:
        if character == _OPEN:
            start = at
        elif character == _CLOSE:
            spans.append((start, at))
        else:
            at += 1
    return tuple(spans)
