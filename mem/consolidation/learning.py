"""Use teaches: memories behind an answer's citations stand firmer, within bounds.

Learning never fails an answer: where the store cannot be written now, nothing is learnt.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final

from mem.consolidation.fading import Uses
from mem.consolidation.guesses import SUREST, Guesses
from mem.core.clock import Clock, format_time
from mem.errors import HomeNotWritable, StoreFull, StoreLocked
from mem.store.memory.memories import Memories
from mem.store.memory.rows import StoredMemory

if TYPE_CHECKING:
    from mem.core.answer import Citation
    from mem.core.query import SearchResult
    from mem.store.store import Store

#: Memories that one answer can make firmer.
MOST: Final = 12
#: A memory cited again sooner than this has taught nothing new.
APART: Final = timedelta(hours=1)
#: Passages found for a question that gain by it.
LEADING: Final = 5
#: Those that a verdict on them leads back to the question.
FOLLOWED: Final = 10
#: The log-odds that a passage is evidence of the question, from those of its share of their scores:
#: round numbers near a logistic regression over questions whose evidence is known. What they bring
#: is measured by `mem bench prune`.
SLOPE: Final = 2.0
OFFSET: Final = 1.0
#: An answer does not wait longer than this for another writer, in milliseconds.
PATIENCE: Final = 100


def note_cited(store: Store, citations: Sequence[Citation], clock: Clock) -> int:
    """Note the active memories whose evidence was cited now; returns how many.

    A store that is read-only, locked or full is left as it is.
    """
    if store.database.read_only or not citations or not store.has_memories():
        return 0
    keys = store.chunks.keys_of([one.id for one in citations])
    spans = [(keys[one.id], one.start, one.end) for one in citations if one.id in keys]
    behind = Memories(store.database, clock.now).memories_of_spans(spans)
    pks = _in_turn(store, sorted(behind), clock.utc())[:MOST]
    uses = Uses(store.database)
    return len(pks) if pks and _wrote(store, lambda: uses.note(pks, "cited", clock.utc())) else 0


def note_found(store: Store, result: SearchResult) -> int:
    """Note how likely a question meant the memories on what it found first; returns how many.

    A store that cannot be written now is left as it is.
    """
    if store.database.read_only or not result.hits or not store.has_memories():
        return 0
    chances = chances_meant(result)
    keys = store.chunks.keys_of(list(chances))
    by_key = {keys[chunk]: chance for chunk, chance in chances.items() if chunk in keys}
    gained = 0

    def write() -> None:
        nonlocal gained
        gained = Guesses(store.database).note(by_key)

    return gained if _wrote(store, write) else 0


def chances_meant(result: SearchResult) -> dict[str, float]:
    """How likely each of the passages found first was what the question meant, by chunk id.

    A passage's share of the scores of the `LEADING` tells that better than its score: most
    questions mean one. Those that follow, up to `FOLLOWED`, have no chance until a person says so.
    """
    scores: dict[str, float] = {}
    for hit in result.hits:
        if len(scores) < FOLLOWED:
            scores.setdefault(hit.id, max(hit.score, 1e-6))
    leading = dict(islice(scores.items(), LEADING))
    total = sum(leading.values())
    known = min(1.0, max(0.0, result.confidence))
    chances = dict.fromkeys(scores, 0.0)
    return chances | {
        chunk: min(SUREST, known * _meant(score / total)) for chunk, score in leading.items()
    }


def _meant(share: float) -> float:
    """The chance that a passage with that share of the scores, in (0, 1], was meant."""
    share = min(share, 0.999)
    return 1 / (1 + math.exp(-OFFSET) * math.pow((1 - share) / share, SLOPE))


def _wrote(store: Store, write: Callable[[], None]) -> bool:
    """Write without waiting long for another writer; False where it could not be done."""
    connection = store.database.connection
    (patience,) = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute(f"PRAGMA busy_timeout = {PATIENCE}")
    try:
        write()
    except (StoreLocked, StoreFull, HomeNotWritable):
        return False
    finally:
        connection.execute(f"PRAGMA busy_timeout = {int(patience)}")
    return True


def note_judged(
    store: Store,
    given: Sequence[str | Citation],
    find: Callable[[str], StoredMemory],
    clock: Clock,
    *,
    useful: bool,
) -> int:
    """Note what a person found useful or wrong; returns how many memories that concerns.

    Citations and ids of chunks stand for the memories with evidence there, and the judgement is
    kept with the chunk too; `find` gives the memory of any other id. Raises what `find` raises,
    AmbiguousId, StoreLocked, StoreFull.
    """
    given = [store.chunks.whole_id(one) if isinstance(one, str) else one for one in given]
    keys = store.chunks.keys_of([one if isinstance(one, str) else one.id for one in given])
    spans, meant, chunks = [], set(), set(keys.values())
    for one in given:
        if not isinstance(one, str):
            if one.id in keys:
                spans.append((keys[one.id], one.start, one.end))
        elif one in keys:
            text = store.chunks.by_keys([keys[one]])[keys[one]].chunk.text
            spans.append((keys[one], 0, len(text)))
        else:
            stored = find(one)
            meant.add(stored.pk)
            parts = store.chunks.keys_of([part.chunk_id for part in stored.memory.evidence])
            chunks.update(parts.values())
    meant |= Memories(store.database, clock.now).memories_of_spans(spans)
    event, at = "useful" if useful else "useless", clock.utc()
    Guesses(store.database).settle(chunks, useful=useful)
    Uses(store.database).note(sorted(meant), event, at)
    with store.database.transaction() as connection:
        connection.executemany(
            "INSERT INTO recall (at, event, chunk_pk) VALUES (?, ?, ?)",
            [(format_time(at), event, key) for key in sorted(set(keys.values()))],
        )
    return len(meant)


def _in_turn(store: Store, pks: Sequence[int], at: datetime) -> list[int]:
    """Those in use that were not cited a moment ago."""
    marks = ",".join("?" * len(pks))
    rows = store.database.rows(
        f"SELECT pk FROM memory WHERE status = 'active' AND pk IN ({marks}) AND NOT EXISTS "
        "(SELECT 1 FROM recall WHERE memory_pk = memory.pk AND event = 'cited' AND recall.at > ?) "
        "ORDER BY pk",
        (*pks, format_time(at - APART)),
    )
    return [int(str(row[0])) for row in rows]
