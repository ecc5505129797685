"""From a parsed document to chunks: verbatim slices that together hold every word.

A passage of a note never crosses a heading and never cuts code or a table row; a message of a
chat is one chunk, or several pieces of one when it is too long for the embedder to see whole.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mem.core.chunk import METADATA_ROLE, Chunk
from mem.core.document import Block, BlockKind, DocumentKind, Message, ParsedDocument
from mem.core.ids import chunk_id

CHUNKER_VERSION = 1
# The embedder sees 256 tokens; English notes have about 4.3 characters a token.
PASSAGE_CHARACTERS = 1000
SMALL_CHARACTERS = 160
MESSAGE_CHARACTERS = 1000
_WHOLE = {BlockKind.CODE}
_CUTS = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"(?<=[.!?…])\s"),
    re.compile(r"\s"),
)


@dataclass(frozen=True, slots=True)
class _Slice:
    start: int
    end: int
    line: int
    headings: tuple[str, ...]
    metadata: bool = False
    place: str | None = None


def chunk_document(parsed: ParsedDocument, identity: str) -> list[Chunk]:
    """The document's chunks in order, with ids that other parts of the document do not change."""
    if parsed.kind is DocumentKind.CHAT:
        return _chat_chunks(parsed, identity)
    return _note_chunks(parsed, identity)


def _note_chunks(parsed: ParsedDocument, identity: str) -> list[Chunk]:
    seen: Counter[str] = Counter()
    chunks: list[Chunk] = []
    for piece in _passages(parsed):
        text = parsed.text[piece.start : piece.end]
        if not text.strip():
            continue
        chunks.append(
            Chunk(
                id=chunk_id(identity, text, seen[text]),
                document_id=identity,
                seq=len(chunks),
                text=text,
                context=_context(parsed.title, piece.headings),
                start=piece.start,
                end=piece.end,
                locator=piece.place or f"line {piece.line}",
                role=METADATA_ROLE if piece.metadata else None,
                said_at=parsed.said_at,
            )
        )
        seen[text] += 1
    return chunks


def _context(title: str, headings: tuple[str, ...]) -> str:
    path = [title, *(heading for heading in headings if heading != title)]
    return " > ".join(part for part in path if part)


def _passages(parsed: ParsedDocument) -> Iterator[_Slice]:
    """Blocks under one heading, joined while they fit; long prose cut at its best places."""
    current: _Slice | None = None
    for block in parsed.blocks:
        for piece in _pieces(parsed.text, block):
            if current is not None and _joins(parsed.text, current, piece, block):
                current = replace(current, end=piece.end, headings=piece.headings)
                continue
            if current is not None:
                yield current
            current = piece
    if current is not None:
        yield current


def _joins(text: str, current: _Slice, piece: _Slice, block: Block) -> bool:
    if current.metadata or piece.metadata or current.place != piece.place:
        return False
    if piece.end - current.start > PASSAGE_CHARACTERS:
        # A heading alone is no passage: it goes with what follows, whatever its size.
        return _only_headings(text, current) and block.kind is not BlockKind.HEADING
    if block.kind is BlockKind.HEADING:
        return _only_headings(text, current) or current.end - current.start < SMALL_CHARACTERS
    return True


def _only_headings(text: str, current: _Slice) -> bool:
    lines = [line.strip() for line in text[current.start : current.end].splitlines()]
    return all(not line or line.startswith(("#", "*", "=", "---")) for line in lines)


def _pieces(text: str, block: Block) -> Iterator[_Slice]:
    if block.kind in _WHOLE or block.end - block.start <= PASSAGE_CHARACTERS:
        metadata = block.kind is BlockKind.METADATA
        yield _Slice(block.start, block.end, block.line, block.headings, metadata, block.place)
        return
    line, counted = block.line, block.start
    for start, end in cut(text, block.start, block.end, PASSAGE_CHARACTERS):
        line += text.count("\n", counted, start)
        counted = start
        yield _Slice(start, end, line, block.headings, place=block.place)


def cut(text: str, start: int, end: int, limit: int) -> Iterator[tuple[int, int]]:
    """Spans of at most `limit` characters that tile `[start, end)`.

    Cuts at the last blank line in the second half of each span, else line end, sentence end,
    space, and only then in the middle of a word.
    """
    while end - start > limit:
        at = _best_cut(text, start, start + limit)
        yield start, at
        start = at
    yield start, end


def _best_cut(text: str, start: int, limit: int) -> int:
    half = start + (limit - start) // 2
    for pattern in _CUTS:
        found = [match.end() for match in pattern.finditer(text, half, limit)]
        if found:
            return found[-1]
    return limit


def _chat_chunks(parsed: ParsedDocument, identity: str) -> list[Chunk]:
    chunks: list[Chunk] = []
    for message in parsed.messages:
        seen: Counter[str] = Counter()
        for start, end in cut(message.text, 0, len(message.text), MESSAGE_CHARACTERS):
            text = message.text[start:end]
            if not text.strip():
                continue
            id_ = chunk_id(identity, text, seen[text], message=f"{message.session}\x1f{message.id}")
            seen[text] += 1
            chunks.append(_message_chunk(parsed, identity, message, (start, end), id_, len(chunks)))
    return chunks


def _message_chunk(
    parsed: ParsedDocument,
    identity: str,
    message: Message,
    span: tuple[int, int],
    id_: str,
    seq: int,
) -> Chunk:
    return Chunk(
        id=id_,
        document_id=identity,
        seq=seq,
        text=message.text[span[0] : span[1]],
        context=parsed.title,
        start=span[0],
        end=span[1],
        locator=f"message {message.id}",
        speaker=message.speaker,
        role=message.role,
        said_at=message.at or parsed.said_at,
        session_id=message.session,
        message_id=message.id,
        variant=message.variant,
    )
