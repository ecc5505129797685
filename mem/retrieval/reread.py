"""The first hits of a deep search, read again by a reranker until its deadline.

Invariant: only hits that it has read change places, and only among themselves; whatever becomes of
the reranker, the search has an order and at most one notice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mem.core.protocols import Reranker
from mem.core.query import Reranked
from mem.errors import RerankerError
from mem.retrieval.rerank import Place
from mem.store.chunks import StoredChunk

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

#: Characters of a hit that are read at most.
READ_CHARACTERS = 4000
#: The reranker's part in the joined score. Nothing measured here says which of the two to believe
#: more, so that both count the same.
SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Rereading:
    """Which reranker (`open` may raise RerankerError), how many hits, and for how many seconds."""

    open: Callable[[], Reranker]
    hits: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Reread:
    """The places in their order, what the reranker did, and what a person should know of it."""

    places: list[Place]
    done: Reranked | None = None
    notice: str = ""


def reread(question: str, places: list[Place], how: Rereading) -> Reread:
    """The first of `places` in the order of both scores; those not read keep theirs."""
    first = places[: how.hits]
    if len(first) < 2:
        return Reread(places)
    try:
        reranker = how.open()
        texts = [read_text(place.stored) for place in first]
        found = reranker.scores(question, texts, seconds=how.seconds)[: len(first)]
    except RerankerError as error:
        return Reread(places, notice=str(error))
    read = [
        replace(place, relevance=score)
        for place, score in zip(first[: len(found)], found, strict=True)
    ]
    done = Reranked(reranker.name, len(first), len(found))
    return Reread([*by_both(read), *places[len(found) :]], done)


def read_text(stored: StoredChunk) -> str:
    """What a reranker reads of a hit: who says it, or what it stands under, and its words."""
    chunk = stored.chunk
    text = f"{chunk.speaker}: {chunk.text}" if chunk.speaker else chunk.embedded_text
    return text[:READ_CHARACTERS]


def by_both(places: Sequence[Place]) -> list[Place]:
    """The places by the sum of two scores, each in standard deviations from its mean.

    One is the reranker's. The other is the ranking's own, dealt out in the ranking's order, since a
    deep search joins several looks whose scores mean different things. (Sums of scores: Fox and
    Shaw 1994; in standard deviations: Montague and Aslam 2001.)
    """
    import numpy as np

    if not places:
        return []
    own = np.array(sorted((place.score for place in places), reverse=True))
    theirs = np.array([place.relevance for place in places], dtype=np.float64)
    joined = (1 - SHARE) * _standardised(own) + SHARE * _standardised(theirs)
    return [places[at] for at in np.argsort(-joined, kind="stable")]


def _standardised(scores: Floats) -> Floats:
    """Zeros where all are the same."""
    spread = float(scores.std())
    return (scores - scores.mean()) / spread if spread > 0 else scores * 0
