"""What the latest questions were taken to mean, so that a person's word about one puts it right.

A question raises the memories on each passage that it found by the chance that it meant that one.
The chances of the latest `KEPT` questions are held by passage, without any of their words; a
verdict on a passage moves those of the question that found it last, and the memories with them.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Collection, Mapping
from typing import Final

from mem.store.database import Database
from mem.store.memory.rows import INITIAL_DIFFICULTY, INITIAL_STABILITY

#: Questions whose chances are held.
KEPT: Final = 50
#: No single question makes it surer than this that a passage was meant.
SUREST: Final = 0.8
#: What is left of the chances of the other passages once one was marked useful: an answer may stand
#: in several. Round; every value in [0, 0.4] keeps as much (`mem bench prune`).
BESIDE: Final = 0.2


class Guesses:
    """The chances of passages, in [0, `SUREST`], by question."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, chances: Mapping[int, float]) -> int:
        """Note one more question, by chunk key; returns how many memories gain.

        Raises StoreLocked, StoreFull, HomeNotWritable.
        """
        gained = self._by_memory(chances)
        if not gained:
            return 0
        with self._database.transaction() as connection:
            (last,) = connection.execute("SELECT coalesce(max(question), 0) FROM guess").fetchone()
            connection.execute("DELETE FROM guess WHERE question <= ?", (last + 1 - KEPT,))
            connection.executemany(
                "INSERT INTO guess (question, chunk_pk, chance) VALUES (?, ?, ?)",
                [(last + 1, chunk, chance) for chunk, chance in chances.items()],
            )
            self._move(connection, {}, gained)
        return sum(chance > 0 for chance in gained.values())

    def settle(self, judged: Collection[int], *, useful: bool) -> None:
        """Take a verdict on passages, by chunk key, into the latest question that found one.

        Where one was useful, the question meant that one, and the rest hardly; where they were
        wrong, it meant one of the rest (Bayes' rule, of passages that exclude each other).
        """
        question, before = self._latest(judged)
        if not before:
            return
        after = after_verdict(before, judged, useful=useful)
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE guess SET chance = ? WHERE question = ? AND chunk_pk = ?",
                [(chance, question, chunk) for chunk, chance in after.items()],
            )
            self._move(connection, self._by_memory(before), self._by_memory(after))

    def _latest(self, chunks: Collection[int]) -> tuple[int, dict[int, float]]:
        """The latest question that found one of the chunks, and its chances; 0 and none if none."""
        marks = ",".join("?" * len(chunks))
        rows = self._database.rows(
            "SELECT question, chunk_pk, chance FROM guess WHERE question = "
            f"(SELECT max(question) FROM guess WHERE chunk_pk IN ({marks}))",
            tuple(chunks),
        )
        chances = {int(str(chunk)): float(str(chance)) for _, chunk, chance in rows}
        return (int(str(rows[0][0])) if rows else 0), chances

    def _by_memory(self, chances: Mapping[int, float]) -> dict[int, float]:
        """The chance of each memory in use, by key: that of the likeliest passage it stands on."""
        found: dict[int, float] = {}
        for chunk, chance in chances.items():
            rows = self._database.rows(
                "SELECT memory_pk FROM evidence JOIN memory ON memory.pk = memory_pk "
                "WHERE chunk_pk = ? AND status = 'active'",
                (chunk,),
            )
            for row in rows:
                pk = int(str(row[0]))
                found[pk] = max(chance, found.get(pk, 0.0))
        return found

    @staticmethod
    def _move(
        connection: sqlite3.Connection, before: Mapping[int, float], after: Mapping[int, float]
    ) -> None:
        """Put what a question says of memories in the place of what it said; no recall.

        Questions join as independent causes do (noisy or), so that one can be taken out again.
        """
        for pk, chance in after.items():
            said = before.get(pk, 0.0)
            if chance == said:
                continue
            rest = (1 - chance) / (1 - said)
            connection.execute(
                "INSERT INTO memory_use (memory_pk, stability, difficulty, last_recalled_at, "
                "utility) SELECT pk, ?1, ?2, recorded_at, ?3 FROM memory WHERE pk = ?4 "
                "ON CONFLICT (memory_pk) DO UPDATE SET "
                "utility = max(-1.0, 1 - (1 - utility) * (1 - ?3))",
                (INITIAL_STABILITY, INITIAL_DIFFICULTY, 1 - rest, pk),
            )


def after_verdict(
    chances: Mapping[int, float], judged: Collection[int], *, useful: bool
) -> dict[int, float]:
    """The chances of one question's passages once a person has judged some of them."""
    if useful:
        return {
            key: chance if key in judged else chance * BESIDE for key, chance in chances.items()
        }
    left = math.prod(1 - chance for key, chance in chances.items() if key in judged)
    return {
        key: 0.0 if key in judged else min(SUREST, chance / left) for key, chance in chances.items()
    }
