"""A question to memory and what comes back: filters, hits, results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from types import MappingProxyType
from typing import overload

from mem.core.document import SaidAtOrigin

#: Hits that are always told, and the share of the best score below which others are not: at 0.05 no
#: evidence is lost on the question sets (docs/retrieval.md).
ALWAYS = 3
TAIL = 0.05
#: Scores that differ by less are shown alike.
SAME = 0.005
_NO_SIGNALS: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Scope:
    """What of memory a reader may see at all; without roots, or kinds, all of them.

    A document is within it where every file that supplies it is at or below one of the `roots`
    (uris of folders, files or sources), and its kind or format is one of `kinds`.
    """

    roots: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    @property
    def everything(self) -> bool:
        return not (self.roots or self.kinds)


@dataclass(frozen=True, slots=True)
class Filters:
    """Hard limits on what may come back; times are half-open `[since, before)` over said-at.

    `sessions` restricts chats to the named sessions. `scope` is not the question's but the
    reader's: what is outside it is as if it were not there.
    """

    since: datetime | None = None
    before: datetime | None = None
    source: str | None = None
    kind: str | None = None
    speaker: str | None = None
    sessions: frozenset[str] | None = None
    scope: Scope = field(default_factory=Scope)

    @property
    def empty(self) -> bool:
        return self == Filters()


@dataclass(frozen=True, slots=True)
class HitSource:
    """Where a hit stands: the document's uri and title, and the place inside it."""

    uri: str
    title: str
    locator: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A memory that matches the query and was drawn from the words of the hit that it stands on.

    `conflicts` says that another memory in use contradicts it.
    """

    id: str
    text: str
    score: float
    conflicts: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """One ranked result; `score` is in [0, 1] and comparable between queries.

    `id` is the chunk's (or memory's, episode's) id; `signals` says what made up the score.
    `highlights` are character spans of `text` that match the query's words. A hit of kind "memory"
    is a statement, its source and times those of its first evidence; `derived` are memories drawn
    from the hit's message or passage. `said_at_origin` says where `said_at` was read: that of a
    note which states no date is only the time of its file.
    """

    id: str
    kind: str
    text: str
    score: float
    source: HitSource
    document_id: str
    speaker: str | None = None
    role: str | None = None
    said_at: datetime | None = None
    happened_at: datetime | None = None
    message_id: str | None = None
    session_id: str | None = None
    signals: Mapping[str, float] = field(default_factory=lambda: _NO_SIGNALS)
    highlights: tuple[tuple[int, int], ...] = ()
    derived: tuple[Drawn, ...] = ()
    said_at_origin: SaidAtOrigin | None = None

    @property
    def of_file(self) -> bool:
        """Whether `said_at` is only the time of the file that the words stand in."""
        return self.said_at_origin is SaidAtOrigin.FILE_TIME


@dataclass(frozen=True, slots=True)
class Reranked:
    """How many of the first `wanted` hits the reranker `model` has read before its deadline."""

    model: str
    wanted: int
    done: int


@dataclass(frozen=True, slots=True)
class SearchResult(Sequence[Hit]):
    """A sequence of hits, best first, with the filters in force and what a person should know.

    `confidence` in [0, 1] says how likely memory holds what was asked for; `prior` is what the
    signals of the search alone say of that, before any hit is read. `deep` says that memory was
    looked through again from what the first look opened; `reranked` what a reranker did, None where
    none did anything.
    """

    query: str
    filters: Filters
    hits: tuple[Hit, ...]
    elapsed_ms: float
    confidence: float = 0.0
    notices: tuple[str, ...] = ()
    deep: bool = False
    reranked: Reranked | None = None
    prior: float = 0.0

    def out_of_order(self, shown: Sequence[Hit]) -> str | None:
        """Why `shown` do not stand in the order of their scores; None where they do."""
        if all(one.score >= other.score - SAME for one, other in pairwise(shown)):
            return None
        if any(one.signals.get("recency") for one in shown):
            return (
                "of passages that say different things the newest stands first, whatever it scores"
            )
        return "a passage beside others of its note or session waits behind hits that score less"

    def telling(self) -> tuple[Hit, ...]:
        """The hits without the tail that says next to nothing.

        The first `ALWAYS` stay, and of the rest those that score a `TAIL`th of the best or more.
        """
        least = TAIL * max((hit.score for hit in self.hits), default=0.0)
        return tuple(hit for at, hit in enumerate(self.hits) if at < ALWAYS or hit.score >= least)

    def __len__(self) -> int:
        return len(self.hits)

    @overload
    def __getitem__(self, index: int) -> Hit: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Hit, ...]: ...
    def __getitem__(self, index: int | slice) -> Hit | tuple[Hit, ...]:
        return self.hits[index]
