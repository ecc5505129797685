"""What is not read from a file becomes a document of its own, at once and with its vector: what a
person types, and what another program hands over.

Only the person's own typing is trusted, and it alone may bring back what was forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mem.core.chunk import Chunk
from mem.core.clock import format_time
from mem.core.document import (
    Block,
    BlockKind,
    DocumentKind,
    Message,
    ParsedDocument,
    SaidAtOrigin,
)
from mem.core.ids import source_id, text_hash
from mem.core.protocols import Embedder
from mem.errors import EmptyQuery, WasForgotten
from mem.ingest.chunking import chunk_document
from mem.ingest.forgotten import Forgotten
from mem.ingest.secrets import Screened, SecretScreen
from mem.store.documents import identity_of, put_document
from mem.store.embeddings import Embeddings
from mem.store.files import FileRecord, link_documents, put_file
from mem.store.journal import write_entry
from mem.store.secrets import put_secrets
from mem.store.store import Store

TYPED_SOURCE = "mem:typed"
RECEIVED_SOURCE = "mem:received"
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
    at = _Taking(TYPED_SOURCE, "typed", "user", recorded_at)
    return _take_in(store, embeddings, embedder, screened, at)


def take_in_received(
    store: Store,
    embeddings: Embeddings,
    embedder: Embedder,
    text: str,
    *,
    sender: str,
    said_at: datetime,
    recorded_at: datetime,
    redact: bool = True,
) -> str:
    """Store `text` as what the program `sender` said at `said_at`; returns the document's id.

    It is one message of an assistant, named as one whatever it calls itself, so that nothing is
    drawn from it as the user's own. Secrets are replaced as in `take_in_typed`. Raises EmptyQuery,
    WasForgotten.
    """
    if not text.strip():
        raise EmptyQuery
    parsed = _received(text, sender, said_at)
    screened = Screened(parsed)
    if redact:
        screened = SecretScreen.of(store.database).document(parsed)
        (message,) = screened.parsed.messages
        clean = _received(message.text, sender, said_at)
        screened = replace(screened, parsed=replace(clean, notices=screened.parsed.notices))
    at = _Taking(RECEIVED_SOURCE, "received", f"mcp:{sender}", recorded_at)
    return _take_in(store, embeddings, embedder, screened, at)


@dataclass(frozen=True, slots=True)
class _Taking:
    """By which way something comes in: its source, what "reads" it, who acts, and when."""

    source: str
    reader: str
    actor: str
    recorded_at: datetime


def _take_in(
    store: Store, embeddings: Embeddings, embedder: Embedder, screened: Screened, at: _Taking
) -> str:
    """Store a document of its own; returns its id. Raises WasForgotten unless the user typed it."""
    parsed, recorded_at = screened.parsed, at.recorded_at
    identity = identity_of(store.database.connection, parsed.uri)
    chunks = chunk_document(parsed, identity)
    if at.source != TYPED_SOURCE:
        _refuse_forgotten(store, parsed, chunks)
    rows = embedder.embed([chunk.embedded_text for chunk in chunks])
    vectors = {chunk.id: row for chunk, row in zip(chunks, rows, strict=True)}
    source = source_id(at.source)
    with store.database.transaction() as connection:
        connection.execute(
            "INSERT OR IGNORE INTO source (id, uri, kind, added_at) VALUES (?, ?, 'typed', ?)",
            (source, at.source, format_time(recorded_at)),
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
        size = sum(len(chunk.text) for chunk in chunks)
        record = FileRecord(parsed.uri, source, size, 0, None, at.reader, documents=1)
        link_documents(connection, put_file(connection, record), [identity])
        write_entry(connection, at=recorded_at, actor=at.actor, action="add", subject=identity)
    return identity


def _refuse_forgotten(store: Store, parsed: ParsedDocument, chunks: Sequence[Chunk]) -> None:
    """Raises WasForgotten where the document or any passage of it was."""
    forgotten = Forgotten(store.database, readmit=False)
    kept = forgotten.without(parsed, chunks)[1]
    if len(kept) < len(chunks) or forgotten.whole(parsed, chunks):
        raise WasForgotten


def _screened(
    store: Store, text: str, title: str | None, said_at: datetime, *, redact: bool
) -> Screened:
    """The document; its title and its address are made of the words without secrets."""
    if not redact:
        return Screened(_parsed(text, title, said_at))
    screened = SecretScreen.of(store.database).document(_parsed(text, title, said_at))
    clean = _parsed(screened.parsed.text, title and screened.parsed.title, said_at)
    return replace(screened, parsed=replace(clean, notices=screened.parsed.notices))


def _received(text: str, sender: str, said_at: datetime) -> ParsedDocument:
    mark = text_hash(f"{format_time(said_at)} {sender} {text}")[:16]
    return ParsedDocument(
        uri=f"{RECEIVED_SOURCE}/{mark}",
        kind=DocumentKind.CHAT,
        format="received",
        title=f"From {sender}",
        messages=(Message(mark, f"{sender} (assistant)", "assistant", text, at=said_at),),
        said_at=said_at,
        said_at_origin=SaidAtOrigin.MESSAGE,
    )


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
