"""The scan follows the store's queue and reads everything again only when it must."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from mem.vectors import exact
from mem.vectors.exact import ExactIndex
from mem.vectors.scoring import best
from tests.unit.vectors.sqlite_vectors import SqliteVectors, Vectors, unit_vectors


class CountingVectors(SqliteVectors):
    reads = 0

    def blocks(self, size: int) -> Iterator[tuple[npt.NDArray[np.int64], Vectors]]:
        self.reads += 1
        return super().blocks(size)


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[CountingVectors]:
    vectors = CountingVectors(tmp_path / "store.db")
    vectors.put(dict(enumerate(unit_vectors(200), start=1)))
    yield vectors
    vectors.close()


ROWS = unit_vectors(50, seed=4)


def test_few_changes_are_applied_without_reading_everything(stored: CountingVectors) -> None:
    index = ExactIndex(stored)
    index.search(ROWS[0], limit=1)
    for step, row in enumerate(ROWS[:20]):
        stored.put({1000 - step: row})
        stored.remove([step + 1])
        assert index.search(row, limit=1)[0][0] == 1000 - step
    assert stored.reads == 1
    hits = dict(index.search(ROWS[3], limit=500))
    keys, rows = stored.matrix()
    assert set(hits) == set(keys.tolist())
    assert [hits[int(key)] for key in keys] == pytest.approx(rows @ ROWS[3], abs=1e-6)


def test_many_changes_are_read_at_once(
    stored: CountingVectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exact, "CHANGES_BEFORE_RELOAD", 10)
    index = ExactIndex(stored)
    index.search(ROWS[0], limit=1)
    stored.put(dict(enumerate(ROWS, start=500)))
    assert index.search(ROWS[7], limit=1)[0][0] == 507
    assert stored.reads == 2


def test_another_embedder_is_read_anew(stored: CountingVectors) -> None:
    index = ExactIndex(stored)
    index.search(ROWS[0], limit=1)
    stored.fingerprint = "model-b"
    index.search(ROWS[0], limit=1)
    assert stored.reads == 2


def test_restored_backup_is_read_anew(stored: CountingVectors, tmp_path: Path) -> None:
    index = ExactIndex(stored)
    index.search(ROWS[0], limit=1)
    older = SqliteVectors(tmp_path / "older.db")
    older.put({77: ROWS[0]})
    index._stored = older
    assert [key for key, _ in index.search(ROWS[0], limit=3)] == [77]
    older.close()


def test_small_filter_reads_only_its_keys(stored: CountingVectors) -> None:
    index = ExactIndex(stored)
    hits = index.search(ROWS[0], limit=5, allowed={3, 4, 9999})
    assert {key for key, _ in hits} == {3, 4}
    assert stored.reads == 0


def test_close_releases_and_search_reads_again(stored: CountingVectors) -> None:
    index = ExactIndex(stored)
    first = index.search(ROWS[0], limit=3)
    index.close()
    assert index.search(ROWS[0], limit=3) == first
    assert stored.reads == 2


def test_best_orders_ties_at_the_limit_by_key() -> None:
    keys = np.array([5, 1, 4, 2, 3], dtype=np.int64)
    scores = np.array([0.5, 0.5, 0.9, 0.5, 0.5], dtype=np.float32)
    assert [key for key, _ in best(keys, scores, 3)] == [4, 1, 2]
