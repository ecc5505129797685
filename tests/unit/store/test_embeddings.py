"""Stored vectors are handed out by key, in blocks, and counted without reading them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mem.assistant import Assistant
from mem.store.embeddings import Embeddings
from mem.testing import FakeEmbedder


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[Embeddings]:
    notes = tmp_path / "notes"
    notes.mkdir()
    for number in range(30):
        (notes / f"{number}.md").write_text(
            f"---\ntag: t{number}\n---\n# Note {number}\n\nAbout the boiler.\n", encoding="utf-8"
        )
    with Assistant.open(tmp_path / "home", embedder=FakeEmbedder()) as assistant:
        assistant.ingest(notes)
        yield assistant.embeddings


def test_blocks_are_all_vectors_once_by_key(stored: Embeddings) -> None:
    blocks = list(stored.blocks(7))
    keys = np.concatenate([keys for keys, _ in blocks])
    assert len(keys) == stored.count() > 30
    assert (np.diff(keys) > 0).all()
    assert all(len(keys) <= 7 for keys, _ in blocks)
    every, rows = stored.rows(keys.tolist())
    assert np.array_equal(every, keys)
    assert np.array_equal(rows, np.concatenate([rows for _, rows in blocks]))


def test_rows_come_by_ascending_key_and_only_where_there_are_any(stored: Embeddings) -> None:
    keys = [key for block, _ in stored.blocks(100) for key in block.tolist()]
    found, rows = stored.rows([keys[9], 10**9, keys[2]])
    assert found.tolist() == [keys[2], keys[9]]
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-2)
    by_key = stored.vectors([keys[9], keys[2]])
    assert np.array_equal(by_key[keys[9]], rows[1])
    none, no_rows = stored.rows([])
    assert len(none) == len(no_rows) == 0


@pytest.mark.parametrize(
    ("sql", "index"),
    [
        ("SELECT count(*) FROM embedding WHERE fingerprint = 'x'", "embedding_by_model"),
        ("SELECT pk FROM chunk WHERE role = 'metadata'", "chunk_metadata"),
    ],
)
def test_no_row_is_read_to_count_vectors_or_to_leave_front_matter_out(
    stored: Embeddings, sql: str, index: str
) -> None:
    plan = stored._database.rows(f"EXPLAIN QUERY PLAN {sql}")
    assert f"COVERING INDEX {index}" in str(plan)
