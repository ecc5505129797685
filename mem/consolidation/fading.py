"""Memories fade along a forgetting curve and are made firmer by recall; fading proposes, no more.

Strength is the curve's value now; what is faint, unpinned and seldom used may be archived, with a
reason for each. (FSRS 6 through the `fsrs` library; utility bounded after MemRL, 2601.03192.)
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mem.core.clock import format_time
from mem.core.memory import Memory, MemoryStatus
from mem.store.database import Database
from mem.store.memories import INITIAL_DIFFICULTY, INITIAL_STABILITY, StoredMemory

FAINT = 0.30
MOST_UTILITY = 1.0
_UTILITY = {"cited": 0.10, "useful": 0.20, "shown": -0.01, "useless": -0.20}
_RATING = {"cited": 3, "useful": 4, "shown": 2, "useless": 1}
FOUND = 0.10  # what the passage found first teaches; the next ones a square less


@dataclass(frozen=True, slots=True)
class PruneEntry:
    """A memory that may be archived, how much it is worth keeping in [0, 1], and why so little."""

    stored: StoredMemory
    worth: float
    reason: str


@dataclass(frozen=True, slots=True)
class PrunePlan:
    """What an archiving would take; `touched` is the share of memories cited of late among it."""

    entries: tuple[PruneEntry, ...]
    considered: int
    touched: float


def worth_keeping(memory: Memory, *, utility: float = 0.0, salience: float = 0.5) -> float:
    """How much a memory is worth keeping, in [0, 1].

    Use counts most: strength, recalls and what use has taught (`utility` in [-1, 1]); then how
    likely it is to be asked about at all (`salience` in [0, 1]) and how often it was said.
    """
    support = 1 - 1 / max(1, len(memory.evidence))
    recalls = min(1.0, math.log1p(memory.recall_count) / math.log1p(10))
    worth = (
        0.20 * memory.strength + 0.05 * recalls + 0.40 * utility + 0.30 * salience + 0.05 * support
    )
    if memory.status is MemoryStatus.SUPERSEDED:
        worth -= 0.10
    return max(0.0, min(1.0, worth))


def plan(
    stored: Sequence[StoredMemory],
    utilities: Mapping[int, float],
    cited: set[int],
    *,
    salience: Mapping[int, float] | None = None,
    keep: float | None = None,
    below: float = FAINT,
) -> PrunePlan:
    """Propose what to archive, the least worth first.

    Args:
        stored: memories in use.
        utilities: what use has taught of some, by key.
        cited: keys of those cited of late; they are never proposed for being faint.
        salience: how likely each is to be asked about, by key; 0.5 where it is not known.
        keep: the share of all to keep; without it everything faint is proposed.
        below: the worth under which a memory counts as faint.
    """
    likely = salience or {}

    def worth(one: StoredMemory) -> float:
        return worth_keeping(
            one.memory, utility=utilities.get(one.pk, 0.0), salience=likely.get(one.pk, 0.5)
        )

    free = [one for one in stored if not one.memory.pinned]
    ranked = sorted(
        ((worth(one), one) for one in free),
        key=lambda pair: (pair[0], pair[1].pk),
    )
    if keep is None:
        chosen = [(value, one) for value, one in ranked if value < below and one.pk not in cited]
    else:
        chosen = ranked[: max(0, len(stored) - math.ceil(keep * len(stored)))]
    entries = tuple(PruneEntry(one, value, _reason(one.memory)) for value, one in chosen)
    hit = sum(entry.stored.pk in cited for entry in entries)
    return PrunePlan(entries, len(stored), hit / len(cited) if cited else 0.0)


def _reason(memory: Memory) -> str:
    """Why a memory is worth so little, in words without any of its text."""
    parts = []
    if memory.status is MemoryStatus.SUPERSEDED:
        parts.append("superseded")
    parts.append(f"strength {memory.strength:.2f}")
    if memory.last_recalled_at is None:
        parts.append("never recalled")
    else:
        parts.append(f"last recalled {memory.last_recalled_at[:10]}")
    parts.append(f"importance {memory.importance:.2f}")
    return ", ".join(parts)


class Uses:
    """How memories are used: what an answer cites gains, what is shown in vain loses a little.

    Counts of use are no changes of what is known, so they are not part of the change log.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, pks: Sequence[int], event: str, at: datetime) -> None:
        """Note that memories were `shown`, `cited`, `useful` or `useless` at a time (UTC)."""
        if not pks:
            return
        with self._database.transaction() as connection:
            for pk in dict.fromkeys(pks):
                row = connection.execute(
                    "SELECT stability, difficulty, last_recalled_at, recall_count, utility "
                    "FROM memory_use WHERE memory_pk = ?",
                    (pk,),
                ).fetchone()
                born = connection.execute(
                    "SELECT recorded_at FROM memory WHERE pk = ?", (pk,)
                ).fetchone()
                if born is None:
                    continue
                old = row or (INITIAL_STABILITY, INITIAL_DIFFICULTY, born[0], 0, 0.0)
                connection.execute(
                    "INSERT OR REPLACE INTO memory_use (memory_pk, stability, difficulty, "
                    "last_recalled_at, recall_count, utility) VALUES (?, ?, ?, ?, ?, ?)",
                    (pk, *_after(old, event, at)),
                )
                connection.execute(
                    "INSERT INTO recall (at, event, memory_pk) VALUES (?, ?, ?)",
                    (format_time(at), event, pk),
                )

    def found(self, ranks: Mapping[int, int]) -> None:
        """Note at which place (1 is first) a question led to memories; that alone is no recall."""
        with self._database.transaction() as connection:
            for pk, rank in ranks.items():
                connection.execute(
                    "INSERT INTO memory_use (memory_pk, stability, difficulty, last_recalled_at, "
                    "utility) SELECT pk, ?, ?, recorded_at, ? FROM memory WHERE pk = ? "
                    "ON CONFLICT (memory_pk) DO UPDATE SET utility = min(?, utility + ?)",
                    (
                        INITIAL_STABILITY,
                        INITIAL_DIFFICULTY,
                        FOUND / rank**2,
                        pk,
                        MOST_UTILITY,
                        FOUND / rank**2,
                    ),
                )

    def utilities(self) -> dict[int, float]:
        """What use has taught, in [-1, 1], by memory key."""
        rows = self._database.rows("SELECT memory_pk, utility FROM memory_use WHERE utility != 0")
        return {int(str(pk)): float(str(utility)) for pk, utility in rows}

    def cited_since(self, at: datetime) -> set[int]:
        """Memories that an answer cited, or the user found useful, since a time (UTC)."""
        rows = self._database.rows(
            "SELECT DISTINCT memory_pk FROM recall WHERE memory_pk IS NOT NULL "
            "AND event IN ('cited', 'useful') AND at >= ?",
            (format_time(at),),
        )
        return {int(str(row[0])) for row in rows}


def _after(
    old: tuple[float, float, str, int, float], event: str, at: datetime
) -> tuple[float, float, str, int, float]:
    """The use of a memory after one more event. Being shown alone is no recall."""
    stability, difficulty, last, count, utility = old
    learned = max(-MOST_UTILITY, min(MOST_UTILITY, utility + _UTILITY[event]))
    if event in ("shown", "useless"):
        return stability, difficulty, last, count, learned
    stability, difficulty = reviewed(stability, difficulty, last, event, at)
    return stability, difficulty, format_time(at), count + 1, learned


def reviewed(
    stability: float, difficulty: float, last: str, event: str, at: datetime
) -> tuple[float, float]:
    """(stability in days, difficulty) after a recall at a time (UTC), by FSRS."""
    from fsrs import Card, Rating, Scheduler, State

    card = Card(
        card_id=1,
        state=State.Review,
        stability=stability,
        difficulty=difficulty,
        last_review=datetime.fromisoformat(last),
        due=at,
    )
    scheduler = Scheduler(enable_fuzzing=False, learning_steps=(), relearning_steps=())
    card, _ = scheduler.review_card(card, Rating(_RATING[event]), at)
    assert card.stability is not None and card.difficulty is not None
    return card.stability, card.difficulty
