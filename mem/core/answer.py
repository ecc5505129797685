"""An answer: sentences that each carry their citations, or an abstention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mem.core.document import SaidAtOrigin
from mem.core.query import Hit


@dataclass(frozen=True, slots=True)
class Citation:
    """Evidence number `n` (from 1): the exact quote and where it stands.

    `[start, end)` is the quote's span in the chunk's text, `said_at_origin` as in a hit.
    """

    n: int
    id: str
    uri: str
    title: str
    locator: str
    quote: str
    said_at: datetime | None
    speaker: str | None
    start: int
    end: int
    said_at_origin: SaidAtOrigin | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer and the numbers of the citations that support it."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What memory says to a question.

    When `abstained`, `answer` is empty and `nearest` holds the passages that came closest.
    `confidence` is in [0, 1]. `dropped` counts sentences that a language model wrote and no
    passage supports. `effort` says why memory was looked through again and deeper, empty where it
    was not.
    """

    question: str
    answer: str
    abstained: bool
    confidence: float
    mode: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    nearest: tuple[Hit, ...]
    elapsed_ms: float
    notices: tuple[str, ...] = ()
    dropped: int = 0
    effort: str = ""

    @property
    def between(self) -> str:
        """What parts two sentences on a screen: quotes of several places are no paragraph."""
        return "\n" if self.mode == "extractive" else " "
