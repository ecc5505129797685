"""Chunks for the extraction tests."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from mem.core.chunk import Chunk
from mem.core.language import Prompt
from mem.core.memory import Candidate
from mem.extraction.proposing.model import Drawn, ModelExtractor
from mem.extraction.rules import RulesExtractor
from mem.store.chunks import StoredChunk
from mem.testing import FakeLanguageModel

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


def stored(chunk: Chunk, *, kind: str = "chat", title: str = "", uri: str = "x") -> StoredChunk:
    return StoredChunk(chunk.seq + 1, chunk, uri=uri, title=title, kind=kind, gone=False)


def proposed(passage: int = 1, **values: Any) -> dict[str, Any]:
    """An item of a reply, about the first message of `MOVED` unless told otherwise."""
    return {
        "passage": passage,
        "quote": "I moved to Porto last week",
        "when": "last week",
        "kind": "event",
        "text": "The user moved to Porto.",
        "subject": "The user",
        "predicate": "move to",
        "object": "Porto",
        **values,
    }


def replied(*items: object) -> str:
    return json.dumps({"memories": list(items)})


def drawn_by(reply: str | Callable[[Prompt], str], chunks: Sequence[StoredChunk]) -> Drawn:
    """What an extractor makes of chunks whose model replies so."""
    model = FakeLanguageModel(reply if callable(reply) else lambda _prompt: reply)
    drawn = Drawn()
    ModelExtractor(model).draw([], chunks, drawn)
    return drawn
