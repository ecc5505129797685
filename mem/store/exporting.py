"""Stored documents as their parsers gave them, as far as chunks hold it: every word, no layout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from mem.core.chunk import METADATA_ROLE, Chunk
from mem.core.document import Block, BlockKind, DocumentKind, Message, ParsedDocument
from mem.store.chunks import Chunks
from mem.store.database import Database
from mem.store.documents import DocumentRecord, Documents


def stored_documents(database: Database) -> Iterator[ParsedDocument]:
    """Every active document in order of its address."""
    documents, chunks = Documents(database), Chunks(database)
    rows = database.rows("SELECT id FROM document ORDER BY uri")
    for (identity,) in rows:
        record = documents.get(str(identity))
        if record is not None and not record.gone:
            yield _document(record, chunks.of_document(record.id))


def _document(record: DocumentRecord, chunks: Sequence[Chunk]) -> ParsedDocument:
    chat = record.kind is DocumentKind.CHAT
    text, blocks = ("", ()) if chat else _note(chunks)
    messages = tuple(_messages(chunks)) if chat else ()
    return replace(record.head(), text=text, blocks=blocks, messages=messages)


def _note(chunks: Sequence[Chunk]) -> tuple[str, tuple[Block, ...]]:
    """The text, blank lines between passages as far apart as they were, and its passages."""
    pieces: list[str] = []
    blocks: list[Block] = []
    length, line = 0, 1
    for chunk in chunks:
        gap = "\n" * max(chunk.start - length, 1 if pieces else 0)
        start = length + len(gap)
        line += len(gap)
        kind = BlockKind.METADATA if chunk.role == METADATA_ROLE else BlockKind.PROSE
        blocks.append(Block(kind, start, start + len(chunk.text), line))
        pieces += (gap, chunk.text)
        length = start + len(chunk.text)
        line += chunk.text.count("\n")
    return "".join(pieces), tuple(blocks)


def _messages(chunks: Sequence[Chunk]) -> Iterator[Message]:
    """The messages, the pieces of a long one joined."""
    pieces: list[Chunk] = []
    for chunk in chunks:
        same = pieces and (chunk.message_id, chunk.session_id) == (
            pieces[0].message_id,
            pieces[0].session_id,
        )
        if pieces and not same:
            yield _message(pieces)
            pieces = []
        pieces.append(chunk)
    if pieces:
        yield _message(pieces)


def _message(pieces: Sequence[Chunk]) -> Message:
    first = pieces[0]
    return Message(
        id=first.message_id or first.id,
        speaker=first.speaker or "unknown",
        role=first.role or "other",
        text="".join(piece.text for piece in pieces),
        at=first.said_at,
        session=first.session_id,
        variant=first.variant,
    )
