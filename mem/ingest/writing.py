"""Prepared documents become rows: embedded in batches, each written in one transaction.

While a batch is embedded, the next is read and the one before is written, so that what was read
first can be searched long before the import ends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from sqlite3 import Connection
from typing import TYPE_CHECKING

from mem.core.clock import Clock
from mem.core.document import DocumentKind, SaidAtOrigin
from mem.core.protocols import Embedder
from mem.ingest.forgotten import Forgotten
from mem.ingest.ledger import Ledger
from mem.ingest.reading import Finished, Prepared
from mem.store.documents import move_document, put_document, retire_others
from mem.store.embeddings import Embeddings
from mem.store.files import link_documents, put_file
from mem.store.secrets import put_secrets
from mem.store.store import Store

if TYPE_CHECKING:
    from mem.core.protocols import Vectors

BATCH_CHUNKS = 256
BATCH_DOCUMENTS = 256
BATCH_CHARACTERS = 8 * 1024 * 1024
"""What waits to be written is bounded by its size too: one conversation may be large."""


class _DryRun(Exception):
    """Rolls a transaction back after its effect has been counted."""


class Writer:
    """Takes prepared documents in, in order. `close` writes what is left."""

    def __init__(
        self,
        store: Store,
        embeddings: Embeddings,
        embedder: Callable[[], Embedder],
        clock: Clock,
        ledger: Ledger,
        *,
        forgotten: Forgotten,
        dry_run: bool,
    ) -> None:
        """A document of which something was `forgotten` since it was read is left to the next
        import, with its file.
        """
        self._forgotten = forgotten
        self._unfinished: set[str] = set()
        self._store = store
        self._embeddings = embeddings
        self._embedder = embedder
        self._clock = clock
        self._ledger = ledger
        self._dry_run = dry_run
        self._batch: list[Prepared | Finished] = []
        self._texts: dict[str, str] = {}
        self._characters = 0
        self._in_flight: tuple[list[Prepared | Finished], Future[Mapping[str, Vectors]]] | None
        self._in_flight = None
        self._ids: dict[str, list[str]] = {}
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="embed")

    def add(self, item: Prepared | Finished) -> None:
        """Queue one document, or the end of a file."""
        self._batch.append(item)
        if isinstance(item, Prepared):
            self._characters += sum(len(chunk.text) for chunk in item.chunks)
        if isinstance(item, Prepared) and not self._dry_run:
            ids = {chunk.id: chunk.embedded_text for chunk in item.chunks}
            for known in self._embeddings.present(list(ids)):
                del ids[known]
            self._texts.update(ids)
        many = len(self._texts) >= BATCH_CHUNKS or len(self._batch) >= BATCH_DOCUMENTS
        if many or self._characters >= BATCH_CHARACTERS:
            self.flush()

    def flush(self) -> None:
        """Start embedding what is queued, and write the batch before it."""
        batch, texts = self._batch, self._texts
        if not batch:
            return
        self._batch, self._texts, self._characters = [], {}, 0
        future = self._pool.submit(self._embed, texts)
        previous, self._in_flight = self._in_flight, (batch, future)
        if previous is not None:
            self._write(*previous)

    def close(self) -> None:
        """Write everything and stop."""
        try:
            self.flush()
            if self._in_flight is not None:
                self._write(*self._in_flight)
        finally:
            self._in_flight = None
            self._pool.shutdown(cancel_futures=True)

    def abandon(self) -> None:
        """Stop without writing what is queued; it is read again by the next import."""
        self._in_flight = None
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _embed(self, texts: Mapping[str, str]) -> Mapping[str, Vectors]:
        if not texts:
            return {}
        vectors = self._embedder().embed(list(texts.values()))
        return dict(zip(texts, vectors, strict=True))

    def _write(
        self, batch: list[Prepared | Finished], future: Future[Mapping[str, Vectors]]
    ) -> None:
        vectors = future.result()
        following = [*batch[1:], None]
        skip = False
        for item, after in zip(batch, following, strict=True):
            if skip:
                skip = False
            elif isinstance(item, Finished):
                self._finish(item)
            else:
                # A file of one document is finished in the document's own transaction.
                last = after if isinstance(after, Finished) else None
                self._write_document(item, vectors, last)
                skip = last is not None

    def _write_document(
        self, item: Prepared, vectors: Mapping[str, Vectors], last: Finished | None
    ) -> None:
        own = {chunk.id: vectors[chunk.id] for chunk in item.chunks if chunk.id in vectors}
        at = self._clock.utc()
        elsewhere = self._held_elsewhere(item)
        merge = elsewhere or item.continues
        ids = self._ids.setdefault(item.file.uri, self._known_ids(item))
        ids.append(item.identity)
        try:
            with self._store.database.transaction() as connection:
                if self._forgotten.since(connection, item.parsed, item.chunks):
                    self._leave(item, last)
                    return
                if item.moved_from is not None:
                    move_document(connection, item.moved_from, item.parsed.uri)
                written = put_document(
                    connection,
                    item.parsed,
                    item.identity,
                    item.chunks,
                    own,
                    fingerprint=self._embeddings.fingerprint,
                    at=at,
                    merge=merge,
                    append=item.continues and not elsewhere,
                )
                put_secrets(connection, item.identity, item.secrets, at=at, merge=merge)
                file_pk = put_file(connection, last.record if last else item.file)
                if last is not None:
                    self._link(connection, file_pk, self._ids.pop(item.file.uri), last)
                else:
                    connection.execute(
                        "INSERT OR IGNORE INTO file_document VALUES (?, ?)",
                        (file_pk, item.identity),
                    )
                undated = item.parsed.said_at_origin is SaidAtOrigin.FILE_TIME
                self._ledger.written(written, undated=undated)
                self._ledger.moved += item.moved_from is not None
                if self._dry_run:
                    raise _DryRun
        except _DryRun:
            self._ids.pop(item.file.uri, None)

    def _leave(self, item: Prepared, last: Finished | None) -> None:
        """Do without a document that was forgotten while it waited to be written."""
        reason = "it was forgotten in part or whole while it was read; the next import looks again"
        self._ledger.skip(item.parsed.uri, "forgotten", reason)
        ids = self._ids[item.file.uri]
        ids.remove(item.identity)
        if last is None:
            self._unfinished.add(item.file.uri)
        else:
            del self._ids[item.file.uri]

    def _held_elsewhere(self, item: Prepared) -> bool:
        """Whether another file supplies the same conversation."""
        if item.parsed.kind is not DocumentKind.CHAT:
            return False
        rows = self._store.database.rows(
            "SELECT 1 FROM file_document JOIN file ON file.pk = file_pk "
            "WHERE document_id = ? AND file.uri NOT IN (?, ?) LIMIT 1",
            (item.identity, item.file.uri, (item.moved_from or "").partition("#")[0]),
        )
        return bool(rows)

    def _known_ids(self, item: Prepared | Finished) -> list[str]:
        """Ids of the documents that a file which continues supplied before."""
        uri = item.file.uri if isinstance(item, Prepared) else item.record.uri
        return self._store.files.documents_of(uri) if item.continues else []

    def _finish(self, item: Finished) -> None:
        record = item.record
        if self._dry_run:
            return
        if record.uri in self._unfinished:
            self._ids.pop(record.uri, None)
            return
        ids = self._ids.pop(record.uri, self._known_ids(item))
        with self._store.database.transaction() as connection:
            if not ids and not self._store.files.under(record.uri):
                # All of it was forgotten: a row would name the file.
                self._forgotten.mark_file(
                    connection, record.uri, record.size, record.modified_ns, self._clock.utc()
                )
            else:
                self._link(connection, put_file(connection, record), ids, item)

    def _link(
        self, connection: Connection, file_pk: int, ids: list[str], finished: Finished
    ) -> None:
        """Note what a file supplies now; what another parser made of it is gone."""
        gone: list[str] = []
        if finished.replaces:
            gone = retire_others(connection, file_pk, ids, self._clock.utc())
            self._ledger.gone += len(gone)
        link_documents(connection, file_pk, [*ids, *gone])
