"""What every way of answering offers: the same question and hits in, the same `Answer` out."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from mem.core.answer import Answer
from mem.core.query import SearchResult


class Answerer(Protocol):
    """Turns what a search found into an answer with citations, or abstains.

    Every citation's quote is a slice of the text of the hit (or neighbouring chunk) it names.
    """

    @property
    def mode(self) -> str:
        """`extractive` or `generative`, as an answer reports it."""
        ...

    def answer(
        self, question: str, result: SearchResult, *, asked_at: datetime, sentences: int = 3
    ) -> Answer:
        """Answers `question` from `result` in at most `sentences` pieces of evidence.

        `asked_at` is the naive local time that "now" and "ago" count from.
        """
        ...
