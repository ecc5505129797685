"""A typed note, or a program's message, as one memory: its words as they stand.

Either has its whole text as evidence. What the user types has the highest trust, and is read by the
extractor where it can; what a program says has the lowest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from mem.core.memory import Candidate, Evidence, MemoryKind, Trust
from mem.store.chunks import StoredChunk

if TYPE_CHECKING:
    from mem.consolidation.worker import Extractor

_IMPORTANCE = 0.8
# What a program says of the user is worth a look, no more.
_RECEIVED_IMPORTANCE = 0.5
_RECEIVED_CONFIDENCE = 0.5


def typed_candidate(
    stored: Sequence[StoredChunk],
    kind: MemoryKind,
    extractor: Extractor,
    happened: tuple[datetime, datetime] | None,
) -> Candidate:
    """The candidate of a typed document; subject and predicate only where one reading is found."""
    drawn = extractor.extract(stored)
    text = "\n\n".join(one.chunk.text for one in stored).strip()
    read = drawn[0] if len(drawn) == 1 else None
    start, end = happened or (None, None)
    candidate = Candidate(
        kind=kind,
        text=text,
        subject=read.subject if read else "user",
        predicate=read.predicate if read else "",
        object=read.object if read else text,
        evidence=tuple(
            Evidence(one.chunk.id, 0, len(one.chunk.text), one.chunk.text) for one in stored
        ),
        said_at=stored[0].chunk.said_at,
        trust=Trust.TYPED,
        confidence=1.0,
        origin="user",
        importance=_IMPORTANCE,
        happened_from=start,
        happened_to=end,
    )
    if read is None:
        return candidate
    return replace(
        candidate,
        exclusive=read.exclusive,
        negated=read.negated,
        happened_from=start or read.happened_from,
        happened_to=end or read.happened_to,
        valid_from=read.valid_from,
        valid_to=read.valid_to,
        entities=read.entities,
    )


def read_again(text: str, said_at: datetime | None, extractor: Extractor) -> Candidate | None:
    """What an extractor makes of a corrected text; None unless it is one statement."""
    from mem.core.chunk import Chunk

    chunk = Chunk("", "", 0, text, "", 0, len(text), "", said_at=said_at)
    drawn = extractor.extract([StoredChunk(0, chunk, "", "", "note", False)])
    return drawn[0] if len(drawn) == 1 else None


def received_candidate(stored: Sequence[StoredChunk], kind: MemoryKind, sender: str) -> Candidate:
    """The candidate of what the program `sender` handed over."""
    text = "\n\n".join(one.chunk.text for one in stored).strip()
    evidence = tuple(
        Evidence(one.chunk.id, 0, len(one.chunk.text), one.chunk.text) for one in stored
    )
    return replace(received_statement(text, kind), evidence=evidence, origin=f"mcp:{sender}")


def received_statement(text: str, kind: MemoryKind) -> Candidate:
    """What a program says, before it stands anywhere; its fingerprint is the candidate's."""
    return Candidate(
        kind=kind,
        text=text.strip(),
        subject="user",
        predicate="",
        object=text.strip(),
        evidence=(),
        said_at=None,
        trust=Trust.INFERRED,
        confidence=_RECEIVED_CONFIDENCE,
        origin="mcp",
        importance=_RECEIVED_IMPORTANCE,
    )
