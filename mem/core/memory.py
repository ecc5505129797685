"""The memory: a derived statement that always points to the exact characters it came from.

Statements are about the world; `valid_from`/`valid_to` say when they are true of it (half-open),
`recorded_at`/`expired_at` when memory held them so. Nothing here is changed in place: a change
makes a new value, and the store's journal keeps both.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from mem.core.ids import text_hash


class MemoryKind(StrEnum):
    """PROFILE: lasting traits and preferences of the user. FACT: semantic. EVENT: episodic.
    PROCEDURE: how something is done. RESOURCE: where something is.
    """

    PROFILE = "profile"
    FACT = "fact"
    EVENT = "event"
    PROCEDURE = "procedure"
    RESOURCE = "resource"


class MemoryStatus(StrEnum):
    """proposed → active → superseded | archived | rejected | quarantined."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    SUPERSEDED = "superseded"
    ARCHIVED = "archived"
    REJECTED = "rejected"
    QUARANTINED = "quarantined"


class Trust(IntEnum):
    """Strongest last; a derived memory takes the lowest trust of its evidence."""

    INFERRED = 1
    WEB = 2
    OTHERS = 3
    OWN_CHAT = 4
    OWN_NOTE = 5
    TYPED = 6


class Relation(StrEnum):
    """How one memory stands to another; `supersedes` points from the newer to the older."""

    EXTENDS = "extends"
    CAUSES = "causes"
    CONTRADICTS = "contradicts"
    SUPERSEDES = "supersedes"
    SAME_TOPIC = "same-topic"


@dataclass(frozen=True, slots=True)
class Evidence:
    """`quote` is exactly the characters `[start, end)` of the chunk's text."""

    chunk_id: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """What an extractor proposes. Code verifies and decides; nothing is stored unverified.

    `predicate` is a normalised key ("live in", "prefer", "work at"), `exclusive` says that the
    subject has one such object at a time (an address, a job), so that a newer one supersedes.
    `happened_from`/`happened_to` are half-open, resolved against `said_at`. It is not `dated` where
    `said_at` is only the time of its file, which a copy or an edit changes.
    """

    kind: MemoryKind
    text: str
    subject: str
    predicate: str
    object: str
    evidence: tuple[Evidence, ...]
    said_at: datetime | None
    trust: Trust
    confidence: float
    origin: str
    importance: float = 0.5
    exclusive: bool = False
    negated: bool = False
    happened_from: datetime | None = None
    happened_to: datetime | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    entities: tuple[str, ...] = ()
    dated: bool = True

    @property
    def fingerprint(self) -> str:
        """The same for the same statement, however often it is drawn; a rejected one stays so."""
        parts = (self.subject, self.predicate, self.object, str(self.negated))
        key = "\x1f".join(" ".join(part.lower().split()) for part in parts)
        return text_hash(f"{self.kind.value}\x1f{key}")


@dataclass(frozen=True, slots=True)
class Link:
    """A directed link between two memories, by id."""

    source: str
    target: str
    relation: Relation
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Memory:
    """A stored memory. `recorded_at` and `expired_at` are UTC ISO 8601 texts with `Z`.

    `strength` in [0, 1] fades over time and grows with recall.
    """

    id: str
    kind: MemoryKind
    text: str
    subject: str
    predicate: str
    object: str
    status: MemoryStatus
    confidence: float
    importance: float
    trust: Trust
    origin: str
    said_at: datetime | None
    happened_from: datetime | None
    happened_to: datetime | None
    valid_from: datetime | None
    valid_to: datetime | None
    recorded_at: str
    expired_at: str | None
    strength: float
    last_recalled_at: str | None
    recall_count: int
    pinned: bool
    exclusive: bool
    negated: bool
    fingerprint: str
    evidence: tuple[Evidence, ...] = ()
    links: tuple[Link, ...] = ()

    def candidate(self, *, entities: tuple[str, ...] = ()) -> Candidate:
        """What would make this memory again, its evidence left out."""
        return Candidate(
            kind=self.kind,
            text=self.text,
            subject=self.subject,
            predicate=self.predicate,
            object=self.object,
            evidence=(),
            said_at=self.said_at,
            trust=self.trust,
            confidence=self.confidence,
            origin=self.origin,
            importance=self.importance,
            exclusive=self.exclusive,
            negated=self.negated,
            happened_from=self.happened_from,
            happened_to=self.happened_to,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            entities=entities,
        )
