"""What `mem search` and `mem ask` print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mem.shapes.base import SCHEMA, Shape, time

if TYPE_CHECKING:
    from mem.core.answer import Answer
    from mem.core.query import Filters, Hit, Reranked, SearchResult


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
        "said_at_origin": value.said_at_origin.value if value.said_at_origin else None,
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
                "said_at_origin": citation.said_at_origin.value
                if citation.said_at_origin
                else None,
            }
            for citation in value.citations
        ],
        "elapsed_ms": round(value.elapsed_ms, 1),
    }
