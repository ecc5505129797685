"""Every `VectorIndex` answers like a plain sort of all cosines, whatever happened before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mem.core.protocols import VectorIndex
from mem.vectors.choice import AutoIndex
from mem.vectors.chroma import ChromaIndex
from mem.vectors.exact import ExactIndex
from tests.unit.vectors.sqlite_vectors import SqliteVectors, Vectors, unit_vectors

KINDS = ("exact", "chroma", "auto")


class Case:
    """One implementation over one store; `settle` lets it catch up with the store."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.stored = SqliteVectors(folder / "store.db")
        exact = ExactIndex(self.stored)
        self.chroma = None if kind == "exact" else ChromaIndex.open(folder / "index", self.stored)
        self.index: VectorIndex = exact
        if kind == "chroma":
            assert self.chroma is not None
            self.index = self.chroma
        elif kind == "auto":
            self.index = AutoIndex(exact, self.chroma, exact_below=0)
        self.settle()

    def settle(self) -> None:
        if self.chroma is not None:
            self.chroma.sync()
            assert self.chroma.is_current

    def expect_like_sorting(
        self, query: Vectors, limit: int, allowed: set[int] | None = None
    ) -> None:
        keys, rows = self.stored.matrix()
        truth = {int(k): float(s) for k, s in zip(keys, rows @ query, strict=True)}
        if allowed is not None:
            truth = {key: score for key, score in truth.items() if key in allowed}
        expected = sorted(truth, key=lambda key: (-truth[key], key))[:limit]
        hits = self.index.search(query, limit=limit, allowed=allowed)
        assert [key for key, _ in hits] == expected
        assert [score for _, score in hits] == pytest.approx([truth[k] for k in expected], abs=1e-5)

    def close(self) -> None:
        self.index.close()
        if self.chroma is not None:
            self.chroma.close()
        self.stored.close()


@pytest.fixture(params=KINDS)
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    case = Case(request.param, tmp_path)
    yield case
    case.close()


QUERIES = unit_vectors(8, seed=9)


def filled(case: Case, count: int = 600) -> Vectors:
    rows = unit_vectors(count)
    case.stored.put(dict(enumerate(rows, start=1)))
    case.settle()
    return rows


def test_empty_store(case: Case) -> None:
    assert case.index.search(QUERIES[0], limit=5) == []
    assert case.index.search(QUERIES[0], limit=5, allowed=[1, 2]) == []
    assert case.index.count() == 0


def test_nearest_in_order(case: Case) -> None:
    filled(case)
    assert case.index.count() == 600
    for query in QUERIES:
        case.expect_like_sorting(query, 10)


def test_limits(case: Case) -> None:
    filled(case, 40)
    for limit in (1, 39, 40, 41, 1000):
        case.expect_like_sorting(QUERIES[0], limit)
    assert case.index.search(QUERIES[0], limit=0) == []


def test_allowed_keys_only(case: Case) -> None:
    filled(case)
    for allowed in (set(range(1, 601, 3)), {5, 77, 78}, {600, 999_999}, {999_999}, set()):
        case.expect_like_sorting(QUERIES[1], 10, allowed)


def test_many_allowed_keys(case: Case) -> None:
    filled(case, 2600)
    case.expect_like_sorting(QUERIES[1], 3, set(range(1, 2601)) - set(range(1, 2601, 6)))
    # The allowed ones are the farthest: asking for more neighbours does not find them.
    keys, rows = case.stored.matrix()
    farthest = set(keys[np.argsort(rows @ QUERIES[1])[:2100]].tolist())
    case.expect_like_sorting(QUERIES[1], 3, farthest)


def test_additions_below_and_above_known_keys(case: Case) -> None:
    rows = unit_vectors(30)
    for keys in ((50, 51, 52), (60, 61), (3, 4), (55, 99)):
        case.stored.put({key: rows[key % 30] for key in keys})
        case.settle()
        case.expect_like_sorting(rows[keys[0] % 30], 5)


def test_replaced_vector(case: Case) -> None:
    rows = filled(case, 100)
    replaced = -rows[6]
    case.stored.put({7: replaced})
    case.settle()
    assert case.index.search(replaced, limit=1)[0][0] == 7
    case.expect_like_sorting(replaced, 10)
    case.expect_like_sorting(rows[6], 10)


def test_removed_keys_and_their_return(case: Case) -> None:
    rows = filled(case, 100)
    case.stored.remove([7, 8])
    case.settle()
    assert case.index.count() == 98
    case.expect_like_sorting(rows[6], 10)
    case.stored.put({7: rows[6]})
    case.settle()
    assert case.index.search(rows[6], limit=1)[0][0] == 7
    case.stored.remove(range(1, 101))
    case.settle()
    assert case.index.search(rows[6], limit=3) == []


def test_equal_vectors_come_by_key(case: Case) -> None:
    row = unit_vectors(1)[0]
    case.stored.put(dict.fromkeys((9, 2, 5), row))
    case.settle()
    assert [key for key, _ in case.index.search(row, limit=3)] == [2, 5, 9]


def test_a_query_is_one_vector(case: Case) -> None:
    filled(case, 5)
    with pytest.raises(ValueError, match="one vector"):
        case.index.search(QUERIES, limit=3)
