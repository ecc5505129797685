"""Reads for looking around: all keys of a view in order, and the rows of any window of them.

The keys of a view are a snapshot; a row that has gone since is None, never another row.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mem.core.chunk import Chunk
from mem.core.document import DocumentKind, SaidAtOrigin
from mem.core.query import Filters
from mem.store.browsing.episodes import episode_keys
from mem.store.browsing.memories import first_evidence, memory_counts, memory_keys
from mem.store.browsing.view import Span, View
from mem.store.chunks import PREFIXED_COLUMNS, Chunks, chunk_of, where_of, within_times
from mem.store.database import Database, translated
from mem.store.documents import DocumentRecord, Documents
from mem.store.episodes import EpisodeRecord, Episodes
from mem.store.files import FileRecord
from mem.store.fulltext import words_of
from mem.store.surroundings import speakers

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
BEST = "best match"
# The status of what is no longer in its folder; its words stay.
GONE = "gone"
_IS_GONE = "document.state = 'gone'"
_EPISODE_SHOWN = 40
# Front matter is about a note, not in it; it is found by search and shown with its note.
_NO_METADATA = "chunk.pk NOT IN (SELECT pk FROM chunk WHERE role = 'metadata')"


@dataclass(frozen=True, slots=True)
class ChunkRow:
    """A chunk in a list: its text with the spans that match, and what its document adds."""

    chunk: Chunk
    title: str
    uri: str
    kind: str
    gone: bool
    matches: tuple[Span, ...] = ()
    said_at_origin: SaidAtOrigin | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk (`focus`) among its neighbours; `matches` are spans of the focus's text.

    A document without any chunk has no `focus`. `about` is the title of the episode that the
    chunks are, or the statement that stands on the matches.
    """

    document: DocumentRecord
    chunks: tuple[Chunk, ...]
    focus: Chunk | None
    matches: tuple[Span, ...] = ()
    about: str = ""


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
        expression = match_expression(view.words)
        if view.rows == "episodes":
            of_document = replace(
                view.filters, since=None, before=None, speaker=None, sessions=None
            )
            where, parameters = _of_documents(of_document, view)
            return episode_keys(self._database, view, expression, where, parameters)
        if view.rows == "memories":
            return memory_keys(self._database, view, expression)
        where, parameters = self._where(view)
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
        where, bound = _of_documents(replace(filters, since=None, before=None, speaker=None), view)
        clauses.append(where)
        parameters += bound
        for clause, bound_at in within_times("document.said_at", filters):
            clauses.append(clause)
            parameters.append(bound_at)
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

    def _where(self, view: View) -> tuple[str, list[object]]:
        """`_of_documents`, without a look at every document while none is gone."""
        if view.status != GONE and not self._chunks.has_gone():
            return where_of(view.filters, gone=True)
        return _of_documents(view.filters, view)

    def chunk_rows(self, keys: Sequence[int], words: str = "") -> list[ChunkRow | None]:
        """The chunks with those keys, in that order, with what in them matches `words`."""
        rows = self._database.rows(
            f"SELECT chunk.pk, {PREFIXED_COLUMNS}, document.title, document.uri, document.kind, "
            "document.state, document.said_at_origin FROM json_each(?) AS wanted "
            "JOIN chunk ON chunk.pk = wanted.value "
            "JOIN document ON document.id = chunk.document_id",
            (json.dumps(list(keys)),),
        )
        spans = self._matches(keys, words)
        found = {}
        for number, *columns in rows:
            pk = int(str(number))
            title, uri, kind, state = (str(value) for value in columns[-5:-1])
            origin = SaidAtOrigin(str(columns[-1])) if columns[-1] else None
            chunk = chunk_of(columns[:-5])
            matches = _spans(chunk.text, spans.get(pk))
            found[pk] = ChunkRow(chunk, title, uri, kind, state == "gone", matches, origin)
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

    def evidence(self, memory: str, *, reach: int) -> Passage | None:
        """The first passage that a memory stands on, its quotes there as matches; None without."""
        found = first_evidence(self._database, memory)
        passage = self.passage(found[1], reach=reach) if found else None
        if found is None or passage is None:
            return None
        return replace(passage, matches=found[2], about=found[0])

    def episode(self, identity: str, *, words: str = "") -> Passage | None:
        """An episode from its beginning, its first chunk that matches `words` as focus."""
        record = self.episodes.by_ids([identity]).get(identity)
        document = self._documents.get(record.document_id) if record else None
        if record is None or document is None:
            return None
        stored = self.episodes.chunks_of(record.pk)
        marked = self._matches([one.pk for one in stored], words)
        first = next((at for at, one in enumerate(stored) if one.pk in marked), None)
        start = max(0, min(first or 0, len(stored) - _EPISODE_SHOWN))
        shown = tuple(one.chunk for one in stored[start : start + _EPISODE_SHOWN])
        focus = stored[first] if first is not None else None
        spans = _spans(focus.chunk.text, marked[focus.pk]) if focus else ()
        return Passage(document, shown, focus.chunk if focus else None, spans, record.title)

    def facets(self) -> Facets:
        """Everything that a filter can name."""
        forms = [kind.value for kind in DocumentKind] + sorted(self._documents.counts())
        sources = self._database.rows("SELECT id, uri FROM source ORDER BY uri")
        return Facets(
            forms=tuple(dict.fromkeys(forms)),
            sources=tuple((str(identity), str(uri)) for identity, uri in sources),
            speakers=tuple(speakers(self._database)),
        )

    def counts_by(
        self, unit: str, *, since: str = "", before: str = "9999", about: str = ""
    ) -> dict[str, int]:
        """Chunks said in each "month" (`2025-03`) or "day" (`2025-03-01`) of `[since, before)`.

        With an entity's name: memories about it, of any time.
        """
        width = {"month": 7, "day": 10}[unit]
        if about:
            return memory_counts(self._database, View(rows="memories", about=about), width)
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


def _of_documents(filters: Filters, view: View) -> tuple[str, list[object]]:
    """`where_of` for documents that are there, or for those that are gone."""
    if view.status != GONE:
        return where_of(filters)
    where, parameters = where_of(filters, gone=True)
    return f"{where} AND {_IS_GONE}" if where else _IS_GONE, parameters


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
