"""Values as the JSON that the documentation promises; keys are added but never renamed or removed.

Each function returns plain dicts and lists; times are ISO 8601 or null.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mem.cli.output import SCHEMA
from mem.core.clock import format_time

if TYPE_CHECKING:
    from mem.assistant import DocumentView
    from mem.core.answer import Answer
    from mem.core.chunk import Chunk
    from mem.core.query import Filters, Hit, Reranked, SearchResult
    from mem.ingest.ledger import Ledger
    from mem.store.documents import DocumentRecord

Shape = dict[str, Any]


def time(moment: datetime | None) -> str | None:
    """ISO 8601 to the second."""
    return format_time(moment) if moment else None


def hit(value: Hit) -> Shape:
    """One search result; `derived` are memories drawn from it that match, where there are any."""
    shape: Shape = {
        "id": value.id,
        "kind": value.kind,
        "text": value.text,
        "score": round(value.score, 4),
        "source": {
            "uri": value.source.uri,
            "title": value.source.title,
            "locator": value.source.locator,
        },
        "speaker": value.speaker,
        "said_at": time(value.said_at),
        "happened_at": time(value.happened_at),
        "message_id": value.message_id,
        "session_id": value.session_id,
        "signals": {name: round(signal, 4) for name, signal in value.signals.items()},
    }
    if value.derived:
        shape["derived"] = [
            {
                "id": drawn.id,
                "text": drawn.text,
                "score": round(drawn.score, 4),
                "conflict": drawn.conflicts,
            }
            for drawn in value.derived
        ]
    return shape


def filters(value: Filters) -> Shape:
    """The limits in force; null where there is none."""
    return {
        "since": time(value.since),
        "before": time(value.before),
        "source": value.source,
        "kind": value.kind,
        "speaker": value.speaker,
    }


def search(value: SearchResult) -> Shape:
    """`mem search --json`."""
    return {
        "schema": SCHEMA,
        "query": value.query,
        "filters": filters(value.filters),
        "deep": value.deep,
        "reranked": _reranked(value.reranked),
        "hits": [hit(found) for found in value.hits],
        "elapsed_ms": round(value.elapsed_ms, 1),
    }


def _reranked(value: Reranked | None) -> Shape | None:
    """How many hits a reranker has read of those that it should have; null where none did."""
    if value is None:
        return None
    return {"model": value.model, "hits": value.done, "of": value.wanted}


def answer(value: Answer) -> Shape:
    """`mem ask --json`."""
    return {
        "schema": SCHEMA,
        "question": value.question,
        "answer": value.answer,
        "abstained": value.abstained,
        "confidence": round(value.confidence, 4),
        "mode": value.mode,
        "dropped": value.dropped,
        "effort": value.effort,
        "notices": list(value.notices),
        "sentences": [
            {"text": sentence.text, "citations": list(sentence.citations)}
            for sentence in value.sentences
        ],
        "citations": [
            {
                "n": citation.n,
                "id": citation.id,
                "uri": citation.uri,
                "locator": citation.locator,
                "quote": citation.quote,
                "said_at": time(citation.said_at),
            }
            for citation in value.citations
        ],
        "elapsed_ms": round(value.elapsed_ms, 1),
    }


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


def view(value: DocumentView) -> Shape:
    """`mem show --json` of a document: its chunks verbatim, and the one that was asked for."""
    return {
        "schema": SCHEMA,
        **document(value.document),
        "focus": value.focus,
        "chunks": [chunk(one) for one in value.chunks],
    }
