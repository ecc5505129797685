"""Chooses the passages that a language model is shown, and notes beside them what code knows.

Invariant: passages are verbatim chunks, each at most once; what does not fit the model is left
out from the lowest-ranked up, and what stays stands newest first, so that number 1 is the newest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from mem.answer import conflicts, dates
from mem.answer.context import says_something, statements
from mem.answer.extractive import Evidence
from mem.answer.prompts import Passage, build, free_delimiter
from mem.core.language import LanguageModel, Prompt
from mem.core.query import Hit, SearchResult
from mem.core.times.spans import describe
from mem.errors import PromptTooLong

#: Passages in a prompt at most, and tokens of a prompt: on a processor more take too long.
MOST: Final = 8
TOKENS: Final = 1800
#: Dates spelt out under one passage.
DATES: Final = 3

#: Words that mean one day or span, whatever stands around them; "Friday" may lie before or ahead.
_SETTLED: Final = re.compile(
    r"\b(?:ago|last|next|yesterday|today|tonight|tomorrow|this)\b", re.IGNORECASE
)


class Packing:
    """The passages of one question, best first, with what is known of each."""

    def __init__(self, found: Sequence[Evidence], result: SearchResult) -> None:
        """`found` is the ranked evidence for each part of the question, `result` the search's."""
        self._hits = _ranked(found, result)[:MOST]
        self._replaced = _replaced(found)

    def fit(
        self,
        model: LanguageModel,
        question: str,
        *,
        asked_at: datetime,
        reply_tokens: int,
        draw: Callable[[], str],
        earlier: Sequence[str] = (),
    ) -> tuple[tuple[Passage, ...], Prompt]:
        """The passages that the model has room for, and the whole request.

        Raises PromptTooLong where not even one fits.
        """
        room = min(model.context_tokens - reply_tokens, TOKENS)
        delimiter = free_delimiter(self._passages(self._hits), draw)
        for count in range(len(self._hits), 0, -1):
            passages = self._passages(self._hits[:count])
            prompt = build(
                question,
                passages,
                asked_at=asked_at,
                delimiter=delimiter,
                earlier=earlier,
            )
            tokens = model.count_prompt(prompt)
            if tokens <= room:
                return passages, prompt
        raise PromptTooLong(tokens if self._hits else 0, room)

    def __len__(self) -> int:
        return len(self._hits)

    def _passages(self, hits: Sequence[Hit]) -> tuple[Passage, ...]:
        """The hits numbered from the newest; those without a time stand last."""
        ordered = sorted(hits, key=lambda hit: hit.said_at or datetime.min, reverse=True)
        numbers = {hit.id: n for n, hit in enumerate(ordered, 1)}
        return tuple(
            Passage(numbers[hit.id], hit, (*self._conflict(hit, numbers), *_notes(hit)))
            for hit in ordered
        )

    def _conflict(self, hit: Hit, numbers: dict[str, int]) -> tuple[str, ...]:
        newer = numbers.get(self._replaced.get(hit.id, ""))
        return (f"Outdated: [{newer}] says something newer.",) if newer is not None else ()


def _ranked(found: Sequence[Evidence], result: SearchResult) -> list[Hit]:
    """Chunks by their best statement, in turn for each part of the question, then as found."""
    noted = {hit.id: hit for hit in result.hits}
    columns = [
        list(dict.fromkeys(scored.statement.hit.id for scored in one.ranked)) for one in found
    ]
    known = {
        scored.statement.hit.id: scored.statement.hit for one in found for scored in one.ranked
    }
    turns = [
        column[place]
        for place in range(max(map(len, columns), default=0))
        for column in columns
        if place < len(column)
    ]
    ids = dict.fromkeys([*turns, *(hit.id for hit in result.hits if hit.kind == "chunk")])
    return [noted.get(one) or known[one] for one in ids]


def _replaced(found: Sequence[Evidence]) -> dict[str, str]:
    """Chunks of which a statement is replaced, with the chunk that holds the newer one."""
    replaced = {}
    for one in found:
        settled = conflicts.settle(one.ranked, one.vectors, one.asked)
        newest = settled.best.statement.hit.id
        for earlier in settled.earlier:
            if earlier.statement.hit.id != newest:
                replaced[earlier.statement.hit.id] = newest
    return replaced


def _notes(hit: Hit) -> list[str]:
    """Memories drawn from the passage, and the dates that its words mean."""
    notes = [
        f"Remembered: {one.text}" + (" (another memory contradicts this)" if one.conflicts else "")
        for one in hit.derived
    ]
    mentions = [
        mention
        for statement in statements(hit, rank=0)
        if says_something(statement)
        for mention in dates.mentions(statement)
        if mention.relative
        and _SETTLED.search(mention.text)
        and datetime.min < mention.span.start
        and mention.span.end < datetime.max
    ]
    told = {mention.text: f"“{mention.text}” is {describe(mention.span)}" for mention in mentions}
    return [*notes, *list(told.values())[:DATES]]
