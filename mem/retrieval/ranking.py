"""The order of hits: one row a message, the newest first of those that contradict each other.

Every step only moves or drops candidates; scores are those of `fusion`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mem.core.contents import is_index
from mem.retrieval.akin import WordVectors, of_words
from mem.retrieval.candidates import Table
from mem.retrieval.confidence import measure
from mem.retrieval.fusion import INPUTS, Weights, first_look
from mem.retrieval.lexical import Lexical
from mem.retrieval.parse import ParsedQuestion
from mem.retrieval.relations import relate
from mem.retrieval.rerank import Place, Stemmed, newest_first
from mem.retrieval.signals import Signals, TextPatterns, of_texts
from mem.store.chunks import Chunks, StoredChunk

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]
    Rows = npt.NDArray[np.int64]

# Candidates whose texts are read.
READ = 150
# Passages of one note that may come back side by side before others have their turn.
MAX_ADJACENT = 2
# What a page of links loses: the sets that the scorer was trained on have none.
INDEX = 6.0
# Messages of one session that may come back likewise, where several sessions may be meant.
MAX_OF_SESSION = 2
# How softly the scores of a session add up: towards 0 its best message alone decides.
SESSION_SOFTNESS = 1.5


@dataclass(frozen=True, slots=True)
class Found:
    """What one question found, in no order."""

    question: ParsedQuestion
    lexical: Lexical
    table: Table
    signals: Signals


@dataclass(frozen=True, slots=True)
class Ranked:
    """Hits, best first; `known` is what all candidates together say, as `confidence.NAMES`."""

    places: tuple[Place, ...]
    known: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Shortlist:
    """The candidates that are read: their rows in the table, what is stored, and their inputs."""

    rows: Rows
    stored: tuple[StoredChunk, ...]
    inputs: Floats


def shortlist(
    found: Found,
    *,
    chunks: Chunks,
    limit: int,
    words: WordVectors,
    patterns: TextPatterns | None = None,
) -> Shortlist:
    """The best of a first look, with every signal (rows, len(INPUTS)) of each.

    `words` and `patterns` remember what earlier calls found in texts.
    """
    import numpy as np

    table, signals = found.table, found.signals
    first = signals.matrix @ first_look()
    rows = np.flatnonzero(table.allowed)
    rows = rows[np.lexsort((table.keys[rows], -first[rows]))][: max(READ, 2 * limit)]
    if not len(rows):
        return Shortlist(rows, (), np.zeros((0, len(INPUTS)), dtype=np.float32))
    keys = [int(table.keys[row]) for row in rows]
    by_key = chunks.by_keys(keys)
    stored = tuple(by_key[key] for key in keys)
    texts = [one.chunk.text for one in stored]
    inputs = np.concatenate(
        [
            signals.matrix[rows],
            of_texts(found.question, texts, patterns or TextPatterns()),
            of_words(found.lexical, table.keys[rows], texts, words),
            relate(found.question, table, signals, first, rows),
        ],
        axis=1,
    )
    return Shortlist(rows, stored, inputs)


def rank(
    found: Found,
    *,
    weights: Weights,
    chunks: Chunks,
    stemmed: Stemmed,
    limit: int,
    words: WordVectors,
    patterns: TextPatterns | None = None,
) -> Ranked:
    """The best `limit` messages or passages; `words` and `patterns` as for `shortlist`."""
    import numpy as np

    few = shortlist(found, chunks=chunks, limit=limit, words=words, patterns=patterns)
    scores = weights.network.scores(few.inputs) - INDEX * pages_of_links(few)
    order = np.lexsort((found.table.keys[few.rows], -scores))
    places = [
        Place(int(few.rows[at]), float(scores[at]), few.stored[at], few.inputs[at])
        for at in map(int, order)
    ]
    places = _once_a_message(places, found.table)
    if found.question.continuing:
        sums = session_sums(scores, found.table.session[few.rows])
        of_row = dict(zip(few.rows.tolist(), sums.tolist(), strict=True))
        places.sort(key=lambda place: -of_row[place.row])
    places = newest_first(found.question, found.lexical, places, stemmed)
    known = measure(scores[order], few.inputs[order]) if len(order) else ()
    return Ranked(tuple(_spread(found, places, limit)[:limit]), known)


def session_sums(scores: Floats, sessions: Rows) -> Floats:
    """(rows,) what speaks for the session of each row: log of the sum of its exponential scores.

    A message that continues a conversation goes back to a session as a whole, and several messages
    that fit somewhat say more for one than a single word in common.
    """
    import numpy as np

    sums = np.zeros(int(sessions.max(initial=-1)) + 1)
    best = scores.max(initial=0.0)
    np.add.at(sums, sessions, np.exp((scores - best) / SESSION_SOFTNESS))
    return np.asarray(best + SESSION_SOFTNESS * np.log(sums[sessions]), dtype=np.float32)


def pages_of_links(few: Shortlist) -> Floats:
    """(rows,) 1 for a passage of a note that only points to others; what they say comes first."""
    import numpy as np

    return np.array(
        [one.chunk.message_id is None and is_index(one.chunk.text) for one in few.stored],
        dtype=np.float32,
    )


def _once_a_message(places: list[Place], table: Table) -> list[Place]:
    seen: set[int] = set()
    kept: list[Place] = []
    for place in places:
        message = int(table.message[place.row])
        if message not in seen:
            seen.add(message)
            kept.append(place)
    return kept


def _spread(found: Found, places: list[Place], limit: int) -> list[Place]:
    """Hits that stand beside enough others wait behind the rest.

    That is a passage next to `MAX_ADJACENT` of its note, and, when the question continues a
    conversation and so may go back to several, a message of a session with `MAX_OF_SESSION`.
    """
    taken: list[Place] = []
    waiting: list[Place] = []
    of_session: Counter[int] = Counter()
    for place in places:
        if len(taken) >= limit:
            break
        session = int(found.table.session[place.row])
        if _crowds(place, taken) or (
            found.question.continuing
            and place.stored.chunk.message_id is not None
            and of_session[session] >= MAX_OF_SESSION
        ):
            waiting.append(place)
        else:
            taken.append(place)
            of_session[session] += 1
    return taken + waiting


def _crowds(place: Place, taken: list[Place]) -> bool:
    chunk = place.stored.chunk
    beside = sum(
        other.stored.chunk.document_id == chunk.document_id
        and abs(other.stored.chunk.seq - chunk.seq) <= MAX_ADJACENT
        for other in taken
    )
    return chunk.message_id is None and beside >= MAX_ADJACENT
