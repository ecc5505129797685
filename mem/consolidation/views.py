"""What is known, as lists to read: at a time, as we knew it at a time, of someone, of the user.

Pure selections over values; nothing here writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mem.consolidation.prominence import is_bygone_plan, is_to_come, is_weighty, prominence
from mem.core.memory import Memory, MemoryKind, MemoryStatus, Relation

HELD = (MemoryStatus.ACTIVE, MemoryStatus.PROPOSED)
_ENDS_DATED = re.compile(r"\b\d{4}\)?\W*$")  # its own time stands at the end
_WORD = re.compile(r"\w+(?:['’]\w+)?")
_SAME = 0.75  # of the words of two lines, the share that both have
_TELLING = re.compile(r"[A-Z\d]|(?:no|not|never|without|\w+n['’]t)$")
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
    now: datetime

    @property
    def text(self) -> str:
        """A compact block for priming another assistant: a line a memory, with its date.

        Of what has happened only what weighs is told.
        """
        lines: list[str] = []
        for title, every in self.sections:
            memories = [one for one in every if self._is_told(one)]
            lines += [f"{title}:"] if memories else []
            for memory in memories:
                since = memory.valid_from or memory.said_at
                dated = since is None or _ENDS_DATED.search(memory.text)
                date = "" if dated else f" ({since:%Y-%m-%d})"
                lines.append(f"- {' '.join(memory.text.split())}{date}")
        return "\n".join(lines)

    def _is_told(self, memory: Memory) -> bool:
        return (
            memory.kind is not MemoryKind.EVENT
            or is_to_come(memory, self.now)
            or is_weighty(memory)
        )


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


def profile(memories: Sequence[Memory], *, each: int | None, now: datetime) -> Profile:
    """Memories of the user by kind, at most `each` of one kind: what is pinned, then most trusted,
    then most prominent. Of events what is to come first, then what has happened, the newest first;
    plans of long ago are left out.
    """
    sections = []
    mine = [
        memory
        for memory in memories
        if memory.status is MemoryStatus.ACTIVE and not _is_over(memory, now)
    ]
    newest = max((one.said_at for one in mine if one.said_at), default=None)
    for kind, title in _SECTIONS:
        those = [memory for memory in mine if _told_as(memory) is kind]
        if kind is MemoryKind.EVENT:
            ahead = [one for one in those if is_to_come(one, now)]
            past = [one for one in those if not is_to_come(one, now)]
            past = [one for one in past if not is_bygone_plan(one, now)]
            ahead.sort(key=lambda one: (starts(one) or now, one.text))
            past.sort(key=lambda one: starts(one) or datetime.min, reverse=True)
            those = ahead + past
        else:
            those.sort(
                key=lambda one: (-one.pinned, -one.trust, -prominence(one, newest), one.text)
            )
        those = _without_repeats(those, each)
        if those:
            sections.append((title, tuple(those)))
    return Profile(tuple(sections), now)


def _without_repeats(memories: Sequence[Memory], most: int | None) -> list[Memory]:
    """The first `most` of those that do not say nearly word for word what an earlier one says."""
    kept: list[Memory] = []
    said: list[frozenset[str]] = []
    for memory in memories:
        if most is not None and len(kept) == most:
            break
        words = frozenset(_WORD.findall(memory.text))
        if memory.pinned or not any(_repeats(words, other) for other in said):
            kept.append(memory)
            said.append(words)
    return kept


def _repeats(words: frozenset[str], others: frozenset[str]) -> bool:
    """Whether the words are nearly the same, and no name, number or denial stands in one alone."""
    if len(words & others) < _SAME * len(words | others):
        return False
    return not any(_TELLING.match(word) for word in words ^ others)


def _told_as(memory: Memory) -> MemoryKind:
    """The kind under which it is told: who moved to a place lives there, until it changes."""
    lasts = memory.kind is MemoryKind.EVENT and memory.exclusive
    return MemoryKind.PROFILE if lasts else memory.kind


def _is_over(memory: Memory, now: datetime) -> bool:
    """Whether it says what was so until a time that has passed."""
    return memory.valid_to is not None and memory.valid_to <= now
