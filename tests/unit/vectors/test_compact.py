"""Vectors in 8 bits: small, and never off by more than they say."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import numpy.typing as npt
import pytest

from mem.core.protocols import IndexChange
from mem.vectors.compact import CompactRows
from mem.vectors.exact import ExactIndex
from tests.unit.vectors.sqlite_vectors import Vectors


def unit(count: int, dimensions: int = 384, seed: int = 0) -> Vectors:
    rows = np.random.default_rng(seed).standard_normal((count, dimensions)).astype(np.float32)
    # Some directions much longer than others: the worst case for one scale a row.
    rows[::3, :4] *= 20
    found: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return found


def filled(rows: Vectors, block: int = 700) -> CompactRows:
    keys = np.arange(1, len(rows) + 1, dtype=np.int64)
    blocks = [(keys[at : at + block], rows[at : at + block]) for at in range(0, len(rows), block)]
    return CompactRows.of(blocks, len(rows))


def test_a_vector_takes_little_more_than_a_byte_a_number() -> None:
    assert filled(unit(3000)).nbytes <= 3000 * (384 + 16)


def test_no_score_is_further_off_than_its_error() -> None:
    rows = unit(2000)
    compact = filled(rows)
    for query in unit(20, seed=5):
        off = np.abs(compact.scores(query) - rows @ query)
        assert (off <= compact.errors).all()
        assert off.max() > 1e-5  # they are approximations indeed
    assert compact.errors.mean() < 0.03


def test_scores_of_some_rows_are_those_of_all() -> None:
    compact = filled(unit(1500))
    query = unit(1, seed=2)[0]
    some = np.array([3, 700, 1499], dtype=np.int64)
    assert compact.scores(query, some) == pytest.approx(compact.scores(query)[some], abs=1e-6)


def test_rows_follow_changes_in_any_order() -> None:
    rows = unit(50)
    compact = filled(rows[:40])
    compact.remove([1, 40, 99])
    compact.upsert({2: rows[49], 60: rows[48], 45: rows[47]})
    compact.upsert({1: rows[46], 44: rows[45]})
    assert compact.keys.tolist() == [*range(1, 40), 44, 45, 60]
    truth = {key: rows[key - 1] for key in range(3, 40)}
    truth |= {1: rows[46], 2: rows[49], 44: rows[45], 45: rows[47], 60: rows[48]}
    expected = np.stack([truth[int(key)] for key in compact.keys])
    for query in rows[:3]:
        assert (np.abs(compact.scores(query) - expected @ query) <= compact.errors).all()


def test_a_vector_of_nothing_is_kept() -> None:
    compact = filled(np.zeros((2, 8), dtype=np.float32))
    assert compact.scores(np.ones(8, dtype=np.float32)).tolist() == [0, 0]


class Held:
    """Vectors in memory, as a store offers them."""

    fingerprint = "held"

    def __init__(self, every: Vectors) -> None:
        self.every = every

    def count(self) -> int:
        return len(self.every)

    def blocks(self, size: int) -> Iterator[tuple[npt.NDArray[np.int64], Vectors]]:
        for at in range(0, len(self.every), size):
            part = self.every[at : at + size]
            yield np.arange(at, at + len(part), dtype=np.int64), part

    def rows(self, keys: Collection[int]) -> tuple[npt.NDArray[np.int64], Vectors]:
        known = np.array(sorted(keys), dtype=np.int64)
        return known, self.every[known]

    def vectors(self, keys: Collection[int]) -> dict[int, Vectors]:
        return {key: self.every[key] for key in keys}

    def last_change(self) -> int:
        return 1

    def changes_since(self, seq: int, *, limit: int) -> list[IndexChange]:
        raise AssertionError("nothing changes")


def test_the_nearest_of_many_are_exactly_the_nearest() -> None:
    rows = unit(20_000, 64)
    rows[5000:5200] = rows[4000] + unit(200, 64, seed=8) * 0.01  # nearly the same
    index = ExactIndex(Held(rows))
    for query in (*unit(5, 64, seed=3), rows[4000]):
        for limit in (1, 10, 100):
            expected = np.lexsort((np.arange(len(rows)), -(rows @ query)))[:limit]
            got = [key for key, _ in index.search(query, limit=limit)]
            assert set(got) == set(expected.tolist())
    assert index.nbytes <= len(rows) * (64 + 16)
