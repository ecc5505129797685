"""The bundled model against float32 vectors of 500 sentences, and what `embed` promises.

The sentences of the fixture are from the sample chats and from docstrings of Python's standard
library; the model's ranges were measured on other texts. `scripts/build_embedder.py --reference`
computes their vectors in float32.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from mem.errors import ModelFileDamaged, ModelFileMissing
from mem.inference import embedder as module
from mem.inference.embedder import DATA_DIR, MAX_TOKENS, OnnxEmbedder

if TYPE_CHECKING:
    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]

REFERENCE = Path(__file__).resolve().parents[2] / "fixtures" / "embedder_reference.npz"
MODEL_NAME = "minilm-l6-v2-int8.onnx"


@pytest.fixture(scope="module")
def embedder() -> OnnxEmbedder:
    return OnnxEmbedder()


@pytest.fixture(scope="module")
def sentences() -> list[str]:
    with np.load(REFERENCE) as stored:
        return [str(one) for one in stored["sentences"]]


@pytest.fixture(scope="module")
def reference() -> Vectors:
    with np.load(REFERENCE) as stored:
        vectors: Vectors = stored["vectors"].astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


@pytest.fixture(scope="module")
def embedded(embedder: OnnxEmbedder, sentences: list[str]) -> Vectors:
    return embedder.embed(sentences)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DATA_DIR, tmp_path / "model"))


def neighbours(vectors: Vectors, count: int) -> list[set[int]]:
    scores = vectors @ vectors.T
    np.fill_diagonal(scores, -1)
    return [set(row) for row in np.argsort(-scores, axis=1)[:, :count].tolist()]


def test_vectors_agree_with_float32(embedded: Vectors, reference: Vectors) -> None:
    cosine = (embedded * reference).sum(axis=1)
    assert len(cosine) == 500
    assert cosine.mean() >= 0.996
    assert cosine.min() >= 0.98


def test_neighbours_agree_with_float32(embedded: Vectors, reference: Vectors) -> None:
    ours, theirs = neighbours(embedded, 10), neighbours(reference, 10)
    overlap = [len(a & b) / 10 for a, b in zip(ours, theirs, strict=True)]
    assert np.mean(overlap) >= 0.935
    first, wider = neighbours(reference, 5), neighbours(embedded, 20)
    found = [len(a & b) / 5 for a, b in zip(first, wider, strict=True)]
    assert np.mean(found) >= 0.995


def test_similarities_published_for_the_model(embedder: OnnxEmbedder) -> None:
    """The three sentences and numbers of the sentence-transformers documentation."""
    a, b, c = embedder.embed(
        ["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."]
    )
    assert float(a @ b) == pytest.approx(0.6660, abs=0.03)
    assert float(a @ c) == pytest.approx(0.1046, abs=0.03)
    assert float(b @ c) == pytest.approx(0.1411, abs=0.03)


def test_rows_are_unit_float32_in_the_order_given(
    embedder: OnnxEmbedder, sentences: list[str], embedded: Vectors
) -> None:
    order = list(range(len(sentences)))
    random.Random(1).shuffle(order)
    shuffled = embedder.embed([sentences[i] for i in order])
    assert shuffled.dtype == np.float32
    assert np.abs(np.linalg.norm(shuffled, axis=1) - 1).max() < 1e-5
    assert np.abs(shuffled - embedded[order]).max() < 1e-5


def test_a_text_has_one_vector_whatever_its_batch(
    embedder: OnnxEmbedder, sentences: list[str], embedded: Vectors
) -> None:
    alone = np.array([embedder.embed_query(one) for one in sentences[:50]])
    assert alone.shape == (50, 384)
    assert np.abs(alone - embedded[:50]).max() < 1e-5


def test_padding_changes_nothing(embedder: OnnxEmbedder) -> None:
    short, long = embedder._token_ids(["where are my keys", "word " * 300])
    together = embedder._run([short, long])
    assert np.abs(together[0] - embedder._run([short])[0]).max() < 1e-5


def test_windows_join_without_a_seam(
    embedder: OnnxEmbedder,
    sentences: list[str],
    embedded: Vectors,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "WINDOW_TEXTS", 7)
    heard: list[int] = []
    assert (
        np.abs(embedder.embed(sentences[:30], on_batch=heard.append) - embedded[:30]).max() < 1e-5
    )
    assert heard == sorted(set(heard))
    assert heard[-1] == 30


def test_what_on_batch_raises_ends_the_work(embedder: OnnxEmbedder, sentences: list[str]) -> None:
    class Stop(Exception):
        pass

    def stop(done: int) -> None:
        raise Stop

    with pytest.raises(Stop):
        embedder.embed(sentences, on_batch=stop)


def test_no_texts(embedder: OnnxEmbedder) -> None:
    assert embedder.embed([]).shape == (0, 384)
    assert embedder.count_tokens([]) == []


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800", "a\udfffb", "\N{GRINNING FACE}" * 9])
def test_odd_texts_have_a_vector(embedder: OnnxEmbedder, text: str) -> None:
    vector = embedder.embed_query(text)
    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_long_text_is_read_up_to_256_tokens(embedder: OnnxEmbedder) -> None:
    text = "one two three four five " * 420
    assert len(text) > 10_000
    assert embedder.count_tokens([text]) == [2_102]
    cut = "one two three four five " * 50 + "one two three four"
    assert embedder.count_tokens([cut]) == [MAX_TOKENS]
    assert np.abs(embedder.embed_query(text) - embedder.embed_query(cut)).max() < 1e-5
    last_read = embedder.embed_query(cut.removesuffix("four") + "piano")
    assert np.abs(embedder.embed_query(cut) - last_read).max() > 1e-3


def test_count_tokens_counts_pieces_and_both_markers(embedder: OnnxEmbedder) -> None:
    assert embedder.count_tokens(["", "hello world", "a\ud800b"]) == [2, 4, 5]


def test_fingerprint_names_the_model_and_its_hash(embedder: OnnxEmbedder) -> None:
    manifest = json.loads((DATA_DIR / "manifest.json").read_text())
    assert embedder.fingerprint == f"minilm-l6-v2-int8:{manifest['sha256'][:12]}"
    assert embedder.dimensions == 384
    embedder.verify()


def test_bundle_is_small_and_carries_its_licence() -> None:
    assert sum(path.stat().st_size for path in DATA_DIR.iterdir()) < 30e6
    assert "Apache License" in (DATA_DIR / "LICENSE").read_text()
    assert "all-MiniLM-L6-v2" in (DATA_DIR / "NOTICE").read_text()


@pytest.mark.parametrize("name", [MODEL_NAME, "tokenizer.json", "manifest.json"])
def test_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(ModelFileMissing, match=name):
        OnnxEmbedder(copy)


@pytest.mark.parametrize("name", [MODEL_NAME, "tokenizer.json", "manifest.json"])
def test_cut_file_is_named(copy: Path, name: str) -> None:
    content = (copy / name).read_bytes()
    (copy / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelFileDamaged, match=name):
        OnnxEmbedder(copy)


def test_model_of_another_size_is_named(copy: Path) -> None:
    size = json.loads((copy / "manifest.json").read_text())["size"]
    manifest = (copy / "manifest.json").read_text().replace(str(size), str(size + 1))
    (copy / "manifest.json").write_text(manifest)
    with pytest.raises(ModelFileDamaged, match=MODEL_NAME):
        OnnxEmbedder(copy)


def test_file_that_is_no_model_is_named(copy: Path) -> None:
    size = (copy / MODEL_NAME).stat().st_size
    (copy / MODEL_NAME).write_bytes(b"\xff" * size)
    with pytest.raises(ModelFileDamaged, match=MODEL_NAME):
        OnnxEmbedder(copy)


def test_verify_sees_one_changed_byte(copy: Path) -> None:
    content = bytearray((copy / MODEL_NAME).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / MODEL_NAME).write_bytes(content)
    with pytest.raises(ModelFileDamaged, match=MODEL_NAME):
        OnnxEmbedder(copy).verify()


def test_importing_the_module_loads_nothing_heavy() -> None:
    code = (
        "import sys, mem.inference.embedder\n"
        "print(sorted({'numpy', 'onnxruntime', 'tokenizers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
