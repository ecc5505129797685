"""Hand-made hits for the tests of answering."""

from __future__ import annotations

from datetime import datetime

from mem.core.query import Filters, Hit, HitSource, SearchResult


def note(
    text: str, *, title: str = "A note", said_at: datetime | None = None, score: float = 0.5
) -> Hit:
    """A passage of a note."""
    source = HitSource(f"file:///{title}.md", title, "line 1")
    return Hit(f"n-{hash((title, text))}", "chunk", text, score, source, title, said_at=said_at)


def message(text: str, speaker: str, said_at: datetime, *, score: float = 0.5) -> Hit:
    """A message of a chat."""
    source = HitSource("chat:1", "A chat", "message 1")
    return Hit(
        id=f"m-{hash((speaker, text))}",
        kind="chunk",
        text=text,
        score=score,
        source=source,
        document_id="chat",
        speaker=speaker,
        role="other",
        said_at=said_at,
        message_id=f"m-{text[:12]}",
        session_id="s",
    )


def found(question: str, *hits: Hit, confidence: float = 0.5) -> SearchResult:
    """What a search would hand over."""
    return SearchResult(question, Filters(), hits, 1.0, confidence, prior=confidence)
