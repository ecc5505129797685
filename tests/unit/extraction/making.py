"""Chunks for the extraction tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mem.core.chunk import Chunk
from mem.core.memory import Candidate
from mem.extraction.rules import RulesExtractor

SAID_AT = datetime(2025, 11, 20, 9)  # a Thursday


def note(text: str, *, context: str = "Note", said_at: datetime | None = SAID_AT) -> Chunk:
    return Chunk(
        id="n1", document_id="d", seq=0, text=text, context=context, start=0, end=len(text),
        locator="line 1", said_at=said_at,
    )  # fmt: skip


def message(place: int, speaker: str | None, role: str, text: str) -> Chunk:
    return Chunk(
        id=f"m{place}", document_id="d", seq=place, text=text, context="", start=0, end=len(text),
        locator=f"message {place}", speaker=speaker, role=role, said_at=SAID_AT, session_id="s",
        message_id=str(place),
    )  # fmt: skip


def from_note(extractor: RulesExtractor, text: str, *, context: str = "Note") -> list[Candidate]:
    return extractor.extract(
        [note(text, context=context)],
        document_kind="note",
        document_title="Note",
    )


def from_chat(
    extractor: RulesExtractor, messages: Sequence[tuple[str | None, str, str]]
) -> list[Candidate]:
    chunks = [message(place, *one) for place, one in enumerate(messages)]
    return extractor.extract(chunks, document_kind="chat", document_title="")
