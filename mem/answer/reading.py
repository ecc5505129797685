"""Reads the first hits of a search statement by statement, and says how sure it is of an answer.

Nothing is embedded here: words, the form that is asked for and who is spoken of decide. The same
weights say how sure a search is, from this rough reading, and an answer, from the finer one that
`mem.answer.extractive` makes of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mem.answer import abstention, dates
from mem.answer.bearing import bearing, people_only
from mem.answer.context import Statement, says_something, statements
from mem.answer.question import Asked, clauses
from mem.answer.scoring import Scored, rarity, score
from mem.answer.values import people_of
from mem.answer.words import content_stems
from mem.core.contents import is_index
from mem.core.query import Hit, SearchResult

#: Hits that are read for an answer.
READ: Final = 12


@dataclass(frozen=True, slots=True)
class Reading:
    """The first hits, read for one question.

    `weights` says how much each of its words tells, `people` the names that occur, `persons`
    those of them that are no places, `around` the stems of the messages beside a hit, by its id.
    """

    asked: Asked
    hits: tuple[Hit, ...]
    weights: dict[str, float]
    people: frozenset[str]
    persons: frozenset[str]
    around: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, asked: Asked, hits: Sequence[Hit], around: Mapping[str, frozenset[str]]) -> Reading:
        """What the hits are read with."""
        weights = rarity(asked, [content_stems(hit.text + " " + hit.source.title) for hit in hits])
        texts = [hit.text for hit in hits]
        people = people_of(texts, [hit.speaker or "" for hit in hits])
        return cls(asked, tuple(hits), weights, people, people_only(people, texts), around)

    def ranked(self, beside: Iterable[Statement] = ()) -> list[Scored]:
        """All statements of the hits, and those `beside` them, by their words alone; best first."""
        own = (one for rank, hit in enumerate(self.hits) for one in statements(hit, rank=rank))
        pool = [one for one in (*own, *beside) if says_something(one)]
        return sorted((self.scored(one, (0.0, 0.0)) for one in pool), key=lambda one: one.order)

    def scored(self, statement: Statement, cosines: tuple[float, float]) -> Scored:
        """One statement; `cosines` in its context and of its words alone, as `score` takes them."""
        asked = self.asked
        return score(
            asked,
            statement,
            cosine=cosines[0],
            bare=cosines[1],
            weights=self.weights,
            around=self.around.get(statement.hit.id, frozenset()),
            dated=dates.dated(asked, statement) if dates.wants_date(asked) else (),
            people=self.people,
            bearing=bearing(asked, statement, people=self.persons, weights=self.weights),
        )


def worth_reading(hits: Iterable[Hit]) -> list[Hit]:
    """The first hits that say something; pages of links say where to look, not what is asked."""
    first = [hit for hit in hits if hit.text.strip()][:READ]
    return [hit for hit in first if not is_index(hit.text)] or first


def sure_of(
    asked: Asked,
    ranked: Sequence[Scored],
    weights: Mapping[str, float],
    result: SearchResult,
) -> float:
    """How sure it is that the best evidence answers its question, in [0, 1]."""
    value = abstention.confidence(abstention.features(asked, ranked, result, weights))
    best = ranked[0]
    if best.barred or not abstention.reaches(best, weights):
        return min(value, abstention.UNRELATED)
    return min(value, abstention.PARTIAL) if abstention.falls_short(asked, best) else value


def how_sure(question: str, result: SearchResult, *, hits: int) -> float:
    """How likely the first `hits` hold the answer to `question`, all parts of it, in [0, 1]."""
    first = worth_reading([hit for hit in result.hits if hit.kind == "chunk"][:hits])
    sure = []
    for part in clauses(question):
        reading = Reading.of(part, first, {})
        ranked = reading.ranked()
        sure.append(sure_of(part, ranked, reading.weights, result) if ranked else 0.0)
    return min(sure)
