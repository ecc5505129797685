"""Something typed becomes a document of its own, at once and with its vector."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mem.core.clock import format_time
from mem.core.document import Block, BlockKind, DocumentKind, ParsedDocument, SaidAtOrigin
from mem.core.ids import source_id, text_hash
from mem.core.protocols import Embedder
from mem.errors import EmptyQuery
from mem.ingest.chunking import chunk_document
from mem.ingest.secrets import Screened, SecretScreen
from mem.store.documents import identity_of, put_document
from mem.store.embeddings import Embeddings
from mem.store.files import FileRecord, link_documents, put_file
from mem.store.journal import write_entry
from mem.store.secrets import put_secrets
from mem.store.store import Store

TYPED_SOURCE = "mem:typed"
_TITLE_CHARACTERS = 60


def take_in_typed(
    store: Store,
    embeddings: Embeddings,
    embedder: Embedder,
    text: str,
    *,
    title: str | None,
    said_at: datetime,
    recorded_at: datetime,
    redact: bool = True,
) -> str:
    """Store `text` as a note said at `said_at`; returns the document's id.

    The same words at the same moment are one document. Secrets are replaced by placeholders unless
    `redact` is False. Raises EmptyQuery for no words.
    """
    if not text.strip():
        raise EmptyQuery
    screened = _screened(store, text, title, said_at, redact=redact)
    parsed = screened.parsed
    identity = identity_of(store.database.connection, parsed.uri)
    chunks = chunk_document(parsed, identity)
    rows = embedder.embed([chunk.embedded_text for chunk in chunks])
    vectors = {chunk.id: row for chunk, row in zip(chunks, rows, strict=True)}
    source = source_id(TYPED_SOURCE)
    with store.database.transaction() as connection:
        connection.execute(
            "INSERT OR IGNORE INTO source (id, uri, kind, added_at) VALUES (?, ?, 'typed', ?)",
            (source, TYPED_SOURCE, format_time(recorded_at)),
        )
        put_document(
            connection,
            parsed,
            identity,
            chunks,
            vectors,
            fingerprint=embeddings.fingerprint,
            at=recorded_at,
            merge=False,
        )
        put_secrets(connection, identity, screened.places, at=recorded_at, merge=False)
        record = FileRecord(parsed.uri, source, len(text), 0, None, "typed", documents=1)
        link_documents(connection, put_file(connection, record), [identity])
        write_entry(connection, at=recorded_at, actor="user", action="add", subject=identity)
    return identity


def _screened(
    store: Store, text: str, title: str | None, said_at: datetime, *, redact: bool
) -> Screened:
    """The document; its title and its address are made of the words without secrets."""
    if not redact:
        return Screened(_parsed(text, title, said_at))
    screened = SecretScreen.of(store.database).document(_parsed(text, title, said_at))
    clean = _parsed(screened.parsed.text, title and screened.parsed.title, said_at)
    return replace(screened, parsed=replace(clean, notices=screened.parsed.notices))


def _parsed(text: str, title: str | None, said_at: datetime) -> ParsedDocument:
    first_line = text.strip().splitlines()[0]
    if len(first_line) > _TITLE_CHARACTERS:
        first_line = first_line[: _TITLE_CHARACTERS - 1].rstrip() + "…"
    return ParsedDocument(
        uri=f"mem:typed/{text_hash(f'{format_time(said_at)} {text}')[:16]}",
        kind=DocumentKind.NOTE,
        format="typed",
        title=title or first_line,
        text=text,
        blocks=(Block(BlockKind.PROSE, 0, len(text), 1),),
        said_at=said_at,
        said_at_origin=SaidAtOrigin.TYPED,
    )
