"""A second, deeper look: the question again from the sides that the first look opened.

Every look is ranked by the same scorer; their orders are joined by rank (reciprocal-rank fusion),
the first look counting most, so that a deep search only adds to what a quick one finds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mem.retrieval.parse import ParsedQuestion, parse
from mem.retrieval.ranking import Ranked
from mem.retrieval.rerank import Place

if TYPE_CHECKING:
    from mem.core.protocols import Vectors

#: Places of each look that are joined.
DEPTH = 60
#: Weight of all looks of one kind together; that of the first look is 1.
WEIGHT = 0.5
#: Steepness of a reciprocal rank (Cormack, Clarke and Büttcher 2009 use 60 for many systems).
RANK_OFFSET = 10
#: First hits whose words are sought with those of the question, and how much of each.
HOPS = 3
HOP_CHARACTERS = 300
#: First hits whose vectors the question's is drawn towards, and how far (Rocchio 1971).
NEAREST = 3
PULL = 0.4
#: Words that a part of a question needs to be looked for by itself, and parts at most.
LEAST_WORDS = 3
MAX_PARTS = 6

_PARTS = re.compile(
    r",? \b(?:and|or|before|after|while|when|since|as well as)\b |[?.;]\s+|\?$", re.IGNORECASE
)
_BOTH = re.compile(r"\bboth\b ", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Look:
    """One more look: a question, the vector to seek by (its own where None), and its weight."""

    question: ParsedQuestion
    vector: Vectors | None
    weight: float


def further_looks(
    question: ParsedQuestion,
    first: Ranked,
    *,
    vector: Vectors,
    nearest: Vectors,
    speakers: Sequence[str],
) -> Iterator[Look]:
    """What else to look for, given the first look.

    `vector` (dimensions,) is the question's, `nearest` (at most `NEAREST`, dimensions) are those
    of its first hits; `speakers` are all of the store.
    """
    import numpy as np

    if len(nearest):
        pulled = vector + PULL * nearest.mean(axis=0)
        yield Look(question, pulled / max(float(np.linalg.norm(pulled)), 1e-6), WEIGHT)
    hops = first.places[:HOPS]
    for place in hops:
        told = f"{question.text.rstrip('?')} {place.stored.chunk.text[:HOP_CHARACTERS]}"
        yield Look(_about(told, question, speakers), None, WEIGHT / len(hops))
    parts = parts_of(question.text)
    for part in parts:
        yield Look(_about(part, question, speakers), None, WEIGHT / len(parts))


def parts_of(text: str) -> list[str]:
    """The parts of a question of several, each of which can be looked for; else nothing."""
    split = (part.strip() for part in _PARTS.split(_BOTH.sub("", text)))
    parts = [part for part in split if len(part.split()) >= LEAST_WORDS]
    return parts[:MAX_PARTS] if len(parts) > 1 else []


def _about(text: str, question: ParsedQuestion, speakers: Sequence[str]) -> ParsedQuestion:
    """`text` sought as what `question` asks: the same people, times and form of answer."""
    read = parse(text, speakers=speakers, asked_at=question.asked_at)
    return replace(question, text=text, rest=read.rest, words=read.words)


def joined(first: Ranked, others: Sequence[tuple[Ranked, float]]) -> list[Place]:
    """The places of all looks, a message once, by their joined ranks."""
    shares: dict[tuple[str, ...], float] = {}
    places: dict[tuple[str, ...], Place] = {}
    for ranked, weight in ((first, 1.0), *others):
        for at, place in enumerate(ranked.places[:DEPTH]):
            message = _message(place)
            shares[message] = shares.get(message, 0.0) + weight / (RANK_OFFSET + at)
            places.setdefault(message, place)
    return [places[one] for one in sorted(shares, key=lambda one: (-shares[one], one))]


def _message(place: Place) -> tuple[str, ...]:
    chunk = place.stored.chunk
    if chunk.message_id is None:
        return (chunk.id,)
    return (chunk.document_id, chunk.session_id or "", chunk.message_id)
