"""What is known, as lists to read: at a time, as we knew it at a time, of someone, of the user.

Pure selections over values; nothing here writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mem.core.memory import Memory, MemoryKind, MemoryStatus, Relation

HELD = (MemoryStatus.ACTIVE, MemoryStatus.PROPOSED)
EVER_HELD = (*HELD, MemoryStatus.SUPERSEDED)


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """A memory at the time from which it holds or happened; `replaced` is what it took over."""

    at: datetime | None
    memory: Memory
    replaced: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of the user, by kind, the surest first."""

    sections: tuple[tuple[str, tuple[Memory, ...]], ...]

    @property
    def text(self) -> str:
        """A compact block for priming another assistant: a line a memory, with its date."""
        lines: list[str] = []
        for title, memories in self.sections:
            lines.append(f"{title}:")
            for memory in memories:
                since = memory.valid_from or memory.said_at
                date = f" ({since:%Y-%m-%d})" if since else ""
                lines.append(f"- {' '.join(memory.text.split())}{date}")
        return "\n".join(lines)


def was_true(memory: Memory, moment: datetime) -> bool:
    """Whether a memory says what was so at a moment; of an event, that it had happened."""
    if memory.kind is MemoryKind.EVENT and not memory.exclusive:
        begun = memory.happened_from or memory.said_at
        return begun is None or begun <= moment
    begun, over = memory.valid_from, memory.valid_to
    return (begun is None or begun <= moment) and (over is None or moment < over)


def starts(memory: Memory) -> datetime | None:
    """When what a memory says began or happened, as far as is known."""
    return memory.happened_from or memory.valid_from or memory.said_at


def timeline(memories: Iterable[Memory], *, since: datetime | None) -> list[TimelineEntry]:
    """Memories in order of when they began to hold, the undated first."""
    entries = [
        TimelineEntry(
            starts(memory),
            memory,
            tuple(
                link.target
                for link in memory.links
                if link.relation is Relation.SUPERSEDES and link.source == memory.id
            ),
        )
        for memory in memories
        if memory.status in EVER_HELD
    ]
    if since is not None:
        entries = [one for one in entries if one.at is not None and one.at >= since]
    return sorted(entries, key=lambda one: (one.at or datetime.min, one.memory.recorded_at))


_SECTIONS = (
    (MemoryKind.PROFILE, "About the user"),
    (MemoryKind.FACT, "Facts"),
    (MemoryKind.EVENT, "Events and plans"),
    (MemoryKind.PROCEDURE, "How the user does things"),
    (MemoryKind.RESOURCE, "Where things are"),
)


def profile(memories: Sequence[Memory], *, each: int | None) -> Profile:
    """The user's memories by kind, at most `each` of one kind; events the newest first."""
    sections = []
    for kind, title in _SECTIONS:
        mine = [
            memory
            for memory in memories
            if memory.kind is kind and memory.status is MemoryStatus.ACTIVE
        ]
        if kind is MemoryKind.EVENT:
            mine.sort(key=lambda one: starts(one) or datetime.min, reverse=True)
        else:
            mine.sort(key=lambda one: (-one.pinned, -one.trust, -worth(one), one.text))
        if mine:
            sections.append((title, tuple(mine[:each])))
    return Profile(tuple(sections))


def worth(memory: Memory) -> float:
    """How much a memory says of the user: important, sure and often supported."""
    return memory.importance * memory.confidence * (1 + 0.1 * min(10, len(memory.evidence)))
