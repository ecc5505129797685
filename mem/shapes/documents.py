"""What `mem import`, `mem list --documents` and `mem show` of a document print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mem.shapes.base import SCHEMA, Shape, time

if TYPE_CHECKING:
    from mem.assistant import DocumentView
    from mem.core.chunk import Chunk
    from mem.ingest.ledger import Ledger
    from mem.store.documents import DocumentRecord


def ledger(value: Ledger) -> Shape:
    """`mem import --json`."""

    def entries(outcome: str) -> list[Shape]:
        return [
            {"uri": entry.uri, "code": entry.code, "reason": entry.reason}
            for entry in value.entries
            if entry.outcome == outcome
        ]

    return {
        "schema": SCHEMA,
        "documents": {
            "seen": value.seen,
            "added": value.added,
            "updated": value.updated,
            "unchanged": value.unchanged,
            "skipped": value.skipped,
            "failed": value.failed,
        },
        "chunks": {"added": value.chunks_added, "removed": value.chunks_removed},
        "skipped": entries("skipped"),
        "failed": entries("failed"),
        "elapsed_ms": round(value.elapsed_ms, 1),
    }


def document(value: DocumentRecord) -> Shape:
    """A document without its text."""
    return {
        "id": value.id,
        "uri": value.uri,
        "kind": value.kind.value,
        "format": value.format,
        "title": value.title,
        "said_at": time(value.said_at),
        "said_at_origin": value.said_at_origin.value if value.said_at_origin else None,
        "tags": list(value.tags),
        "aliases": list(value.aliases),
        "links": list(value.links),
        "notices": list(value.notices),
        "gone": value.gone,
        "recorded_at": value.recorded_at,
        "updated_at": value.updated_at,
        "chunks": value.chunks,
    }


def documents(values: Sequence[DocumentRecord]) -> Shape:
    """`mem list --json`."""
    return {"schema": SCHEMA, "documents": [document(value) for value in values]}


def chunk(value: Chunk) -> Shape:
    """A chunk verbatim, with its place."""
    return {
        "id": value.id,
        "seq": value.seq,
        "text": value.text,
        "context": value.context,
        "locator": value.locator,
        "start": value.start,
        "end": value.end,
        "speaker": value.speaker,
        "role": value.role,
        "said_at": time(value.said_at),
        "session_id": value.session_id,
        "message_id": value.message_id,
        "variant": value.variant,
    }


def document_view(value: DocumentView) -> Shape:
    """`mem show --json` of a document: its chunks verbatim, and the one that was asked for."""
    return {
        "schema": SCHEMA,
        **document(value.document),
        "focus": value.focus,
        "chunks": [chunk(one) for one in value.chunks],
    }
