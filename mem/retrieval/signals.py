"""What speaks for each candidate, as one matrix: a column a signal, a row a chunk.

Signals are scaled so that they mean the same in every question and store: shares of what could be
matched, cosines, marks of 0 and 1. None depends on a word of a particular language but those of
`parse` and the few cue words below.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mem.core.chunk import METADATA_ROLE
from mem.core.clock import parse_time
from mem.retrieval.candidates import Table
from mem.retrieval.lexical import Lexical, saturated
from mem.retrieval.parse import Asks, ParsedQuestion

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

NAMES = (
    "lexical",
    "lexical_of_best",
    "coverage",
    "coverage_near",
    "lexical_before",
    "lexical_after",
    "lexical_around",
    "lexical_message",
    "lexical_session",
    "cosine",
    "cosine_of_best",
    "cosine_before",
    "cosine_after",
    "cosine_around",
    "cosine_message",
    "cosine_session",
    "agreement",
    "speaker_named",
    "speaker_other",
    "own_words",
    "own_words_first_person",
    "assistant_words",
    "assistant_addressed",
    "length",
    "short",
    "time_near",
    "aside",
    "cosine_session_mean",
    "lexical_session_mean",
    "coverage_session",
    "newness_continuing",
    "own_words_continuing",
    "length_continuing",
)
INDEX = {name: column for column, name in enumerate(NAMES)}
NEAR_WEIGHT = 0.7
_NEAR_DAYS = 14.0
_SHORT = 30


@dataclass(frozen=True, slots=True)
class Signals:
    """(rows, len(NAMES)) float32, in the order of the table's rows."""

    matrix: Floats

    def column(self, name: str) -> Floats:
        """One signal of all rows."""
        return self.matrix[:, INDEX[name]]


def compute(question: ParsedQuestion, lexical: Lexical, table: Table) -> Signals:
    """All signals that need no text."""
    import numpy as np

    columns: dict[str, Floats] = {}
    _lexical_signals(columns, lexical, table)
    _cosine_signals(columns, table)
    columns["agreement"] = columns["lexical"] * np.maximum(columns["cosine"], 0)
    _speaker_signals(columns, question, table)
    _place_signals(columns, question, table)
    zero = np.zeros(len(table), dtype=np.float32)
    return Signals(np.stack([columns.get(name, zero).astype(np.float32) for name in NAMES], axis=1))


def _lexical_signals(columns: dict[str, Floats], lexical: Lexical, table: Table) -> None:
    import numpy as np

    total = lexical.total or 1.0
    order = np.argsort(table.keys)
    counts = np.zeros((len(lexical.terms), len(table)), dtype=np.float32)
    counts[:, order] = lexical.matches(table.keys[order])
    weights = lexical.weights()
    score = weights @ saturated(counts, table.lengths) / total
    held = (counts > 0).astype(np.float32)
    near = held.copy()
    for row in range(len(near)):
        beside = np.maximum(table.beside(held[row], -1), table.beside(held[row], 1))
        near[row] = np.maximum(near[row], NEAR_WEIGHT * beside)
    columns["lexical"] = score
    columns["lexical_of_best"] = score / max(float(score.max(initial=0.0)), 1e-6)
    columns["coverage"] = weights @ held / total
    whole = np.stack([table.best_of(table.session, one) for one in held]) if len(held) else held
    columns["coverage_session"] = weights @ whole / total
    columns["coverage_near"] = weights @ near / total
    _context(columns, "lexical", score, table)


def _cosine_signals(columns: dict[str, Floats], table: Table) -> None:
    cosine = table.cosine
    columns["cosine"] = cosine
    columns["cosine_of_best"] = cosine - cosine.max(initial=0.0)
    _context(columns, "cosine", cosine, table)


def _context(columns: dict[str, Floats], name: str, score: Floats, table: Table) -> None:
    columns[f"{name}_before"] = table.beside(score, -1)
    columns[f"{name}_after"] = table.beside(score, 1)
    columns[f"{name}_around"] = table.beside(score, -2) + table.beside(score, 2)
    columns[f"{name}_message"] = table.best_of(table.message, score)
    columns[f"{name}_session"] = table.best_of(table.session, score)
    columns[f"{name}_session_mean"] = table.mean_of_best(table.session, score, 4)


def _speaker_signals(columns: dict[str, Floats], question: ParsedQuestion, table: Table) -> None:
    import numpy as np

    def marks(values: list[bool]) -> Floats:
        return np.array(values, dtype=np.float32)

    # Where nobody is named, nobody is the wrong one.
    named = marks(
        [not question.speakers or one in question.speakers for one in table.rows.speakers]
    )
    speaks = marks([speaker is not None for speaker in table.rows.speakers])
    columns["speaker_named"] = named
    columns["speaker_other"] = speaks * (1.0 - named)
    replies = marks([role in ("assistant", "system", "tool") for role in table.rows.roles])
    # What people say and note themselves; where nobody else replies, all of it.
    own = 1.0 - replies
    columns["own_words"] = own
    columns["own_words_first_person"] = own * question.first_person
    columns["own_words_continuing"] = own * question.continuing
    columns["assistant_words"] = replies
    columns["assistant_addressed"] = replies * question.addressed


def _place_signals(columns: dict[str, Floats], question: ParsedQuestion, table: Table) -> None:
    import numpy as np

    columns["length"] = np.log(np.maximum(table.lengths, 1) / 300.0)
    columns["length_continuing"] = columns["length"] * question.continuing
    columns["short"] = (table.lengths < _SHORT).astype(np.float32)
    # Branches that a conversation left, and a note's own front matter.
    aside = [
        bool(variant) or role == METADATA_ROLE
        for variant, role in zip(table.rows.variants, table.rows.roles, strict=True)
    ]
    columns["aside"] = np.array(aside, dtype=np.float32)
    if not question.times and not question.continuing:
        return
    times = [parse_time(said) if said else None for said in table.rows.said_at]
    if question.times:
        columns["time_near"] = np.array(
            [_time_near(question, said) for said in times], dtype=np.float32
        )
    if question.continuing:
        columns["newness_continuing"] = _newness(question.asked_at, times)


def _time_near(question: ParsedQuestion, said: datetime | None) -> float:
    """1 for what was said in a time that the question mentions, falling in the days after it."""
    if said is None:
        return 0.0
    said = said.replace(tzinfo=None)
    best = 0.0
    for mention in question.times:
        if mention.span.contains(said):
            return 1.0
        late = (said - mention.span.end) / timedelta(days=1)
        early = (mention.span.start - said) / timedelta(days=1)
        away = late if late >= 0 else early
        best = max(best, 1.0 - away / _NEAR_DAYS)
    return best


def _newness(asked_at: datetime, times: list[datetime | None]) -> Floats:
    """Minus the logarithm of the age in days when asked: memory fades by ratios of age."""
    import numpy as np

    asked = asked_at.replace(tzinfo=None)
    ages = [
        max((asked - said.replace(tzinfo=None)) / timedelta(days=1), 0.0) if said else np.nan
        for said in times
    ]
    logs = -np.log1p(np.array(ages, dtype=np.float32))
    known = logs[~np.isnan(logs)]
    return np.where(np.isnan(logs), known.min() if len(known) else 0.0, logs).astype(np.float32)


TEXT_NAMES = ("asks_back", "first_person", "time_words", "numbers", "phrase", "named", "adjacent")
_SENTENCE_END = re.compile(r"[.!?]+(?=\s|$)")
_SELF = re.compile(r"\b(i|i'm|i've|i'd|i'll|i’m|i’ve|my|me|mine)\b", re.IGNORECASE)
_TIME_WORDS = re.compile(
    r"\b(yesterday|today|tonight|tomorrow|last|next|ago|since|week(end)?s?|months?|years?|days?"
    r"|(mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|june|july|august"
    r"|september|october|november|december|recently|\d{4}|\d{1,2}(st|nd|rd|th))\b",
    re.IGNORECASE,
)
_NUMBERS = re.compile(
    r"\d|\b(one|two|three|four|five|six|seven|eight|nine|ten|twelve|once|twice|couple|few|several"
    r"|dozen|hundred|thousand)\b",
    re.IGNORECASE,
)


class TextPatterns:
    """What the patterns find in texts, kept by a hash of each: no text is held.

    May be shared by threads: a value that two of them compute is the same.
    """

    def __init__(self, most: int = 50_000) -> None:
        """`most` values are kept; then all are let go."""
        self._most = most
        self._kept: dict[tuple[str, int, int], float] = {}

    def value(self, name: str, text: str) -> float:
        """What the pattern `name` finds in `text`."""
        key = (name, hash(text), len(text))
        kept = self._kept.get(key)
        if kept is None:
            kept = _PATTERNS[name](text)
            if len(self._kept) >= self._most:
                self._kept.clear()
            self._kept[key] = kept
        return kept


def _asks_back(text: str) -> float:
    ends = _SENTENCE_END.findall(text)
    return sum("?" in end for end in ends) / max(1, len(ends))


_PATTERNS: dict[str, Callable[[str], float]] = {
    "asks_back": _asks_back,
    "first_person": lambda text: min(1.0, len(_SELF.findall(text)) / 3),
    "time_words": lambda text: float(bool(_TIME_WORDS.search(text))),
    "numbers": lambda text: float(bool(_NUMBERS.search(text))),
}


def of_texts(question: ParsedQuestion, texts: Sequence[str], patterns: TextPatterns) -> Floats:
    """(len(texts), len(TEXT_NAMES)) signals that need the text itself."""
    import numpy as np

    wanted = {
        "asks_back": True,
        "first_person": question.first_person,
        "time_words": Asks.WHEN in question.asks,
        "numbers": Asks.COUNT in question.asks,
    }
    pairs = [f"{a} {b}" for a, b in zip(question.words, question.words[1:], strict=False)]
    phrases, names, pairs = (
        [one.lower() for one in sought] for sought in (question.phrases, question.names, pairs)
    )
    found = np.zeros((len(texts), len(TEXT_NAMES)), dtype=np.float32)
    for row, text in enumerate(texts):
        low = text.lower()
        found[row] = (
            *(patterns.value(name, text) if asked else 0.0 for name, asked in wanted.items()),
            any(phrase in low for phrase in phrases),
            _share(names, low),
            _share(pairs, low),
        )
    return found


def _share(sought: list[str], text: str) -> float:
    """How many of those in lower case the text in lower case holds."""
    if not sought:
        return 0.0
    return len([one for one in sought if one in text]) / len(sought)
