"""Vectors of single words, from the table of tokens in the model's file."""

from __future__ import annotations

import numpy as np
import pytest

from mem.errors import ModelFileMissing
from mem.inference.embedder import DATA_DIR, ModelFile, OnnxEmbedder
from mem.inference.words import TokenTable


@pytest.fixture(scope="module")
def embedder() -> OnnxEmbedder:
    return OnnxEmbedder()


def test_the_manifest_says_where_the_table_stands() -> None:
    files = ModelFile.read(DATA_DIR)
    count, width = files.words.count, files.dimensions
    rows = np.memmap(files.model, np.int8, "r", files.words.rows, (count, width))
    # Each row was divided so that its largest number is 127.
    assert (np.abs(rows.astype(np.int16)).max(axis=1) == 127).all()
    scales = np.fromfile(files.model, "<f4", count, offset=files.words.scales)
    assert (scales > 0).all()
    assert scales.max() < 0.1


@pytest.mark.parametrize(
    ("word", "near", "far"),
    [
        ("dog", "puppy", "invoice"),
        ("adopted", "adoption", "kitchen"),
        ("physician", "doctor", "bicycle"),
        ("weeks", "months", "violin"),
    ],
)
def test_words_of_like_meaning_are_near(
    embedder: OnnxEmbedder, word: str, near: str, far: str
) -> None:
    one, akin, other = embedder.embed_words([word, near, far])
    assert one @ akin > 0.3
    assert one @ other < 0.2


def test_rows_have_length_one_and_nothing_is_zero(embedder: OnnxEmbedder) -> None:
    rows = embedder.embed_words(["bread", "", "untranslatableness", "\ud800", "bread"])
    lengths = np.linalg.norm(rows, axis=1)
    assert lengths == pytest.approx([1, 0, 1, 1, 1], abs=1e-5)
    assert (rows[0] == rows[4]).all()
    assert embedder.embed_words([]).shape == (0, 384)
    assert embedder.embed_words([""]).shape == (1, 384)


def test_a_missing_file_is_named(embedder: OnnxEmbedder) -> None:
    files = ModelFile.read(DATA_DIR)
    with pytest.raises(ModelFileMissing, match="absent"):
        TokenTable(DATA_DIR / "absent", files.words, 384)
