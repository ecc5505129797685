"""Documents of a bundle become documents here, passage by passage as they stood there.

A note that this store has is left as it is; a conversation becomes the union of both. What was
forgotten here stays out, and secrets are replaced before anything is written.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from mem.assistant import Assistant
from mem.carrying.bundle import CarriedDocument
from mem.core.chunk import Chunk
from mem.core.clock import format_time
from mem.core.document import DocumentKind, ParsedDocument
from mem.core.ids import chunk_id, source_id
from mem.core.secrets.redactor import Redactor
from mem.ingest.forgotten import Forgotten
from mem.ingest.ledger import Ledger
from mem.store.documents import identity_of, put_document
from mem.store.files import FileRecord, link_documents, put_file
from mem.store.secrets import SecretPlace, allowed_marks, put_secrets, secret_key

if TYPE_CHECKING:
    from mem.core.protocols import Vectors

CARRIED_SOURCE: Final = "mem:carried"
_READER = "memories"


@dataclass(frozen=True, slots=True)
class Arriving:
    """A document as it would stand here; `ids` are those of all its passages, in order.

    `chunks` are those that may be written; none where it `stays` as this store has it. `left_out`
    are ids of passages that are forgotten here; all of them where the whole document is.
    """

    head: ParsedDocument
    identity: str
    ids: tuple[str, ...]
    chunks: tuple[Chunk, ...]
    extractors: Mapping[str, Sequence[str]]
    secrets: tuple[SecretPlace, ...] = ()
    stays: bool = False
    left_out: frozenset[str] = frozenset()

    @property
    def forgotten(self) -> bool:
        """Whether nothing of it may be written."""
        return not self.stays and not self.chunks


class Arrivals:
    """Reads and writes the documents of one bundle."""

    def __init__(self, assistant: Assistant) -> None:
        self._store = assistant.store
        self._embeddings = assistant.embeddings
        self._embedder = assistant.embedder
        self._at: datetime = assistant.clock.utc()
        self._forgotten = Forgotten(self._store.database, readmit=False)
        self._redactor: Redactor | None = None
        if assistant.settings.import_secrets == "redact":
            database = self._store.database
            self._redactor = Redactor(secret_key(database), allowed_marks(database))

    def clean(self, text: str) -> str:
        """The text without secrets."""
        return text if self._redactor is None else self._redactor.redact(text).text

    def names(self, given: Iterable[str]) -> tuple[str, ...]:
        """Those names that are not forgotten here."""
        return tuple(one for one in given if not self._forgotten.is_called(one))

    def prepared(self, document: CarriedDocument) -> Arriving:
        """What would become of a document. Writes nothing."""
        cleaned, secrets = self._without_secrets(document)
        head = cleaned.head
        identity = identity_of(self._store.database.connection, head.uri)
        chunks = tuple(_with_ids(identity, head, [one.chunk for one in cleaned.passages]))
        ids = tuple(one.id for one in chunks)
        extractors = {
            chunk.id: passage.extractors
            for chunk, passage in zip(chunks, cleaned.passages, strict=True)
        }
        whole = self._forgotten.whole(head, chunks)
        bare, kept = self._forgotten.without(head, chunks)
        left_out = frozenset(ids) - (frozenset() if whole else {one.id for one in kept})
        made = Arriving(bare, identity, ids, kept, extractors, secrets, left_out=left_out)
        if whole or not kept:
            return replace(made, chunks=())
        known = self._store.documents.get(identity)
        if known is not None and DocumentKind.CHAT not in (head.kind, known.kind):
            return replace(made, chunks=(), stays=True)
        # A note and a conversation of one address are not one document.
        other = known is not None and known.kind is not head.kind
        return replace(made, chunks=(), stays=True) if other else made

    def vectors(self, several: Sequence[Arriving]) -> dict[str, Vectors]:
        """Vectors of those of their passages that this store has not, by id."""
        chunks = [chunk for one in several for chunk in one.chunks]
        held = self._store.chunks.keys_of([chunk.id for chunk in chunks])
        fresh = [chunk for chunk in chunks if chunk.id not in held]
        if not fresh:
            return {}
        rows = self._embedder.embed([chunk.embedded_text for chunk in fresh])
        return {chunk.id: row for chunk, row in zip(fresh, rows, strict=True)}

    def write(
        self,
        connection: sqlite3.Connection,
        one: Arriving,
        vectors: Mapping[str, Vectors],
        ledger: Ledger,
    ) -> None:
        """Write a document in the caller's transaction, and count it."""
        if one.forgotten or self._forgotten.since(connection, one.head, one.chunks):
            ledger.skip(one.head.uri, "forgotten", "it was forgotten here")
            return
        if one.stays:
            ledger.unchanged += 1
            return
        held = self._store.chunks.keys_of(one.ids)
        written = put_document(
            connection,
            one.head,
            one.identity,
            one.chunks,
            {chunk: vectors[chunk] for chunk in vectors if chunk in set(one.ids)},
            fingerprint=self._embeddings.fingerprint,
            at=self._at,
            merge=True,
        )
        put_secrets(connection, one.identity, one.secrets, at=self._at, merge=True)
        self._note_extracted(connection, one, held)
        self._note_source(connection, one)
        ledger.written(written)

    def _note_extracted(
        self, connection: sqlite3.Connection, one: Arriving, held: Mapping[str, int]
    ) -> None:
        """What was gone through there is not gone through here again: its memories come too."""
        fresh = [chunk.id for chunk in one.chunks if chunk.id not in held]
        keys = self._store.chunks.keys_of(fresh)
        connection.executemany(
            "INSERT OR IGNORE INTO extraction (chunk_pk, extractor) VALUES (?, ?)",
            [(keys[id_], name) for id_ in fresh for name in one.extractors[id_] if id_ in keys],
        )

    def _note_source(self, connection: sqlite3.Connection, one: Arriving) -> None:
        source = source_id(CARRIED_SOURCE)
        connection.execute(
            "INSERT OR IGNORE INTO source (id, uri, kind, added_at) VALUES (?, ?, 'typed', ?)",
            (source, CARRIED_SOURCE, format_time(self._at)),
        )
        uri = f"{CARRIED_SOURCE}/{one.identity}"
        record = FileRecord(uri, source, 0, 0, None, _READER, documents=1)
        link_documents(connection, put_file(connection, record), [one.identity])

    def _without_secrets(
        self, document: CarriedDocument
    ) -> tuple[CarriedDocument, tuple[SecretPlace, ...]]:
        redactor = self._redactor
        if redactor is None:
            return document, ()
        places: list[SecretPlace] = []

        def cleaned(text: str, locator: str) -> str:
            done = redactor.redact(text)
            places.extend(SecretPlace(one.mark, one.kind, locator) for one in done.replaced)
            return done.text

        def all_cleaned(texts: Iterable[str], locator: str) -> tuple[str, ...]:
            return tuple(cleaned(text, locator) for text in texts)

        head = document.head
        head = replace(
            head,
            title=cleaned(head.title, "title"),
            tags=all_cleaned(head.tags, "tags"),
            aliases=all_cleaned(head.aliases, "aliases"),
            links=all_cleaned(head.links, "links"),
            notices=all_cleaned(head.notices, "notices"),
        )
        passages = []
        for one in document.passages:
            text = cleaned(one.chunk.text, one.chunk.locator)
            context = self.clean(one.chunk.context)
            end = one.chunk.start + len(text)
            passages.append(
                replace(one, chunk=replace(one.chunk, text=text, context=context, end=end))
            )
        return CarriedDocument(head, tuple(passages)), tuple(places)


def _with_ids(identity: str, head: ParsedDocument, chunks: Sequence[Chunk]) -> Iterator[Chunk]:
    """The passages with the ids that an import of the same words gives them."""
    seen: Counter[tuple[str | None, str]] = Counter()
    for chunk in chunks:
        message = None
        if head.kind is DocumentKind.CHAT:
            message = f"{chunk.session_id}\x1f{chunk.message_id}"
        key = (message, chunk.text)
        id_ = chunk_id(identity, chunk.text, seen[key], message=message)
        seen[key] += 1
        yield replace(chunk, id=id_, document_id=identity)
