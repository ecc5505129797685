"""Memories fade along a forgetting curve and are made firmer by recall; fading proposes, no more.

Strength is the curve's value now; what is faint, unpinned and unlikely to be asked for may be
archived, with a reason for each. Utility is what use has taught, in [-1, 1]: every event moves it a
part of the way to one of the ends. (FSRS 6 by the `fsrs` library; utility: MemRL, 2601.03192.)
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mem.core.clock import format_time
from mem.core.memory import Memory, MemoryStatus
from mem.store.database import Database
from mem.store.memory.rows import INITIAL_DIFFICULTY, INITIAL_STABILITY, StoredMemory

FAINT = 0.30
#: What counts as cited of late.
CITED_OF_LATE = timedelta(days=90)
# The part of the way that utility goes: to 1, or, where negative, to -1.
_UTILITY = {"cited": 0.10, "useful": 0.50, "shown": -0.01, "useless": -0.10}
_RATING = {"cited": 3, "useful": 4, "shown": 2, "useless": 1}


@dataclass(frozen=True, slots=True)
class PruneEntry:
    """A memory that may be archived, how much it is worth keeping in [0, 1], and why so little.

    `need` in [0, 1] is how likely it is to be asked for.
    """

    stored: StoredMemory
    worth: float
    need: float
    reason: str


@dataclass(frozen=True, slots=True)
class PrunePlan:
    """What an archiving would take.

    `touched` is the share of the `cited` memories, cited of late, that are among it.
    """

    entries: tuple[PruneEntry, ...]
    considered: int
    touched: float
    cited: int = 0

    @property
    def cost(self) -> str:
        """What it would cost, in a sentence."""
        days = CITED_OF_LATE.days
        if not self.cited:
            return f"No answer cited a memory in the last {days} days."
        return f"{self.touched:.0%} of what was cited in the last {days} days is among them."


def need_of(utility: float, salience: float) -> float:
    """How likely a memory is to be asked for, in [0, 1].

    `salience` in [0, 1] is the chance before any use. A positive utility is the chance that one of
    the questions so far meant it, and adds to that as independent causes do (noisy or); a negative
    one takes its part away.
    """
    if utility < 0:
        return salience * (1 + utility)
    return 1 - (1 - salience) * (1 - utility)


def worth_keeping(memory: Memory, *, need: float) -> float:
    """How much a memory is worth keeping, in [0, 1].

    How likely it is to be asked for counts most, then how well it would be remembered by now, how
    often it was said, and how much it seemed to matter when it was drawn.
    """
    support = 1 - 1 / max(1, len(memory.evidence))
    worth = 0.70 * need + 0.20 * memory.strength + 0.05 * support + 0.05 * memory.importance
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

    def entry(one: StoredMemory) -> PruneEntry:
        utility = utilities.get(one.pk, 0.0)
        need = need_of(utility, likely.get(one.pk, 0.5))
        worth = worth_keeping(one.memory, need=need)
        return PruneEntry(one, worth, need, _reason(one.memory, need, utility))

    ranked = sorted(
        (entry(one) for one in stored if not one.memory.pinned),
        key=lambda one: (one.worth, one.stored.pk),
    )
    if keep is None:
        chosen = [one for one in ranked if one.worth < below and one.stored.pk not in cited]
    else:
        chosen = ranked[: max(0, len(stored) - math.ceil(keep * len(stored)))]
    hit = sum(one.stored.pk in cited for one in chosen)
    touched = hit / len(cited) if cited else 0.0
    return PrunePlan(tuple(chosen), len(stored), touched, len(cited))


def _reason(memory: Memory, need: float, utility: float) -> str:
    """Why a memory is worth so little, in words without any of its text."""
    parts = ["superseded"] if memory.status is MemoryStatus.SUPERSEDED else []
    parts.append(f"{need:.0%} likely to be asked for")
    if utility < 0:
        parts.append("judged wrong")
    elif not utility:
        parts.append("no question led to it")
    if memory.recall_count and memory.last_recalled_at:
        parts.append(f"last recalled {memory.last_recalled_at[:10]}")
    elif utility > 0:
        parts.append("never recalled")
    parts.append(f"strength {memory.strength:.2f}")
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
    part = _UTILITY[event]
    learned = utility + part * (1 - utility if part > 0 else 1 + utility)
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
